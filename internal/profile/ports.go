package profile

import (
	"context"

	"heliograph"
)

// Journal runs changes in one transaction, and keeps what happened.
type Journal interface {
	Atomically(ctx context.Context, fn func(context.Context) error) error
	AppendEvents(ctx context.Context, events ...*heliograph.Event) error
}

// Users keeps users. A missing one is an error of kind NotFound.
type Users interface {
	Get(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error)
	ByExternalID(ctx context.Context, app heliograph.AppID, external string) (*heliograph.User, error)
	// Lock returns users in the order of ids, unchanged until the transaction ends.
	Lock(ctx context.Context, app heliograph.AppID, ids ...heliograph.UserID) ([]*heliograph.User, error)
	Insert(ctx context.Context, u *heliograph.User) error
	Save(ctx context.Context, u *heliograph.User) error
	// Remove deletes a user with its clients and conversations.
	Remove(ctx context.Context, app heliograph.AppID, id heliograph.UserID) error
	// StartConversation makes c the default one of its user and clients.
	StartConversation(ctx context.Context, c *heliograph.Conversation) error
}

// Clients keeps clients.
type Clients interface {
	Get(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) (heliograph.Client, error)
	OfUser(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.Client, error)
	Insert(ctx context.Context, c *heliograph.Client) error
	Save(ctx context.Context, c *heliograph.Client) error
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) error
	// Readdress gives a client another address.
	Readdress(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, address string) error
	// Move gives the clients of one user to another.
	Move(ctx context.Context, app heliograph.AppID, from heliograph.UserID, to *heliograph.User) error
}

// Addresses finds clients by their address.
type Addresses interface {
	// At returns the clients with an address at one integration, its owner first,
	// unchanged until the transaction ends.
	At(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) ([]heliograph.Client, error)
	// PendingAt returns the linkings of an address that are under way, oldest first.
	PendingAt(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) ([]heliograph.Client, error)
	// OnChannel returns the clients that own an address on any integration of one
	// channel, unchanged until the transaction ends.
	OnChannel(ctx context.Context, app heliograph.AppID, kind, address string) ([]heliograph.Client, error)
	// OfAddress returns the clients that own an address, over all integrations.
	OfAddress(ctx context.Context, app heliograph.AppID, address string) ([]heliograph.Client, error)
	// OfDelivery returns the address that a delivery of an integration went to;
	// "" when there is no such delivery, or no longer.
	OfDelivery(ctx context.Context, in *heliograph.Integration, id heliograph.NotificationID) (string, error)
}

// Aliases keeps the other names that providers have for addresses of a channel.
type Aliases interface {
	// Resolve returns, by name, the addresses that names stand for; a name that is
	// no alias is left out.
	Resolve(ctx context.Context, app heliograph.AppID, kind string, names ...string) (map[string]string, error)
	// Lock keeps others from changing what names of a channel stand for until the
	// transaction ends.
	Lock(ctx context.Context, app heliograph.AppID, kind string) error
	// Name makes alias stand for address.
	Name(ctx context.Context, app heliograph.AppID, kind, alias, address string, now heliograph.Millis) error
	// Repoint makes what stood for one address stand for another.
	Repoint(ctx context.Context, app heliograph.AppID, kind, from, to string, now heliograph.Millis) error
	// Forget removes an alias.
	Forget(ctx context.Context, app heliograph.AppID, kind, alias string) error
	// Free removes what stands for an address that no client owns.
	Free(ctx context.Context, app heliograph.AppID, kind, address string) error
}

// Evidence keeps what providers sent.
type Evidence interface {
	// Keep stores the raw request under each fact's key and reports, by position,
	// which of them are new.
	Keep(ctx context.Context, in *heliograph.Integration, at heliograph.Millis, raw []byte, keys []string, ids []heliograph.RecordID) ([]bool, error)
}

// Threads erases and moves what users wrote and were sent, a batch at a time.
type Threads interface {
	Next(ctx context.Context, u *heliograph.User, n int) ([]heliograph.MessageID, []heliograph.NotificationID, error)
	CancelDeliveries(ctx context.Context, app heliograph.AppID, at heliograph.Millis, underWay bool, ids ...heliograph.NotificationID) ([]heliograph.NotificationID, error)
	Erase(ctx context.Context, app heliograph.AppID, messages []heliograph.MessageID, deliveries []heliograph.NotificationID) error
	ForgetBodies(ctx context.Context, app heliograph.AppID, key [12]byte) error
	Move(ctx context.Context, from, to *heliograph.User, n int) (int, error)
	Join(ctx context.Context, from, to *heliograph.User) error
}

// Consents keeps the log of consent and the suppressions.
type Consents interface {
	Suppress(ctx context.Context, p *heliograph.Suppression) (bool, error)
	Unsuppress(ctx context.Context, p *heliograph.Suppression) (bool, error)
	Suppressions(ctx context.Context, app heliograph.AppID, addresses ...string) ([]heliograph.Suppression, error)
	Log(ctx context.Context, c *heliograph.Consent) error
	History(ctx context.Context, app heliograph.AppID, address string, limit int) ([]heliograph.Consent, error)
	// Said returns what a user said last, of whichever address, newest first.
	Said(ctx context.Context, app heliograph.AppID, user heliograph.UserID, limit int) ([]heliograph.Consent, error)
	// Move makes what one user said what another one said.
	Move(ctx context.Context, app heliograph.AppID, from, to heliograph.UserID) error
}

// Outbox sends: Enqueue stores m and queues d, in the transaction that ctx carries.
type Outbox interface {
	Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error
}

// Integrations finds the integrations of an app.
type Integrations interface {
	Integration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error)
	// IntegrationsByType returns those of one type, oldest first.
	IntegrationsByType(ctx context.Context, app heliograph.AppID, kind string) ([]*heliograph.Integration, error)
}

// CodeKind is what a one-time code is for.
type CodeKind string

// The kinds.
const (
	AuthCode CodeKind = "auth" // to go on as this user elsewhere
	LinkCode CodeKind = "link" // to link a channel to this user
)

// Code is a one-time code. Of the code itself only the digest is kept.
type Code struct {
	App         heliograph.AppID
	Kind        CodeKind
	Digest      []byte
	User        heliograph.UserID
	Integration heliograph.IntegrationID // of a LinkCode
	Expires     heliograph.Millis
}

// Codes keeps one-time codes. Those of a user go with the user.
type Codes interface {
	Insert(ctx context.Context, c *Code) error
	// Find returns a code that is good at a moment, or an error of kind NotFound.
	Find(ctx context.Context, app heliograph.AppID, kind CodeKind, digest []byte, at heliograph.Millis) (*Code, error)
	// Take removes a code that is good at a moment and returns it, or returns an
	// error of kind NotFound. Of several who take one code one gets it.
	Take(ctx context.Context, app heliograph.AppID, kind CodeKind, digest []byte, at heliograph.Millis) (*Code, error)
	// Trim keeps the newest codes of a user.
	Trim(ctx context.Context, app heliograph.AppID, user heliograph.UserID, keep int) error
	// Move makes the codes of one user stand for another.
	Move(ctx context.Context, app heliograph.AppID, from, to heliograph.UserID) error
}
