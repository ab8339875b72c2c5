package profile

import (
	"context"
	"slices"

	"heliograph"
)

// maxSaid is how many of the last things that a user said are gone through.
const maxSaid = 200

// HandOver makes the address of a device that u has from now on obey what u said,
// there or anywhere else, and no longer what somebody said who had the device
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
		if err := s.recall(ctx, u, address); err != nil {
			return err
		}
		return s.refresh(ctx, u.App, address)
	})
}

// recall makes an address obey what u said when they may have had others only:
// who logs out of the last device has not taken anything back.
func (s *Service) recall(ctx context.Context, u *heliograph.User, address string) error {
	said, err := s.Consents.Said(ctx, u.App, u.ID, maxSaid)
	if err != nil {
		return err
	}
	var holds []heliograph.Suppression
	for i := range said {
		switch c := &said[len(said)-1-i]; {
		case c.Action == heliograph.OptIn:
			holds = slices.DeleteFunc(holds, func(p heliograph.Suppression) bool { return lifts(c, &p) })
		case c.Scope != heliograph.ScopeSender && c.Source != heliograph.ConsentHardBounce && c.Source != heliograph.ConsentProvider:
			holds = append(holds, *suppression(c, address))
		}
	}
	for i := range holds {
		if _, err := s.Consents.Suppress(ctx, &holds[i]); err != nil {
			return err
		}
	}
	return nil
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
