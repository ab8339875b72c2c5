package suncov1

import (
	"context"

	"heliograph"
)

func (a *API) whyMessage(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	var id heliograph.MessageID
	if err := pathID(c, "messageId", heliograph.CodeNotFound, &id); err != nil {
		return nil, err
	}
	return a.Notifications.WhyMessage(ctx, c.App.ID, u.ID, id)
}
