package sunco

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"heliograph"
)

// Message is a message on the wire.
type Message struct {
	ID        string   `json:"_id"`
	Type      string   `json:"type"`
	Role      string   `json:"role" doc:"appMaker or appUser."`
	AuthorID  string   `json:"authorId"`
	Name      string   `json:"name,omitempty"`
	Email     string   `json:"email,omitempty"`
	AvatarURL string   `json:"avatarUrl,omitempty"`
	Received  float64  `json:"received" doc:"Decimal Unix seconds; later for every message of a conversation."`
	Source    Source   `json:"source"`
	Text      *string  `json:"text,omitempty"`
	MediaURL  string   `json:"mediaUrl,omitempty"`
	MediaType string   `json:"mediaType,omitempty"`
	MediaSize int64    `json:"mediaSize,omitempty"`
	AltText   string   `json:"altText,omitempty"`
	Payload   string   `json:"payload,omitempty"`
	Actions   []Action `json:"actions,omitempty"`
	Structure
	Metadata map[string]any `json:"metadata,omitempty"`
	Answers  *Answers       `json:"answers,omitempty" doc:"What was sent that this message answers. An addition of ours."`
}

type Source struct {
	Type          string  `json:"type" doc:"A channel, api or notification."`
	IntegrationID string  `json:"integrationId,omitempty"`
	OriginalID    string  `json:"originalMessageId,omitempty" doc:"The provider's id."`
	OriginalAt    float64 `json:"originalMessageTimestamp,omitempty"`
}

type Action struct {
	ID       string         `json:"_id"`
	Type     string         `json:"type"`
	Text     string         `json:"text"`
	URI      string         `json:"uri"`
	Payload  string         `json:"payload,omitempty"`
	IconURL  string         `json:"iconUrl,omitempty"`
	Fallback string         `json:"fallback,omitempty"`
	Size     string         `json:"size,omitempty"`
	Open     bool           `json:"openOnReceive,omitempty"`
	Default  bool           `json:"default,omitempty"`
	Amount   int64          `json:"amount,omitempty"`
	Currency string         `json:"currency,omitempty"`
	State    string         `json:"state,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
	Extra    map[string]any `json:"extraChannelOptions,omitempty"`
}

type Answers struct {
	MessageID      string `json:"messageId"`
	NotificationID string `json:"notificationId,omitempty"`
	Confidence     string `json:"confidence" doc:"exact, same_sender or last_outbound: how sure that is."`
}

// MessageOf is m on the wire. It keeps a reference to m.
func MessageOf(m *heliograph.Message) Message {
	out := Message{
		ID: m.ID.String(), Type: string(m.Type), Role: string(m.Role), AuthorID: authorID(m),
		Name: m.Author.Name, Email: m.Author.Email, AvatarURL: avatar(&m.Author), Received: m.Received.Seconds(),
		Source:   SourceOf(&m.Source),
		MediaURL: m.MediaURL, MediaType: m.MediaType, MediaSize: m.MediaSize, AltText: m.AltText,
		Payload: m.Payload, Metadata: m.Metadata,
	}
	if m.Text != "" || m.Type == heliograph.TextMessage {
		out.Text = &m.Text
	}
	out.Actions = ActionsOf(m.Actions)
	out.structure(&m.Content)
	if m.Answers != nil {
		out.Answers = &Answers{m.Answers.Message.String(), m.Answers.Notification.String(), string(m.Answers.Confidence)}
	}
	return out
}

func ActionsOf(list []heliograph.Action) []Action {
	if len(list) == 0 {
		return nil
	}
	out := make([]Action, len(list))
	for i := range list {
		out[i] = Action(list[i])
	}
	return out
}

// MessagesOf is several messages on the wire.
func MessagesOf(list []*heliograph.Message) []Message {
	out := make([]Message, len(list))
	for i, m := range list {
		out[i] = MessageOf(m)
	}
	return out
}

func SourceOf(s *heliograph.Source) Source {
	out := Source{Type: s.Type, IntegrationID: s.Integration.String(), OriginalID: s.ExternalID}
	if s.At != 0 && s.Type != heliograph.SourceNotification { // a notification's is when it was scheduled for
		out.OriginalAt = s.At.Seconds()
	}
	return out
}

// authorID is the user for what a user wrote, and the app for what the business wrote.
func authorID(m *heliograph.Message) string {
	switch {
	case m.Role == heliograph.Customer: // who may have changed by a merge
		return m.User.String()
	case m.Author.ID != "":
		return m.Author.ID
	}
	return m.App.String()
}

// avatar is the author's picture: the one given, or the Gravatar of the address.
func avatar(a *heliograph.Author) string {
	if a.AvatarURL != "" || a.Email == "" {
		return a.AvatarURL
	}
	sum := md5.Sum([]byte(strings.ToLower(strings.TrimSpace(a.Email))))
	return "https://www.gravatar.com/avatar/" + hex.EncodeToString(sum[:]) + "?s=200&d=mm"
}
