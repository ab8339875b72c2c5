package suncov1

import (
	"context"

	"heliograph"
)

// mergeRequest names two users that are one person.
type mergeRequest struct {
	Surviving userRef `json:"surviving" required:"true" doc:"Who stays."`
	Discarded userRef `json:"discarded" required:"true" doc:"Who goes, and leaves everything to the other."`
}

type userRef struct {
	ID string `json:"_id" required:"true" doc:"The user's id, or the caller's own id for it."`
}

func (a *API) mergeUsers(ctx context.Context, c *call) (any, error) {
	in, err := decode[mergeRequest](c)
	if err != nil {
		return nil, err
	}
	surviving, err := a.userNamed(ctx, c, "surviving._id", in.Surviving.ID)
	if err != nil {
		return nil, err
	}
	discarded, err := a.userNamed(ctx, c, "discarded._id", in.Discarded.ID)
	if err != nil {
		return nil, err
	}
	return nil, a.Profiles.Merge(ctx, c.App.ID, surviving, discarded)
}

func (a *API) userNamed(ctx context.Context, c *call, field, name string) (id heliograph.UserID, err error) {
	if name == "" {
		return id, heliograph.InvalidField(field, "is required")
	}
	u, err := a.Profiles.Resolve(ctx, c.App.ID, name)
	if err != nil {
		return id, err
	}
	return u.ID, nil
}
