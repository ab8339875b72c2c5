package tenant

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Atomic runs fn in one transaction. fn must only work on the store, and may be
// run again.
type Atomic func(ctx context.Context, fn func(context.Context) error) error

// Apps keeps organizations and apps.
type Apps interface {
	// DefaultOrg returns the organization that was made at the first start; it
	// makes o when there is none yet. Several processes may ask at once.
	DefaultOrg(ctx context.Context, o *heliograph.Org) (heliograph.OrgID, error)
	Insert(ctx context.Context, a *heliograph.App) error
	// ByID returns an app that is not deleted, or an error of kind NotFound.
	ByID(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
	// Lock is ByID, and keeps others from locking the app until the transaction ends.
	Lock(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
	// List returns the organization's apps, oldest first.
	List(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.App, error)
	// ListOfService returns the apps that a service account was granted, oldest first.
	ListOfService(ctx context.Context, account heliograph.ServiceID, limit, offset int) ([]*heliograph.App, error)
	Update(ctx context.Context, a *heliograph.App) error
	// MarkDeleted makes the app invisible at once.
	MarkDeleted(ctx context.Context, id heliograph.AppID, at heliograph.Millis) error
	// Purge removes up to limit rows of each kind of deleted apps, and reports
	// whether more are left.
	Purge(ctx context.Context, limit int) (more bool, err error)
}

// Keys keeps keys.
type Keys interface {
	Insert(ctx context.Context, k *heliograph.Key) error
	// OfApp returns one key of an app, or an error of kind NotFound.
	OfApp(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) (*heliograph.Key, error)
	// ListOfApp returns the app's keys, oldest first.
	ListOfApp(ctx context.Context, app heliograph.AppID) ([]*heliograph.Key, error)
	// Delete removes a key of an app, or returns an error of kind NotFound.
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) error
	// OfService, ListOfService and DeleteOfService are the same for the keys of a
	// service account.
	OfService(ctx context.Context, account heliograph.ServiceID, id heliograph.KeyID) (*heliograph.Key, error)
	ListOfService(ctx context.Context, account heliograph.ServiceID) ([]*heliograph.Key, error)
	DeleteOfService(ctx context.Context, account heliograph.ServiceID, id heliograph.KeyID) error
}

// Accounts keeps service accounts and which apps they reach. A missing account is
// an error of kind NotFound.
type Accounts interface {
	Insert(ctx context.Context, a *heliograph.ServiceAccount) error
	Get(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) (*heliograph.ServiceAccount, error)
	// Lock is Get, and keeps others from locking it until the transaction ends.
	Lock(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) (*heliograph.ServiceAccount, error)
	// List returns the organization's service accounts, oldest first.
	List(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.ServiceAccount, error)
	Update(ctx context.Context, a *heliograph.ServiceAccount) error
	// Delete removes an account with its keys and grants.
	Delete(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) error
	// Grant lets an account reach an app. Granting twice is once.
	Grant(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID, at heliograph.Millis) error
	// Revoke undoes Grant, or returns an error of kind NotFound.
	Revoke(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID) error
	Granted(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID) (bool, error)
}

// Integrations keeps integrations.
type Integrations interface {
	Insert(ctx context.Context, i *heliograph.Integration) error
	// ByID returns an integration of an app that is not deleted, or an error of
	// kind NotFound.
	ByID(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error)
	// Lock is ByID, and keeps others from locking it until the transaction ends.
	Lock(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error)
	// List returns the app's integrations, oldest first; types, when not empty,
	// names the wanted ones.
	List(ctx context.Context, app heliograph.AppID, types []string, limit, offset int) ([]*heliograph.Integration, error)
	Update(ctx context.Context, i *heliograph.Integration) error
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error
}

// Credentials is told when keys stop working.
type Credentials interface {
	Forget(ids ...heliograph.KeyID)
	ForgetAll()
}

// Hooks keeps the webhooks that belong to integrations. It is called inside the
// transaction that writes the integration.
type Hooks interface {
	// SetIntegrationWebhook makes, moves or (with an empty target) removes the
	// integration's own webhook. A target that may not be called is an error of
	// kind Invalid.
	SetIntegrationWebhook(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, target string) error
}

// Host hands channels what they need.
type Host interface {
	// Deps returns what an integration's channel is opened with.
	Deps(t *channel.Type, id heliograph.IntegrationID) channel.Deps
}

// Menus keeps menus. The zero integration stands for the app itself.
type Menus interface {
	// Get returns a menu; nil when there is none.
	Get(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Menu, error)
	Set(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, m *heliograph.Menu) error
	// Remove removes a menu. It is no error when there is none. An integration's
	// goes with the integration.
	Remove(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error
}
