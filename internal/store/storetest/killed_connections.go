package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// KilledConnections checks that whoever hears that a hot write succeeded or
// failed hears the truth, while kill breaks connections again and again.
func KilledConnections(t *testing.T, open func(*testing.T) *store.Store, kill func()) {
	q := newQueueing(t, open)
	var wg, killer sync.WaitGroup
	for w := range 10 {
		wg.Go(func() {
			for i := range 40 {
				sendThroughBreaks(q, fmt.Sprintf("+1%d-%d", w, i))
			}
		})
	}
	over := make(chan struct{})
	killer.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(200 * time.Millisecond):
				kill()
			}
		}
	})
	wg.Wait()
	close(over)
	killer.Wait()
}

func sendThroughBreaks(q *queueing, address string) {
	a := q.make(address, "x")
	err := Accept(q.s, a, false)
	_, missing := q.look(a.Delivery)
	if (err == nil) == missing {
		q.t.Errorf("accepting said %v; it is missing: %v", err, missing)
	}
	if err != nil {
		return
	}
	it := &delivery.Item{Delivery: a.Delivery}
	c := &delivery.Claim{Item: it, Attempt: 1, At: 5}
	untilStored(func(done func(error)) { q.view.Claim([]*delivery.Claim{c}, done) })
	o := q.sent(it, 1)
	untilStored(func(done func(error)) { q.view.Finish(o, done) })
	if d, _ := q.look(a.Delivery); !c.Taken || !o.Applied || d == nil || d.Status != heliograph.AtChannel {
		q.t.Errorf("taken %v, applied %v, %+v", c.Taken, o.Applied, d)
	}
}

// look reads a delivery, however often the connection breaks.
func (q *queueing) look(d *heliograph.Delivery) (found *heliograph.Delivery, missing bool) {
	for {
		found, err := store.Notifications{Store: q.s}.Notification(q.t.Context(), d.App, d.ID)
		if err == nil || heliograph.IsKind(err, heliograph.NotFound) {
			return found, err != nil
		}
	}
}

func untilStored(write func(done func(error))) {
	done := make(chan error, 1)
	for {
		write(func(err error) { done <- err })
		if <-done == nil {
			return
		}
	}
}
