package suncov1

import (
	"context"

	"heliograph"
)

func (a *API) removeAttachment(ctx context.Context, c *call) (any, error) {
	in, err := decode[removeRequest](c)
	if err != nil {
		return nil, err
	}
	if in.MediaURL == "" {
		return nil, heliograph.InvalidField("mediaUrl", "is required")
	}
	return nil, a.Media.Remove(ctx, c.App.ID, in.MediaURL)
}
