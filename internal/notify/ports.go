// Package notify accepts notifications and tells what became of them. It turns
// an intent into a message and a delivery; sending is not its business.
package notify

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Accept is one notification to be stored, and the store's answer.
type Accept struct {
	Delivery *heliograph.Delivery // all but User, Client and Conversation
	Message  *heliograph.Message  // id, role, source and content

	// NewUser, NewClient and NewConversation are used when nobody owns the
	// address yet.
	NewUser         heliograph.UserID
	NewClient       heliograph.ClientID
	NewConversation heliograph.ConversationID

	Key    string // idempotency key; "" none
	Digest []byte // of the request's body
	Answer string // what is answered, kept for Key

	KnownOnly bool // it is refused when nobody has the address at its integration

	Start *heliograph.Start // nil: it is queued as ready

	User   *heliograph.User // the answer: whose address it is
	Replay *Replay          // the answer: Key was used before; nothing was stored
	Err    error            // the answer: it was refused; nothing was stored
}

// IdempotencyRoute is the route under which keys of notifications are kept,
// single ones and lines of a bulk alike.
const IdempotencyRoute = "POST notifications"

// Replay is the kept answer of an idempotency key.
type Replay struct {
	Status int
	Body   string
	Same   bool // the request's body is the same
}

// Filter selects notifications. Zero fields select all.
type Filter struct {
	Status      heliograph.Status
	Integration heliograph.IntegrationID
	From, To    heliograph.Millis         // when accepted: From <= t < To
	Before      heliograph.NotificationID // the cursor: older than this one
	Limit       int
}

// Told is one try to tell a webhook of an event.
type Told struct {
	Event   heliograph.EventID
	Webhook heliograph.WebhookID
	Attempt int
	At      heliograph.Millis
	Status  int
	TookMS  int64
	Outcome string
	Error   string
}

// Store is what the engine needs remembered.
type Store interface {
	// Accept stores a notification. done is called, from a writer, when it is
	// committed or refused, and must be quick. bulk ones give way to others.
	Accept(a *Accept, bulk bool, done func(error))
	// Notification returns a delivery of kind notification with its present
	// status, or an error of kind NotFound.
	Notification(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error)
	// List returns a page, newest first, and the cursor of the next; a page may
	// be short and still have a next one.
	List(ctx context.Context, app heliograph.AppID, f Filter) ([]*heliograph.Delivery, heliograph.NotificationID, error)
	// Cancel takes a waiting delivery from the queue; false: it is not waiting.
	Cancel(ctx context.Context, d *heliograph.Delivery, e *heliograph.Event) (bool, error)
	// MessageDeliveries returns the deliveries of one message of a conversation,
	// oldest first.
	MessageDeliveries(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) ([]*heliograph.Delivery, error)
	DeliveryEvents(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) ([]*heliograph.Event, error)
	Told(ctx context.Context, app heliograph.AppID, events []heliograph.EventID) ([]Told, error)
	Message(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error)
	// Answers returns customers' messages received after a moment, oldest first.
	Answers(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after heliograph.Millis) ([]*heliograph.Message, error)
	// Owner returns who owns an address, or nil.
	Owner(ctx context.Context, app heliograph.AppID, platform, address string, i heliograph.IntegrationID) (*heliograph.User, error)
	Suppressed(ctx context.Context, app heliograph.AppID, i heliograph.IntegrationID, address string, c heliograph.Category, now heliograph.Millis) (bool, error)
}

// Integrations finds an integration and its open channel.
type Integrations interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
}

// Identities knows by what names providers call people.
type Identities interface {
	// Known returns the address under which the person is kept whom a channel
	// calls by names; settled says that nothing is to be learned from them.
	Known(ctx context.Context, app heliograph.AppID, kind string, names []string) (address string, settled bool, err error)
}

// Lanes is the way out.
type Lanes interface {
	// Prepare fills in what the lanes decide of a new delivery.
	Prepare(d *heliograph.Delivery, i *heliograph.Integration)
	// Begin calls store once, soon: with the start of a first attempt when the
	// delivery may go out at once, else with nil.
	Begin(d *heliograph.Delivery, c *heliograph.Content, store func(*heliograph.Start))
	// Began says how the storing of a delivery with a start went; u is whose
	// address it is.
	Began(d *heliograph.Delivery, s *heliograph.Start, u *heliograph.User, stored bool)
	// Offer hands over a delivery that was committed as ready.
	Offer(d *heliograph.Delivery, c *heliograph.Content, u *heliograph.User)
	// Cancelled tells of a delivery that was taken from the queue.
	Cancelled(d *heliograph.Delivery)
	// Gates asks every gate, as before an attempt.
	Gates(ctx context.Context, d *heliograph.Delivery, c *heliograph.Content, i *heliograph.Integration, ch channel.Channel, kind *channel.Type, suppressed bool) ([]GateAnswer, error)
}

// GateAnswer is what one gate says.
type GateAnswer struct {
	Gate    string `json:"gate"`
	Asks    string `json:"asks"`
	Passes  bool   `json:"passes"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// Presence knows which devices of a user have live connections.
type Presence interface {
	Online(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.PresentDevice, error)
}

// ErrUnknownDevice is for a destination that nobody has come from.
func ErrUnknownDevice() error {
	return heliograph.InvalidField("destination.destinationId", "names no device that has used this integration and still does; a device makes itself known by the SDK")
}

// Watch is told what is accepted, for metrics.
type Watch interface {
	Accepted(channel string, category heliograph.Category)
}

// Files knows the files that we serve.
type Files interface {
	// Describe has c tell the type and size of the file of ours that it shows, if
	// it does.
	Describe(ctx context.Context, app heliograph.AppID, c *heliograph.Content) error
}

// Templates knows what providers' templates say.
type Templates interface {
	// Shown returns c as the person sees it who gets it through an integration; c
	// itself when that is not known. It asks no provider.
	Shown(ctx context.Context, through heliograph.IntegrationID, c *heliograph.Content) *heliograph.Content
}
