package suncov1

import "context"

func (a *API) getIntegration(ctx context.Context, c *call) (any, error) {
	return a.onIntegration(ctx, c, a.Tenants.ReadIntegration)
}
