package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/profile"
)

// userChangeRequest is what to change of a user's profile.
type userChangeRequest struct {
	GivenName  sunco.Nullable[string] `json:"givenName" doc:"null removes it."`
	Surname    sunco.Nullable[string] `json:"surname" doc:"null removes it."`
	Email      sunco.Nullable[string] `json:"email" doc:"null removes it."`
	SignedUpAt sunco.Nullable[string] `json:"signedUpAt" doc:"ISO 8601; null removes it."`
	Properties map[string]any         `json:"properties" doc:"Merged with what is there, key by key; null removes a key."`
}

func (a *API) updateUser(ctx context.Context, c *call) (any, error) {
	in, err := decode[userChangeRequest](c)
	if err != nil {
		return nil, err
	}
	change := profile.Change{GivenName: in.GivenName.Change(), Surname: in.Surname.Change(), Email: in.Email.Change(), Properties: in.Properties}
	if in.SignedUpAt.Given {
		var at heliograph.Millis
		if at, err = sunco.ReadTime("signedUpAt", in.SignedUpAt.Value); err != nil {
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
	return appUserAnswer{sunco.AppUserOf(u)}, nil
}
