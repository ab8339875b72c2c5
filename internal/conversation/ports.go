package conversation

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Tx runs fn in one transaction. fn works on the ports alone and may be run again.
type Tx interface {
	Atomically(ctx context.Context, fn func(context.Context) error) error
}

// Conversations keeps the rows where sequences are given out. Whoever changes a
// conversation holds its row until the transaction ends.
type Conversations interface {
	// Get returns a conversation, or an error of kind NotFound.
	Get(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error)
	// Lock is Get that holds the row.
	Lock(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error)
	// Start makes c the user's default conversation and gives its clients to
	// it. When the user already has one, its id is returned and c is left out.
	Start(ctx context.Context, c *heliograph.Conversation) (heliograph.ConversationID, error)
	// Advance takes the next place in a conversation for a business's message,
	// and returns the row as it is then. A conversation of limit messages gives
	// none: an error of kind Locked.
	Advance(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, now heliograph.Millis, limit int64) (*heliograph.Conversation, error)
	// Save writes a locked row back.
	Save(ctx context.Context, c *heliograph.Conversation) error
}

// Users finds who a caller names.
type Users interface {
	// Resolve returns the user of an id or of the caller's own id for it, without
	// its clients, or an error of kind NotFound. An id wins.
	Resolve(ctx context.Context, app heliograph.AppID, name string) (*heliograph.User, error)
}

// Clients finds where a user can be reached.
type Clients interface {
	OfUser(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.Client, error)
}

// Messages keeps what was said.
type Messages interface {
	Insert(ctx context.Context, m *heliograph.Message) error
	// Get returns one message, or an error of kind NotFound.
	Get(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error)
	// Rewrite stores what m says now.
	Rewrite(ctx context.Context, m *heliograph.Message) error
	// Before returns the newest messages received before the moment, newest first.
	Before(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error)
	// After returns the oldest messages received after the moment, oldest first.
	After(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error)
	// Notifications returns the newest notifications whose moment is after one and
	// not after the other, newest first. The moment of a scheduled one is when it
	// was to be sent. What was cancelled or expired is left out.
	Notifications(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after, until heliograph.Millis, limit int) ([]heliograph.MessageID, error)
	// Delete removes one message and returns it; an error of kind NotFound when there is none.
	Delete(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, id heliograph.MessageID) (*heliograph.Message, error)
	DeleteAll(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID) error
	// Cancel takes what has not been sent of a conversation (of one message, or
	// with no id of all) out of the queue, and returns which deliveries those were.
	Cancel(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, only heliograph.MessageID, at heliograph.Millis) ([]Sent, error)
	// Outbound returns what was sent to the user in this conversation after
	// the moment, newest first.
	Outbound(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]Sent, error)
	// Delivered returns what a delivery sent; nil when there is no such delivery.
	Delivered(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*Sent, error)
}

// Sent is a message that left through an integration.
type Sent struct {
	Message     heliograph.MessageID
	Delivery    heliograph.NotificationID
	Kind        heliograph.DeliveryKind
	Integration heliograph.IntegrationID
	Address     string
	External    []string // the provider's ids of it
}

// Inbound keeps what providers sent, and finds who wrote.
type Inbound interface {
	// Keep stores the raw request under each fact's key and reports, by
	// position, which of them are new.
	Keep(ctx context.Context, in *heliograph.Integration, at heliograph.Millis, raw []byte, keys []string, ids []heliograph.RecordID) ([]bool, error)
	// Sender returns who has an address on an integration, or else on another
	// one of the same channel; nil when nobody does.
	Sender(ctx context.Context, in *heliograph.Integration, address string) (*heliograph.User, *heliograph.Client, error)
	// Register stores a new user with its first client. taken reports that
	// someone else has the address by now; nothing is stored then.
	Register(ctx context.Context, u *heliograph.User, c *heliograph.Client) (taken bool, err error)
	// Join stores one more client of a user. taken is as in Register.
	Join(ctx context.Context, c *heliograph.Client) (taken bool, err error)
	// Seen moves a client's last activity forward.
	Seen(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, at heliograph.Millis) error
}

// Events stores what happened, in the transaction of ctx.
type Events interface {
	AppendEventsWith(ctx context.Context, with *heliograph.EventContext, events ...*heliograph.Event) error
}

// Outbox is the only way out.
type Outbox interface {
	Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error
}

// Reach knows what would keep a message from a client now.
type Reach interface {
	// Stops returns why a message would not be sent to a client, a Reason constant
	// and words; "" when it would.
	Stops(ctx context.Context, c *heliograph.Client, m *heliograph.Content, purpose heliograph.Category) (reason, words string, err error)
}

// Deliveries is the history of what was sent.
type Deliveries interface {
	// MessageDeliveries returns the deliveries of one message, oldest first.
	MessageDeliveries(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) ([]*heliograph.Delivery, error)
	// Delivery returns one delivery, or an error of kind NotFound.
	Delivery(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error)
}

// Receipts takes in what became of what was sent. It decides what that means.
type Receipts interface {
	// Seen says that a user has seen what was received after one moment and not
	// after the other, of the newest limit messages. by is the device that showed it;
	// read says that the user has read it, wherever. It returns when what that means
	// is committed, and writes nothing when it means nothing.
	Seen(ctx context.Context, app heliograph.AppID, user heliograph.UserID, by heliograph.ClientID, read bool, after, until heliograph.Millis, limit int) error
	// ApplyStatus stores what was told of deliveries of an integration, once; raw is
	// kept as evidence.
	ApplyStatus(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error
}

// Presence knows which devices of a user have live connections, to this process or
// another.
type Presence interface {
	Online(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.PresentDevice, error)
}

// Live tells live connections of what is no write. It neither waits nor fails.
type Live interface {
	Tell(hints []heliograph.Hint)
}

// Apps finds an app, from a cache.
type Apps interface {
	App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
}

// Consents knows the words that change a person's consent, and keeps consent.
type Consents interface {
	// Classify returns what a whole message means: "stop", "start", "help", or ""
	// for an ordinary message. own are the app's word lists; stopped says that the
	// person is opted out now, when more words mean "start".
	Classify(own *heliograph.Keywords, text string, stopped bool) string
	HelpReply(own *heliograph.Keywords) string
	// Suppress and Unsuppress record c with its evidence, in the transaction of
	// ctx, and report whether that changed anything.
	Suppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error)
	Unsuppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error)
	// Resubscribe lifts what the person's own unsubscription from c's sender
	// stopped, and no more: no complaint and no bounce.
	Resubscribe(ctx context.Context, c *heliograph.Consent) (changed bool, err error)
}

// Identities knows by what names providers call people.
type Identities interface {
	// Known returns the address under which the person is kept whom a channel
	// calls by names, the best first; settled is false when something is to be
	// learned from the names, by Identify.
	Known(ctx context.Context, app heliograph.AppID, kind string, names []string) (address string, settled bool, err error)
	// Identify notes that names are one person's, in the transaction of ctx, and
	// returns that person's address.
	Identify(ctx context.Context, app heliograph.AppID, kind string, names []string) (address string, err error)
}

// Links finishes the linking of channels.
type Links interface {
	// ConfirmByActivity is told of every message from an address that a link may
	// wait for, before its sender is looked up, in the transaction of ctx: the
	// link is confirmed or ended. An opt-out never confirms one.
	ConfirmByActivity(ctx context.Context, in *heliograph.Integration, address, text string, stop bool) error
}

// Templates knows what providers' templates say.
type Templates interface {
	// Shown returns c as the person sees it who gets it through an integration; c
	// itself when that is not known. It asks no provider.
	Shown(ctx context.Context, through heliograph.IntegrationID, c *heliograph.Content) *heliograph.Content
}

// Actors shows people what the business does, where their channel can.
type Actors interface {
	// Show neither waits nor fails. last is the provider's id of the person's newest
	// message through the client, "" when there is none.
	Show(c *heliograph.Client, a channel.Activity, last string)
}
