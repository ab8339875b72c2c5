package suncov1

import "context"

func (a *API) deleteIntegration(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.DeleteIntegration(ctx, c.App.ID, id)
}
