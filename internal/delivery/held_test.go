package delivery_test

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// TestHeldIsSettledByAPerson holds three deliveries as a restored database does:
// none goes out by itself; what is released says that it may be the second time,
// unless it was never due.
func TestHeldIsSettledByAPerson(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: always(channel.Accepted(201, "X"))}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		soon := func(d *heliograph.Delivery) { d.Due = heliograph.At(time.Now()).Add(time.Hour) }
		due, given, later := b.send(i, "+1", "due"), b.send(i, "+2", "given up"), b.send(i, "+3", "later", soon)
		held := store.Held{Store: b.store}
		if _, err := held.HoldAll(b.t.Context(), heliograph.At(time.Now())); err != nil {
			t.Fatal(err)
		}
		b.work()
		b.pass(time.Minute)
		if n.count() != 0 {
			t.Fatalf("%d went out by themselves", n.count())
		}
		settle := func(d *heliograph.Delivery, how func(*delivery.Item) (bool, error)) {
			page, err := held.Page(b.t.Context(), store.HeldFilter{IDs: []heliograph.NotificationID{d.ID}}, nil, 1)
			if err != nil || len(page) != 1 {
				t.Fatal(page, err)
			}
			for _, want := range []bool{true, false} {
				if done, err := how(page[0]); done != want || err != nil {
					t.Errorf("%s: %v, %v, want %v", d.ID, done, err, want)
				}
			}
		}
		release := func(it *delivery.Item) (bool, error) { return b.engine.Release(b.t.Context(), it) }
		settle(due, release)
		settle(later, release)
		settle(given, func(it *delivery.Item) (bool, error) { return b.engine.GiveUp(b.t.Context(), it) })
		b.settle()
		if got := b.now(due); got.Status != heliograph.AtChannel || !got.Details.Resent {
			t.Errorf("released: %s, resent %v", got.Status, got.Details.Resent)
		}
		if got := b.now(given); got.Status != heliograph.Cancelled || got.Reason != heliograph.ReasonCancelled || got.Final == 0 {
			t.Errorf("given up: %+v", got)
		}
		if got := b.now(later); got.Status != heliograph.Scheduled || got.Details.Resent {
			t.Errorf("released before it was due: %s, resent %v", got.Status, got.Details.Resent)
		}
		b.pass(time.Hour)
		if got := b.now(later); got.Status != heliograph.AtChannel || n.count() != 2 {
			t.Errorf("when it is due: %s, %d calls", got.Status, n.count())
		}
	})
}
