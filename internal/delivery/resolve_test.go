package delivery_test

import (
	"context"
	"fmt"
	"slices"
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
				sent := b.crashedDuring(i, 60)
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

// crashedDuring leaves attempts under way that nobody makes.
func (b *bench) crashedDuring(i *heliograph.Integration, n int) (sent []*heliograph.Delivery) {
	var claims []*delivery.Claim
	for m := range n {
		it := b.accept(i, fmt.Sprintf("+1%d", m), "hello")
		sent = append(sent, it.Delivery)
		claims = append(claims, &delivery.Claim{Item: it, Attempt: 1, At: heliograph.At(time.Now())})
	}
	claimed := make(chan error, 1)
	store.Deliveries{Store: b.store}.Claim(claims, func(err error) { claimed <- err })
	if err := <-claimed; err != nil {
		b.t.Fatal(err)
	}
	return sent
}

func TestAStopBeginsNoLookups(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{asked: 10 * time.Second, lookup: func() channel.Result { return channel.Accepted(201, "X") }}
		b.crashedDuring(b.integration(b.ids.App(), asked{n}, heliograph.DeliverySettings{}), 100)
		b.work()
		b.pass(heliograph.DefaultEchoWindow + time.Second)
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		b.engine.Stop(ctx)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
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

// An echo that comes while an item is being decided frees its address once.
func TestAnEchoDuringTheDecision(t *testing.T) {
	echo := func(b *bench, i *heliograph.Integration, d *heliograph.Delivery) {
		fact := channel.Fact{Key: "k", Status: &channel.StatusFact{Delivery: d.ID, Attempt: 1, Status: heliograph.AtUser, External: "X"}}
		if err := b.engine.ApplyStatus(context.Background(), i, []byte("raw"), []channel.Fact{fact}); err != nil {
			b.t.Error(err)
		}
	}
	for name, tc := range map[string]struct {
		open func(*network) channel.Channel
		echo func(b *bench, i *heliograph.Integration, d *heliograph.Delivery)
	}{
		"by look-up": {
			open: func(n *network) channel.Channel { return asked{n} },
			echo: func(b *bench, i *heliograph.Integration, d *heliograph.Delivery) {
				b.pass(2 * time.Second)
				echo(b, i, d)
			},
		},
		"by policy": {
			open: func(n *network) channel.Channel { return n },
			echo: func(b *bench, i *heliograph.Integration, d *heliograph.Delivery) {
				// The writer is busy: the echo waits for it, and the policy's outcome behind it.
				if err := b.store.Atomically(b.t.Context(), func(context.Context) error {
					go echo(b, i, d)
					b.pass(2 * time.Second)
					return nil
				}); err != nil {
					b.t.Error(err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{asked: 5 * time.Second, lookup: func() channel.Result { return channel.Accepted(201, "X") }, answer: unknownThen}
				i := b.integration(b.ids.App(), tc.open(n), heliograph.DeliverySettings{})
				b.work()
				b.settle()
				one := b.send(i, "+1", "one")
				for _, text := range []string{"two", "three", "four"} {
					b.send(i, "+1", text)
				}
				b.pass(heliograph.DefaultEchoWindow - time.Second)
				n.mu.Lock()
				n.took = 10 * time.Second
				n.mu.Unlock()
				tc.echo(b, i, one)
				b.pass(6 * time.Second)
				if got := n.texts(); n.peak() > 1 || len(got) != 2 {
					t.Errorf("sent %v, %d at once", got, n.peak())
				}
				b.pass(time.Minute)
				if got := n.texts(); !slices.Equal(got, []string{"one", "two", "three", "four"}) {
					t.Errorf("sent %v", got)
				}
			})
		})
	}
}
