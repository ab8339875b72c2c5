// Package app puts the parts together: it opens the database, hands every engine
// what it needs, serves the surfaces, and stops all of it without losing
// anything. It decides nothing about messaging, and nothing imports it but cmd.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/smtpd"
	"heliograph/internal/config"
	"heliograph/internal/metrics"
	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
)

// App is one server.
type App struct {
	cfg     *config.Config
	version string
	log     *slog.Logger
	now     heliograph.Clock

	data    *data
	metrics *metrics.Metrics
	guard   *netguard.Guard
	out     [2]*outbound.Transport // to providers, and to webhooks
	out2    *http.Transport        // to providers, over HTTP/2
	types   []*channel.Type
	host    *host
	engines *engines

	web, ops *server
	secure   *tls.Config // of the web; nil without TLS
	mail     *smtpd.Server
	mailAt   net.Listener
	draining atomic.Bool
	chores   chores
	changed  string // what lookAround saw last; its chore's own
	failed   chan error
}

// New builds a server and brings its database up to date. Nothing runs before Start.
func New(ctx context.Context, c *config.Config, version string, log *slog.Logger) (*App, error) {
	return newWith(ctx, c, version, log, Channels())
}

// newWith is New with other channels than those of this build.
func newWith(ctx context.Context, c *config.Config, version string, log *slog.Logger, types []*channel.Type) (_ *App, err error) {
	a := &App{
		cfg: c, version: version, log: log, now: time.Now,
		metrics: metrics.New(version), types: types, failed: make(chan error, 4),
		guard: netguard.New(netguard.Options{AllowPrivate: c.AllowPrivateTargets}),
	}
	if err := checkProviders(a.types, c.ProviderURL); err != nil {
		return nil, err
	}
	a.data, err = openData(ctx, &c.Storage, dataOptions{alone: true, migrate: true, log: log, watch: a.metrics, broken: a.fail, now: a.now})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.unbuild()
		}
	}()
	if err := a.pauseRestored(ctx); err != nil {
		return nil, err
	}
	if err := a.takeAddresses(); err != nil {
		return nil, err
	}
	a.out = [2]*outbound.Transport{through(netguard.New(netguard.Options{AllowPrivate: true})), through(a.guard)}
	a.out2 = overHTTP2(netguard.New(netguard.Options{AllowPrivate: true}))
	a.host = &host{
		http: a.out[0], http2: a.out2, guarded: a.out[1], guard: a.guard, plain: c.AllowPrivateTargets, auth: a.data.ring,
		providers: c.ProviderURL, public: c.BaseURL(), now: a.now, log: log,
	}
	a.metrics.WatchQueue(a.snapshot)
	if a.engines, err = newEngines(a); err != nil {
		return nil, err
	}
	return a, a.surfaces()
}

// unbuild gives back what New took before it failed.
func (a *App) unbuild() {
	for _, s := range []*server{a.web, a.ops} {
		if s != nil {
			_ = s.ln.Close()
		}
	}
	if a.mailAt != nil {
		_ = a.mailAt.Close()
	}
	_ = a.data.close()
}

// Start begins to serve and to work.
func (a *App) Start(ctx context.Context) {
	a.engines.start(ctx)
	a.startChores()
	if a.ops != nil {
		a.ops.serve(a.fail)
	}
	a.web.serve(a.fail)
	a.serveMail()
	a.log.Info("serving", "version", a.version, "address", a.Address(), "public_url", a.host.public, "database", a.data.Dialect())
}

// Address is the address that is served.
func (a *App) Address() string { return a.web.ln.Addr().String() }

func (a *App) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// Stop takes no more requests, waits for what is under way, and closes the
// database. What ctx does not leave time for stays queued, or is treated as
// unknown at the next start: nothing is lost.
func (a *App) Stop(ctx context.Context) error {
	a.draining.Store(true)
	// A request that hangs must not take the time of the sends under way.
	half, cancel := halfOf(ctx)
	defer cancel()
	a.stopMail(half)
	a.engines.live.Stop(half) // first: the web waits for what it serves
	a.web.stop(half)
	a.engines.stop(ctx)
	a.chores.stop()
	a.ops.stop(ctx)
	for _, t := range a.out {
		t.CloseIdleConnections()
	}
	a.out2.CloseIdleConnections()
	return a.data.close()
}

// halfOf leaves half of the time that ctx has.
func halfOf(ctx context.Context) (context.Context, context.CancelFunc) {
	if end, ok := ctx.Deadline(); ok {
		return context.WithTimeout(ctx, time.Until(end)/2)
	}
	return context.WithCancel(ctx)
}

// collectAt is how much the heap may grow before it is collected, in percent of
// what is in use. The server keeps little and makes a lot that is soon garbage:
// at Go's 100 a ninth of its time went into collecting.
const collectAt = 400

// Serve runs a server until ctx ends, and then stops it. GOGC in the environment
// has the last word on memory.
func Serve(ctx context.Context, c *config.Config, version string, log *slog.Logger) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	a, err := New(ctx, c, version, log)
	if err != nil {
		return err
	}
	a.Start(ctx)
	select {
	case <-ctx.Done():
		log.Info("stopping: finishing what is under way", "at_most", c.ShutdownTimeout)
	case err = <-a.failed:
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.ShutdownTimeout)
	defer cancel()
	err = errors.Join(err, a.Stop(wait))
	log.Info("stopped")
	return err
}
