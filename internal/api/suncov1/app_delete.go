package suncov1

import "context"

func (a *API) deleteApp(ctx context.Context, c *call) (any, error) {
	return nil, a.Tenants.DeleteApp(ctx, c.App.ID)
}
