package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// KeyRequest asks for a key.
type KeyRequest struct {
	Scope string // account or app
	App   string // the app's id, for scope app
	Name  string
}

// CreateKey makes a key, beside a running server or without one. A server takes
// the key as soon as it is stored.
func CreateKey(ctx context.Context, c *config.Storage, r KeyRequest, log *slog.Logger) (_ *heliograph.Key, err error) {
	app, err := r.check()
	if err != nil {
		return nil, err
	}
	d, err := openData(ctx, c, dataOptions{log: log, now: time.Now})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	t := bareTenants(d)
	if r.Scope == string(heliograph.ScopeApp) {
		k, err := t.CreateKey(ctx, app, r.Name)
		if heliograph.IsKind(err, heliograph.NotFound) {
			return nil, fmt.Errorf("there is no app %s in this database; list the apps with: curl -u KEY:SECRET http://127.0.0.1:8080/v1.1/apps", r.App)
		}
		return k, err
	}
	org, err := t.DefaultOrg(ctx)
	if err != nil {
		return nil, err
	}
	return t.CreateAccountKey(ctx, org, r.Name)
}

func (r *KeyRequest) check() (heliograph.AppID, error) {
	var app heliograph.AppID
	switch {
	case r.Scope == string(heliograph.ScopeAccount) && r.App != "":
		return app, errors.New("--app goes with --scope app; an account key reaches every app")
	case r.Scope == string(heliograph.ScopeAccount):
		return app, nil
	case r.App == "":
		return app, errors.New("--scope app needs --app ID. To make an app first: " +
			"create an account key (heliograph keys create --scope account), then POST /v1.1/apps with it")
	}
	if err := app.UnmarshalText([]byte(r.App)); err != nil || app.IsZero() {
		return app, fmt.Errorf("--app: %q is not an app's id, which is 24 hex digits", r.App)
	}
	return app, nil
}

// bareTenants is the tenant engine for commands: it can make organizations, apps
// and keys, and has no channels.
func bareTenants(d *data) *tenant.Service {
	return tenant.New(tenant.Options{
		Atomic:       d.Atomically,
		Apps:         store.Apps{Store: d.Store},
		Keys:         store.Keys{Store: d.Store},
		Accounts:     store.ServiceAccounts{Store: d.Store},
		Integrations: store.Integrations{Store: d.Store},
		IDs:          d.ids, Now: d.now, Random: rand.Reader,
	})
}
