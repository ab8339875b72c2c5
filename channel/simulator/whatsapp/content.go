package whatsapp

import "encoding/json"

// Content is what the page shows of a message beyond its text.
type Content struct {
	Type          string          `json:"type"`
	PhoneNumberID string          `json:"phoneNumberId"`
	Header        *Head           `json:"header,omitempty"`
	Text          string          `json:"text,omitempty"`
	Footer        string          `json:"footer,omitempty"`
	Media         *Media          `json:"media,omitempty"`
	Buttons       []Tap           `json:"buttons,omitempty"`
	List          *List           `json:"list,omitempty"`
	Location      *Location       `json:"location,omitempty"`
	Contacts      json.RawMessage `json:"contacts,omitempty"`
	Reaction      *Reaction       `json:"reaction,omitempty"`
	Template      *Sent           `json:"template,omitempty"`
	Quote         *Quote          `json:"quote,omitempty"`
	Native        json.RawMessage `json:"native,omitempty"` // what was sent, as it was sent
}

// Head stands over the text.
type Head struct {
	Text  string `json:"text,omitempty"`
	Media *Media `json:"media,omitempty"`
}

// Media is a file of a message. URL is where the page fetches it.
type Media struct {
	Kind     string `json:"kind"` // image, audio, video, document or sticker
	ID       string `json:"id,omitempty"`
	Link     string `json:"link,omitempty"`
	URL      string `json:"url,omitempty"`
	MimeType string `json:"mimeType,omitempty"`
	Name     string `json:"name,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	Problem  string `json:"problem,omitempty"`
}

// The kinds of button.
const (
	tapTemplate = "template" // a quick reply of a template
	tapReply    = "reply"    // a reply button
	tapURL      = "url"
	tapCall     = "call"
	tapCopy     = "copy"
	tapFlow     = "flow"
	tapLocation = "location"
)

// Tap is a button.
type Tap struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	ID    string `json:"id,omitempty"` // of a reply, or the payload of a quick reply
	Value string `json:"value,omitempty"`
}

// List is what opens behind the button of a list message.
type List struct {
	Button   string    `json:"button"`
	Sections []Section `json:"sections"`
}

// Section is a part of a list.
type Section struct {
	Title string `json:"title,omitempty"`
	Rows  []Row  `json:"rows"`
}

// Row is one choice of a list.
type Row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Location is a place.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Reaction is an emoji on another message; none: it is taken back.
type Reaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

// Sent names the template that a message was made from.
type Sent struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Category string `json:"category,omitempty"`
}

// Quote is the message that another one answers.
type Quote struct {
	ID   string `json:"id"`
	Body string `json:"body"`
	Mine bool   `json:"mine"` // the person's own
}

// draft is what a request asks to be sent, once it is found valid.
type draft struct {
	address string // of the person: +digits, or a user id
	input   string // as it was given
	byUser  bool
	content Content
	body    string // in one line, for lists and counts
	opaque  string
	context string
	files   []*Media // those that the message carries
}
