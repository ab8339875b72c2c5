package notify

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// device checks that somebody has the device that d is for, and holds d back while
// they are there.
func (s *Service) device(ctx context.Context, d *heliograph.Delivery, kind *channel.Type) error {
	u, err := s.Store.Owner(ctx, d.App, kind.Name, d.Address, d.Integration)
	if err != nil {
		return err
	}
	if u == nil {
		return ErrUnknownDevice()
	}
	until := d.Created.Add(heliograph.PushHold)
	if s.Presence == nil || d.Due > d.Created || d.Expires != 0 && d.Expires <= until {
		return nil
	}
	// Who cannot be asked for is not there.
	if online, _ := s.Presence.Online(ctx, d.App, u.ID); len(online) > 0 {
		d.Due, d.Details.Held = until, until
	}
	return nil
}
