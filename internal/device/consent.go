package device

import (
	"context"
	"time"

	"heliograph"
)

// touchEvery is how often a client's last use is written at most.
const touchEvery = time.Minute

// WantsProactive reports whether a user allows what the business sends of its own
// accord.
func (s *Service) WantsProactive(ctx context.Context, u *heliograph.User) (bool, error) {
	return s.Profiles.WantsMarketing(ctx, u)
}

// SetProactive notes whether a person wants what the business sends of its own
// accord, on any channel, and returns whether it is sent now: taking back an
// unsubscription lifts no complaint and nothing that an operator stopped.
func (s *Service) SetProactive(ctx context.Context, of *Session, wants bool) (bool, error) {
	now, err := s.WantsProactive(ctx, of.User)
	if err != nil || now == wants {
		return now, err
	}
	c := &heliograph.Consent{
		App: of.App.ID, Address: of.Client.Address, User: of.User.ID, Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentMessenger,
		Evidence: map[string]string{"client": of.Client.ID.String(), "integration": of.Integration.ID.String()},
	}
	if wants {
		_, err = s.Profiles.Unsuppress(ctx, c)
	} else {
		_, err = s.Profiles.Suppress(ctx, c)
	}
	if err != nil {
		return false, err
	}
	return s.WantsProactive(ctx, of.User)
}

// Used notes that a person uses a device.
func (s *Service) Used(ctx context.Context, of *Session) error {
	now := s.now()
	if of.Client.LastSeen.Add(touchEvery) > now {
		return nil
	}
	if err := s.Uses.Seen(ctx, of.App.ID, of.Client.ID, now); err != nil {
		return err
	}
	s.Forget(of.Client.ID)
	return nil
}
