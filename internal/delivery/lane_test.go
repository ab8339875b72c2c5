package delivery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
)

func TestOrderPerAddress(t *testing.T) {
	for name, o := range map[string]delivery.Options{
		"in memory":         {},
		"from the database": {Window: 8, Memory: 64},
		"few senders":       {Senders: 3},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, o, func(b *bench) {
				n := &network{took: 10 * time.Millisecond}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				const addresses, each = 20, 15
				for m := range each {
					for a := range addresses {
						b.send(i, fmt.Sprintf("+1%03d", a), fmt.Sprintf("%d/%02d", a, m))
					}
				}
				b.pass(time.Minute)
				seen := map[string][]string{}
				for _, c := range n.list() {
					seen[c.address] = append(seen[c.address], c.text)
				}
				if n.count() != addresses*each {
					t.Errorf("%d sends, want %d", n.count(), addresses*each)
				}
				for address, texts := range seen {
					if !slices.IsSorted(texts) {
						t.Errorf("%s got %v", address, texts)
					}
				}
			})
		})
	}
}

func TestOneAddressHasOneCallInFlight(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{took: time.Second}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		for m := range 5 {
			b.send(i, "+1", fmt.Sprint(m))
		}
		b.pass(10 * time.Second)
		if n.peak() != 1 || n.count() != 5 {
			t.Errorf("%d at once, %d in all", n.peak(), n.count())
		}
	})
}

func TestClasses(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{took: 100 * time.Millisecond}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{Concurrency: 1})
		b.work()
		for m := range 100 {
			b.send(i, fmt.Sprintf("+1%03d", m), "ad", marketing)
		}
		b.pass(time.Second)
		before := n.count()
		b.send(i, "+2000", "code")
		b.pass(250 * time.Millisecond)
		if at := slices.Index(n.texts(), "code"); at < 0 || at > before+1 {
			t.Errorf("a one-time code went out as call %d, %d were out before it", at, before)
		}
		for m := range 64 {
			b.send(i, fmt.Sprintf("+3%03d", m), "code")
		}
		mark := n.count()
		b.pass(6 * time.Second)
		if ads := strings.Count(strings.Join(n.texts()[mark:], " "), "ad"); ads < 2 {
			t.Errorf("%d ads went out among 60 codes: the lower class starves", ads)
		}
	})
}

func TestAppsTakeTurns(t *testing.T) {
	inBubble(t, delivery.Options{Senders: 4}, func(b *bench) {
		big, small := &network{took: 50 * time.Millisecond}, &network{took: 50 * time.Millisecond}
		i := b.integration(b.ids.App(), big, heliograph.DeliverySettings{})
		j := b.integration(b.ids.App(), small, heliograph.DeliverySettings{})
		b.work()
		for m := range 300 {
			b.send(i, fmt.Sprintf("+1%03d", m), "ad", marketing)
		}
		b.pass(time.Second)
		sent := time.Now()
		b.send(j, "+2", "hello")
		b.pass(time.Second)
		if small.count() != 1 || small.list()[0].at.Sub(sent) > 200*time.Millisecond {
			t.Errorf("another app's message waited: %+v, sent at %v", small.list(), sent)
		}
	})
}

func TestAHangingProviderLeavesSendersToOthers(t *testing.T) {
	inBubble(t, delivery.Options{Senders: 64}, func(b *bench) {
		hangs, fine := &network{took: time.Hour}, &network{}
		i := b.integration(b.ids.App(), hangs, heliograph.DeliverySettings{})
		j := b.integration(b.ids.App(), fine, heliograph.DeliverySettings{})
		b.work()
		for m := range 200 {
			b.send(i, fmt.Sprintf("+1%03d", m), "x")
		}
		b.pass(time.Second)
		if hangs.now() > 32 {
			t.Errorf("one lane took %d of 64 senders", hangs.now())
		}
		b.send(j, "+2", "hello")
		b.settle()
		if fine.count() != 1 {
			t.Error("another lane's message waits behind a provider that hangs")
		}
	})
}

func TestRateAndConcurrency(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{took: 10 * time.Millisecond}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{RatePerSecond: 10})
		m := &network{took: time.Second}
		j := b.integration(b.ids.App(), m, heliograph.DeliverySettings{Concurrency: 3})
		b.work()
		for k := range 100 {
			b.send(i, fmt.Sprintf("+1%03d", k), "x")
			b.send(j, fmt.Sprintf("+1%03d", k), "x")
		}
		b.pass(5 * time.Second)
		if got := n.count(); got < 45 || got > 55 {
			t.Errorf("%d calls in 5 s at 10 a second", got)
		}
		if m.peak() != 3 {
			t.Errorf("%d calls at once, want 3", m.peak())
		}
	})
}

func TestScheduled(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		at := heliograph.At(time.Now().Add(90 * time.Minute))
		d := b.send(i, "+1", "later", func(d *heliograph.Delivery) { d.Due = at })
		b.send(i, "+1", "now")
		b.pass(89 * time.Minute)
		if got := b.now(d).Status; got != heliograph.Scheduled || n.count() != 1 {
			t.Errorf("status %s, %d calls before its time", got, n.count())
		}
		b.pass(2 * time.Minute)
		if got := b.now(d).Status; got != heliograph.AtChannel {
			t.Errorf("status %s after its time", got)
		}
	})
}

func TestBreaker(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		down := true
		n := &network{}
		n.answer = func(*channel.Outgoing, int) channel.Result {
			if down {
				return channel.Result{Class: channel.ClassUnknown, Message: "500"}
			}
			return channel.Accepted(201, "X")
		}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{Concurrency: 1, UnknownTransactional: heliograph.FailUnknown})
		b.work()
		for k := range 50 {
			b.send(i, fmt.Sprintf("+1%03d", k), "x")
		}
		b.pass(10 * time.Second)
		if got := n.count(); got < 5 || got > 9 {
			t.Errorf("%d calls in 10 s to a provider that is down: the breaker should open after 5", got)
		}
		n.mu.Lock()
		down = false
		n.mu.Unlock()
		b.pass(2 * time.Minute)
		if got := n.count(); got != 50 {
			t.Errorf("%d calls once the provider is back, want 50", got)
		}
	})
}

func TestLostSlotsAreLeftAlone(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{RatePerSecond: 1})
		b.work()
		for k := range 20 {
			b.send(i, fmt.Sprintf("+1%03d", k), "x")
		}
		b.pass(3 * time.Second)
		slot := b.engine.Slot(i, "+1000")
		b.engine.Lost([]int{slot})
		b.settle()
		before := n.count()
		b.pass(10 * time.Second)
		if got := n.count(); got > before+1 {
			t.Errorf("%d calls on a slot that was lost", got-before)
		}
		b.engine.Gained([]int{slot})
		b.pass(time.Minute)
		if got := n.count(); got != 20 {
			t.Errorf("%d calls in all, want 20", got)
		}
	})
}
