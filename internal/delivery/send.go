package delivery

import (
	"context"
	"fmt"
	"time"

	"heliograph"
	"heliograph/channel"
)

// defaultTimeout bounds a call when nobody names another bound.
const defaultTimeout = 15 * time.Second

// timeout bounds one call of a channel.
func (e *Engine) timeout(kind *channel.Type) time.Duration {
	if kind != nil && kind.Timeout > 0 {
		return min(kind.Timeout, e.Timeout)
	}
	return e.Timeout
}

// start asks the gates once more, and makes the attempt that was recorded.
func (e *Engine) start(l *lane, c *Claim) {
	it := c.Item
	it.State, it.Started = InFlight, c.At
	d := *it.Delivery
	d.Attempts = c.Attempt
	it.Delivery = &d
	if e.looksAround(l.kind, it) || e.asksDevice(it.Delivery) {
		go e.lookAround(l, it, l.kind, c.Suppressed)
		return
	}
	e.admitted(l, it, c.Suppressed, around{})
}

// admitted makes the attempt that was recorded, if the gates let it pass.
func (e *Engine) admitted(l *lane, it *Item, suppressed bool, a around) {
	q := Question{
		Delivery: it.Delivery, Content: it.Content, Now: heliograph.At(e.Now()),
		Integration: l.integration, Channel: l.channel, Kind: l.kind, About: a.about, Device: a.device, Suppressed: suppressed,
	}
	if v := e.ask(&q); v.Stop {
		e.finish(l, e.stopped(it, v))
		return
	}
	go e.attempt(l, it, &q)
}

// attempt calls the provider. It runs in a goroutine of its own.
func (e *Engine) attempt(l *lane, it *Item, q *Question) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), e.timeout(q.Kind))
	r := send(ctx, q.Channel, &channel.Outgoing{
		Delivery: it.Delivery.ID, Attempt: it.Delivery.Attempts, Address: it.Delivery.Address,
		Content: it.Content, Category: it.Delivery.Category, Expires: it.Delivery.Expires, About: q.About,
	})
	cancel()
	took := time.Since(began)
	e.Watch.Attempted(it.Delivery.Channel, r.Class, took)
	e.drop(it.Delivery, q.About, &r)
	e.post(func(e *Engine) {
		it.pushed = pushService(q.About)
		e.attempted(l, it, r, took)
	})
	e.learn(q.Integration, it.Delivery.Address, &r)
}

// send turns a channel's panic into an unknown outcome: the call may have been
// made.
func send(ctx context.Context, ch channel.Channel, out *channel.Outgoing) (r channel.Result) {
	defer func() {
		if p := recover(); p != nil {
			r = channel.Result{Class: channel.ClassUnknown, Message: fmt.Sprintf("the channel panicked: %v", p)}
		}
	}()
	return ch.Send(ctx, out)
}

// attempted decides what an attempt's end means, and records it.
func (e *Engine) attempted(l *lane, it *Item, r channel.Result, took time.Duration) {
	now := heliograph.At(e.Now())
	switch r.Class {
	case channel.ClassAccepted, channel.ClassFinal:
		l.failures, l.trial = 0, false
	case channel.ClassRetry, channel.ClassUnknown:
		if !r.OnlyThis {
			e.trip(l, r.After, now)
		}
	case channel.ClassPause:
		e.pause(l, &r, now)
	}
	if to := e.fallsOver(l, it, &r); to != nil {
		go e.divert(l, it, to, &r, took)
		return
	}
	e.finish(l, e.decide(l, it, &r, now, took))
}

// pause stops a lane whose sender or account is limited or broken, durably.
func (e *Engine) pause(l *lane, r *channel.Result, now heliograph.Millis) {
	until := now.Add(r.After)
	if r.After == 0 {
		until = now.Add(defaultPause)
	}
	l.openTill = until
	id, reason := l.id, r.Message
	e.Log.Error("a lane is paused", "integration", id.String(), "until", until.ISO(), "reason", reason, "providerCode", r.ProviderCode)
	go func() {
		if err := e.Store.Pause(context.Background(), id, until, reason); err != nil {
			e.Log.Error("a pause could not be stored", "integration", id.String(), "error", err)
			return
		}
		e.post(func(e *Engine) { e.pauseStored(l, until) })
	}()
}

// lookupAge is more than the age of what Integrations may answer.
const lookupAge = 1500 * time.Millisecond

// pauseStored leaves a pause to what is stored, as soon as everyone sees that,
// so that whoever resumes the integration is heard.
func (e *Engine) pauseStored(l *lane, until heliograph.Millis) {
	if l.openTill != until {
		return
	}
	l.openTill = min(until, heliograph.At(e.Now()).Add(lookupAge))
	if l.state == laneWaiting {
		l.state = laneIdle
		e.activate(l)
	}
}

// defaultPause is how long a lane stops for a reason that no clock heals, before
// it tries again with one message.
const defaultPause = 5 * time.Minute

// finish records an outcome, then frees the sender and the address.
func (e *Engine) finish(l *lane, o *Outcome) {
	e.record(o, func(err error) { e.post(func(e *Engine) { e.finished(l, o, err) }) })
}

// record stores an outcome, together with what depends on it.
func (e *Engine) record(o *Outcome, done func(error)) {
	if e.Observer != nil && Observed(o.Item.Delivery, o.Update.Status) {
		go func() {
			done(e.Store.FinishObserved(context.Background(), o, func(ctx context.Context) error { return e.tellObserver(ctx, o) }))
		}()
		return
	}
	e.Store.Finish(o, done)
}

func (e *Engine) tellObserver(ctx context.Context, o *Outcome) error {
	for _, ev := range o.Events {
		if err := e.Observer.DeliveryChanged(ctx, o.Update, ev); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) finished(l *lane, o *Outcome, err error) {
	it := o.Item
	if err != nil {
		// The provider has been called: the outcome must not be lost. It is
		// offered again until it is stored; until then the sender stays taken.
		e.Log.Error("an outcome could not be stored; trying again", "delivery", it.Delivery.ID.String(), "error", err)
		e.timers.Add(heliograph.At(e.Now()).Add(time.Second), func() { e.finish(l, o) })
		return
	}
	e.settle(l)
	if o.Applied && o.Update.Status == heliograph.Failed {
		e.Watch.Failed(o.Update.Channel, o.Update.Reason)
	}
	if !o.Applied || !o.Requeue || !o.Rerouted && !e.slots[it.Delivery.Slot] { // or its slot was lost: whoever has it goes on
		delete(l.known, it.Delivery.ID)
		e.release(l, it.Delivery.Address)
		return
	}
	if o.Rerouted {
		delete(l.known, it.Delivery.ID)
		e.release(l, it.Delivery.Address)
		e.offer(&Item{Delivery: o.Update, Content: it.Content, User: it.User})
		return
	}
	it.Delivery, it.State = o.Update, o.State
	switch o.State {
	case Ready:
		e.again(l, it, it.Delivery.Due)
	case InDoubt:
		it.timed = true
		e.timers.Add(it.Delivery.Due, func() { e.resolve(l, it) })
	default:
		delete(l.known, it.Delivery.ID)
		e.release(l, it.Delivery.Address)
	}
}
