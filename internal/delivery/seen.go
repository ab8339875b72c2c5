package delivery

import (
	"context"

	"heliograph"
)

// Sight is that a person has seen a conversation, and the store's answer.
type Sight struct {
	App          heliograph.AppID
	User         heliograph.UserID
	After, Until heliograph.Millis // of the messages that were received then, the newest Limit
	Limit        int
	// Decide says what it means for a delivery that is still on its way, or that
	// nobody has told the end of; nil: nothing. It is pure.
	Decide func(d *heliograph.Delivery, user *heliograph.User) *Change

	Changed []*Change // the answer: what was committed
}

// Seen moves what is on its way to the user's devices to the person: everything
// that was received after one moment and not after the other, of the newest limit
// messages. What waits leaves the queue, and what was to be sent if the message
// stayed unread is cancelled. by is the device that showed it; read says that the
// conversation was read, rather than shown. It returns when that is committed.
func (e *Engine) Seen(ctx context.Context, app heliograph.AppID, user heliograph.UserID, by heliograph.ClientID, read bool, after, until heliograph.Millis, limit int) error {
	s := &Sight{
		App: app, User: user, After: after, Until: until, Limit: limit,
		Decide: func(d *heliograph.Delivery, u *heliograph.User) *Change { return e.sighted(d, u, by, read) },
	}
	if err := e.Store.ApplySight(ctx, s); err != nil {
		return err
	}
	for _, c := range s.Changed {
		if c.Unqueue {
			e.Cancelled(c.Update)
		}
	}
	return nil
}

// sighted says what it means for a delivery that the person has seen its message.
func (e *Engine) sighted(d *heliograph.Delivery, user *heliograph.User, by heliograph.ClientID, read bool) *Change {
	waits := d.Status.Rank() == 0
	switch {
	case d.Details.Scheduled > heliograph.At(e.Now()):
		return nil // it is for later, whatever is seen now
	case d.Details.IfUnread && waits:
		u, ev := e.noSend(d, user, by, read)
		u.Status, u.Reason = heliograph.Cancelled, heliograph.ReasonCancelled
		u.Details.Error = &heliograph.DeliveryError{Code: heliograph.ReasonCancelled, Message: "the person has seen it in the messenger"}
		ev.Type, ev.Data.Error = heliograph.EventCancelled, u.Details.Error
		return &Change{Update: u, Unqueue: true, Events: []*heliograph.Event{ev}}
	case heliograph.SDKPlatform(d.Channel) && d.Status.Rank() < heliograph.Failed.Rank():
		u, ev := e.noSend(d, user, by, read)
		u.Status, u.Reason, u.Details.Error, u.Details.Read = heliograph.AtUser, "", nil, read
		return &Change{Update: u, Unqueue: waits, Events: []*heliograph.Event{ev}}
	}
	return nil
}

// noSend is a delivery whose end is told without another attempt.
func (e *Engine) noSend(d *heliograph.Delivery, user *heliograph.User, by heliograph.ClientID, read bool) (*heliograph.Delivery, *heliograph.Event) {
	u := *d
	kind, via := heliograph.EventUser, "seen"
	if d.Final != 0 {
		kind = heliograph.EventResolved
	}
	if read {
		via = "read"
	}
	ev := e.event(&u, kind, user)
	ev.Data.External, ev.Data.Via, ev.Data.Final, ev.Data.Client = u.Details.External, via, true, by
	u.Final = ev.At
	return &u, ev
}
