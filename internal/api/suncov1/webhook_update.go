package suncov1

import "context"

func (a *API) updateWebhook(ctx context.Context, c *call) (any, error) {
	id, err := c.webhookID()
	if err != nil {
		return nil, err
	}
	in, err := decode[webhookRequest](c)
	if err != nil {
		return nil, err
	}
	return answerWebhook(a.Webhooks.Update(ctx, c.App.ID, id, in.change()))
}
