package delivery_test

import (
	"slices"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

func allSlots() (all []int) {
	for s := range heliograph.Slots {
		all = append(all, s)
	}
	return all
}

// pollFor lets time pass as it does where several processes share a database.
func (b *bench) pollFor(minutes int) {
	for range minutes {
		b.engine.Poll()
		b.pass(time.Minute)
	}
}

// firstWaits answers the first call with a pause, and takes the others.
func firstWaits(_ *channel.Outgoing, c int) channel.Result {
	if c == 1 {
		return channel.Result{Class: channel.ClassRetry, HTTPStatus: 429, After: 20 * time.Minute}
	}
	return channel.Accepted(201, "X")
}

// What waits in memory when a slot is lost does not stand in the way when the
// slot comes back.
func TestASlotThatComesBack(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(*channel.Outgoing, int) channel.Result
		before func(b *bench, i *heliograph.Integration)
	}{
		"with a lane that stands still": {before: func(b *bench, i *heliograph.Integration) {
			b.pauseTill(i.ID, heliograph.At(time.Now()).Add(time.Minute))
			b.pass(2 * time.Second) // "one" ends, and "two" is next
		}},
		"with an attempt under way": {answer: firstWaits, before: func(*bench, *heliograph.Integration) {}},
		"with a retry to come":      {answer: firstWaits, before: func(b *bench, _ *heliograph.Integration) { b.pass(2 * time.Second) }},
		"with an attempt in doubt":  {answer: unknownThen, before: func(b *bench, _ *heliograph.Integration) { b.pass(2 * time.Second) }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{took: time.Second, answer: tc.answer}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				b.settle()
				b.send(i, "+1", "one")
				b.send(i, "+1", "two")
				b.settle()
				tc.before(b, i)
				b.engine.Lost(allSlots())
				b.pass(2 * time.Second)
				b.work()
				b.send(i, "+1", "three")
				b.pollFor(60)
				got := n.texts()
				if tc.answer != nil {
					got = got[1:] // "one" went out twice
				}
				if !slices.Equal(got, []string{"one", "two", "three"}) {
					t.Errorf("sent %v", n.texts())
				}
			})
		})
	}
}

func unknownThen(_ *channel.Outgoing, c int) channel.Result {
	if c == 1 {
		return channel.Result{Class: channel.ClassUnknown, Message: "?"}
	}
	return channel.Accepted(201, "X")
}

// An attempt that another process began while it had the slot, and died, is taken
// over although its delivery was known here before.
func TestAnAttemptBegunElsewhereIsTakenOver(t *testing.T) {
	for name, lost := range map[string]time.Duration{"lost during an attempt": 0, "lost before a retry": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{answer: firstWaits, took: time.Second}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				b.settle()
				d := b.send(i, "+1", "one")
				b.pass(lost)
				b.engine.Lost(allSlots())
				b.pass(2 * time.Second)
				b.begunElsewhere(d)
				b.work()
				b.pollFor(60)
				if got := b.now(d); got.Status != heliograph.AtChannel {
					t.Errorf("status %s after %d attempts and %d calls", got.Status, got.Attempts, n.count())
				}
			})
		})
	}
}

// begunElsewhere records a second attempt that nobody makes.
func (b *bench) begunElsewhere(d *heliograph.Delivery) {
	view := store.Deliveries{Store: b.store}
	held, err := view.Held(b.t.Context(), d.Slot)
	if err != nil || len(held) != 1 {
		b.t.Errorf("%v, %v", held, err)
		return
	}
	claimed := make(chan error, 1)
	view.Claim([]*delivery.Claim{{Item: held[0], Attempt: 2, At: heliograph.At(time.Now())}}, func(err error) { claimed <- err })
	if err := <-claimed; err != nil {
		b.t.Error(err)
	}
}

// What stands behind a cancelled one does not wait for the retry that will not
// come.
func TestACancelledOneFreesItsAddress(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: firstWaits}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.settle()
		d := b.send(i, "+1", "one")
		b.pass(time.Second)
		if _, err := b.notifier().Cancel(b.t.Context(), i.App, d.ID); err != nil {
			t.Error(err)
		}
		b.send(i, "+1", "two")
		b.pass(time.Minute)
		if n.count() != 2 {
			t.Errorf("sent %v", n.texts())
		}
	})
}
