package delivery

import (
	"context"

	"heliograph"
)

// Release lets an item that is held for a person go on. It may have been sent
// before: then it says so from now on. It reports false when something else has
// become of the item meanwhile.
func (e *Engine) Release(ctx context.Context, it *Item) (done bool, err error) {
	now := heliograph.At(e.Now())
	o := e.outcome(it, heliograph.EventResolved)
	o.Requeue, o.State = true, Ready
	d := o.Update
	d.Status = heliograph.Scheduled
	if d.Due <= now {
		d.Status, d.Due, d.Details.Resent = heliograph.Queued, now, true
	}
	if err := e.byPerson(ctx, o); err != nil || !o.Applied {
		return false, err
	}
	e.Store.AfterCommit(ctx, func() { e.Offer(&Item{Delivery: d, Content: it.Content, User: it.User}) })
	return true, nil
}

// GiveUp ends an item that is held for a person: it is not sent again. Webhooks
// are told that it failed. It reports false as Release does.
func (e *Engine) GiveUp(ctx context.Context, it *Item) (done bool, err error) {
	o := e.failure(it, it.Delivery.Attempts, heliograph.ReasonCancelled, "it was given up; the provider may have sent it", "", "")
	o.Update.Status = heliograph.Cancelled
	err = e.byPerson(ctx, o)
	return o.Applied, err
}

func (e *Engine) byPerson(ctx context.Context, o *Outcome) error {
	o.Events[0].Data.Via = "person"
	return e.Store.FinishObserved(ctx, o, func(ctx context.Context) error {
		if e.Observer == nil || o.Update.Kind != heliograph.LinkDelivery {
			return nil
		}
		return e.tellObserver(ctx, o)
	})
}
