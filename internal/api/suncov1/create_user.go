package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/profile"
)

// newUserRequest is the body of a user that is made beforehand.
type newUserRequest struct {
	UserID             string         `json:"userId" required:"true" doc:"The caller's own id for the user: at most 1,024 characters, without /, ? and #."`
	CredentialRequired bool           `json:"credentialRequired,omitempty" doc:"With it, a client of the user must prove who it is by a token."`
	GivenName          string         `json:"givenName,omitempty" doc:"At most 128 characters."`
	Surname            string         `json:"surname,omitempty" doc:"At most 128 characters."`
	Email              string         `json:"email,omitempty" doc:"At most 128 characters."`
	SignedUpAt         string         `json:"signedUpAt,omitempty" doc:"ISO 8601."`
	Properties         map[string]any `json:"properties,omitempty" doc:"Flat; strings, numbers and booleans; at most 4,096 bytes of JSON."`
}

func (a *API) createUser(ctx context.Context, c *call) (any, error) {
	in, err := decode[newUserRequest](c)
	if err != nil {
		return nil, err
	}
	signedUp, err := sunco.ReadTime("signedUpAt", in.SignedUpAt)
	if err != nil {
		return nil, err
	}
	u, err := a.Profiles.Create(ctx, c.App.ID, profile.NewUser{
		ExternalID: in.UserID, CredentialRequired: in.CredentialRequired,
		Profile: heliograph.Profile{GivenName: in.GivenName, Surname: in.Surname, Email: in.Email, SignedUpAt: signedUp, Properties: in.Properties},
	})
	if err != nil {
		return nil, err
	}
	return appUserAnswer{sunco.AppUserOf(u)}, nil
}
