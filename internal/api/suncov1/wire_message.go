package suncov1

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"heliograph"
)

// messageJSON is a message on the wire.
type messageJSON struct {
	ID        string       `json:"_id"`
	Type      string       `json:"type"`
	Role      string       `json:"role" doc:"appMaker or appUser."`
	AuthorID  string       `json:"authorId"`
	Name      string       `json:"name,omitempty"`
	Email     string       `json:"email,omitempty"`
	AvatarURL string       `json:"avatarUrl,omitempty"`
	Received  float64      `json:"received" doc:"Decimal Unix seconds; later for every message of a conversation."`
	Source    sourceJSON   `json:"source"`
	Text      *string      `json:"text,omitempty"`
	MediaURL  string       `json:"mediaUrl,omitempty"`
	MediaType string       `json:"mediaType,omitempty"`
	MediaSize int64        `json:"mediaSize,omitempty"`
	AltText   string       `json:"altText,omitempty"`
	Payload   string       `json:"payload,omitempty"`
	Actions   []actionJSON `json:"actions,omitempty"`
	structureJSON
	Metadata map[string]any `json:"metadata,omitempty"`
	Answers  *answersJSON   `json:"answers,omitempty" doc:"What was sent that this message answers. An addition of ours."`
}

type sourceJSON struct {
	Type          string  `json:"type" doc:"A channel, api or notification."`
	IntegrationID string  `json:"integrationId,omitempty"`
	OriginalID    string  `json:"originalMessageId,omitempty" doc:"The provider's id."`
	OriginalAt    float64 `json:"originalMessageTimestamp,omitempty"`
}

type actionJSON struct {
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

type answersJSON struct {
	MessageID      string `json:"messageId"`
	NotificationID string `json:"notificationId,omitempty"`
	Confidence     string `json:"confidence" doc:"exact, same_sender or last_outbound: how sure that is."`
}

// wireMessage is m on the wire. It keeps a reference to m.
func wireMessage(m *heliograph.Message) messageJSON {
	out := messageJSON{
		ID: m.ID.String(), Type: string(m.Type), Role: string(m.Role), AuthorID: authorID(m),
		Name: m.Author.Name, Email: m.Author.Email, AvatarURL: avatar(&m.Author), Received: m.Received.Seconds(),
		Source:   wireSource(&m.Source),
		MediaURL: m.MediaURL, MediaType: m.MediaType, MediaSize: m.MediaSize, AltText: m.AltText,
		Payload: m.Payload, Metadata: m.Metadata,
	}
	if m.Text != "" || m.Type == heliograph.TextMessage {
		out.Text = &m.Text
	}
	out.Actions = wireActions(m.Actions)
	out.structure(&m.Content)
	if m.Answers != nil {
		out.Answers = &answersJSON{m.Answers.Message.String(), m.Answers.Notification.String(), string(m.Answers.Confidence)}
	}
	return out
}

func wireActions(list []heliograph.Action) []actionJSON {
	if len(list) == 0 {
		return nil
	}
	out := make([]actionJSON, len(list))
	for i := range list {
		out[i] = actionJSON(list[i])
	}
	return out
}

// wireMessages is several messages on the wire.
func wireMessages(list []*heliograph.Message) []messageJSON {
	out := make([]messageJSON, len(list))
	for i, m := range list {
		out[i] = wireMessage(m)
	}
	return out
}

func wireSource(s *heliograph.Source) sourceJSON {
	out := sourceJSON{Type: s.Type, IntegrationID: s.Integration.String(), OriginalID: s.ExternalID}
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
