package webhook

import (
	"slices"
	"time"

	"heliograph"
)

// settle decides what becomes of an entry after a call. The lock must be held.
func (d *Dispatcher) settle(l *lane, it *item, r *result, body []byte) {
	l.calls--
	d.calls--
	if it.suspect {
		d.suspects--
	}
	if d.stopping && d.calls == 0 {
		defer close(d.quiet)
	}
	n := it.line
	n.state = idle
	if r.aborted {
		return
	}
	now := heliograph.At(d.Now())
	o := d.judge(it, r, body, now)
	d.health(l, r, now)
	d.outcomes = append(d.outcomes, o)
	d.recordBell.ring()
	if n.lost {
		return
	}
	if o.Outcome != OutcomeRetry || it.Parked {
		d.pop(l, n)
	}
	d.advance(l, n)
}

// judge turns the result of a call into its outcome, and prepares the entry for
// another attempt when there is to be one.
func (d *Dispatcher) judge(it *item, r *result, body []byte, now heliograph.Millis) Outcome {
	o := Outcome{N: it.Attempt + 1, At: r.at, Status: r.status, Took: r.took.Milliseconds(), Error: r.err}
	parked := it.Parked
	switch {
	case succeeds(r.status):
		o.Outcome = OutcomeDone
		if it.Event != nil {
			d.Watch.WebhookDone(now.Sub(it.Event.At))
		}
	case refuses(r.status):
		o.Outcome = OutcomeRefused
	case !r.lost && putOff(&it.Entry, r.at, now, d.Jitter()):
		o.Outcome = OutcomeRetry
		if it.Body == nil {
			it.Body = slices.Clone(body)
		}
		it.with = Context{}
		if it.Parked && !parked {
			d.Watch.WebhookParked()
		}
	default:
		o.Outcome = OutcomeDead
		d.Watch.WebhookDead()
		d.alertDead(it, r, now)
	}
	o.Entry = it.Entry
	d.Watch.WebhookCalled(o.Outcome, r.took)
	return o
}

// alertPause is how far apart alerts about one webhook's dead events are.
const alertPause = time.Hour

// alertDead tells the app that an event was given up, once an hour per webhook.
func (d *Dispatcher) alertDead(it *item, r *result, now heliograph.Millis) {
	if last, told := d.dead[it.Webhook]; told && now.Sub(last) < alertPause {
		return
	}
	d.dead[it.Webhook] = now
	ev := &heliograph.Event{
		ID: d.IDs.Event(), App: it.App, Type: heliograph.EventWebhookDead, At: now,
		Data: heliograph.EventData{Webhook: it.Webhook, Reason: r.err},
	}
	d.Log.Error("a webhook could not be told of an event", "webhook", it.Webhook, "event", it.ID, "error", r.err, "detail", r.detail)
	// An alert that nobody can be told of must not cause another one.
	if it.Event != nil && it.Event.Type == heliograph.EventWebhookDead {
		return
	}
	d.chore(func() {
		if err := d.Events.AppendEvents(d.ctx, ev); err != nil {
			d.Log.Error("an alert could not be stored", "webhook", it.Webhook, "error", err)
		}
	})
}

// chore has the feeder do f, which may use the database. The lock must be held.
func (d *Dispatcher) chore(f func()) {
	d.chores = append(d.chores, f)
	d.feedBell.ring()
}
