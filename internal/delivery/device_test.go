package delivery_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// states says of every device the same, after some failures.
type states struct {
	is    delivery.DeviceState
	fails atomic.Int32
}

func (s *states) State(context.Context, *heliograph.Delivery) (*delivery.DeviceState, error) {
	if s.fails.Add(-1) >= 0 {
		return nil, errors.New("not now")
	}
	is := s.is
	return &is, nil
}

func TestDevices(t *testing.T) {
	t.Parallel()
	beside := func(d *heliograph.Delivery) { d.Details.Beside = true }
	unread := func(d *heliograph.Delivery) { d.Details.IfUnread = true }
	for name, tc := range map[string]struct {
		channel string
		state   delivery.DeviceState
		fails   int32
		change  func(*heliograph.Delivery)
		status  heliograph.Status
		reason  string
		calls   int
	}{
		"a push that is wanted":                {state: delivery.DeviceState{Wants: true}, status: heliograph.AtChannel, calls: 1},
		"no push: the messenger shows it":      {status: heliograph.AtChannel, calls: 1},
		"read meanwhile":                       {state: delivery.DeviceState{Read: true, Wants: true}, status: heliograph.AtUser},
		"read meanwhile on a device that left": {state: delivery.DeviceState{Read: true, Gone: true}, status: heliograph.AtUser},
		"the device left":                      {state: delivery.DeviceState{Gone: true}, status: heliograph.Failed, reason: heliograph.ReasonDevice},
		"beside, wanted":                       {state: delivery.DeviceState{Wants: true}, change: beside, status: heliograph.AtChannel, calls: 1},
		"beside, no longer wanted":             {change: beside, status: heliograph.Cancelled, reason: heliograph.ReasonCancelled},
		"unread in the messenger":              {channel: "twilio", change: unread, status: heliograph.AtChannel, calls: 1},
		"read in the messenger":                {channel: "twilio", state: delivery.DeviceState{Read: true}, change: unread, status: heliograph.Cancelled, reason: heliograph.ReasonCancelled},
		"another channel is not asked for":     {channel: "twilio", state: delivery.DeviceState{Read: true, Gone: true}, status: heliograph.AtChannel, calls: 1},
		"what cannot be read is tried again":   {fails: 2, state: delivery.DeviceState{Read: true}, status: heliograph.AtUser},
	} {
		t.Run(name, func(t *testing.T) {
			s := &states{is: tc.state}
			s.fails.Store(tc.fails)
			inBubble(t, delivery.Options{States: s}, func(b *bench) {
				net := &network{}
				i := b.integration(b.ids.App(), net, heliograph.DeliverySettings{})
				if i.Type = heliograph.PlatformIOS; tc.channel != "" {
					i.Type = tc.channel
				}
				b.work()
				var change []func(*heliograph.Delivery)
				if tc.change != nil {
					change = append(change, tc.change)
				}
				d := b.send(i, "device-1", "hello", change...)
				b.pass(time.Minute)
				got := b.now(d)
				if got.Status != tc.status || got.Reason != tc.reason || net.count() != tc.calls {
					t.Errorf("it is %s (%s) after %d calls, want %s (%s) after %d", got.Status, got.Reason, net.count(), tc.status, tc.reason, tc.calls)
				}
				b.send(i, "device-1", "next", change...) // the address is free
				b.pass(time.Minute)
				if want := 2 * tc.calls; net.count() != want {
					t.Errorf("%d calls after the next one, want %d", net.count(), want)
				}
			})
		})
	}
}

// see says that a delivery's user has seen everything.
func (b *bench) see(d *heliograph.Delivery) {
	b.t.Helper()
	err := b.engine.Seen(b.t.Context(), d.App, b.now(d).User, b.ids.Client(), false, 0, heliograph.At(time.Now().Add(time.Minute)), 100)
	if err != nil {
		b.t.Fatal(err)
	}
}

func device1(b *bench, net *network) *heliograph.Integration {
	i := b.integration(b.ids.App(), net, heliograph.DeliverySettings{})
	i.Type = heliograph.PlatformIOS
	return i
}

func TestSeenWhileAnAttemptIsUnderWay(t *testing.T) {
	for name, answer := range map[string]channel.Result{
		"it is taken":    channel.Accepted(200, "apns-1"),
		"it is refused":  channel.Final(heliograph.ReasonBadRequest, "no"),
		"it is in doubt": {Class: channel.ClassUnknown, Message: "no answer"},
		"to be repeated": {Class: channel.ClassRetry, Message: "busy"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				net := &network{took: time.Second, answer: func(*channel.Outgoing, int) channel.Result { return answer }}
				i := device1(b, net)
				b.work()
				d := b.send(i, "device-1", "hello")
				b.pass(100 * time.Millisecond)
				if net.now() != 1 {
					t.Fatal("no attempt is under way")
				}
				b.see(d)
				if got := b.now(d); got.Status != heliograph.AtUser {
					t.Errorf("seen, it is %s", got.Status)
				}
				b.pass(10 * time.Minute)
				if got := b.now(d); got.Status != heliograph.AtUser || net.count() != 1 {
					t.Errorf("at last it is %s after %d attempts", got.Status, net.count())
				}
				events, err := store.Deliveries{Store: b.store}.DeliveryEvents(b.t.Context(), d.App, d.ID)
				if err != nil || len(events) != 2 || events[0].Type != heliograph.EventUser || events[0].Data.Via != "seen" || events[1].Data.Class != answer.Class.String() {
					t.Errorf("events %+v, %v", events, err)
				}
				b.send(i, "device-1", "next")
				b.pass(100 * time.Millisecond)
				if net.count() != 2 {
					t.Error("the address is not free")
				}
				b.pass(10 * time.Minute)
			})
		})
	}
}

func TestSeenBeforeItIsDue(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		net := &network{}
		i := device1(b, net)
		b.work()
		held := func(d *heliograph.Delivery) { d.Due = heliograph.At(time.Now().Add(heliograph.PushHold)) }
		later := func(d *heliograph.Delivery) {
			held(d)
			d.Details.Scheduled = d.Due
		}
		seen, other, scheduled := b.send(i, "device-1", "one", held), b.send(i, "device-2", "two", held), b.send(i, "device-1", "three", later)
		b.pass(time.Second)
		b.see(seen)
		if got := b.now(seen); got.Status != heliograph.AtUser || got.Sent != 0 {
			t.Errorf("it is %s, sent at %d", got.Status, got.Sent)
		}
		b.pass(time.Minute)
		for d, want := range map[*heliograph.Delivery]heliograph.Status{seen: heliograph.AtUser, other: heliograph.AtChannel, scheduled: heliograph.AtChannel} {
			if got := b.now(d); got.Status != want {
				t.Errorf("to %s it is %s, want %s", d.Address, got.Status, want)
			}
		}
		if net.count() != 2 {
			t.Errorf("sent %v", net.texts())
		}
		b.see(other)
		b.see(other)
		if got := b.now(other); got.Status != heliograph.AtUser {
			t.Errorf("seen after the push, it is %s", got.Status)
		}
	})
}

// What waits for its next attempt is not attempted again, and what stands behind
// it does not wait for its time.
func TestSeenBetweenAttempts(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		net := &network{answer: func(out *channel.Outgoing, _ int) channel.Result {
			if out.Content.Text == "one" {
				return channel.Result{Class: channel.ClassRetry, After: time.Hour, OnlyThis: true, Message: "busy"}
			}
			return channel.Accepted(200, "x")
		}}
		i := device1(b, net)
		b.work()
		d := b.send(i, "device-1", "one")
		b.pass(time.Second)
		until := heliograph.At(time.Now())
		b.pass(time.Second)
		next := b.send(i, "device-1", "two")
		b.pass(time.Second)
		if err := b.engine.Seen(b.t.Context(), d.App, b.now(d).User, b.ids.Client(), false, 0, until, 100); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Second)
		if got := b.now(next); got.Status != heliograph.AtChannel || b.now(d).Status != heliograph.AtUser || net.count() != 2 {
			t.Errorf("the next is %s, the first %s, after %d attempts", got.Status, b.now(d).Status, net.count())
		}
	})
}
