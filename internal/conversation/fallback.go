package conversation

import (
	"context"
	"slices"

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
	if read, err := s.reached(ctx, d, m, before); read || err != nil {
		return err
	}
	tried := triedBy(clients, append(before, d))
	c, choices, err := s.preferred(ctx, app, clients, &m.Content, d.Category, tried)
	if c == nil || err != nil {
		return err
	}
	err = s.send(ctx, &way{
		app: app, message: m, category: d.Category, clients: clients, to: c, choices: choices, instead: d.ID, tried: tried, now: s.now(),
	})
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // its integration has just gone
	}
	return err
}

// reached reports whether a message has come to its user though d failed: on
// another way, or because d was for a device and they have read the conversation.
func (s *Service) reached(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message, sent []*heliograph.Delivery) (bool, error) {
	if slices.ContainsFunc(sent, func(d *heliograph.Delivery) bool { return d.Status == heliograph.AtUser }) {
		return true, nil
	}
	if !heliograph.SDKPlatform(d.Channel) {
		return false, nil
	}
	conv, err := s.Conversations.Get(ctx, m.App, m.Conversation)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return conv.UserRead >= m.Received, nil
}

// triedBy returns the clients that deliveries went to, and those at whose
// integration another one took over: that one did not reach the address either.
func triedBy(clients []heliograph.Client, deliveries []*heliograph.Delivery) (tried []heliograph.ClientID) {
	for _, d := range deliveries {
		tried = append(tried, d.Client)
		for _, c := range clients {
			if c.Integration == d.Details.Origin && c.Address == d.Address {
				tried = append(tried, c.ID)
			}
		}
	}
	return tried
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
