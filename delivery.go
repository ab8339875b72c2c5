package heliograph

import "encoding/json"

// Category is the purpose of an intent. Consent, caps and policies differ by it.
type Category string

// The categories.
const (
	Transactional Category = "transactional"
	Marketing     Category = "marketing"
)

// Class is the order of work inside one integration: a one-time code never
// waits behind its own app's campaign.
type Class int8

// The classes, first served first.
const (
	ClassTransactional Class = iota
	ClassConversational
	ClassMarketing
	Classes = 3
)

// Category returns the category of all that is in a class.
func (c Class) Category() Category {
	if c == ClassMarketing {
		return Marketing
	}
	return Transactional
}

// DeliveryKind is what kind of intent a delivery serves.
type DeliveryKind string

// The kinds of delivery.
const (
	NotificationDelivery DeliveryKind = "notification"
	MessageDelivery      DeliveryKind = "message"
	LinkDelivery         DeliveryKind = "link"   // the confirmation message of a link
	SystemDelivery       DeliveryKind = "system" // our own answers, such as to HELP
)

// Status is where a delivery stands.
type Status string

// The statuses.
const (
	Scheduled Status = "scheduled" // due later
	Queued    Status = "queued"    // due, waiting for its turn or its next attempt
	Sending   Status = "sending"   // an attempt is under way
	Unknown   Status = "unknown"   // an attempt's outcome is not known
	AtChannel Status = "channel"   // the provider took it
	AtUser    Status = "user"      // delivered to the person's device, or read
	Failed    Status = "failed"
	Expired   Status = "expired"
	Cancelled Status = "cancelled"
)

// Rank orders statuses as a lattice: a delivery's status only ever moves to a
// higher rank. A late receipt outranks a failure, because providers do correct
// themselves that way round and no other.
func (s Status) Rank() int {
	switch s {
	case AtChannel:
		return 1
	case Failed, Expired, Cancelled:
		return 2
	case AtUser:
		return 3
	}
	return 0
}

// Delivery is one message on its way to one client through one integration.
type Delivery struct {
	ID           NotificationID
	App          AppID
	Kind         DeliveryKind
	Integration  IntegrationID
	Channel      string // the integration's type
	Message      MessageID
	User         UserID
	Client       ClientID
	Conversation ConversationID // zero for LinkDelivery and SystemDelivery
	Address      string
	Category     Category
	Class        Class
	Slot         int // which lane slot it is queued in; see Slots

	Status   Status
	Reason   string // one of the Reason constants when failed
	Attempts int    // attempts started

	Created Millis
	Due     Millis // when the next (or the last) attempt was or is due
	Sent    Millis // when the provider took it
	Final   Millis // when it reached a final status
	Expires Millis // 0: never

	Details DeliveryDetails
}

// DeliveryDetails is what is known of a delivery and never searched for.
type DeliveryDetails struct {
	External []string        `json:"x,omitempty"` // the provider's ids
	Parts    int             `json:"n,omitempty"` // how many parts it was sent in
	Price    string          `json:"price,omitempty"`
	Error    *DeliveryError  `json:"err,omitempty"`
	Resent   bool            `json:"resent,omitempty"` // sent again after an unknown outcome
	Extra    json.RawMessage `json:"extra,omitempty"`
	Read     bool            `json:"read,omitempty"`
	// Scheduled is when the caller wanted it to be sent; 0: at once. Unlike Due it
	// does not move with the attempts.
	Scheduled Millis `json:"at,omitempty"`
	// Origin is the integration that it was for, when another one took over.
	Origin IntegrationID `json:"from,omitzero"`
	// Choices is what was thought of each client of the user when this one was to
	// be preferred; nil when the caller named it.
	Choices []Choice `json:"choices,omitempty"`
	// Instead is the delivery that failed to reach the user before.
	Instead NotificationID `json:"instead,omitzero"`
	// Beside says that it goes to a device beside the client that the message is
	// for, so that all devices of the user show it. When it fails, nothing follows.
	Beside bool `json:"beside,omitempty"`
	// Held is until when it was held back, because a device of the user was connected
	// (see PushHold) or because of IfUnread; 0: it was not.
	Held Millis `json:"held,omitempty"`
	// IfUnread says that it is only sent when the message is still unread then.
	IfUnread bool `json:"unread,omitempty"`
}

// Choice is what was thought of one client when a message was to go to the one
// that the user prefers; the clients stand in the order of preference.
type Choice struct {
	Client  ClientID `json:"c"`
	Channel string   `json:"ch"`
	Chosen  bool     `json:"y,omitempty"`
	Reason  string   `json:"r,omitempty"` // why it could not be reached, a Reason constant
	Message string   `json:"m,omitempty"` // the same in words
}

// DeliveryError is why a delivery failed, and what the provider said.
type DeliveryError struct {
	Code       string `json:"code,omitempty"` // one of the Reason constants
	Message    string `json:"msg,omitempty"`
	HTTPStatus int    `json:"http,omitempty"`
	Provider   string `json:"pcode,omitempty"` // the provider's own code
}

// Slots is how many lane slots there are. A delivery's slot is a hash of its
// integration and address; a process works on the slots it has leased.
const Slots = 64

// LaneSlot returns the slot for an address. spread bounds over how many slots
// an integration's addresses go: 1 keeps them in one, which makes small rate
// and concurrency budgets exact; Slots is the most.
func LaneSlot(i IntegrationID, address string, spread int) int {
	h := fnv(i[:], 14695981039346656037)
	if spread > 1 {
		bucket := fnv([]byte(address), 14695981039346656037) % uint64(min(spread, Slots))
		return int((h + bucket) % Slots)
	}
	return int(h % Slots)
}

// KeySlot returns the slot of webhook work for an ordering key.
func KeySlot(key [12]byte) int { return int(fnv(key[:], 14695981039346656037) % Slots) }

// fnv is FNV-1a, folded so that the low bits depend on all of the input.
func fnv(b []byte, h uint64) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>29
}

// Start is a first attempt that is recorded with the acceptance itself, so that
// it may begin as soon as that is committed.
type Start struct {
	At Millis
	// Process must have the lease of the delivery's slot; zero: it need not be asked.
	Process ProcessID

	Taken      bool // the answer: the attempt is recorded and may begin
	Suppressed bool // the answer: the address must not be sent to
}
