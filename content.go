package heliograph

import "encoding/json"

// MessageType is the shape of a message's content.
type MessageType string

// The message types, in the v1.1 API's words.
const (
	TextMessage         MessageType = "text"
	ImageMessage        MessageType = "image"
	FileMessage         MessageType = "file"
	CarouselMessage     MessageType = "carousel"
	ListMessage         MessageType = "list"
	LocationMessage     MessageType = "location"
	FormMessage         MessageType = "form"
	FormResponseMessage MessageType = "formResponse" // from customers only
)

// Content is what a message says. It is stored as one JSON document. Which
// fields are set depends on its type; see the v1.1 API's message types.
type Content struct {
	Type      MessageType     `json:"type"`
	Text      string          `json:"text,omitempty"` // of other types than text: a caption, or what stands in for it
	MediaURL  string          `json:"mediaUrl,omitempty"`
	MediaType string          `json:"mediaType,omitempty"`
	MediaSize int64           `json:"mediaSize,omitempty"`
	AltText   string          `json:"altText,omitempty"` // of an image; a file's name
	Actions   []Action        `json:"actions,omitempty"`
	Payload   string          `json:"payload,omitempty"` // of the button or reply that a customer chose
	Metadata  map[string]any  `json:"metadata,omitempty"`
	Override  json.RawMessage `json:"override,omitempty"` // {channel: {"payload": a provider's own body}}
	Author    Author          `json:"author,omitzero"`

	Items          []Item       `json:"items,omitempty"`       // carousel, list
	ImageRatio     string       `json:"imageRatio,omitempty"`  // carousel: horizontal (default) or square
	Fields         []FormField  `json:"fields,omitempty"`      // form, formResponse
	BlockChatInput bool         `json:"blockChat,omitempty"`   // form
	Submitted      bool         `json:"submitted,omitempty"`   // form: it was answered
	Coordinates    *Coordinates `json:"coordinates,omitempty"` // location
	Venue          *Venue       `json:"venue,omitempty"`       // location

	// Native is a provider's own message, which goes out instead of the rest; the
	// rest is how it is shown.
	Native *Native `json:"native,omitempty"`
	// Mail is what an e-mail has besides.
	Mail *Mail `json:"mail,omitempty"`

	// Answers is the outbound message that this one answers, and how sure that is.
	Answers *Attribution `json:"answers,omitempty"`
	// Quoted is the message that a person replied to or, for a formResponse, the form.
	Quoted MessageID `json:"quoted,omitzero"`
	// Form is the form that a formResponse answers, as it was then.
	Form *Content `json:"form,omitempty"`
	// Automatic says that a machine wrote it for the person (an out-of-office note).
	Automatic bool `json:"auto,omitempty"`
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

// Item is one card of a carousel or one row of a list.
type Item struct {
	ID          string         `json:"_id,omitempty"`
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	MediaURL    string         `json:"mediaUrl,omitempty"`
	MediaType   string         `json:"mediaType,omitempty"`
	AltText     string         `json:"altText,omitempty"`
	Size        string         `json:"size,omitempty"` // compact or large
	Metadata    map[string]any `json:"metadata,omitempty"`
	Actions     []Action       `json:"actions"`
}

// FormField is a question of a form, or in a formResponse its answer: Text,
// Email or Select then.
type FormField struct {
	ID          string       `json:"_id,omitempty"`
	Type        string       `json:"type"` // text, email, select
	Name        string       `json:"name"` // unique in the form
	Label       string       `json:"label,omitempty"`
	Placeholder string       `json:"placeholder,omitempty"`
	MinSize     int          `json:"minSize,omitempty"`
	MaxSize     int          `json:"maxSize,omitempty"`
	Options     []FormOption `json:"options,omitempty"`
	SelectSize  int          `json:"selectSize,omitempty"`
	Text        string       `json:"text,omitempty"`
	Email       string       `json:"email,omitempty"`
	Select      []FormOption `json:"select,omitempty"`
}

// FormOption is one answer to choose.
type FormOption struct {
	ID    string `json:"_id,omitempty"`
	Name  string `json:"name"`
	Label string `json:"label"`
}

// Coordinates are a place on earth, in degrees (WGS 84).
type Coordinates struct {
	Lat  float64 `json:"lat"`
	Long float64 `json:"long"`
}

// Venue is what a place is called.
type Venue struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// Native is a message in a provider's own form.
type Native struct {
	Schema  string          `json:"schema"`  // the channel that understands it, for example "whatsapp"
	Message json.RawMessage `json:"message"` // checked and in the provider's present form
	// Fallback is its text for channels that do not understand it; "" means that
	// they cannot carry it.
	Fallback string `json:"fallback,omitempty"`
	// Template names the provider's template that it uses, if any.
	Template *TemplateName `json:"template,omitempty"`
	// Rebuilt says that the rest of the content is the template as the person saw it.
	Rebuilt bool `json:"rebuilt,omitempty"`
}

// TemplateName names one template of a provider.
type TemplateName struct {
	Namespace string `json:"namespace,omitempty"` // of the retired API; kept for the record
	Name      string `json:"name"`
	Language  string `json:"language"`
}

// Mail is what an e-mail has besides its text.
type Mail struct {
	Subject    string   `json:"subject,omitempty"`
	MessageID  string   `json:"messageId,omitempty"` // without angle brackets
	References []string `json:"references,omitempty"`
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
