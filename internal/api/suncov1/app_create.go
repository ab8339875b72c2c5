package suncov1

import (
	"context"

	"heliograph"
)

func (a *API) createApp(ctx context.Context, c *call) (any, error) {
	in, err := decode[appRequest](c)
	if err != nil {
		return nil, err
	}
	var app *heliograph.App
	if of := c.Principal.Service; of.IsZero() {
		app, err = a.Tenants.CreateApp(ctx, c.Principal.Org, in.change())
	} else {
		app, err = a.Tenants.CreateAppOf(ctx, c.Principal.Org, of, in.change())
	}
	if err != nil {
		return nil, err
	}
	return appAnswer{wireApp(app)}, nil
}
