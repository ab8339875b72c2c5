package app

import (
	"context"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// batch bounds what one transaction of a chore removes: few enough rows that
// callers who wait for the same writer do not notice.
const batch = 500

// startChores begins what is done in the background: what is too old, or belonged
// to deleted apps, is removed in small batches.
func (a *App) startChores() {
	a.chores.run(a.log,
		chore{"look at what commands changed", time.Second, a.lookAround},
		chore{"ask providers for their templates", 2 * time.Second, a.engines.templates.Refresh},
		chore{"remove deleted apps", 2 * time.Second, a.engines.tenants.Purge},
		chore{"remove files that are gone", 2 * time.Second, a.engines.media.Sweep},
		chore{"remove idempotency keys", a.cfg.RetentionPeriod, a.removeKeys},
		chore{"remove old codes", a.cfg.RetentionPeriod, a.removeCodes},
		chore{"remove old history", a.cfg.RetentionPeriod, a.removeHistory},
		chore{"tell the planner of growth", 15 * time.Second, a.analyze()},
	)
}

// analyze refreshes the planner's statistics at 15 s, 45 s, 2 min, 6 min … after
// the start, so that plans made on small tables do not outlive them; from there
// on the database does so by itself.
func (a *App) analyze() func(context.Context) (bool, error) {
	turn, next := 0, 1
	return func(ctx context.Context) (bool, error) {
		if turn++; turn < next || next > 1000 {
			return false, nil
		}
		next *= 3
		return false, store.Figures{Store: a.data.Store}.Analyze(ctx)
	}
}

// removeCodes removes one-time codes that nobody used.
func (a *App) removeCodes(ctx context.Context) (more bool, err error) {
	n, err := store.Codes{Store: a.data.Store}.Prune(ctx, heliograph.At(a.now()), batch)
	return n >= batch, err
}

func (a *App) removeKeys(ctx context.Context) (more bool, err error) {
	if a.cfg.RetainIdemKeys == 0 {
		return false, nil
	}
	n, err := store.Idempotency{Store: a.data.Store}.Prune(ctx, heliograph.At(a.now()).Add(-a.cfg.RetainIdemKeys), batch)
	return n >= batch, err
}

// removeHistory removes one batch of each kind of each app.
func (a *App) removeHistory(ctx context.Context) (more bool, err error) {
	r := store.Retention{Store: a.data.Store}
	apps, err := r.Apps(ctx)
	if err != nil {
		return false, err
	}
	now := heliograph.At(a.now())
	for _, app := range apps {
		messages := a.cfg.RetainMessages
		if own := time.Duration(app.Settings.ConversationRetentionSeconds) * time.Second; own > 0 && (messages == 0 || own < messages) {
			messages = own
		}
		for _, kind := range []struct {
			keep   time.Duration
			remove func(context.Context, heliograph.AppID, heliograph.Millis, int) (int64, error)
		}{
			{a.cfg.RetainRaw, r.Inbound},
			{a.cfg.RetainWebhooks, store.WebhookLog{Store: a.data.Store}.Prune},
			{a.cfg.RetainEvents, r.Events},
			{a.cfg.RetainEvents, r.Deliveries},
			{messages, r.Messages},
		} {
			if kind.keep == 0 {
				continue
			}
			n, err := kind.remove(ctx, app.ID, now.Add(-kind.keep), batch)
			if err != nil {
				return false, err
			}
			more = more || n >= batch
		}
	}
	return more, nil
}
