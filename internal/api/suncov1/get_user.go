package suncov1

import (
	"context"

	"heliograph/internal/api/sunco"
)

func (a *API) getUser(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Profiles.Fill(ctx, u); err != nil {
		return nil, err
	}
	return appUserAnswer{sunco.AppUserOf(u)}, nil
}
