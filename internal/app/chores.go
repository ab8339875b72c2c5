package app

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// chores are what is done again and again in the background.
type chores struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// chore does some work and reports whether more is left.
type chore struct {
	name  string
	every time.Duration
	do    func(context.Context) (more bool, err error)
}

// run does each chore in its own turn until stop. A chore that fails is tried
// again at its next time; one with more to do goes on after a breath, so that it
// never keeps others from the database.
func (c *chores) run(log *slog.Logger, list ...chore) {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	for _, one := range list {
		c.wg.Go(func() {
			for wait := one.every; ; {
				select {
				case <-ctx.Done():
					return
				case <-time.After(wait):
				}
				more, err := one.do(ctx)
				if err != nil && ctx.Err() == nil {
					log.Error("a chore failed; it will be tried again", "chore", one.name, "err", err)
				}
				wait = one.every
				if more && err == nil {
					wait = breath
				}
			}
		})
	}
}

// breath is the pause between two batches of one chore.
const breath = 50 * time.Millisecond

func (c *chores) stop() {
	if c.cancel != nil {
		c.cancel()
	}
	c.wg.Wait()
}
