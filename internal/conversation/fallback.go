package conversation

import (
	"context"

	"heliograph"
)

// Undelivered is told, in the transaction of the outcome, that a message to a user was
// not sent or not delivered. When nobody chose the client, the message goes to the
// next one that can be reached.
func (s *Service) Undelivered(ctx context.Context, d *heliograph.Delivery) error {
	if len(d.Details.Choices) == 0 || !goesOn(d) {
		return nil
	}
	m, err := s.Messages.Get(ctx, d.App, d.Message)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // deleted since
	}
	if err != nil {
		return err
	}
	app, err := s.Apps.App(ctx, d.App)
	if err != nil {
		return err
	}
	clients, err := s.Clients.OfUser(ctx, d.App, m.User)
	if err != nil {
		return err
	}
	before, err := s.Deliveries.MessageDeliveries(ctx, d.App, d.Message)
	if err != nil {
		return err
	}
	tried := []heliograph.ClientID{d.Client}
	for _, o := range before {
		tried = append(tried, o.Client)
	}
	c, choices, err := s.preferred(ctx, app, clients, &m.Content, tried)
	if c == nil || err != nil {
		return err
	}
	next := deliveryTo(c, m, s.now())
	next.Details.Choices, next.Details.Instead = choices, d.ID
	err = s.Outbox.Enqueue(ctx, next, m)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // its integration has just gone
	}
	return err
}

// goesOn reports whether what failed may be sent another way: not what somebody
// took back, came too late, or may have arrived.
func goesOn(d *heliograph.Delivery) bool {
	switch d.Reason {
	case heliograph.ReasonCancelled, heliograph.ReasonExpired, heliograph.ReasonUnknownOutcome:
		return false
	}
	return d.Status == heliograph.Failed
}
