package suncov1

import "context"

func (a *API) createApp(ctx context.Context, c *call) (any, error) {
	in, err := decode[appRequest](c)
	if err != nil {
		return nil, err
	}
	app, err := a.Tenants.CreateApp(ctx, c.Principal.Org, in.change())
	if err != nil {
		return nil, err
	}
	return appAnswer{wireApp(app)}, nil
}
