package suncov1

import "context"

func (a *API) deleteUser(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Profiles.Delete(ctx, c.App.ID, id)
}
