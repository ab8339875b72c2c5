package suncov1

import "context"

func (a *API) unlinkChannel(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Profiles.Unlink(ctx, c.App.ID, id, c.PathValue("channel"))
}
