package device

import (
	"context"
	"net/netip"
	"time"

	"heliograph"
)

// Journal runs changes in one transaction, and keeps what happened.
type Journal interface {
	Atomically(ctx context.Context, fn func(context.Context) error) error
	AppendEvents(ctx context.Context, events ...*heliograph.Event) error
}

// Users keeps users. A missing one is an error of kind NotFound; an external id
// that is taken is one of kind Conflict.
type Users interface {
	Get(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error)
	ByExternalID(ctx context.Context, app heliograph.AppID, external string) (*heliograph.User, error)
	// Lock returns users in the order of ids, unchanged until the transaction ends.
	Lock(ctx context.Context, app heliograph.AppID, ids ...heliograph.UserID) ([]*heliograph.User, error)
	Insert(ctx context.Context, u *heliograph.User) error
	Save(ctx context.Context, u *heliograph.User) error
	// StartConversation makes c the default one of its user and clients.
	StartConversation(ctx context.Context, c *heliograph.Conversation) error
}

// Clients keeps clients.
type Clients interface {
	Get(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) (heliograph.Client, error)
	OfUser(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.Client, error)
	// Insert is an error of kind Conflict when the address has an owner.
	Insert(ctx context.Context, c *heliograph.Client) error
	Save(ctx context.Context, c *heliograph.Client) error
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) error
}

// Devices finds clients that run our SDK.
type Devices interface {
	// Owner returns the client with an address at an integration, or an error of
	// kind NotFound.
	Owner(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) (heliograph.Client, error)
	// Lock returns a client that stays as it is until the transaction ends.
	Lock(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) (heliograph.Client, error)
	// ByPush returns the clients that take pushes at a token, likewise.
	ByPush(ctx context.Context, app heliograph.AppID, token string) ([]heliograph.Client, error)
}

// Uses notes when clients were used.
type Uses interface {
	// Seen moves a client's last use forward.
	Seen(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, at heliograph.Millis) error
}

// Profiles is what the engine of users does for devices.
type Profiles interface {
	// MergeAnonymous gives everything of the discarded user to the surviving one. A
	// discarded one that has a name by now is an error of kind Conflict.
	MergeAnonymous(ctx context.Context, app heliograph.AppID, surviving, discarded heliograph.UserID) error
	// RedeemAuthCode takes a one-time code and returns its user; one that is not
	// good is an error of kind Unauthenticated.
	RedeemAuthCode(ctx context.Context, app heliograph.AppID, code string) (*heliograph.User, error)
	// HandOver makes the address of a device obey what its user said, and nobody
	// else.
	HandOver(ctx context.Context, u *heliograph.User, address string) error
	WantsMarketing(ctx context.Context, u *heliograph.User) (bool, error)
	Suppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error)
	Unsuppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error)
	// CheckUserID refuses what cannot be the business's own id of a user.
	CheckUserID(id string) error
}

// Tokens verifies users' tokens.
type Tokens interface {
	// UserToken returns the user of an app that a token speaks for, and when it
	// ends; zero: never. Any other token is an error of kind Unauthenticated.
	UserToken(ctx context.Context, app heliograph.AppID, token string) (externalID string, expires time.Time, err error)
}

// Tenants finds apps and integrations, from a cache.
type Tenants interface {
	App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
	// ByID returns an integration, or an error of kind NotFound.
	ByID(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error)
	// IntegrationsByType returns an app's integrations of one type, oldest first.
	IntegrationsByType(ctx context.Context, app heliograph.AppID, kind string) ([]*heliograph.Integration, error)
}

// Places knows where addresses of the network are.
type Places interface {
	// Place returns a country and a city, in English; "" what is not known.
	Place(ip netip.Addr) (country, city string)
}
