package suncov1

import (
	"context"

	"heliograph"
)

func (a *API) createIntegration(ctx context.Context, c *call) (any, error) {
	in, change, err := integrationChange(c)
	if err != nil {
		return nil, err
	}
	if in.Type == "" {
		return nil, heliograph.InvalidField("type", "is required")
	}
	return a.integration(a.Tenants.CreateIntegration(ctx, c.App.ID, in.Type, change))
}
