package conversation

import (
	"context"
	"errors"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// sender returns who wrote f, with a conversation. Someone who writes for the
// first time becomes a user; someone who is known on another integration of the
// channel gets one more client.
func (s *Service) sender(ctx context.Context, in *heliograph.Integration, f *channel.MessageFact, now heliograph.Millis) (*heliograph.User, *heliograph.Client, error) {
	for range 3 {
		user, client, err := s.Inbound.Sender(ctx, in, f.From)
		if err == nil && (user == nil || client.Integration != in.ID) {
			user, client, err = s.register(ctx, in, f, user, now)
		}
		if err != nil {
			return nil, nil, err
		}
		if client != nil {
			user, err = s.started(ctx, user, now)
			return user, client, err
		}
		// Someone else registered the address meanwhile: look again.
	}
	return nil, nil, errors.New("the sender's address changes hands too fast")
}

// register makes a client of an address, and a user unless it has one; none
// when the address is taken by now.
func (s *Service) register(ctx context.Context, in *heliograph.Integration, f *channel.MessageFact, u *heliograph.User, now heliograph.Millis) (*heliograph.User, *heliograph.Client, error) {
	c := &heliograph.Client{
		ID: s.IDs.Client(), App: in.App, Integration: in.ID, Platform: in.Type, Address: f.From,
		Status: heliograph.ClientActive, Primary: true, LinkedAt: now, LastSeen: now,
		Details: heliograph.ClientDetails{DisplayName: f.Name, Info: f.Info},
	}
	if c.Details.DisplayName == "" {
		c.Details.DisplayName = f.From
	}
	var taken bool
	var err error
	if u != nil {
		c.User, c.Conversation = u.ID, u.Conversation
		taken, err = s.Inbound.Join(ctx, c)
	} else {
		u = &heliograph.User{ID: s.IDs.User(), App: in.App, Created: now}
		c.User = u.ID
		taken, err = s.Inbound.Register(ctx, u, c)
	}
	if taken || err != nil {
		return nil, nil, err
	}
	return u, c, nil
}

// shownName is how the writer of f is shown.
func shownName(u *heliograph.User, c *heliograph.Client, f *channel.MessageFact) string {
	if name := strings.TrimSpace(u.Profile.GivenName + " " + u.Profile.Surname); name != "" {
		return name
	}
	if f.Name != "" {
		return f.Name
	}
	return c.Details.DisplayName
}
