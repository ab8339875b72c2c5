package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// Crossing checks that outcomes and what providers tell of the same deliveries,
// written at once, do not wait for each other's locks in a circle. deadlocks
// counts those of a store that is closed.
func Crossing(t *testing.T, open func(*testing.T) *store.Store, deadlocks func() int) {
	q := newQueueing(t, open)
	in := &heliograph.Integration{ID: q.integration, App: q.app, Type: "twilio"}
	for round := range 12 {
		var items []*delivery.Item
		for i := range 60 {
			items = append(items, q.queue(fmt.Sprintf("+1%03d", i)))
		}
		q.claim(items...)
		var wg sync.WaitGroup
		for i, it := range items {
			wg.Go(func() { q.finish(q.sent(it, 1)) })
			wg.Go(func() {
				err := q.view.ApplyStatus(t.Context(), &delivery.Status{
					Integration: in, Raw: []byte("raw"), At: heliograph.At(time.Now()),
					Facts: []channel.Fact{{Key: fmt.Sprint(round, i), Status: &channel.StatusFact{Delivery: it.Delivery.ID, Attempt: 1, Status: heliograph.AtUser}}},
					Advance: func(d *heliograph.Delivery, _ *heliograph.User, _ *channel.Fact) *delivery.Change {
						u := *d
						u.Status = heliograph.AtUser
						return &delivery.Change{Update: &u, Unqueue: d.Status.Rank() == 0}
					},
				}, nil)
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, it := range items {
			if d, err := (store.Notifications{Store: q.s}).Notification(t.Context(), q.app, it.Delivery.ID); err != nil || d.Status != heliograph.AtUser {
				t.Fatalf("%+v, %v", d, err)
			}
		}
	}
	if err := q.s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := deadlocks(); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}
