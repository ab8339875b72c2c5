package suncov1

import "context"

func (a *API) getUser(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Profiles.Fill(ctx, u); err != nil {
		return nil, err
	}
	return appUserAnswer{wireUser(u)}, nil
}
