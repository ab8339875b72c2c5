package store

import (
	"context"

	"heliograph"
)

// StandIn implements delivery.Store: the person whom d is for gets a client at
// the integration that takes over, so that an answer there finds the way back to
// the same conversation.
func (s Deliveries) StandIn(ctx context.Context, d *heliograph.Delivery, to *heliograph.Integration, fresh heliograph.ClientID, now heliograph.Millis) (client heliograph.ClientID, ok bool, err error) {
	// Whoever opted out of one sender of the house does not hear the same from another.
	stopped, err := s.Suppressed(ctx, d.App, d.Integration, d.Address, d.Category, now)
	if err != nil || stopped || d.User.IsZero() {
		return client, false, err
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		at, err := (Clients{s.Store}).At(ctx, d.App, to.ID, d.Address)
		if err != nil {
			return err
		}
		if len(at) > 0 && at[0].Status != heliograph.ClientPending {
			client, ok = at[0].ID, at[0].User == d.User
			return nil
		}
		c := &heliograph.Client{
			ID: fresh, App: d.App, User: d.User, Integration: to.ID, Platform: to.Type, Address: d.Address,
			Status: heliograph.ClientActive, Conversation: d.Conversation, LinkedAt: now,
			Details: heliograph.ClientDetails{DisplayName: d.Address},
		}
		client, ok = c.ID, true
		return (Clients{s.Store}).Insert(ctx, c)
	})
	return client, ok && err == nil, err
}
