package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// lanes keeps this process's share of the lane slots: it takes those that nobody
// works on, gives some back when processes join, and lets go of all of them when
// it cannot renew its claim, before anyone else may take them.
type lanes struct {
	leases leases
	users  []laneUser
	id     heliograph.ProcessID
	host   string
	lease  time.Duration
	sole   bool // no other process can be there: who else is named in the database is dead
	now    heliograph.Clock
	log    *slog.Logger

	mu      sync.Mutex
	mine    []int                     // what the engines work on
	leaving []int                     // still ours, but no longer worked on
	left    time.Time                 // since when
	renewed time.Time                 // when the claim was last renewed
	poll    func()                    // looks for work that other processes queued
	listen  func(ctx context.Context) // hears of it at once; nil: there are no others

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// leases is the store's part.
type leases interface {
	Beat(ctx context.Context, id heliograph.ProcessID, host string, now, since heliograph.Millis) (living int, err error)
	Take(ctx context.Context, id heliograph.ProcessID, most int, since heliograph.Millis) ([]int, error)
	Release(ctx context.Context, id heliograph.ProcessID, slot int) error
	Leave(ctx context.Context, id heliograph.ProcessID) error
}

// laneUser works on slots.
type laneUser struct {
	gained, lost func(slots []int)
}

func newLanes(a *App, e *engines) *lanes {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	l := &lanes{
		leases: store.Leases{Store: a.data.Store}, id: e.process, host: host, lease: a.cfg.Lease,
		sole: a.data.lock != nil, now: a.now, log: a.log, poll: func() {},
		users: []laneUser{
			{e.delivery.Gained, e.delivery.Lost},
			{func(s []int) { e.dispatcher.Gained(s...) }, func(s []int) { e.dispatcher.Lost(s...) }},
		},
	}
	if !l.sole {
		l.poll = e.delivery.Poll
		l.listen = func(ctx context.Context) { a.data.Listen(ctx, e.delivery.Woken) }
	}
	return l
}

// start takes slots at once, and keeps renewing the claim until stop.
func (l *lanes) start(ctx context.Context) {
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if l.listen != nil {
		l.done.Go(func() { l.listen(ctx) })
	}
	l.done.Go(func() {
		for {
			l.turn(ctx)
			select {
			case <-ctx.Done():
				return
			case <-time.After(l.lease / 4):
			}
		}
	})
}

// stop gives every slot back, so that others need not wait for the lease to end.
// The engines must have stopped.
func (l *lanes) stop(ctx context.Context) {
	if l.cancel == nil {
		return // never started
	}
	l.cancel()
	l.done.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := l.leases.Leave(ctx, l.id); err != nil {
		l.log.Warn("the lanes could not be given back; others take them when the lease ends", "lease", l.lease, "err", err)
	}
}

// turn renews the claim once.
func (l *lanes) turn(ctx context.Context) {
	// A turn that takes too long is as bad as one that fails.
	limited, cancel := context.WithTimeout(ctx, l.lease/2)
	defer cancel()
	started := l.now()
	have, err := l.renew(limited, heliograph.At(started))
	if err == nil {
		l.set(have, started)
		l.poll()
		return
	}
	if ctx.Err() != nil {
		return
	}
	l.log.Error("the claim on the lanes could not be renewed", "err", err)
	if !l.sole && l.now().Sub(l.renewedAt()) > l.lease/2 {
		l.set(nil, time.Time{})
	}
}

// renew says that we live, and returns the slots to work on. Slots above our
// share are let go of first and given back a lease later, when every call that
// was under way must have ended: nobody may take an attempt of ours for one that
// a dead process left behind.
func (l *lanes) renew(ctx context.Context, now heliograph.Millis) ([]int, error) {
	since := now.Add(-l.lease)
	if l.sole {
		since = now
	}
	living, err := l.leases.Beat(ctx, l.id, l.host, now, since)
	if err != nil {
		return nil, err
	}
	if err := l.giveBack(ctx, now.Time()); err != nil {
		return nil, err
	}
	share := (heliograph.Slots + max(living, 1) - 1) / max(living, 1)
	have, err := l.leases.Take(ctx, l.id, share, since)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	have = without(have, l.leaving)
	if len(have) > share && len(l.leaving) == 0 {
		l.leaving, l.left = have[share:], now.Time()
		have = have[:share]
	}
	return have, nil
}

// giveBack gives back what was let go of long enough ago.
func (l *lanes) giveBack(ctx context.Context, now time.Time) error {
	l.mu.Lock()
	leaving := l.leaving
	early := now.Sub(l.left) < l.lease
	l.mu.Unlock()
	if early {
		return nil
	}
	for _, slot := range leaving {
		if err := l.leases.Release(ctx, l.id, slot); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaving = nil
	return nil
}

// slots returns how many slots are worked on.
func (l *lanes) slots() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.mine)
}

func (l *lanes) renewedAt() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.renewed
}

// set tells the engines which slots changed.
func (l *lanes) set(have []int, renewed time.Time) {
	l.mu.Lock()
	gained, lost := without(have, l.mine), without(l.mine, have)
	l.mine, l.renewed = have, renewed
	l.mu.Unlock()
	for _, u := range l.users {
		if len(lost) > 0 {
			u.lost(lost)
		}
		if len(gained) > 0 {
			u.gained(gained)
		}
	}
	if len(gained)+len(lost) > 0 {
		l.log.Info("lanes changed hands", "gained", len(gained), "lost", len(lost), "have", len(have))
	}
}

func without(slots, others []int) []int {
	var out []int
	for _, s := range slots {
		if !slices.Contains(others, s) {
			out = append(out, s)
		}
	}
	return out
}

// ready tells whether the claim is fresh. A process without slots is ready too:
// it accepts, and others send.
func (l *lanes) ready(context.Context) error {
	if at := l.renewedAt(); at.IsZero() || l.now().Sub(at) > l.lease {
		return errors.New("the claim on the lanes is not renewed")
	}
	return nil
}
