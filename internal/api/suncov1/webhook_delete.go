package suncov1

import "context"

func (a *API) deleteWebhook(ctx context.Context, c *call) (any, error) {
	id, err := c.webhookID()
	if err != nil {
		return nil, err
	}
	return nil, a.Webhooks.Delete(ctx, c.App.ID, id)
}
