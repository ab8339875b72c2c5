package simulator

import "time"

// The directions of a message, as the provider calls them.
const (
	Outbound = "outbound-api"
	Reply    = "outbound-reply" // an answer of the provider, or of a webhook's answer
	Inbound  = "inbound"
)

// The channels that messages come by. A person has one thread of each.
const (
	ChannelSMS      = "sms"
	ChannelWhatsApp = "whatsapp"
	ChannelEmail    = "email"
	ChannelApp      = "app" // pushes, and apps on phones
)

// Message is one message on the network. The ledger's lock guards what changes.
type Message struct {
	provider, channel     string
	owner                 string // of its thread; "": whoever is not the business
	content               any
	sid, account, service string
	from, to, body        string
	media                 []Media
	direction             string
	encoding              string
	parts                 int
	callback              string
	created               time.Time

	status    string
	errorCode int
	sent      time.Time
	updated   time.Time
	told      int // webhooks taken
	untold    int // webhooks given up
	lastError string
}

// Media is a file of a message.
type Media struct {
	URL         string `json:"url"`
	ContentType string `json:"contentType,omitempty"`
}

// thread is where a person sees the message.
func (m *Message) thread() threadKey {
	if m.owner != "" {
		return threadKey{m.channel, m.owner}
	}
	return threadKey{m.channel, m.person()}
}

// person is the number of the phone that the message is on.
func (m *Message) person() string {
	if m.direction == Inbound {
		return m.from
	}
	return m.to
}

// rank orders statuses: a message never falls back.
func rank(status string) int {
	switch status {
	case "scheduled", "accepted", "queued":
		return 0
	case "sending":
		return 1
	case "sent", "buffered":
		return 2
	case "undelivered", "failed", "canceled", "expired", "delivery_failed", "rejected", "bounced":
		return 3
	case "delivered", "received":
		return 4
	case "read", "opened":
		return 5
	case "played", "clicked", "unsubscribed", "complained":
		return 6
	}
	return 0
}

// View is a message as the simulator's own endpoints show it.
type View struct {
	Provider            string    `json:"provider"`
	Channel             string    `json:"channel"`
	Person              string    `json:"person"` // whose thread it is on
	SID                 string    `json:"sid"`
	AccountSID          string    `json:"accountSid"`
	MessagingServiceSID string    `json:"messagingServiceSid,omitempty"`
	Direction           string    `json:"direction"`
	From                string    `json:"from"`
	To                  string    `json:"to"`
	Body                string    `json:"body"`
	Media               []Media   `json:"media,omitempty"`
	Encoding            string    `json:"encoding"`
	Parts               int       `json:"parts"`
	Status              string    `json:"status"`
	ErrorCode           int       `json:"errorCode,omitempty"`
	Content             any       `json:"content,omitempty"` // what the provider's view shows beyond the body
	CreatedAt           time.Time `json:"createdAt"`
	UpdatedAt           time.Time `json:"updatedAt"`
	WebhooksTaken       int       `json:"webhooksTaken"`
	WebhooksLost        int       `json:"webhooksLost"`
	WebhookError        string    `json:"webhookError,omitempty"`
}

// view copies the message. The ledger's lock is held.
func (m *Message) view() View {
	return View{
		Provider: m.provider, Channel: m.channel, Person: m.thread().person, Content: m.content,
		SID: m.sid, AccountSID: m.account, MessagingServiceSID: m.service, Direction: m.direction,
		From: m.from, To: m.to, Body: m.body, Media: m.media, Encoding: m.encoding, Parts: m.parts,
		Status: m.status, ErrorCode: m.errorCode, CreatedAt: m.created.UTC(), UpdatedAt: m.updated.UTC(),
		WebhooksTaken: m.told, WebhooksLost: m.untold, WebhookError: m.lastError,
	}
}

// set takes from a view what may change of a message. The ledger's lock is held,
// or nobody else has the message yet.
func (m *Message) set(v View) {
	m.body, m.media, m.content = v.Body, v.Media, v.Content
	m.encoding, m.parts = v.Encoding, v.Parts
	m.status, m.errorCode, m.updated = v.Status, v.ErrorCode, v.UpdatedAt
}
