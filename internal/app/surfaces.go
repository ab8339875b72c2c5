package app

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"

	"heliograph"
	"heliograph/internal/api/hooks"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/mediafiles"
	"heliograph/internal/api/messenger"
	"heliograph/internal/api/ops"
	"heliograph/internal/api/sdk"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/api/unsubscribe"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

// takeAddresses takes the addresses to serve on. A port of 0 becomes a free one.
func (a *App) takeAddresses() error {
	secure, err := tlsConfig(&a.cfg.Listen, a.cfg.Data, a.now, a.log)
	if err != nil {
		return err
	}
	a.secure = secure
	if a.web, err = listen(a.cfg.Address, secure, a.log); err != nil {
		return err
	}
	if host, port, _ := net.SplitHostPort(a.cfg.Address); port == "0" {
		_, port, _ = net.SplitHostPort(a.Address())
		a.cfg.Address = net.JoinHostPort(host, port)
	}
	if a.cfg.OpsAddress != "" {
		a.ops, err = listen(a.cfg.OpsAddress, nil, a.log)
	}
	return err
}

// surfaces puts every surface in its place.
func (a *App) surfaces() error {
	operations, inbox := a.operations(), a.providerHooks()
	loader, err := a.messengerFiles()
	if err != nil {
		return err
	}
	inner := places{
		{hooks.Prefix, named("POST /hooks/{channel}", inbox)},
		{media.Prefix, a.mediaFiles()},
		{sdk.Prefix, a.devices()},
		{messenger.LoaderPrefix, loader},
		{messenger.FilesPrefix, loader},
		{unsubscribe.Prefix, named("/u/{token}", a.unsubscribing())},
		{"/", a.api().Handler()},
	}
	outer := places{{"/", httpx.Wrap(loaderHosts(loader, inner), httpx.Options{Log: a.log, Now: a.now, Watch: a.metrics, Random: rand.Reader})}}
	if a.ops != nil {
		a.ops.http.Handler = operations
	} else {
		outer = append(places{{"/healthz", operations}, {"/readyz", operations}, {"/metrics", operations}}, outer...)
	}
	a.web.http.Handler = outer
	return a.listenForMail(a.secure, inbox)
}

// Handler is what is served at Address.
func (a *App) Handler() http.Handler { return a.web.http.Handler }

func (a *App) operations() http.Handler {
	return (&ops.API{
		Version: a.version, Draining: a.draining.Load, Metrics: a.metrics.Handler(), Now: a.now, Profiles: a.cfg.Pprof,
		Checks: []ops.Check{
			{Name: "database", Ask: a.databaseReady},
			{Name: "lanes", Ask: a.engines.lanes.ready},
		},
	}).Handler()
}

func (a *App) api() *suncov1.API {
	e := a.engines
	return &suncov1.API{
		Auth: e.auth, Tenants: e.tenants, Profiles: e.profiles, Conversations: e.conversations,
		Notifications: e.notifications, Webhooks: e.webhooks, Templates: e.templates, Media: e.media, Devices: e.devices,
		Atomic: a.data.Atomically, Answers: store.Idempotency{Store: a.data.Store}, Version: a.version,
		Limit:     suncov1.Limit{PerSecond: float64(a.cfg.AppRate), Burst: a.cfg.AppBurst},
		PublicURL: a.host.public, Now: a.now, Log: a.log,
	}
}

func (a *App) providerHooks() *hooks.Hooks {
	return &hooks.Hooks{
		Integrations: a.engines.tenants, Conversations: countedAnswers{a.engines.conversations, a.metrics}, Deliveries: countedStatuses{a.engines.delivery, a.metrics},
		Notices: notices{a.engines, a.metrics}, PublicURL: a.host.public, Log: a.log,
	}
}

func (a *App) mediaFiles() http.Handler {
	e := a.engines
	return &mediafiles.API{Files: e.media, Auth: e.auth, Apps: e.tenants, Users: e.profiles, Log: a.log}
}

// named tells the figures which route a handler answers.
func named(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Name(w, route)
		next.ServeHTTP(w, r)
	})
}

// databaseReady proves that the database takes writes. A window that is full is
// no reason to send callers elsewhere: they are told to come back.
func (a *App) databaseReady(ctx context.Context) error {
	err := store.Figures{Store: a.data.Store}.TestWrite(ctx, heliograph.At(a.now()))
	if heliograph.IsKind(err, heliograph.RateLimited) {
		return nil
	}
	return err
}
