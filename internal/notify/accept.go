package notify

import (
	"context"

	"heliograph"
)

// accept stores a notification and hands it to its lane. One that is due now,
// and that somebody waits for, is stored with its first attempt already
// recorded when its lane is free: that spares it a commit and a turn.
func (s *Service) accept(ctx context.Context, a *Accept, bulk bool) error {
	done := make(chan error, 1)
	// What becomes of it must not depend on whether the caller still waits.
	store := func(start *heliograph.Start) {
		a.Start = start
		s.Store.Accept(a, bulk, func(err error) {
			switch {
			case start != nil:
				s.Lanes.Began(a.Delivery, start, a.User, err == nil && a.stored())
			case err == nil:
				s.offer(a)
			}
			done <- err
		})
	}
	if bulk || a.Delivery.Status != heliograph.Queued {
		store(nil)
	} else {
		s.Lanes.Begin(a.Delivery, &a.Message.Content, store)
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stored reports whether an acceptance that was committed left anything behind.
func (a *Accept) stored() bool { return a.Err == nil && a.Replay == nil }

func (s *Service) offer(a *Accept) {
	if a.stored() {
		s.Lanes.Offer(a.Delivery, &a.Message.Content, a.User)
	}
}
