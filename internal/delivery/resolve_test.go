package delivery_test

import (
	"fmt"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

func TestWhatIsInDoubtIsLookedUpWithinTheLanesBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		options  delivery.Options
		settings heliograph.DeliverySettings
		most     int
	}{
		"a few at once":                 {most: 32},
		"no more than half the senders": {options: delivery.Options{Senders: 10}, most: 5},
		"no more than the lane's":       {settings: heliograph.DeliverySettings{Concurrency: 3}, most: 3},
		"no faster than its rate":       {settings: heliograph.DeliverySettings{RatePerSecond: 1}, most: 10},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, tc.options, func(b *bench) {
				n := &network{asked: 10 * time.Second, lookup: func() channel.Result { return channel.Accepted(201, "X") }}
				i := b.integration(b.ids.App(), asked{n}, tc.settings)
				const all = 60
				var sent []*heliograph.Delivery
				var claims []*delivery.Claim
				for m := range all {
					it := b.accept(i, fmt.Sprintf("+1%d", m), "hello")
					sent = append(sent, it.Delivery)
					claims = append(claims, &delivery.Claim{Item: it, Attempt: 1, At: heliograph.At(time.Now())})
				}
				claimed := make(chan error, 1)
				store.Deliveries{Store: b.store}.Claim(claims, func(err error) { claimed <- err })
				if err := <-claimed; err != nil {
					t.Fatal(err)
				}
				b.work() // after a crash during all of these attempts
				b.pass(time.Hour)
				if got := n.peak(); got != tc.most {
					t.Errorf("%d look-ups at once, want %d", got, tc.most)
				}
				for _, d := range sent {
					if got := b.now(d).Status; got != heliograph.AtChannel {
						t.Fatalf("status %s after it was looked up", got)
					}
				}
			})
		})
	}
}

func TestALookupThatHangsHoldsNoOtherLaneUp(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i, j := b.integration(b.ids.App(), n, heliograph.DeliverySettings{}), b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.hangs = i.ID
		b.work()
		b.send(i, "+1", "late")
		b.pass(time.Minute)
		for m := range 100 {
			b.send(j, fmt.Sprintf("+2%d", m), "hello")
		}
		b.pass(4 * time.Second)
		if n.count() != 100 {
			t.Errorf("%d of 100 messages went out while another integration cannot be looked up", n.count())
		}
		b.mu.Lock()
		b.hangs = heliograph.IntegrationID{}
		b.mu.Unlock()
		b.pass(time.Minute)
		if n.count() != 101 {
			t.Errorf("%d messages went out in all, want 101", n.count())
		}
	})
}
