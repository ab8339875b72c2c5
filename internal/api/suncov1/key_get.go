package suncov1

import "context"

func (a *API) getKey(ctx context.Context, c *call) (any, error) {
	k, err := c.key(ctx)
	if err != nil {
		return nil, err
	}
	return keyAnswer{wireKey(k, c.App)}, nil
}
