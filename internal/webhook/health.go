package webhook

import (
	"context"
	"fmt"
	"time"

	"heliograph"
)

// A webhook is given up only after several failures, however long they took.
const minFailures = 5

// noteAfter is for how long a webhook fails before that is stored.
const noteAfter = 5 * time.Minute

// health follows whether a webhook works at all. The lock must be held.
func (d *Dispatcher) health(l *lane, r *result, now heliograph.Millis) {
	if r.lost {
		return
	}
	if succeeds(r.status) {
		d.hang(l, false)
		l.fails, l.gone = 0, 0
		if l.noted {
			d.note(l, 0)
		}
		l.since = 0
		return
	}
	if r.took >= slowCall {
		d.hang(l, true)
	}
	if l.fails == 0 && r.detail != "" {
		d.Log.Warn("a webhook does not answer", "app", l.app, "webhook", l.id, "error", r.err, "detail", r.detail)
	}
	if l.fails++; l.since == 0 {
		l.since = r.at
	}
	if l.gone++; r.status != 410 {
		l.gone = 0
	}
	age := now.Sub(l.since)
	switch {
	case l.disabling:
	case l.gone >= d.Limits.GoneAnswers:
		d.disable(l, fmt.Sprintf("it answered 410 (gone) %d times in a row", l.gone), l.since)
	case age >= d.Limits.DisableAfter && l.fails >= minFailures:
		d.disable(l, "every call has failed since "+l.since.ISO()+"; the last one: "+r.err, l.since)
	case age >= noteAfter && !l.noted:
		d.note(l, l.since)
	}
}

// note stores since when a webhook fails, so that a restart does not forget it.
func (d *Dispatcher) note(l *lane, since heliograph.Millis) {
	l.noted = since != 0
	ref := Ref{l.app, l.id}
	d.chore(func() {
		if err := d.Hooks.Failing(d.ctx, ref, since); err != nil {
			d.Log.Error("a webhook's state could not be stored", "webhook", ref.ID, "error", err)
		}
	})
}

// disable stops telling a webhook, and tells the app's others so.
func (d *Dispatcher) disable(l *lane, reason string, since heliograph.Millis) {
	l.disabling = true
	ref := Ref{l.app, l.id}
	d.chore(func() {
		done, err := d.storeDisabled(ref, reason, since)
		if err != nil {
			d.Log.Error("a webhook could not be disabled", "webhook", ref.ID, "error", err)
		}
		if done {
			d.Watch.WebhookDisabled()
			d.Log.Error("a webhook was disabled", "app", ref.App, "webhook", ref.ID, "reason", reason)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		l.disabling, l.reload = false, true
		if !done {
			l.fails, l.since = 0, 0
		}
		d.prepareBell.ring()
	})
}

// storeDisabled disables a webhook unless another process reaches it.
func (d *Dispatcher) storeDisabled(ref Ref, reason string, since heliograph.Millis) (done bool, err error) {
	if d.Shared {
		if ok, err := d.Hooks.Reached(d.ctx, ref, since); ok || err != nil {
			return false, err
		}
	}
	err = d.Atomic(d.ctx, func(ctx context.Context) error {
		done, err = d.Hooks.Disable(ctx, ref, reason)
		if err != nil || !done {
			return err
		}
		return d.Events.AppendEvents(ctx, &heliograph.Event{
			ID: d.IDs.Event(), App: ref.App, Type: heliograph.EventWebhookDisabled, At: heliograph.At(d.Now()),
			Data: heliograph.EventData{Webhook: ref.ID, Reason: reason},
		})
	})
	return done && err == nil, err
}

// discardPage is how many entries one transaction removes.
const discardPage = 1000

// discard removes what is queued for a webhook that is told nothing any more:
// it can be replayed from the events. The lock must be held.
func (d *Dispatcher) discard(l *lane) {
	if l.disabling {
		return
	}
	l.disabling = true
	ref := Ref{l.app, l.id}
	d.chore(func() {
		for {
			n, err := d.Queue.Discard(d.ctx, ref, discardPage)
			if err != nil {
				d.Log.Error("a webhook's queue could not be emptied", "webhook", ref.ID, "error", err)
			}
			if err != nil || n < discardPage {
				break
			}
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		l.disabling = false
	})
}
