package conversation

import (
	"context"
	"math"

	"heliograph"
	"heliograph/channel"
)

// lookedAt is how many of the newest messages the person's last one is looked
// for in.
const lookedAt = 20

// businessActs does what an activity of the business changes, and shows it to
// the person. What goes wrong with showing harms nothing.
func (s *Service) businessActs(ctx context.Context, u *heliograph.User, what ActivityType, do func(context.Context, *heliograph.User) (*heliograph.Conversation, error)) (*heliograph.Conversation, error) {
	conv, err := do(ctx, u)
	if err != nil || s.Actors == nil {
		return conv, err
	}
	clients, err := s.Clients.OfUser(ctx, u.App, u.ID)
	if err != nil {
		return conv, nil
	}
	var to *heliograph.Client
	for i := range clients {
		c := &clients[i]
		if (*Destination)(nil).fits(c) && c.Status == heliograph.ClientActive && (to == nil || prefer(c, to)) {
			to = c
		}
	}
	if to == nil {
		return conv, nil
	}
	newest, err := s.Messages.Before(ctx, u.App, conv.ID, math.MaxInt64, lookedAt)
	if err != nil {
		return conv, nil
	}
	last := ""
	for _, m := range newest {
		if m.Role == heliograph.Customer && m.Source.Integration == to.Integration {
			last = m.Source.ExternalID
			break
		}
	}
	s.Actors.Show(to, channel.Activity(what), last)
	return conv, nil
}
