package app

import (
	"context"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// batch bounds what one transaction of a chore removes.
const batch = 1000

// startChores begins what is done in the background: what is too old is removed
// in small batches, so that nobody waits for it.
func (a *App) startChores() {
	a.chores.run(a.log,
		chore{"remove deleted apps", 2 * time.Second, a.engines.tenants.Purge},
		chore{"remove idempotency keys", a.cfg.RetentionPeriod, a.removal(a.cfg.RetainIdemKeys, store.Idempotency{Store: a.data.Store}.Prune)},
	)
}

// removal is a chore that removes what is older than keep; zero keeps all.
func (a *App) removal(keep time.Duration, remove func(context.Context, heliograph.Millis, int) (int64, error)) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		if keep == 0 {
			return false, nil
		}
		n, err := remove(ctx, heliograph.At(a.now()).Add(-keep), batch)
		return n >= batch, err
	}
}
