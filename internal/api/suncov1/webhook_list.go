package suncov1

import "context"

func (a *API) listWebhooks(ctx context.Context, c *call) (any, error) {
	list, err := a.Webhooks.List(ctx, c.App.ID)
	if err != nil {
		return nil, err
	}
	out := webhooksAnswer{Webhooks: make([]webhookJSON, len(list))}
	for i, h := range list {
		out.Webhooks[i] = wireWebhook(h)
	}
	return out, nil
}
