package store

import (
	"context"

	"heliograph"
)

// StandIn implements delivery.Store: the person whom d is for gets a client at
// the integration that takes over, so that an answer there finds the way back to
// the same conversation. Whose d is may have changed since it was queued.
func (s Deliveries) StandIn(ctx context.Context, d *heliograph.Delivery, to *heliograph.Integration, fresh heliograph.ClientID, now heliograph.Millis) (client heliograph.ClientID, ok bool, err error) {
	// Whoever opted out of one sender of the house does not hear the same from
	// another; nor is lost what only the other must not send.
	for _, i := range []heliograph.IntegrationID{d.Integration, to.ID} {
		if stopped, err := s.Suppressed(ctx, d.App, i, d.Address, d.Category, now); err != nil || stopped {
			return client, false, err
		}
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		client, ok = heliograph.ClientID{}, false
		u, err := s.person(ctx, d)
		if err != nil || u == nil {
			return err
		}
		at, err := (Clients{s.Store}).At(ctx, d.App, to.ID, d.Address)
		if err != nil {
			return err
		}
		if len(at) > 0 && at[0].Status != heliograph.ClientPending {
			client, ok = at[0].ID, at[0].User == u.ID
			return nil
		}
		c := &heliograph.Client{
			ID: fresh, App: d.App, User: u.ID, Integration: to.ID, Platform: to.Type, Address: d.Address,
			Status: heliograph.ClientActive, Conversation: u.Conversation, LinkedAt: now,
			Details: heliograph.ClientDetails{DisplayName: d.Address},
		}
		client, ok = c.ID, true
		return (Clients{s.Store}).Insert(ctx, c)
	})
	return client, ok && err == nil, err
}

// person returns whom d is for now, unchanged until the transaction ends; nil:
// nobody.
func (s Deliveries) person(ctx context.Context, d *heliograph.Delivery) (*heliograph.User, error) {
	id, err := one(ctx, s.Store, nil, scanID[heliograph.UserID], `SELECT user_id FROM deliveries WHERE app_id = $1 AND id = $2 AND user_id IS NOT NULL`, d.App, d.ID)
	if err != nil || id.IsZero() {
		return nil, err
	}
	users, err := Users{s.Store}.Lock(ctx, d.App, id)
	switch {
	case heliograph.IsKind(err, heliograph.NotFound): // gone, or merged just now
		return nil, nil
	case err != nil:
		return nil, err
	}
	return users[0], nil
}
