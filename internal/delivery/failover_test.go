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

// failover gives from a rule by which to takes over.
func (b *bench) failover(from, to *heliograph.Integration, after int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := *b.integrations[from.ID]
	changed.Delivery.Failover = &heliograph.Failover{Integration: to.ID, AfterAttempts: after}
	b.integrations[from.ID] = &changed
}

func TestFailover(t *testing.T) {
	retry := channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTimeout, Message: "no connection could be made"}
	pause := channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "refused"}
	unknown := channel.Result{Class: channel.ClassUnknown, Message: "time-out"}
	waits := channel.Result{Class: channel.ClassRetry, OnlyThis: true, After: time.Minute, Message: "this person must wait"}
	for name, tc := range map[string]struct {
		answer        channel.Result
		after         int
		first, second int // calls of each integration
		status        heliograph.Status
	}{
		"the provider is out of reach":        {retry, 2, 2, 1, heliograph.AtChannel},
		"the provider refuses us":             {pause, 2, 1, 1, heliograph.AtChannel},
		"one attempt is enough":               {retry, 1, 1, 1, heliograph.AtChannel},
		"an unknown outcome stays":            {unknown, 1, 1, 0, heliograph.Unknown},
		"a person who must wait stays":        {waits, 1, 1, 0, heliograph.Queued},
		"a final refusal is not circumvented": {channel.Final(heliograph.ReasonNotFound, "no such number"), 1, 1, 0, heliograph.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				app := b.ids.App()
				one, two := &network{answer: always(tc.answer)}, &network{}
				from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
				b.failover(from, to, tc.after)
				b.work()
				d := b.send(from, "+15550100", "Hi")
				b.pass(20 * time.Second)
				got := b.now(d)
				if one.count() != tc.first || two.count() != tc.second || got.Status != tc.status {
					t.Fatalf("%d and %d calls, %s; want %d and %d, %s", one.count(), two.count(), got.Status, tc.first, tc.second, tc.status)
				}
				if tc.second == 0 {
					return
				}
				if got.Integration != to.ID || got.Details.Origin != from.ID || got.Attempts != tc.first+tc.second {
					t.Errorf("it went through %s, from %s, with %d attempts", got.Integration, got.Details.Origin, got.Attempts)
				}
				at, err := (store.Clients{Store: b.store}).At(b.t.Context(), app, to.ID, "+15550100")
				if err != nil || len(at) != 1 || at[0].User != got.User || at[0].ID != got.Client {
					t.Errorf("an answer there would find %v, %v; want a client of %s", at, err, got.User)
				}
			})
		})
	}
}

// TestFailoverOfAQueue: what waits in a paused lane goes on at once, in order,
// and what somebody opted out of does not.
func TestFailoverOfAQueue(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		app := b.ids.App()
		one, two := &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		stopped := heliograph.Suppression{App: app, Integration: from.ID, Address: "+15550199", Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword}
		if _, err := (store.Consents{Store: b.store}).Suppress(b.t.Context(), &stopped); err != nil {
			t.Fatal(err)
		}
		var last *heliograph.Delivery
		for range 100 {
			b.accept(from, "+15550100", "before")
		}
		b.work()
		for range 100 {
			last = b.send(from, "+15550100", "after")
		}
		opted := b.send(from, "+15550199", "no")
		b.pass(30 * time.Second)
		if one.count() != 0 || two.count() != 200 || b.now(last).Status != heliograph.AtChannel {
			t.Errorf("%d and %d calls, the last is %s", one.count(), two.count(), b.now(last).Status)
		}
		for i, text := range two.texts() {
			if want := map[bool]string{true: "before", false: "after"}[i < 100]; text != want {
				t.Fatalf("call %d is %q", i, text)
			}
		}
		if got := b.now(opted); got.Status != heliograph.Queued || got.Integration != from.ID {
			t.Errorf("to somebody who opted out: %s through %s", got.Status, got.Integration)
		}
		b.pauseTill(from.ID, 0)
		b.pass(time.Minute)
		if got := b.now(opted); got.Reason != heliograph.ReasonOptedOut || one.count() != 0 {
			t.Errorf("after the pause: %s, %d calls", got.Reason, one.count())
		}
	})
}

// TestNoFailoverToABrokenOne: nothing is handed to an integration that cannot
// send either, nor back again.
func TestNoFailoverToABrokenOne(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		app := b.ids.App()
		down := channel.Result{Class: channel.ClassPause, After: time.Minute, Reason: heliograph.ReasonUnauthorized, Message: "refused"}
		one, two := &network{answer: always(down)}, &network{answer: always(down)}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.failover(to, from, 0)
		b.work()
		d := b.send(from, "+15550100", "Hi")
		b.pass(10 * time.Second)
		if got := b.now(d); got.Status != heliograph.Queued || got.Integration != to.ID || one.count() != 1 || two.count() != 1 {
			t.Errorf("%s at %s after %d and %d calls", got.Status, got.Integration, one.count(), two.count())
		}
		other := b.send(from, "+15550101", "Hi")
		b.pass(10 * time.Second)
		if got := b.now(other); got.Integration != from.ID || one.count() != 1 {
			t.Errorf("both are paused, and it is at %s after %d calls", got.Integration, one.count())
		}
	})
}

// staying makes a delivery one that stays where it is.
func staying(d *heliograph.Delivery) { d.Details.Resent = true }

// TestAClosedLaneTellsWhatIsTooLate: neither what stays nor what could go on is
// sent too late, or kept for the end of the pause.
func TestAClosedLaneTellsWhatIsTooLate(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		app := b.ids.App()
		one, two := &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		b.work()
		soon := func(d *heliograph.Delivery) { d.Expires = heliograph.At(time.Now().Add(3 * time.Second)) }
		stays := b.send(from, "+15550100", "stays", staying, soon)
		past := b.accept(from, "+15550101", "goes on", func(d *heliograph.Delivery) { d.Expires = heliograph.At(time.Now()) - 1 })
		b.engine.Offer(past)
		b.pass(30 * time.Second)
		if got := b.now(stays); got.Status != heliograph.Expired {
			t.Errorf("what stays is %s", got.Status)
		}
		if got := b.now(past.Delivery); got.Status != heliograph.Expired || got.Integration != from.ID {
			t.Errorf("what was too late is %s at %s", got.Status, got.Integration)
		}
		if one.count()+two.count() != 0 {
			t.Errorf("%d and %d calls", one.count(), two.count())
		}
	})
}

// TestWhatStaysInAClosedLaneFillsNoMemory: a queue that must wait for its lane
// waits in the database.
func TestWhatStaysInAClosedLaneFillsNoMemory(t *testing.T) {
	inBubble(t, delivery.Options{Memory: 64}, func(b *bench) {
		app := b.ids.App()
		one, two := &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		for n := range 2500 {
			b.accept(from, fmt.Sprintf("+1555%04d", n), "Hi", staying)
		}
		b.work()
		b.pass(30 * time.Second)
		if got := b.engine.Known(from.ID); got > 1024 {
			t.Errorf("%d of 2500 are in a memory of 64", got)
		}
		b.pauseTill(from.ID, 0)
		b.pass(time.Minute)
		if one.count() != 2500 || two.count() != 0 {
			t.Errorf("after the pause: %d and %d calls", one.count(), two.count())
		}
		if waiting := b.engine.Waiting(); waiting != 0 {
			t.Errorf("%d are counted as waiting when all is sent", waiting)
		}
	})
}

// TestWhatStaysInAClosedLaneHoldsNothingUp: what may go on does so behind any
// number of others.
func TestWhatStaysInAClosedLaneHoldsNothingUp(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		app := b.ids.App()
		one, two := &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		for n := range 1000 {
			b.accept(from, fmt.Sprintf("+1555%04d", n), "Hi", staying)
		}
		b.work()
		b.pass(5 * time.Second)
		b.send(from, "+15559999", "Hi")
		b.pass(5 * time.Second)
		if one.count() != 0 || two.count() != 1 {
			t.Errorf("%d and %d calls", one.count(), two.count())
		}
	})
}

// TestHandingOnLeavesSendersToOthers: a slow hand-over takes half of what is
// free, as anything else does.
func TestHandingOnLeavesSendersToOthers(t *testing.T) {
	inBubble(t, delivery.Options{Senders: 8}, func(b *bench) {
		app := b.ids.App()
		one, two, three := &network{}, &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		other := b.integration(b.ids.App(), three, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		free := make(chan struct{})
		b.standIn = func() { <-free }
		b.work()
		for n := range 40 {
			b.send(from, fmt.Sprintf("+1555%04d", n), "Hi")
		}
		b.pass(time.Second)
		b.send(other, "+15550100", "Hi")
		b.pass(time.Second)
		if three.count() != 1 {
			t.Errorf("%d messages of another app went out while one lane is handed on", three.count())
		}
		close(free)
		b.pass(20 * time.Second)
		if two.count() != 40 {
			t.Errorf("%d of 40 were handed on", two.count())
		}
	})
}

// TestALostSlotIsNotHandedOn: what could not be handed on before its slot was
// lost is left to whoever has that now.
func TestALostSlotIsNotHandedOn(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		app := b.ids.App()
		one, two := &network{}, &network{}
		from, to := b.integration(app, one, heliograph.DeliverySettings{}), b.integration(app, two, heliograph.DeliverySettings{})
		b.failover(from, to, 0)
		b.pauseTill(from.ID, heliograph.At(time.Now().Add(time.Hour)))
		stopped := heliograph.Suppression{App: app, Integration: from.ID, Address: "+15550199", Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword}
		if _, err := (store.Consents{Store: b.store}).Suppress(b.t.Context(), &stopped); err != nil {
			t.Fatal(err)
		}
		free := make(chan struct{})
		b.standIn = func() { <-free }
		b.work()
		d := b.send(from, "+15550199", "Hi")
		b.pass(time.Second)
		b.engine.Lost([]int{d.Slot})
		b.pass(time.Second)
		close(free)
		b.pass(10 * time.Second)
		if got := b.engine.Known(from.ID); got != 0 {
			t.Errorf("%d items of a lost slot are still in memory", got)
		}
	})
}
