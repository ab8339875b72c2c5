package delivery_test

import (
	"fmt"
	mrand "math/rand/v2"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// TestStatusesAreALattice: whatever a provider tells, in whatever order and
// however often, the highest status is the end, and receivers are told nothing
// after a final event. A channel without receipts told one when it had the message.
func TestStatusesAreALattice(t *testing.T) {
	for name, tc := range map[string]struct {
		receipts bool
		answer   channel.Result
	}{
		"taken":                       {true, channel.Accepted(201, "X")},
		"in doubt":                    {true, channel.Result{Class: channel.ClassUnknown}},
		"taken, without receipts":     {false, channel.Accepted(201, "X")},
		"in doubt, without receipts":  {false, channel.Result{Class: channel.ClassUnknown}},
		"refused after all":           {true, channel.Final(heliograph.ReasonNotFound, "gone")},
		"refused, and has no receipt": {false, channel.Final(heliograph.ReasonNotFound, "gone")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				b.kind.Receipts = tc.receipts
				i := b.integration(b.ids.App(), &network{answer: always(tc.answer)}, heliograph.DeliverySettings{UnknownTransactional: heliograph.HoldUnknown})
				b.work()
				for seed := range uint64(60) {
					d := b.send(i, fmt.Sprintf("+1%d", seed), "x")
					b.settle()
					b.hears(i, d, mrand.New(mrand.NewPCG(seed, 0)))
				}
			})
		})
	}
}

// hears tells random words of a delivery, some of them together, and checks what
// comes of them.
func (b *bench) hears(i *heliograph.Integration, d *heliograph.Delivery, random *mrand.Rand) {
	b.t.Helper()
	highest := b.now(d).Status
	words := []heliograph.Status{heliograph.AtChannel, heliograph.AtUser, heliograph.Failed, ""}
	var said []heliograph.Status
	for range 1 + random.IntN(4) {
		var facts []channel.Fact
		for range 1 + random.IntN(2) {
			w := words[random.IntN(len(words))]
			s := &channel.StatusFact{Delivery: d.ID, Attempt: 1, External: "X", Status: w, Word: "word", Read: w == heliograph.AtUser && random.IntN(2) == 0}
			if w == heliograph.Failed {
				s.Result = channel.Final(heliograph.ReasonUnreachable, "off")
			}
			if w.Rank() > highest.Rank() {
				highest = w
			}
			key := fmt.Sprintf("%s %s %d", d.ID, w, random.IntN(3)) // a key that was there is a repetition
			facts, said = append(facts, channel.Fact{Key: key, Status: s}), append(said, w)
		}
		if err := b.engine.ApplyStatus(b.t.Context(), i, []byte("raw"), facts); err != nil {
			b.t.Fatal(err)
		}
		b.pass(time.Second)
	}
	got := b.now(d)
	events, err := store.Deliveries{Store: b.store}.DeliveryEvents(b.t.Context(), d.App, d.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	final, told := "", ""
	for _, e := range events {
		if e.Data.Kind = heliograph.NotificationDelivery; e.Trigger() == "" {
			continue
		}
		told += string(e.Type) + " "
		if final != "" {
			b.t.Errorf("%v: told %s after a final %s", said, e.Type, final)
		}
		if e.Data.Final {
			final = string(e.Type)
		}
	}
	if got.Status != highest {
		b.t.Errorf("%v: the status is %s, want %s", said, got.Status, highest)
	}
	if (final != "") != (got.Final != 0) {
		b.t.Errorf("%v: told %s, with the status %s, final since %d", said, told, got.Status, got.Final)
	}
}
