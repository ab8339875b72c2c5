package app

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// ahead asks the gates beforehand, so that what is preferred can also be reached.
type ahead struct {
	e            *engines
	suppressions store.Deliveries
}

// Stops implements conversation.Reach.
func (r ahead) Stops(ctx context.Context, c *heliograph.Client, m *heliograph.Content, purpose heliograph.Category) (reason, words string, err error) {
	i, ch, kind, err := r.e.tenants.Lookup(ctx, c.Integration)
	switch {
	case heliograph.IsKind(err, heliograph.NotFound):
		return heliograph.ReasonIntegrationGone, "its integration was deleted", nil
	case heliograph.IsKind(err, heliograph.Invalid):
		return heliograph.ReasonNoChannel, heliograph.AsError(err).Message, nil
	case err != nil:
		return "", "", err
	case i.Status == heliograph.IntegrationError:
		return heliograph.ReasonUnauthorized, "the provider refuses its integration's credentials", nil
	}
	now := heliograph.At(r.e.delivery.Now())
	suppressed := c.Status == heliograph.ClientBlocked
	if purpose == heliograph.Marketing && !suppressed { // what is for marketing alone does not show on the client
		if suppressed, err = r.suppressions.Suppressed(ctx, c.App, c.Integration, c.Address, purpose, now); err != nil {
			return "", "", err
		}
	}
	v := delivery.Ask(&delivery.Question{
		Delivery: &heliograph.Delivery{App: c.App, Kind: heliograph.MessageDelivery, Integration: c.Integration, Channel: c.Platform, Address: c.Address, Category: purpose},
		Content:  m, Integration: i, Channel: ch, Kind: kind, About: &channel.About{LastHeard: c.LastSeen}, Now: now,
		Suppressed: suppressed,
	})
	return v.Reason, v.Message, nil
}
