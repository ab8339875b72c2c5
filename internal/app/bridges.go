package app

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/delivery"
	"heliograph/internal/metrics"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// What one engine needs of another in its own words is satisfied here.

// credentialUsers notes that users proved who they are.
type credentialUsers struct {
	e     *engines
	users store.Users
}

// RequireCredential implements auth.Users.
func (c credentialUsers) RequireCredential(ctx context.Context, app heliograph.AppID, externalID string) error {
	u, err := c.users.ByExternalID(ctx, app, externalID)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil
	}
	if err != nil || u.CredentialRequired {
		return err
	}
	return c.e.profiles.RequireCredential(ctx, u)
}

// linkObserver tells the engine of users, which is made after the lanes, how the
// confirmation of a link fared, and by what names providers know people.
type linkObserver struct{ e *engines }

// DeliveryChanged implements delivery.Observer.
func (o linkObserver) DeliveryChanged(ctx context.Context, d *heliograph.Delivery, ev *heliograph.Event) error {
	if d.Kind == heliograph.MessageDelivery {
		if ev.Type != heliograph.EventFailure && ev.Type != heliograph.EventResolved {
			return nil // other events of the same change
		}
		return o.e.conversations.Undelivered(ctx, d)
	}
	return o.e.profiles.DeliveryChanged(ctx, d, ev)
}

// Learn implements delivery.Identities.
func (o linkObserver) Learn(ctx context.Context, i *heliograph.Integration, address string, names []string) error {
	names = append([]string{address}, names...)
	if _, settled, err := o.e.profiles.Known(ctx, i.App, i.Type, names); settled || err != nil {
		return err
	}
	_, err := o.e.profiles.Identify(ctx, i.App, i.Type, names)
	return err
}

// storingOutbox stores a message that is part of no conversation before it is sent.
type storingOutbox struct {
	messages store.Messages
	lanes    *delivery.Engine
}

// Enqueue implements profile.Outbox.
func (o storingOutbox) Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error {
	if err := o.messages.Insert(ctx, m); err != nil {
		return err
	}
	return o.lanes.Enqueue(ctx, d, m)
}

// notifyLanes is the way out of notifications.
type notifyLanes struct {
	*delivery.Engine
	surroundings delivery.Surroundings
}

// Offer implements notify.Lanes.
func (l notifyLanes) Offer(d *heliograph.Delivery, c *heliograph.Content, u *heliograph.User) {
	l.Engine.Offer(&delivery.Item{Delivery: d, Content: c, User: u})
}

// Gates implements notify.Lanes.
func (l notifyLanes) Gates(ctx context.Context, d *heliograph.Delivery, c *heliograph.Content, i *heliograph.Integration, ch channel.Channel, kind *channel.Type, suppressed bool) ([]notify.GateAnswer, error) {
	q := &delivery.Question{Delivery: d, Content: c, Integration: i, Channel: ch, Kind: kind, Now: max(d.Due, heliograph.At(l.Now())), Suppressed: suppressed}
	if kind.Window > 0 {
		var err error
		if q.About, err = l.surroundings.About(ctx, d, kind); err != nil {
			return nil, err
		}
	}
	var out []notify.GateAnswer
	for _, g := range delivery.Gates() {
		v := g.Check(q)
		out = append(out, notify.GateAnswer{Gate: g.Name, Asks: g.Asks, Passes: !v.Stop, Reason: v.Reason, Message: v.Message})
	}
	return out, nil
}

// deliveryWatch counts what the lanes do.
type deliveryWatch struct{ *metrics.Metrics }

// Attempted implements delivery.Watch.
func (w deliveryWatch) Attempted(name string, class channel.Class, took time.Duration) {
	w.Metrics.Attempted(name, class.String(), took)
	switch class {
	case channel.ClassAccepted:
		w.Sent(name)
	case channel.ClassRetry:
		w.Retried(name)
	case channel.ClassUnknown:
		w.Unknown(name)
	case channel.ClassPause:
		w.Paused()
	}
}

// countedStatuses counts what providers tell of our messages.
type countedStatuses struct {
	*delivery.Engine
	metrics *metrics.Metrics
}

// ApplyStatus implements hooks.Deliveries.
func (c countedStatuses) ApplyStatus(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	err := c.Engine.ApplyStatus(ctx, in, raw, facts)
	if err == nil {
		countFacts(c.metrics, in, facts)
	}
	return err
}

// countedAnswers counts what customers write.
type countedAnswers struct {
	*conversation.Service
	metrics *metrics.Metrics
}

// Receive implements hooks.Conversations.
func (c countedAnswers) Receive(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	err := c.Service.Receive(ctx, in, raw, facts)
	if err == nil {
		countFacts(c.metrics, in, facts)
	}
	return err
}

func countFacts(m *metrics.Metrics, in *heliograph.Integration, facts []channel.Fact) {
	for i := range facts {
		kind := "notice"
		switch {
		case facts[i].Message != nil:
			kind = "message"
		case facts[i].Status != nil:
			kind = "status"
		}
		m.Inbound(in.Type, kind)
	}
}
