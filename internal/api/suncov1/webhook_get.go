package suncov1

import "context"

func (a *API) getWebhook(ctx context.Context, c *call) (any, error) {
	id, err := c.webhookID()
	if err != nil {
		return nil, err
	}
	return answerWebhook(a.Webhooks.Get(ctx, c.App.ID, id))
}
