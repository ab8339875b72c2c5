package simulator

import "time"

// The directions of a message, as the provider calls them.
const (
	outbound = "outbound-api"
	reply    = "outbound-reply" // an answer of the provider, or of a webhook's answer
	inbound  = "inbound"
)

// message is one message on the network. The ledger's lock guards what changes.
type message struct {
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

// person is the number of the phone that the message is on.
func (m *message) person() string {
	if m.direction == inbound {
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
	case "sent":
		return 2
	case "undelivered", "failed", "canceled":
		return 3
	case "delivered", "received":
		return 4
	case "read":
		return 5
	}
	return 0
}

// View is a message as the simulator's own endpoints show it.
type View struct {
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
	CreatedAt           time.Time `json:"createdAt"`
	UpdatedAt           time.Time `json:"updatedAt"`
	WebhooksTaken       int       `json:"webhooksTaken"`
	WebhooksLost        int       `json:"webhooksLost"`
	WebhookError        string    `json:"webhookError,omitempty"`
}

// view copies the message. The ledger's lock is held.
func (m *message) view() View {
	return View{
		SID: m.sid, AccountSID: m.account, MessagingServiceSID: m.service, Direction: m.direction,
		From: m.from, To: m.to, Body: m.body, Media: m.media, Encoding: m.encoding, Parts: m.parts,
		Status: m.status, ErrorCode: m.errorCode, CreatedAt: m.created.UTC(), UpdatedAt: m.updated.UTC(),
		WebhooksTaken: m.told, WebhooksLost: m.untold, WebhookError: m.lastError,
	}
}
