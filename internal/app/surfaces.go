package app

import (
	"context"
	"crypto/rand"
	"net/http"

	"heliograph"
	"heliograph/internal/api/hooks"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/ops"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/store"
)

// surfaces takes the addresses and puts every surface in its place.
func (a *App) surfaces() error {
	secure, err := tlsConfig(&a.cfg.Listen, a.cfg.Data, a.now, a.log)
	if err != nil {
		return err
	}
	operations := a.operations()
	inner := http.NewServeMux()
	inner.Handle("/", a.api().Handler())
	inner.Handle(hooks.Prefix, named("POST /hooks/{channel}", a.providerHooks()))
	mux := http.NewServeMux()
	mux.Handle("/", httpx.Wrap(inner, httpx.Options{Log: a.log, Now: a.now, Watch: a.metrics, Random: rand.Reader}))
	if a.cfg.OpsAddress == "" {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			mux.Handle(path, operations)
		}
	}
	if a.web, err = listen(a.cfg.Address, secure, mux, a.log); err != nil {
		return err
	}
	if a.cfg.OpsAddress != "" {
		if a.ops, err = listen(a.cfg.OpsAddress, nil, operations, a.log); err != nil {
			_ = a.web.ln.Close()
			return err
		}
	}
	return nil
}

func (a *App) operations() http.Handler {
	return (&ops.API{
		Version: a.version, Draining: a.draining.Load, Metrics: a.metrics.Handler(), Now: a.now,
		Checks: []ops.Check{
			{Name: "database", Ask: func(ctx context.Context) error {
				return store.Figures{Store: a.data.Store}.TestWrite(ctx, heliograph.At(a.now()))
			}},
			{Name: "lanes", Ask: a.engines.lanes.ready},
		},
	}).Handler()
}

func (a *App) api() *suncov1.API {
	e := a.engines
	return &suncov1.API{
		Auth: e.auth, Tenants: e.tenants, Profiles: e.profiles, Conversations: e.conversations,
		Notifications: e.notifications, Webhooks: e.webhooks,
		Atomic: a.data.Atomically, Answers: store.Idempotency{Store: a.data.Store}, Version: a.version,
		PublicURL: a.host.public, Now: a.now, Log: a.log,
	}
}

func (a *App) providerHooks() http.Handler {
	return &hooks.Hooks{
		Integrations: a.engines.tenants, Conversations: countedAnswers{a.engines.conversations, a.metrics}, Deliveries: countedStatuses{a.engines.delivery, a.metrics},
		PublicURL: a.host.public, Log: a.log,
	}
}

// named tells the figures which route a handler answers.
func named(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Name(w, route)
		next.ServeHTTP(w, r)
	})
}
