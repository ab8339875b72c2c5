package heliograph

import "encoding/json"

// Role is who speaks.
type Role string

// The roles, in the v1.1 API's words.
const (
	Business Role = "appMaker"
	Customer Role = "appUser"
)

// MessageType is the shape of a message's content.
type MessageType string

// The message types that are carried now.
const (
	TextMessage  MessageType = "text"
	ImageMessage MessageType = "image"
	FileMessage  MessageType = "file" // from customers only
)

// SourceKind is the way a message came in, other than a channel's name.
const (
	SourceAPI          = "api"
	SourceNotification = "notification"
	SourceLink         = "link"   // a link's confirmation: sent, but not part of the conversation
	SourceSystem       = "system" // our own answer, such as to HELP: likewise
)

// Limits of messages, from the v1.1 API.
const (
	MaxTextRunes     = 4096
	MaxMetadataBytes = 4096 // every metadata and properties map, as JSON
	MaxNameRunes     = 128
	MaxURLBytes      = 2048
	MaxMessages      = 30000 // of one conversation; then it is locked
	MaxUserIDRunes   = 1024
)

// Message is one piece of content in a conversation.
type Message struct {
	ID           MessageID
	App          AppID
	Conversation ConversationID // zero for SourceLink
	User         UserID
	Notification NotificationID // set when Source.Type is SourceNotification
	Seq          int64          // 1, 2, … within the conversation
	Received     Millis         // strictly increasing within the conversation
	Role         Role
	Source       Source
	Content
}

// Source tells where a message came from.
type Source struct {
	Type        string        // a channel's name, SourceAPI, SourceNotification or SourceLink
	Integration IntegrationID // for a channel
	ExternalID  string        // the provider's id of it
	At          Millis        // when the provider says it was written; 0 unknown
}

// Content is what a message says. It is stored as one JSON document.
type Content struct {
	Type      MessageType     `json:"type"`
	Text      string          `json:"text,omitempty"`
	MediaURL  string          `json:"mediaUrl,omitempty"`
	MediaType string          `json:"mediaType,omitempty"`
	MediaSize int64           `json:"mediaSize,omitempty"`
	AltText   string          `json:"altText,omitempty"`
	Actions   []Action        `json:"actions,omitempty"`
	Payload   string          `json:"payload,omitempty"`
	Metadata  map[string]any  `json:"metadata,omitempty"`
	Override  json.RawMessage `json:"override,omitempty"`
	Author    Author          `json:"author,omitzero"`
	// Quoted is the outbound message that this one answers, and how sure that is.
	Answers *Attribution `json:"answers,omitempty"`
}

// Author is how the writer of a message is shown.
type Author struct {
	ID        string `json:"id,omitempty"` // the writer's id; a user's hex id for customers
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	AvatarURL string `json:"avatarUrl,omitempty"`
}

// Action is a button, link or quick reply of a message.
type Action struct {
	ID       string         `json:"_id,omitempty"`
	Type     string         `json:"type"`
	Text     string         `json:"text,omitempty"`
	URI      string         `json:"uri,omitempty"`
	Payload  string         `json:"payload,omitempty"`
	IconURL  string         `json:"iconUrl,omitempty"`
	Fallback string         `json:"fallback,omitempty"`
	Size     string         `json:"size,omitempty"`
	Open     bool           `json:"openOnReceive,omitempty"`
	Default  bool           `json:"default,omitempty"`
	Amount   int64          `json:"amount,omitempty"` // minor units
	Currency string         `json:"currency,omitempty"`
	State    string         `json:"state,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
	Extra    map[string]any `json:"extraChannelOptions,omitempty"`
}

// Confidence is how sure the attribution of an answer is.
type Confidence string

// The confidences, best first.
const (
	ExactAnswer  Confidence = "exact"         // a quote, a button, an In-Reply-To
	SameSender   Confidence = "same_sender"   // the same sender and address
	LastOutbound Confidence = "last_outbound" // the latest outbound within the window
)

// Attribution ties an answer to the outbound message that it answers.
type Attribution struct {
	Message      MessageID      `json:"message"`
	Notification NotificationID `json:"notification,omitzero"`
	Confidence   Confidence     `json:"confidence"`
}

// Conversation is the thread of one user. Its row is where sequences are given
// out, so whoever writes a message holds its lock.
type Conversation struct {
	ID           ConversationID
	App          AppID
	User         UserID
	Seq          int64  // of the newest message
	LastReceived Millis // of the newest message
	Messages     int64  // held now; see MaxMessages
	Unread       int64  // business messages unread by the user
	BusinessRead Millis // appMakerLastRead
	UserRead     Millis // appUserLastRead
	LastUserAt   Millis // received of the newest customer message
	ContextFrom  Millis // notifications received after this go with the next answer
	Created      Millis
}
