package suncov1

import "context"

func (a *API) deleteMessages(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Conversations.DeleteAll(ctx, u)
}
