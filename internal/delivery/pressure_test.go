package delivery_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
)

func TestAFullMemoryStopsNoOtherLane(t *testing.T) {
	inBubble(t, delivery.Options{Memory: 64}, func(b *bench) {
		slow, fine := &network{took: time.Second}, &network{}
		i := b.integration(b.ids.App(), slow, heliograph.DeliverySettings{})
		j := b.integration(b.ids.App(), fine, heliograph.DeliverySettings{})
		b.work()
		for m := range 300 { // one address takes one at a time: they pile up behind each other
			b.send(i, "+1", fmt.Sprint(m), marketing)
		}
		b.pass(10 * time.Second)
		for m := range 5 {
			b.send(j, fmt.Sprintf("+2%d", m), "hello")
		}
		b.pass(time.Second)
		if fine.count() != 5 {
			t.Errorf("%d of 5 messages of another app went out while one app fills the memory", fine.count())
		}
		b.pass(10 * time.Minute)
		if slow.count() != 300 {
			t.Errorf("%d of 300 messages to one address went out", slow.count())
		}
	})
}

func TestWhatIsNewDoesNotOvertakeWhatATakenSlotHolds(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{took: 10 * time.Millisecond}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		for m := range 3 {
			b.accept(i, "+1", fmt.Sprint(m)) // by another process
		}
		late := b.accept(i, "+1", "3")
		b.work()
		b.engine.Offer(late) // before anything could be read
		b.pass(time.Second)
		b.send(i, "+1", "4")
		b.pass(time.Second)
		if got := n.texts(); !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
			t.Errorf("sent in the order %v", got)
		}
	})
}

func TestAFailedLookupDecidesNothing(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(_ *channel.Outgoing, n int) channel.Result {
			if n == 1 {
				return channel.Result{Class: channel.ClassUnknown, Message: "no answer"}
			}
			return channel.Accepted(201, "X")
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{UnknownTransactional: heliograph.ResendUnknown})
		b.work()
		d := b.send(i, "+1", "hello")
		b.pass(time.Second)
		b.breakLookup(errors.New("the database is away"))
		b.pass(5 * time.Minute)
		if got := b.now(d).Status; got != heliograph.Unknown {
			t.Errorf("status %s while the integration cannot be looked up", got)
		}
		b.breakLookup(nil)
		b.pass(time.Minute)
		if got := b.now(d).Status; got != heliograph.AtChannel || n.count() != 2 {
			t.Errorf("status %s after %d calls, by a policy of sending again", got, n.count())
		}
	})
}

func TestARetryWaitsNoLongerThanTheExpiry(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(*channel.Outgoing, int) channel.Result {
			return channel.Result{Class: channel.ClassRetry, HTTPStatus: 429, After: 10 * time.Hour}
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		d := b.send(i, "+1", "code", func(d *heliograph.Delivery) { d.Expires = heliograph.At(time.Now().Add(5 * time.Minute)) })
		b.pass(6 * time.Minute)
		if got := b.now(d).Status; got != heliograph.Expired {
			t.Errorf("status %s after its expiry", got)
		}
	})
}

func TestAClockThatStepsBackStopsNothing(t *testing.T) {
	var back atomic.Int64
	now := func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }
	inBubble(t, delivery.Options{Now: now}, func(b *bench) {
		n := &network{answer: func(_ *channel.Outgoing, n int) channel.Result {
			if n == 1 {
				return channel.Result{Class: channel.ClassRetry, HTTPStatus: 429}
			}
			return channel.Accepted(201, "X")
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{RatePerSecond: 10})
		b.work()
		for m := range 50 {
			b.send(i, fmt.Sprintf("+1%d", m), "hello")
		}
		b.pass(time.Second)
		back.Store(int64(time.Hour))
		b.pass(30 * time.Second)
		if n.count() != 51 {
			t.Errorf("%d calls after the clock stepped back, want 51", n.count())
		}
	})
}
