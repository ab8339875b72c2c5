package profile

import (
	"context"

	"heliograph"
)

// Unlink removes a user's clients of one channel, links under way included. It
// is an error of kind Invalid when there are none.
func (s *Service) Unlink(ctx context.Context, app heliograph.AppID, user heliograph.UserID, kind string) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		u, err := s.lock(ctx, app, user)
		if err != nil {
			return err
		}
		all, err := s.Clients.OfUser(ctx, app, user)
		if err != nil {
			return err
		}
		found := false
		for _, c := range all {
			if c.Platform != kind {
				continue
			}
			found = true
			if c.Status == heliograph.ClientPending {
				err = s.fail(ctx, u, &c, reasonCancelled, &heliograph.DeliveryError{Code: heliograph.ReasonCancelled, Message: "the linking was cancelled"})
			} else {
				err = s.drop(ctx, u, &c, reasonAPI, nil)
			}
			if err == nil {
				err = s.Aliases.Free(ctx, app, kind, c.Address)
			}
			if err != nil {
				return err
			}
		}
		if !found {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "no channel of type %q is linked to this user", kind)
		}
		return nil
	})
}

// Channel is an address at which a user can be reached.
type Channel struct {
	Type         string
	Integration  heliograph.IntegrationID
	AddressField string // the v1.1 API's name for the address; "" when it has none
	Address      string
}

// Channels returns the channels that are linked to a user, oldest first.
func (s *Service) Channels(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]Channel, error) {
	all, err := s.Clients.OfUser(ctx, app, user)
	if err != nil {
		return nil, err
	}
	var out []Channel
	for _, c := range all {
		if c.Status == heliograph.ClientPending {
			continue
		}
		ch := Channel{Type: c.Platform, Integration: c.Integration, Address: c.Address}
		if t := s.channelType(c.Platform); t != nil {
			ch.AddressField = t.AddressField
		}
		out = append(out, ch)
	}
	return out, nil
}
