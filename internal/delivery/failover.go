package delivery

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// divertBatch is how many queued items of a closed lane are handed on at once.
const divertBatch = 64

// divertEvery is how long a closed lane waits between two batches.
const divertEvery = 100 * time.Millisecond

// standIn returns who takes over what the lane cannot send; nil while nobody can.
func (e *Engine) standIn(l *lane) *heliograph.Integration {
	rule := l.integration.Delivery.Failover
	if rule == nil || e.blind > heliograph.At(e.Now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	to, _, kind, err := e.Integrations.Lookup(ctx, rule.Integration)
	if err != nil && ctx.Err() != nil {
		e.blind = heliograph.At(e.Now()).Add(lookupPause)
	}
	switch {
	case err != nil || to.App != l.integration.App || to.ID == l.id:
		return nil
	case kind.Family == "" || l.kind == nil || kind.Family != l.kind.Family:
		return nil
	case to.Status != heliograph.IntegrationActive || to.PausedUntil > heliograph.At(e.Now()):
		return nil
	}
	if other := e.lanes[to.ID]; other != nil && other.openTill > heliograph.At(e.Now()) {
		return nil
	}
	return to
}

// closed reports whether the lane will not send for a while, for reasons of its
// provider's or its operator's.
func (l *lane) closed(now heliograph.Millis) bool {
	return l.integration.PausedUntil > now || l.openTill > now || l.integration.Status == heliograph.IntegrationError
}

// divertible reports whether an item may go through another integration: it is
// not tied to this one, has not been handed on before, and was surely never sent.
func divertible(it *Item) bool {
	d := it.Delivery
	return !it.stays && (d.Kind == heliograph.NotificationDelivery || d.Kind == heliograph.MessageDelivery) &&
		d.Details.Origin.IsZero() && !d.Details.Resent && d.Status != heliograph.Unknown && it.State != InDoubt && it.State != OnHold
}

// divertReady hands on what is ready in a closed lane, with at most half of the
// senders that are free.
func (e *Engine) divertReady(l *lane, to *heliograph.Integration, now heliograph.Millis) {
	why := &channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: l.why(now)}
	for n := 0; n < divertBatch && l.inflight < e.Senders-e.inflight; {
		it := l.next()
		if it == nil {
			break
		}
		e.count(l, it, -1)
		if !it.late(now) && !divertible(it) {
			e.park(l, it, now.Add(time.Second))
			continue // it keeps nothing behind it from going on
		}
		n++
		e.inflight++
		l.inflight++
		if it.late(now) {
			e.finish(l, e.tooLate(it))
			continue
		}
		go e.divert(l, it, to, why, 0)
	}
	if l.len() > 0 {
		e.wait(l, now.Add(divertEvery))
	}
	e.refill(l)
}

// why says what keeps a lane closed.
func (l *lane) why(now heliograph.Millis) string {
	switch {
	case l.integration.PausedUntil > now && l.integration.PauseReason != "":
		return "its integration is paused: " + l.integration.PauseReason
	case l.integration.PausedUntil > now:
		return "its integration is paused"
	case l.integration.Status == heliograph.IntegrationError:
		return "the provider refuses its integration's credentials"
	}
	return "its provider fails again and again"
}

// fallsOver reports to whom an item goes whose attempt surely did not send it;
// nil: it stays.
func (e *Engine) fallsOver(l *lane, it *Item, r *channel.Result) *heliograph.Integration {
	if l.integration == nil || l.integration.Delivery.Failover == nil || !divertible(it) || r.OnlyThis {
		return nil
	}
	switch {
	case r.Class == channel.ClassPause:
	case r.Class == channel.ClassRetry && it.Delivery.Attempts >= l.integration.Delivery.Failover.Attempts():
	default:
		return nil
	}
	return e.standIn(l)
}

// divert hands an item on, or leaves it where it is. It runs in a goroutine of
// its own; the sender and the address stay taken until it ends.
func (e *Engine) divert(l *lane, it *Item, to *heliograph.Integration, why *channel.Result, took time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), aboutLimit)
	defer cancel()
	now := heliograph.At(e.Now())
	client, ok, err := e.Store.StandIn(ctx, it.Delivery, to, e.IDs.Client(), now)
	if err != nil {
		e.Log.Error("a message could not be handed to the integration that takes over", "delivery", it.Delivery.ID.String(), "error", err)
	}
	e.post(func(e *Engine) {
		switch {
		case ok && err == nil:
			e.finish(l, e.rerouted(it, to, client, why, took))
		case it.State == InFlight:
			e.finish(l, e.decide(l, it, why, now, took))
		case !e.slots[it.Delivery.Slot]: // whoever has it goes on
			e.settle(l)
			delete(l.known, it.Delivery.ID)
			e.release(l, it.Delivery.Address)
		default:
			it.stays = err == nil
			e.settle(l)
			e.park(l, it, now.Add(time.Second))
		}
	})
}

// rerouted is the outcome of an item that goes on through another integration.
func (e *Engine) rerouted(it *Item, to *heliograph.Integration, client heliograph.ClientID, why *channel.Result, took time.Duration) *Outcome {
	o := e.outcome(it, heliograph.EventRerouted)
	o.Requeue, o.State, o.Rerouted = true, Ready, true
	d, ev := o.Update, o.Events[0]
	d.Details.Origin, d.Integration, d.Channel, d.Client = d.Integration, to.ID, to.Type, client
	d.Slot, d.Status, d.Due = e.Slot(to, d.Address), heliograph.Queued, ev.At
	ev.Data.Error, ev.Data.Retry, ev.Data.Channel = why.Error(), d.Due, to.Type
	ev.Data.Criteria = map[string]string{"integrationId": to.ID.String()}
	if it.State == InFlight {
		ev.Data.Attempt, ev.Data.Started, ev.Data.Took, ev.Data.Class = d.Attempts, it.Started, took.Milliseconds(), why.Class.String()
	}
	return o
}
