package conversation

import (
	"context"
	"slices"

	"heliograph"
)

// Destination names the client that a message is for, by its integration or by
// the integration's type. Both set: both must hold.
type Destination struct {
	Integration heliograph.IntegrationID
	Type        string
}

// named returns the client that a caller chose for a message.
func named(clients []heliograph.Client, to *Destination) (*heliograph.Client, error) {
	var best *heliograph.Client
	for i := range clients {
		c := &clients[i]
		if to.fits(c) && (best == nil || prefer(c, best)) {
			best = c
		}
	}
	switch {
	case best != nil:
		return best, nil
	case !to.Integration.IsZero():
		return nil, heliograph.InvalidField("destination.integrationId", "names an integration that this user has no client of")
	}
	return nil, heliograph.InvalidField("destination.integrationType", "names a channel that this user has no client of")
}

// preferred returns the client that a message goes to when nobody chose one: of
// those that can be reached now the one that the user prefers; else the preferred
// one all the same, so that the gates say why it is not sent; nil when the user
// has none. tried are left out.
func (s *Service) preferred(ctx context.Context, app *heliograph.App, clients []heliograph.Client, m *heliograph.Content, purpose heliograph.Category, tried []heliograph.ClientID) (*heliograph.Client, []heliograph.Choice, error) {
	var ranked []*heliograph.Client
	for i := range clients {
		if c := &clients[i]; (*Destination)(nil).fits(c) && !slices.Contains(tried, c.ID) {
			ranked = append(ranked, c)
		}
	}
	slices.SortFunc(ranked, func(a, b *heliograph.Client) int { return byPreference(app.Settings.PreferredChannels, a, b) })
	var choices []heliograph.Choice
	chosen := -1
	for i, c := range ranked {
		reason, words, err := s.Reach.Stops(ctx, c, m, purpose)
		if err != nil {
			return nil, nil, err
		}
		choices = append(choices, heliograph.Choice{Client: c.ID, Channel: c.Platform, Reason: reason, Message: words})
		if reason == "" {
			chosen = i
			break
		}
	}
	switch {
	case len(ranked) == 0:
		return nil, nil, nil
	case chosen < 0 && len(tried) > 0:
		return nil, choices, nil // it was told already that the first one failed
	case chosen < 0:
		chosen = 0
	}
	if len(ranked) == 1 && len(tried) == 0 {
		return ranked[0], nil, nil // there was nothing to choose
	}
	choices[chosen].Chosen = true
	return ranked[chosen], choices, nil
}

// byPreference orders clients by the app's order of channels, then as the user
// turned to them.
func byPreference(order []string, a, b *heliograph.Client) int {
	place := func(c *heliograph.Client) int {
		if i := slices.Index(order, c.Platform); i >= 0 {
			return i
		}
		return len(order)
	}
	switch {
	case place(a) != place(b):
		return place(a) - place(b)
	case prefer(a, b):
		return -1
	case prefer(b, a):
		return 1
	}
	return 0
}

// fits reports whether a message can go to c. One to a blocked client is sent
// all the same: the gates refuse it, and the sender is told.
func (d *Destination) fits(c *heliograph.Client) bool {
	reachable := c.Address != "" && (c.Status == heliograph.ClientActive || c.Status == heliograph.ClientBlocked)
	return reachable && (d == nil || (d.Integration.IsZero() || d.Integration == c.Integration) && (d.Type == "" || d.Type == c.Platform))
}

// prefer reports whether a is to be used rather than b: one that is not
// blocked, then the one the user turned to last, by using it or by making it
// the primary one, then the newest.
func prefer(a, b *heliograph.Client) bool {
	if x, y := a.Status == heliograph.ClientActive, b.Status == heliograph.ClientActive; x != y {
		return x
	}
	if x, y := turnedTo(a), turnedTo(b); x != y {
		return x > y
	}
	if a.LinkedAt != b.LinkedAt {
		return a.LinkedAt > b.LinkedAt
	}
	return a.ID.String() > b.ID.String()
}

func turnedTo(c *heliograph.Client) (at heliograph.Millis) {
	if c.LastSeen > c.LinkedAt {
		at = c.LastSeen
	}
	if c.Primary {
		at = max(at, c.LinkedAt)
	}
	return at
}
