package suncov1

import (
	"context"

	"heliograph/internal/api/sunco"
)

func (a *API) deleteProfile(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	u, err := a.Profiles.DeleteProfile(ctx, c.App.ID, id)
	if err != nil {
		return nil, err
	}
	return appUserAnswer{sunco.AppUserOf(u)}, nil
}
