package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/profile"
)

// userChangeRequest is what to change of a user's profile.
type userChangeRequest struct {
	GivenName  nullable[string] `json:"givenName" doc:"null removes it."`
	Surname    nullable[string] `json:"surname" doc:"null removes it."`
	Email      nullable[string] `json:"email" doc:"null removes it."`
	SignedUpAt nullable[string] `json:"signedUpAt" doc:"ISO 8601; null removes it."`
	Properties map[string]any   `json:"properties" doc:"Merged with what is there, key by key; null removes a key."`
}

func (a *API) updateUser(ctx context.Context, c *call) (any, error) {
	in, err := decode[userChangeRequest](c)
	if err != nil {
		return nil, err
	}
	change := profile.Change{GivenName: in.GivenName.change(), Surname: in.Surname.change(), Email: in.Email.change(), Properties: in.Properties}
	if in.SignedUpAt.given {
		var at heliograph.Millis
		if at, err = readTime("signedUpAt", in.SignedUpAt.value); err != nil {
			return nil, err
		}
		change.SignedUpAt = &at
	}
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	u, err := a.Profiles.Update(ctx, c.App.ID, id, change)
	if err != nil {
		return nil, err
	}
	return appUserAnswer{wireUser(u)}, nil
}
