package suncov1

import "context"

func (a *API) deleteKey(ctx context.Context, c *call) (any, error) {
	k, err := c.key(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.DeleteKey(ctx, c.App.ID, k.ID)
}
