package delivery

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// ApplyStatus stores what a provider told of our messages, once, and moves
// their statuses up. It returns when that is committed.
func (e *Engine) ApplyStatus(ctx context.Context, i *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	kind := e.receipts(ctx, i)
	s := &Status{
		Integration: i, Raw: raw, Facts: facts, At: heliograph.At(e.Now()),
		Advance: func(d *heliograph.Delivery, user *heliograph.User, f *channel.Fact) *Change {
			return e.advance(kind, d, user, f)
		},
	}
	if err := e.Store.ApplyStatus(ctx, s, e.observeChange); err != nil {
		return err
	}
	for _, c := range s.Changed {
		if c.Update.Status == heliograph.Failed {
			e.Watch.Failed(c.Update.Channel, c.Update.Reason)
		}
	}
	e.post(func(e *Engine) { e.settled(i.ID, facts) })
	for _, f := range facts {
		if f.Status != nil && f.Status.Status == heliograph.Failed && f.Status.Result.Class == channel.ClassPause {
			r := f.Status.Result
			e.post(func(e *Engine) { e.pause(e.lane(i.ID, i.App), &r, heliograph.At(e.Now())) })
		}
	}
	return nil
}

// settled frees the addresses of items in doubt of which the provider has told
// what became: what stands behind them need not wait for the end of the window.
func (e *Engine) settled(i heliograph.IntegrationID, facts []channel.Fact) {
	l := e.lanes[i]
	if l == nil {
		return
	}
	for j := range facts {
		s := facts[j].Status
		if s == nil || s.Status == "" {
			continue
		}
		if it := l.known[s.Delivery]; it != nil && it.State == InDoubt {
			e.waitsNoMore(l, it)
		}
	}
}

func (e *Engine) receipts(ctx context.Context, i *heliograph.Integration) bool {
	_, _, kind, err := e.Integrations.Lookup(ctx, i.ID)
	return err == nil && kind.Receipts
}

// observeChange tells the observer of a change to a link's delivery, in the
// transaction of the change.
func (e *Engine) observeChange(ctx context.Context, c *Change) error {
	if e.Observer == nil {
		return nil
	}
	for _, ev := range c.Events {
		if err := e.Observer.DeliveryChanged(ctx, c.Update, ev); err != nil {
			return err
		}
	}
	return nil
}

// advance says what a provider's word about a delivery changes. Statuses are a
// lattice: nothing moves down, whatever the order of the words. A word about an
// attempt that is still under way, or in doubt, settles it: the provider has
// the message.
func (e *Engine) advance(receipts bool, d *heliograph.Delivery, user *heliograph.User, f *channel.Fact) *Change {
	s := f.Status
	if s.Status == "" || s.Status.Rank() <= d.Status.Rank() {
		return e.readLater(d, user, s)
	}
	u := *d
	if len(u.Details.External) == 0 && s.External != "" {
		u.Details.External = []string{s.External}
	}
	u.Attempts = max(u.Attempts, s.Attempt)
	c := &Change{Update: &u, Unqueue: d.Status.Rank() == 0}
	via := "callback"
	if c.Unqueue {
		via = "echo"
	}
	told := d.Status.Rank() > 0 // a channel event, or a final one, was told
	if !told && s.Status != heliograph.Failed {
		ev := e.told(&u, heliograph.EventChannel, user, s, via, !receipts)
		c.Events = append(c.Events, ev)
		u.Sent = heliograph.At(e.Now())
		if !receipts {
			u.Final = ev.At
		}
	}
	u.Status = s.Status
	switch s.Status {
	case heliograph.AtUser:
		u.Reason, u.Details.Error, u.Details.Read = "", nil, s.Read
		c.Events = append(c.Events, e.last(&u, heliograph.EventUser, user, s, via))
	case heliograph.Failed:
		u.Reason, u.Details.Error = s.Result.Reason, s.Result.Error()
		ev := e.last(&u, heliograph.EventFailure, user, s, via)
		ev.Data.Error = u.Details.Error
		c.Events = append(c.Events, ev)
		if s.Result.Suppress != nil {
			c.Suppress, c.Consent = e.suppression(&u, s.Result.Suppress, s.Result.Reason)
			c.Events = append(c.Events, e.optedOut(&u, c.Consent))
		}
	}
	return c
}

// readLater notes that a delivered message was read; v1.1 has no word for it.
func (e *Engine) readLater(d *heliograph.Delivery, user *heliograph.User, s *channel.StatusFact) *Change {
	if !s.Read || d.Status != heliograph.AtUser || d.Details.Read {
		return nil
	}
	u := *d
	u.Details.Read = true
	ev := e.told(&u, heliograph.EventResolved, user, s, "callback", true)
	return &Change{Update: &u, Events: []*heliograph.Event{ev}}
}

// last tells the status that a delivery is in for good. When a final event was
// told before, v1.1 receivers hear nothing more: the story alone has it.
func (e *Engine) last(d *heliograph.Delivery, kind heliograph.EventType, user *heliograph.User, s *channel.StatusFact, via string) *heliograph.Event {
	if d.Final != 0 {
		kind = heliograph.EventResolved
	}
	ev := e.told(d, kind, user, s, via, true)
	d.Final = ev.At
	return ev
}

func (e *Engine) told(d *heliograph.Delivery, kind heliograph.EventType, user *heliograph.User, s *channel.StatusFact, via string, final bool) *heliograph.Event {
	ev := e.event(d, kind, user)
	ev.Data.External, ev.Data.Status, ev.Data.Via, ev.Data.Final, ev.Data.Attempt = d.Details.External, s.Word, via, final, s.Attempt
	return ev
}
