package suncov1

import "context"

func (a *API) updateIntegration(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	_, change, err := integrationChange(c)
	if err != nil {
		return nil, err
	}
	return a.integration(a.Tenants.UpdateIntegration(ctx, c.App.ID, id, change))
}
