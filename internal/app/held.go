package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/delivery"
	"heliograph/internal/metrics"
	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
	"heliograph/internal/store"
)

// HeldRequest says which held deliveries are meant: those of an app, of an
// integration, or some by their ids.
type HeldRequest struct {
	App         string
	Integration string
	IDs         []string
}

func (r *HeldRequest) filter() (f store.HeldFilter, err error) {
	if r.App != "" && (f.App.UnmarshalText([]byte(r.App)) != nil || f.App.IsZero()) {
		return f, fmt.Errorf("--app: %q is not an app's id, which is 24 hex digits", r.App)
	}
	if r.Integration != "" && (f.Integration.UnmarshalText([]byte(r.Integration)) != nil || f.Integration.IsZero()) {
		return f, fmt.Errorf("--integration: %q is not an integration's id, which is 24 hex digits", r.Integration)
	}
	for _, text := range r.IDs {
		id, ok := heliograph.ParseNotificationID(text)
		if !ok {
			return f, fmt.Errorf("%q is not a notification's id", text)
		}
		f.IDs = append(f.IDs, id)
	}
	return f, nil
}

// heldPage is how many held deliveries are settled in one transaction.
const heldPage = 100

// ListHeld calls show with every held delivery.
func ListHeld(ctx context.Context, c *config.Storage, r *HeldRequest, log *slog.Logger, show func(*heliograph.Delivery) error) error {
	return eachHeld(ctx, c, r, log, func(_ *App, page []*delivery.Item) error {
		for _, it := range page {
			if err := show(it.Delivery); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseHeld sends held deliveries after all.
func ReleaseHeld(ctx context.Context, c *config.Storage, r *HeldRequest, log *slog.Logger) (n int, err error) {
	return settleHeld(ctx, c, r, log, (*delivery.Engine).Release)
}

// CancelHeld gives held deliveries up.
func CancelHeld(ctx context.Context, c *config.Storage, r *HeldRequest, log *slog.Logger) (n int, err error) {
	return settleHeld(ctx, c, r, log, (*delivery.Engine).GiveUp)
}

func settleHeld(ctx context.Context, c *config.Storage, r *HeldRequest, log *slog.Logger, settle func(*delivery.Engine, context.Context, *delivery.Item) (bool, error)) (n int, err error) {
	err = eachHeld(ctx, c, r, log, func(a *App, page []*delivery.Item) error {
		settled := 0
		err := a.data.Atomically(ctx, func(ctx context.Context) error {
			settled = 0
			for _, it := range page {
				done, err := settle(a.engines.delivery, ctx, it)
				if err != nil {
					return fmt.Errorf("%s: %w", it.Delivery.ID, err)
				}
				if done {
					settled++
				}
			}
			// A server that runs beside us looks at the queues again.
			return store.System{Store: a.data.Store}.SetNote(ctx, changedNote, time.Now().Format(time.RFC3339Nano))
		})
		n += settled
		return err
	})
	return n, err
}

func eachHeld(ctx context.Context, c *config.Storage, r *HeldRequest, log *slog.Logger, do func(*App, []*delivery.Item) error) (err error) {
	filter, err := r.filter()
	if err != nil {
		return err
	}
	a, err := beside(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.data.close()) }()
	var after *heliograph.Delivery
	for {
		page, err := store.Held{Store: a.data.Store}.Page(ctx, filter, after, heldPage)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].Delivery
		if err := do(a, page); err != nil {
			return err
		}
	}
}

// beside has the engines of a server without serving or working: for commands,
// beside a running server or without one.
func beside(ctx context.Context, c *config.Storage, log *slog.Logger) (*App, error) {
	cfg := config.Default()
	cfg.Storage = *c
	a := &App{
		cfg: cfg, log: log, now: time.Now, metrics: metrics.New(""), types: Channels(),
		guard: netguard.New(netguard.Options{}),
	}
	err := madeBefore(storeOptions(c))
	if err != nil {
		return nil, err
	}
	if a.data, err = openData(ctx, c, dataOptions{log: log, now: a.now}); err != nil {
		return nil, err
	}
	a.out = [2]*outbound.Transport{through(a.guard), through(a.guard)}
	a.out2 = overHTTP2(a.guard)
	a.host = &host{http: a.out[0], http2: a.out2, guarded: a.out[1], guard: a.guard, plain: cfg.AllowPrivateTargets, auth: a.data.ring, public: strings.TrimRight(cfg.BaseURL(), "/"), now: a.now, log: log}
	if a.engines, err = newEngines(a); err != nil {
		return nil, errors.Join(err, a.data.close())
	}
	return a, nil
}

// changedNote changes when a command changed the queues.
const changedNote = "queues_changed"

// lookAround has the queues read again when a command beside us has changed them.
func (a *App) lookAround(ctx context.Context) (more bool, err error) {
	note, err := store.System{Store: a.data.Store}.Note(ctx, changedNote)
	if err != nil || note == a.changed {
		return false, err
	}
	a.changed = note
	a.engines.delivery.Poll()
	a.engines.dispatcher.Look()
	return false, nil
}
