package suncov1

import "context"

func (a *API) createWebhook(ctx context.Context, c *call) (any, error) {
	in, err := decode[webhookRequest](c)
	if err != nil {
		return nil, err
	}
	return answerWebhook(a.Webhooks.Create(ctx, c.App.ID, in.change()))
}
