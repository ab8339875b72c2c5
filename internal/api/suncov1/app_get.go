package suncov1

import "context"

func (a *API) getApp(_ context.Context, c *call) (any, error) {
	return appAnswer{wireApp(c.App)}, nil
}
