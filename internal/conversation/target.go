package conversation

import (
	"heliograph"
)

// Destination names the client that a message is for, by its integration or by
// the integration's type. Both set: both must hold.
type Destination struct {
	Integration heliograph.IntegrationID
	Type        string
}

// choose returns the client that a message goes to; nil when the user has none
// and no destination was asked for.
func choose(clients []heliograph.Client, to *Destination) (*heliograph.Client, error) {
	var best *heliograph.Client
	for i := range clients {
		c := &clients[i]
		if to.fits(c) && (best == nil || prefer(c, best)) {
			best = c
		}
	}
	if best != nil || to == nil {
		return best, nil
	}
	if !to.Integration.IsZero() {
		return nil, heliograph.InvalidField("destination.integrationId", "names an integration that this user has no client of")
	}
	return nil, heliograph.InvalidField("destination.integrationType", "names a channel that this user has no client of")
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

// deliveryTo is m on its way to c.
func deliveryTo(c *heliograph.Client, m *heliograph.Message, now heliograph.Millis) *heliograph.Delivery {
	return &heliograph.Delivery{
		App: m.App, Kind: heliograph.MessageDelivery, Integration: c.Integration, Channel: c.Platform,
		Message: m.ID, User: m.User, Client: c.ID, Conversation: m.Conversation, Address: c.Address,
		Category: heliograph.Transactional, Class: heliograph.ClassConversational, Created: now, Due: now,
	}
}
