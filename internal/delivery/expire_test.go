package delivery_test

import (
	"fmt"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
)

func TestWhatExpiresIsToldWhileItsLaneStandsStill(t *testing.T) {
	for name, o := range map[string]delivery.Options{
		"in memory":                       {},
		"most of it only in the database": {Window: 8, Memory: 64},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, o, func(b *bench) {
				n := &network{}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.pauseTill(i.ID, heliograph.At(time.Now().Add(24*time.Hour)))
				b.work()
				b.settle()
				soon := func(d *heliograph.Delivery) { d.Expires = heliograph.At(time.Now().Add(time.Minute)) }
				var short, long []*heliograph.Delivery
				for m := range 100 {
					address := fmt.Sprintf("+1%d", m%10) // so that many stand behind others
					long = append(long, b.send(i, address, "news"))
					short = append(short, b.send(i, address, "code", soon))
				}
				b.pass(50 * time.Second)
				if got := b.now(short[0]).Status; got != heliograph.Queued {
					b.t.Errorf("status %s before its expiry", got)
				}
				b.pass(30 * time.Second)
				for m, d := range short {
					got := b.now(d)
					if got.Status != heliograph.Expired || got.Reason != heliograph.ReasonExpired {
						b.t.Fatalf("message %d: status %s, reason %q while the lane is paused", m, got.Status, got.Reason)
					}
				}
				events, err := b.store.DeliveryEvents(b.t.Context(), i.App, short[99].ID)
				if err != nil {
					b.t.Fatal(err)
				}
				if last := events[len(events)-1]; last.Type != heliograph.EventFailure || !last.Data.Final {
					b.t.Errorf("the last event is %s", last.Type)
				}
				b.pauseTill(i.ID, 0)
				b.pass(time.Minute)
				if n.count() != len(long) {
					b.t.Errorf("%d messages went out after the pause, want %d", n.count(), len(long))
				}
			})
		})
	}
}
