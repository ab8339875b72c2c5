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

func always(r channel.Result) func(*channel.Outgoing, int) channel.Result {
	return func(*channel.Outgoing, int) channel.Result { return r }
}

func TestOutcomes(t *testing.T) {
	unknown := channel.Result{Class: channel.ClassUnknown, Message: "time-out"}
	retry := channel.Result{Class: channel.ClassRetry, HTTPStatus: 429, After: 3 * time.Second}
	firstThen := func(first channel.Result) func(*channel.Outgoing, int) channel.Result {
		return func(_ *channel.Outgoing, n int) channel.Result {
			if n == 1 {
				return first
			}
			return channel.Accepted(201, "X")
		}
	}
	for name, tc := range map[string]struct {
		answer   func(*channel.Outgoing, int) channel.Result
		settings heliograph.DeliverySettings
		change   func(*heliograph.Delivery)
		wait     time.Duration
		status   heliograph.Status
		reason   string
		calls    int
		resent   bool
	}{
		"taken":                        {answer: always(channel.Accepted(201, "X")), status: heliograph.AtChannel, calls: 1},
		"refused":                      {answer: always(channel.Final(heliograph.ReasonNotFound, "no such number")), status: heliograph.Failed, reason: heliograph.ReasonNotFound, calls: 1},
		"throttled, then taken":        {answer: firstThen(retry), wait: 5 * time.Second, status: heliograph.AtChannel, calls: 2},
		"throttled: waits as told":     {answer: firstThen(retry), wait: 2 * time.Second, status: heliograph.Queued, calls: 1},
		"throttled for ever":           {answer: always(retry), wait: time.Hour, settings: heliograph.DeliverySettings{MaxAttempts: 3}, status: heliograph.Failed, reason: heliograph.ReasonTooManyRequests, calls: 3},
		"unknown: held for the echo":   {answer: firstThen(unknown), wait: 119 * time.Second, status: heliograph.Unknown, calls: 1},
		"unknown: sent again":          {answer: firstThen(unknown), wait: 3 * time.Minute, status: heliograph.AtChannel, calls: 2, resent: true},
		"unknown: marketing fails":     {answer: firstThen(unknown), wait: 3 * time.Minute, change: marketing, status: heliograph.Failed, reason: heliograph.ReasonUnknownOutcome, calls: 1},
		"unknown: policy fail":         {answer: firstThen(unknown), wait: 3 * time.Minute, settings: heliograph.DeliverySettings{UnknownTransactional: heliograph.FailUnknown}, status: heliograph.Failed, reason: heliograph.ReasonUnknownOutcome, calls: 1},
		"unknown: policy hold":         {answer: firstThen(unknown), wait: time.Hour, settings: heliograph.DeliverySettings{UnknownTransactional: heliograph.HoldUnknown}, status: heliograph.Unknown, calls: 1},
		"unknown: a window of its own": {answer: firstThen(unknown), wait: 3 * time.Second, settings: heliograph.DeliverySettings{EchoWindowSeconds: 1}, status: heliograph.AtChannel, calls: 2, resent: true},
		"expired while it waits": {answer: always(retry), wait: time.Hour, status: heliograph.Expired, reason: heliograph.ReasonExpired, calls: 1,
			change: func(d *heliograph.Delivery) { d.Expires = heliograph.At(time.Now().Add(2 * time.Second)) }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{answer: tc.answer}
				i := b.integration(b.ids.App(), n, tc.settings)
				b.work()
				change := tc.change
				if change == nil {
					change = func(*heliograph.Delivery) {}
				}
				d := b.send(i, "+1", "x", change)
				b.settle()
				b.pass(tc.wait)
				got := b.now(d)
				if got.Status != tc.status || got.Reason != tc.reason || n.count() != tc.calls || got.Details.Resent != tc.resent {
					t.Errorf("status %s, reason %q, %d calls, resent %v", got.Status, got.Reason, n.count(), got.Details.Resent)
				}
			})
		})
	}
}

func TestLookUpBeforePolicy(t *testing.T) {
	for name, tc := range map[string]struct {
		lookup channel.Result
		status heliograph.Status
		calls  int
	}{
		"it has it":     {channel.Accepted(200, "X"), heliograph.AtChannel, 1},
		"it never had":  {channel.Result{Class: channel.ClassRetry}, heliograph.AtChannel, 2},
		"it cannot say": {channel.Result{Class: channel.ClassUnknown}, heliograph.Failed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{lookup: func() channel.Result { return tc.lookup }}
				n.answer = func(_ *channel.Outgoing, c int) channel.Result {
					if c == 1 {
						return channel.Result{Class: channel.ClassUnknown}
					}
					return channel.Accepted(201, "X")
				}
				i := b.integration(b.ids.App(), asked{n}, heliograph.DeliverySettings{UnknownTransactional: heliograph.FailUnknown})
				b.work()
				d := b.send(i, "+1", "x")
				b.pass(3 * time.Minute)
				if got := b.now(d); got.Status != tc.status || n.count() != tc.calls || got.Details.Resent {
					t.Errorf("status %s, %d calls, resent %v", got.Status, n.count(), got.Details.Resent)
				}
			})
		})
	}
}

func TestNothingOvertakesARetry(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(out *channel.Outgoing, c int) channel.Result {
			if c == 1 {
				return channel.Result{Class: channel.ClassRetry, After: 5 * time.Second}
			}
			return channel.Accepted(201, "X")
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.send(i, "+1", "first")
		b.settle()
		b.send(i, "+1", "second")
		b.send(i, "+2", "other")
		b.pass(time.Minute)
		if got := fmt.Sprint(n.texts()); got != "[first other first second]" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestPauseStopsTheLaneAndIsKept(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(_ *channel.Outgoing, c int) channel.Result {
			if c == 1 {
				return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "bad credentials", After: time.Hour}
			}
			return channel.Accepted(201, "X")
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{Concurrency: 1})
		b.work()
		first, second := b.send(i, "+1", "a"), b.send(i, "+2", "b")
		b.pass(59 * time.Minute)
		if n.count() != 1 || b.now(first).Status != heliograph.Queued || b.now(second).Status != heliograph.Queued {
			t.Errorf("%d calls; statuses %s, %s while paused", n.count(), b.now(first).Status, b.now(second).Status)
		}
		b.pass(2 * time.Minute)
		if b.now(first).Status != heliograph.AtChannel || b.now(second).Status != heliograph.AtChannel {
			t.Errorf("statuses %s, %s after the pause", b.now(first).Status, b.now(second).Status)
		}
	})
}

func TestResumeIsHeard(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(_ *channel.Outgoing, c int) channel.Result {
			if c == 1 {
				return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "bad credentials"}
			}
			return channel.Accepted(201, "X")
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		d := b.send(i, "+1", "a")
		b.pass(4 * time.Second)
		if n.count() != 1 {
			t.Fatalf("%d calls while paused", n.count())
		}
		b.pauseTill(i.ID, 0)
		b.pass(2 * time.Second)
		if got := b.now(d); got.Status != heliograph.AtChannel {
			t.Errorf("two seconds after it was resumed it is %s", got.Status)
		}
	})
}

func TestRecovery(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		// A process that died: one attempt under way, the rest queued.
		d := b.send(i, "+1", "under way")
		waits := b.send(i, "+1", "behind it")
		other := b.send(i, "+2", "other")
		claim := &delivery.Claim{Item: &delivery.Item{Delivery: d}, Attempt: 1, At: heliograph.At(time.Now())}
		done := make(chan error, 1)
		store.Deliveries{Store: b.store}.Claim([]*delivery.Claim{claim}, func(err error) { done <- err })
		if err := <-done; err != nil || !claim.Taken {
			t.Fatal(err, claim.Taken)
		}
		b.work()
		b.pass(time.Minute)
		if b.now(d).Status != heliograph.Unknown || b.now(other).Status != heliograph.AtChannel || b.now(waits).Status != heliograph.Queued {
			t.Errorf("statuses %s, %s, %s", b.now(d).Status, b.now(other).Status, b.now(waits).Status)
		}
		b.pass(2 * time.Minute)
		if got := b.now(d); got.Status != heliograph.AtChannel || !got.Details.Resent || b.now(waits).Status != heliograph.AtChannel {
			t.Errorf("statuses %s (resent %v), %s after the window", got.Status, got.Details.Resent, b.now(waits).Status)
		}
		if got := fmt.Sprint(n.texts()); got != "[other under way behind it]" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestEchoSettlesADoubt(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: always(channel.Result{Class: channel.ClassUnknown})}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		d := b.send(i, "+1", "x")
		behind := b.send(i, "+1", "y")
		b.pass(time.Second)
		word := func(key string, s heliograph.Status) {
			err := b.engine.ApplyStatus(b.t.Context(), i, []byte("raw"), []channel.Fact{{Key: key, Status: &channel.StatusFact{
				Delivery: d.ID, Attempt: 1, External: "SM1", Status: s, Word: string(s)}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		word("a", heliograph.AtUser)
		word("b", heliograph.AtChannel) // late, and lower
		word("a", heliograph.AtUser)    // again
		got := b.now(d)
		if got.Status != heliograph.AtUser || len(got.Details.External) != 1 || got.Attempts != 1 {
			t.Errorf("%+v", got)
		}
		events, err := store.Deliveries{Store: b.store}.DeliveryEvents(b.t.Context(), d.App, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		var types []heliograph.EventType
		for _, e := range events {
			types = append(types, e.Type)
		}
		if fmt.Sprint(types) != "[unknown channel user]" {
			t.Errorf("events %v", types)
		}
		b.pass(time.Second) // far less than the echo window
		if n.count() < 2 || b.now(behind).Attempts == 0 {
			t.Errorf("what stood behind it has not moved: %+v", b.now(behind))
		}
	})
}

func TestSuppressionStopsLaterSends(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		refusal := channel.Final(heliograph.ReasonOptedOut, "opted out")
		refusal.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
		n := &network{answer: always(refusal)}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.send(i, "+1", "first")
		b.settle()
		d := b.send(i, "+1", "second")
		b.settle()
		if got := b.now(d); got.Status != heliograph.Failed || got.Reason != heliograph.ReasonOptedOut || n.count() != 1 {
			t.Errorf("status %s, reason %s, %d calls", got.Status, got.Reason, n.count())
		}
	})
}

func TestAbandonedIntegration(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		i := b.integration(b.ids.App(), &network{}, heliograph.DeliverySettings{})
		d := b.send(i, "+1", "x")
		b.mu.Lock()
		delete(b.integrations, i.ID)
		b.mu.Unlock()
		b.work()
		b.pass(time.Minute)
		if got := b.now(d); got.Status != heliograph.Failed || got.Reason != heliograph.ReasonIntegrationGone {
			t.Errorf("status %s, reason %s", got.Status, got.Reason)
		}
	})
}
