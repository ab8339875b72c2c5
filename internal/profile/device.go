package profile

import (
	"context"

	"heliograph"
)

// HandOver makes the address of a device that u has from now on obey what u's
// other addresses said, and no longer what somebody said who had the device
// before. It joins the transaction of ctx.
func (s *Service) HandOver(ctx context.Context, u *heliograph.User, address string) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		old, err := s.Consents.Suppressions(ctx, u.App, address)
		if err != nil {
			return err
		}
		for i := range old {
			if _, err := s.Consents.Unsuppress(ctx, &old[i]); err != nil {
				return err
			}
		}
		if err := s.inherit(ctx, u, address); err != nil {
			return err
		}
		return s.refresh(ctx, u.App, address)
	})
}

// WantsMarketing reports whether a user allows what the business sends of its own
// accord: whether none of the user's addresses is opted out of it.
func (s *Service) WantsMarketing(ctx context.Context, u *heliograph.User) (bool, error) {
	addresses, err := s.ownAddresses(ctx, u)
	if err != nil || len(addresses) == 0 {
		return true, err
	}
	all, err := s.Consents.Suppressions(ctx, u.App, addresses...)
	if err != nil {
		return false, err
	}
	now := s.now()
	for i := range all {
		if all[i].Scope != heliograph.ScopeSender && all[i].Stops(heliograph.Marketing, now) {
			return false, nil
		}
	}
	return true, nil
}

// CheckUserID refuses what cannot be the caller's own id of a user.
func (s *Service) CheckUserID(id string) error { return checkExternalID(id) }
