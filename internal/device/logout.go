package device

import (
	"context"
	"errors"
	"slices"

	"heliograph"
)

// Ends says which pushes end with a session.
type Ends string

// What may end.
const (
	EndsAll   Ends = "all"   // the device is no longer the user's
	EndsAgent Ends = "agent" // those of conversations; what the business sends of its own accord goes on
	EndsNone  Ends = "none"
)

// Logout ends the sessions of a device. "" is EndsAll.
func (s *Service) Logout(ctx context.Context, of *Session, ends Ends) error {
	switch ends {
	case "":
		ends = EndsAll
	case EndsAll, EndsAgent, EndsNone:
	default:
		return heliograph.InvalidField("push", "must be all, agent or none")
	}
	id := of.Client.ID
	if ends == EndsAll {
		return s.leave(ctx, of.App.ID, id, reasonSDK)
	}
	return s.change(ctx, of, func(ctx context.Context, c *heliograph.Client) error {
		d := c.Details.Device
		d.Session, d.Verified, d.Coded = nil, false, false
		if d.Push != nil && ends == EndsAgent {
			p := *d.Push
			p.Topics = slices.DeleteFunc(slices.Clone(p.Topics), func(t heliograph.Topic) bool { return t == heliograph.TopicAgent })
			d.Push = &p
		}
		if d.Push == nil || len(d.Push.Topics) == 0 {
			return s.remove(ctx, c, reasonSDK) // nothing goes on
		}
		return s.Clients.Save(ctx, c)
	})
}

// leave takes a device away from its user. It is no error when it is gone already.
func (s *Service) leave(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, reason string) error {
	err := error(errRaced)
	for n := 0; n < tries && errors.Is(err, errRaced); n++ {
		err = s.Journal.Atomically(ctx, func(ctx context.Context) error { return s.leaveOnce(ctx, app, id, reason) })
	}
	s.Forget(id)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil
	}
	return err
}

func (s *Service) leaveOnce(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, reason string) error {
	c, err := s.Clients.Get(ctx, app, id)
	if err != nil {
		return err
	}
	if _, err := s.Users.Lock(ctx, app, c.User); err != nil {
		return raced(err)
	}
	now, err := s.Devices.Lock(ctx, app, id)
	if err != nil {
		return err
	}
	if now.User != c.User {
		return errRaced
	}
	return s.remove(ctx, &now, reason)
}

// change runs fn on the locked client of a session, whose device it may change,
// and forgets what was known of it. fn saves what is to be kept.
func (s *Service) change(ctx context.Context, of *Session, fn func(context.Context, *heliograph.Client) error) error {
	err := s.Journal.Atomically(ctx, func(ctx context.Context) error {
		c, err := s.Devices.Lock(ctx, of.App.ID, of.Client.ID)
		if err != nil {
			return err
		}
		if c.Details.Device == nil || len(c.Details.Device.Session) == 0 {
			return invalidSession()
		}
		d := *c.Details.Device
		c.Details.Device = &d
		return fn(ctx, &c)
	})
	s.Forget(of.Client.ID)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return invalidSession()
	}
	return err
}
