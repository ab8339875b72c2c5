package heliograph

// EventType names what happened.
type EventType string

// The events. Delivery events are told to webhooks as notification:delivery:*
// or message:delivery:* by the kind of the delivery.
const (
	EventAttempt         EventType = "attempt"  // an attempt ended without a change of status (a retry follows)
	EventUnknown         EventType = "unknown"  // an attempt's outcome is not known
	EventResolved        EventType = "resolved" // what became of an unknown attempt
	EventHeld            EventType = "held"     // a gate holds it back for now
	EventRerouted        EventType = "rerouted" // another integration takes over
	EventChannel         EventType = "channel"  // the provider took it
	EventUser            EventType = "user"
	EventFailure         EventType = "failure"
	EventCancelled       EventType = "cancelled"
	EventMessageCustomer EventType = "message.customer"
	EventMessageBusiness EventType = "message.business"
	EventConversation    EventType = "conversation.start"
	EventRead            EventType = "conversation.read"
	EventTyping          EventType = "typing"
	EventPostback        EventType = "postback"
	EventMerge           EventType = "user.merge"
	EventUserDelete      EventType = "user.delete"
	EventClientAdd       EventType = "client.add"
	EventClientRemove    EventType = "client.remove"
	EventLinkMatch       EventType = "link.match"
	EventLinkSuccess     EventType = "link.success"
	EventLinkFailure     EventType = "link.failure"
	EventConsent         EventType = "consent"          // an opt-out or opt-in
	EventWebhookDisabled EventType = "webhook.disabled" // an alert for the app's other webhooks
	EventWebhookDead     EventType = "webhook.dead"     // an alert: a webhook could not be told of an event
)

// Event is something that happened. It is immutable, and holds ids and facts
// about delivery, never what people wrote, so that erasing a person leaves it
// countable.
type Event struct {
	ID           EventID
	App          AppID
	Type         EventType
	At           Millis
	User         UserID
	Conversation ConversationID
	Delivery     NotificationID
	Message      MessageID
	Data         EventData
}

// Key is what order is kept by when the event is told: its conversation, else
// its user, else its app.
func (e *Event) Key() [12]byte {
	switch {
	case !e.Conversation.IsZero():
		return e.Conversation
	case !e.User.IsZero():
		return e.User
	}
	return e.App
}

// EventData is the rest of an event, one JSON document. Which fields are set
// depends on the event's type.
type EventData struct {
	Kind  DeliveryKind `json:"k,omitempty"` // delivery events: what for
	Final bool         `json:"f,omitempty"` // delivery events: nothing follows

	Attempt  int            `json:"n,omitempty"`  // which attempt
	Started  Millis         `json:"st,omitempty"` // when it started
	Took     int64          `json:"ms,omitempty"` // how long it took, milliseconds
	Class    string         `json:"c,omitempty"`  // the result class of the channel contract
	Error    *DeliveryError `json:"e,omitempty"`
	External []string       `json:"x,omitempty"` // provider ids the event tells of
	Retry    Millis         `json:"r,omitempty"` // when the next attempt is due
	Gate     string         `json:"g,omitempty"` // which gate stopped or holds it
	Via      string         `json:"v,omitempty"` // outcome, callback, echo, lookup, policy, api, recovery, person, restore, seen, read
	Status   string         `json:"s,omitempty"` // the provider's own status word

	Context  []MessageID       `json:"cx,omitempty"` // message.customer: recentNotifications
	Other    []UserID          `json:"o,omitempty"`  // user.merge: the discarded
	OtherExt []string          `json:"oe,omitempty"` // their external ids, by position
	Client   ClientID          `json:"cl,omitzero"`
	Channel  string            `json:"ch,omitempty"` // link.*, client.*, reads: the channel's name; attempts: the push service
	Integ    IntegrationID     `json:"in,omitzero"`
	Criteria map[string]string `json:"cr,omitempty"` // link.*
	Reason   string            `json:"re,omitempty"` // client.*, consent
	Activity string            `json:"a,omitempty"`  // typing:start, typing:stop
	ActionID string            `json:"ai,omitempty"` // postback
	ExtID    string            `json:"xi,omitempty"` // the user's external id then
	Webhook  WebhookID         `json:"w,omitzero"`

	Quiet bool `json:"-"` // webhooks are not told
}

// Told is an event that a webhook is to be told of.
type Told struct {
	Event   *Event
	Webhook WebhookID
	Context *EventContext // what the writer had at hand; nil: load it
}

// EventContext is what an event's webhook body is made from besides the event.
// A nil part was not at hand.
type EventContext struct {
	Delivery *Delivery
	User     *User // without clients
	Message  *Message
	Content  *Content // of a delivery's message, where the message itself is not at hand
}

// DeliveryAtHand returns the delivery that was at hand, if any.
func (c *EventContext) DeliveryAtHand() *Delivery {
	if c == nil {
		return nil
	}
	return c.Delivery
}
