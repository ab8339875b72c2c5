package client

import "encoding/json"

// Roles of messages.
const (
	RoleUser     = "appUser"
	RoleBusiness = "appMaker"
)

// Message is one message of the conversation. What a type has beside these fields
// is in JSON.
type Message struct {
	ID        string `json:"_id"`
	Type      string `json:"type"`
	Role      string `json:"role"`
	AuthorID  string `json:"authorId"`
	Name      string `json:"name"`
	AvatarURL string `json:"avatarUrl"`
	Text      string `json:"text"`
	MediaURL  string `json:"mediaUrl"`
	MediaType string `json:"mediaType"`
	MediaSize int64  `json:"mediaSize"`
	AltText   string `json:"altText"`
	Payload   string `json:"payload"`
	// Cursor is the message's place: later for every message of the conversation.
	Cursor string `json:"cursor"`
	// Key is what Send returned, for what waits to be sent.
	Key string `json:"nonce"`

	received float64
	actions  []*Action
	items    []*Item
	raw      json.RawMessage
}

// Received is when the server took the message, in milliseconds of Unix time; 0:
// not yet.
func (m *Message) Received() int64 { return int64(m.received*1000 + 0.5) }

// ActionCount is how many buttons the message has.
func (m *Message) ActionCount() int { return len(m.actions) }

// Action returns a button of the message; nil when there is none of this number.
func (m *Message) Action(i int) *Action { return at(m.actions, i) }

// ItemCount is how many items a carousel or a list has.
func (m *Message) ItemCount() int { return len(m.items) }

// Item returns an item of a carousel or a list.
func (m *Message) Item(i int) *Item { return at(m.items, i) }

// JSON is the whole message as the server sent it.
func (m *Message) JSON() string { return string(m.raw) }

// UnmarshalJSON reads a message of the protocol.
func (m *Message) UnmarshalJSON(b []byte) error {
	type fields Message
	var in struct {
		fields
		Received float64   `json:"received"`
		Actions  []*Action `json:"actions"`
		Items    []*Item   `json:"items"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*m = Message(in.fields)
	m.received, m.actions, m.items = in.Received, in.Actions, in.Items
	m.raw = append(json.RawMessage(nil), b...)
	return nil
}

// Action is a button. The type says what it does: link, webview, postback, reply,
// locationRequest, buy or share.
type Action struct {
	ID       string `json:"_id"`
	Type     string `json:"type"`
	Text     string `json:"text"`
	URI      string `json:"uri"`
	Fallback string `json:"fallback"`
	Payload  string `json:"payload"`
	IconURL  string `json:"iconUrl"`
	Amount   int64  `json:"amount"` // in the currency's smallest unit
	Currency string `json:"currency"`
	State    string `json:"state"`
}

// Item is a card of a carousel or a line of a list.
type Item struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	MediaURL    string `json:"mediaUrl"`
	MediaType   string `json:"mediaType"`
	Size        string `json:"size"`

	actions []*Action
}

// ActionCount is how many buttons the item has.
func (i *Item) ActionCount() int { return len(i.actions) }

// Action returns a button of the item.
func (i *Item) Action(n int) *Action { return at(i.actions, n) }

// UnmarshalJSON reads an item of the protocol.
func (i *Item) UnmarshalJSON(b []byte) error {
	type fields Item
	var in struct {
		fields
		Actions []*Action `json:"actions"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*i = Item(in.fields)
	i.actions = in.Actions
	return nil
}

// MessageList is a number of messages, the oldest first.
type MessageList struct{ all []*Message }

// Len is how many there are.
func (l *MessageList) Len() int { return len(l.all) }

// At returns one of them; nil when there is none of this number.
func (l *MessageList) At(i int) *Message { return at(l.all, i) }

func at[T any](all []*T, i int) *T {
	if i < 0 || i >= len(all) {
		return nil
	}
	return all[i]
}

// Typing is that somebody of the business writes.
type Typing struct {
	Role      string `json:"role"`
	On        bool   `json:"on"`
	Name      string `json:"name"`
	AvatarURL string `json:"avatarUrl"`
}

// Conversation is the state of the conversation.
type Conversation struct {
	ID     string `json:"_id"`
	Unread int64  `json:"unreadCount"` // messages of the business that the person has not read

	userRead, businessRead float64
}

// UserLastRead is up to when the person has read, in milliseconds of Unix time; 0: nothing.
func (c *Conversation) UserLastRead() int64 { return int64(c.userRead*1000 + 0.5) }

// BusinessLastRead is up to when the business has read.
func (c *Conversation) BusinessLastRead() int64 { return int64(c.businessRead*1000 + 0.5) }

// UnmarshalJSON reads a conversation of the protocol.
func (c *Conversation) UnmarshalJSON(b []byte) error {
	type fields Conversation
	var in struct {
		fields
		UserRead     float64 `json:"appUserLastRead"`
		BusinessRead float64 `json:"appMakerLastRead"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*c = Conversation(in.fields)
	c.userRead, c.businessRead = in.UserRead, in.BusinessRead
	return nil
}
