package webhook

import (
	"encoding/binary"
	"strconv"

	"heliograph"
)

// Ref names a webhook.
type Ref struct {
	App heliograph.AppID
	ID  heliograph.WebhookID
}

// Place is where entries queue up: the part of a webhook's work in one slot.
type Place struct {
	Slot    int
	Webhook heliograph.WebhookID
}

// Entry is one event that one webhook is to be told of.
type Entry struct {
	Slot    int
	Webhook heliograph.WebhookID
	App     heliograph.AppID
	ID      heliograph.EventID
	Key     [12]byte          // what order is kept by
	Due     heliograph.Millis // not before
	Attempt int               // attempts made
	Parked  bool              // it no longer holds its key's later events
	First   heliograph.Millis // of the first attempt, once there was one
	Body    []byte            // of the first attempt, once one failed
	Event   *heliograph.Event // nil: no longer kept
}

// Sequence is a number that increases from event to event of one key: the
// beginning of the event's id, which is its time and the count within it.
func Sequence(id heliograph.EventID) string {
	return strconv.FormatUint(binary.BigEndian.Uint64(id[:8]), 10)
}

// The outcomes of an attempt, as the log has them.
const (
	OutcomeDone    = "done"
	OutcomeRetry   = "retry"   // it failed and is tried again
	OutcomeRefused = "refused" // the receiver will not have it
	OutcomeDead    = "dead"    // it failed for the last time
)

// Outcome is how one attempt ended.
type Outcome struct {
	Entry          // with OutcomeRetry: as it is to be kept
	N       int    // which attempt, from 1
	Outcome string // one of the constants
	At      heliograph.Millis
	Status  int   // HTTP status; 0: no answer
	Took    int64 // milliseconds
	Error   string
}

// Want says what a body is made from, besides its event. Zero parts are not
// needed, or at hand already.
type Want struct {
	App        heliograph.AppID
	User       heliograph.UserID
	Clients    bool // the user's clients, too
	Delivery   heliograph.NotificationID
	Message    heliograph.MessageID
	Recent     []heliograph.MessageID
	Client     heliograph.ClientID
	DeliveryTo bool // the client that the delivery went to
}

// Context is what a body is made from. Parts that no longer exist are nil.
type Context struct {
	Delivery *heliograph.Delivery
	User     *heliograph.User // its clients only where asked for
	Message  *heliograph.Message
	Content  *heliograph.Content   // of a delivery's message, where the message itself is not at hand
	Recent   []*heliograph.Message // by time; those that still exist
	Client   *heliograph.Client
}

// Said is what the message says that a delivery brings; nil when it is not known.
func (c *Context) Said() *heliograph.Content {
	if c.Message != nil {
		return &c.Message.Content
	}
	return c.Content
}
