package profile

import (
	"context"

	"heliograph"
)

// Delete erases a user: profile, clients, conversation and messages. What waits
// to be sent is cancelled. What happened can still be counted, and opt-outs
// stay: they belong to the address. A deletion that is broken off can be asked
// for again.
func (s *Service) Delete(ctx context.Context, app heliograph.AppID, id heliograph.UserID) error {
	for done := false; !done; {
		err := s.Journal.Atomically(ctx, func(ctx context.Context) error {
			u, err := s.lock(ctx, app, id)
			if err != nil {
				return err
			}
			n, err := s.eraseBatch(ctx, u)
			if done = n < batch; err != nil || !done {
				return err
			}
			return s.finishDelete(ctx, u)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) eraseBatch(ctx context.Context, u *heliograph.User) (int, error) {
	messages, deliveries, err := s.Threads.Next(ctx, u, batch)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	if err := s.cancel(ctx, u.App, u.ID, true, deliveries...); err != nil {
		return 0, err
	}
	return len(messages), s.Threads.Erase(ctx, u.App, messages, deliveries)
}

func (s *Service) finishDelete(ctx context.Context, u *heliograph.User) error {
	if err := s.Users.Remove(ctx, u.App, u.ID); err != nil {
		return err
	}
	// Removing the conversation waited for whoever was writing to it: what they
	// wrote goes too.
	for {
		n, err := s.eraseBatch(ctx, u)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	e := s.event(heliograph.EventUserDelete, u)
	if err := s.Threads.ForgetBodies(ctx, u.App, e.Key()); err != nil {
		return err
	}
	return s.Journal.AppendEvents(ctx, e)
}

// DeleteProfile clears what is known about a user and about its clients. The
// user survives, with its ids, addresses and messages.
func (s *Service) DeleteProfile(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error) {
	var u *heliograph.User
	err := s.Journal.Atomically(ctx, func(ctx context.Context) (err error) {
		if u, err = s.lock(ctx, app, id); err != nil {
			return err
		}
		u.Profile = heliograph.Profile{SignedUpAt: u.Profile.SignedUpAt}
		if err := s.Users.Save(ctx, u); err != nil {
			return err
		}
		if u.Clients, err = s.Clients.OfUser(ctx, app, id); err != nil {
			return err
		}
		for i := range u.Clients {
			c := &u.Clients[i]
			c.Details = heliograph.ClientDetails{Link: c.Details.Link, Device: c.Details.Device}
			if err := s.Clients.Save(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}
