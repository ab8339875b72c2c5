// Package lease keeps this process's share of the lane slots. With one process
// it has them all; with several on one database each has its part, and the
// slots of one that dies are taken over when its lease runs out. It decides
// who works on what, and nothing about the work.
package lease

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"heliograph"
)

// DefaultTerm is how long a process that is not heard of keeps its slots. It is
// longer than any call to a provider, which is bounded by 15 seconds.
const DefaultTerm = 20 * time.Second

// Store is what the keeper needs remembered.
type Store interface {
	Beat(ctx context.Context, id heliograph.ProcessID, host string, now, since heliograph.Millis) (living int, err error)
	Take(ctx context.Context, id heliograph.ProcessID, most int, since heliograph.Millis) ([]int, error)
	Release(ctx context.Context, id heliograph.ProcessID, slot int) error
	Leave(ctx context.Context, id heliograph.ProcessID) error
}

// Worker works on slots.
type Worker interface {
	Gained(slots []int)
	Lost(slots []int)
}

// Options configure a Keeper.
type Options struct {
	Store   Store
	Workers []Worker
	ID      heliograph.ProcessID
	Host    string
	Now     heliograph.Clock
	Log     *slog.Logger
	Term    time.Duration // 0: DefaultTerm
	// Alone says that no other process can be at work on the database, because
	// a lock keeps it away: what a predecessor left is taken over at once.
	Alone bool
}

// Keeper keeps slots.
type Keeper struct {
	Options
	mu       sync.Mutex
	mine     []int             // what the workers work on
	retiring map[int]time.Time // still ours, no longer worked on: calls under way may end
	last     time.Time         // of the last beat that went through
	stop     context.CancelFunc
	done     sync.WaitGroup
}

// New returns a keeper that has nothing yet.
func New(o Options) *Keeper {
	if o.Term == 0 {
		o.Term = DefaultTerm
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{Options: o, retiring: map[int]time.Time{}}
}

// Start takes slots, and keeps them until Stop.
func (k *Keeper) Start(ctx context.Context) error {
	if err := k.beat(ctx); err != nil {
		return err
	}
	ctx, k.stop = context.WithCancel(context.WithoutCancel(ctx))
	k.done.Go(func() {
		tick := time.NewTicker(k.Term / 5)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := k.beat(ctx); err != nil && ctx.Err() == nil {
					k.missed(err)
				}
			}
		}
	})
	return nil
}

// Stop gives the slots back, so that others need not wait for the lease's end.
func (k *Keeper) Stop(ctx context.Context) {
	if k.stop == nil {
		return
	}
	k.stop()
	k.done.Wait()
	k.change(nil)
	if err := k.Store.Leave(ctx, k.ID); err != nil {
		k.Log.Warn("slots could not be given back; others take them when the lease ends", "error", err)
	}
}

// Slots returns how many slots this process has.
func (k *Keeper) Slots() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.mine)
}

func (k *Keeper) beat(ctx context.Context) error {
	started := k.Now()
	now := heliograph.At(started)
	since := now.Add(-k.Term)
	if k.Alone {
		since = now // whoever was there is gone
	}
	living, err := k.Store.Beat(ctx, k.ID, k.Host, now, since)
	if err != nil {
		return err
	}
	most := heliograph.Slots
	if living > 1 && !k.Alone {
		most = (heliograph.Slots + living - 1) / living
	}
	mine, err := k.Store.Take(ctx, k.ID, most, since)
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.last = started
	k.mu.Unlock()
	k.change(k.retire(ctx, mine, most, started))
	return nil
}

// retire takes slots over our share out of work. They are given back once the
// calls that were under way must have ended: until then nobody may take an
// attempt of ours for one that a dead process left.
func (k *Keeper) retire(ctx context.Context, have []int, most int, now time.Time) (work []int) {
	for _, slot := range have {
		since, leaving := k.retiring[slot]
		switch {
		case leaving && now.Sub(since) > k.Term:
			if err := k.Store.Release(ctx, k.ID, slot); err != nil {
				k.Log.Warn("a slot could not be given back", "slot", slot, "error", err)
				continue
			}
			delete(k.retiring, slot)
		case leaving:
		case len(work) >= most:
			k.retiring[slot] = now
		default:
			work = append(work, slot)
		}
	}
	return work
}

// missed drops the slots when the lease may have run out: another process may
// have taken them.
func (k *Keeper) missed(err error) {
	k.Log.Error("the lease could not be renewed", "error", err)
	k.mu.Lock()
	over := k.Now().Sub(k.last) > k.Term*3/5
	k.mu.Unlock()
	if over && !k.Alone {
		k.change(nil)
	}
}

// change tells the workers what was gained and lost.
func (k *Keeper) change(mine []int) {
	k.mu.Lock()
	gained := without(mine, k.mine)
	lost := without(k.mine, mine)
	k.mine = mine
	k.mu.Unlock()
	for _, w := range k.Workers {
		if len(lost) > 0 {
			w.Lost(lost)
		}
		if len(gained) > 0 {
			w.Gained(gained)
		}
	}
}

// without returns what is in a and not in b.
func without(a, b []int) (out []int) {
	for _, v := range a {
		if !slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}
