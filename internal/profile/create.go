package profile

import (
	"context"
	"maps"

	"heliograph"
)

// NewUser is a user that a caller makes beforehand.
type NewUser struct {
	ExternalID         string
	CredentialRequired bool
	Profile            heliograph.Profile
}

// Create stores a user before it was ever heard of. An external id that names a
// user already, by either of its ids, is a conflict.
func (s *Service) Create(ctx context.Context, app heliograph.AppID, n NewUser) (*heliograph.User, error) {
	n.Profile.Properties = maps.Clone(n.Profile.Properties)
	maps.DeleteFunc(n.Profile.Properties, func(_ string, v any) bool { return v == nil })
	if err := checkExternalID(n.ExternalID); err != nil {
		return nil, err
	}
	if err := checkProfile(&n.Profile); err != nil {
		return nil, err
	}
	u := &heliograph.User{
		ID: s.IDs.User(), App: app, ExternalID: n.ExternalID, Profile: n.Profile,
		CredentialRequired: n.CredentialRequired, Created: s.now(),
	}
	err := s.Journal.Atomically(ctx, func(ctx context.Context) error {
		var id heliograph.UserID
		if id.UnmarshalText([]byte(n.ExternalID)) == nil {
			switch _, err := s.Users.Get(ctx, app, id); {
			case err == nil:
				return heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "userId is the _id of an existing user")
			case !heliograph.IsKind(err, heliograph.NotFound):
				return err
			}
		}
		return s.Users.Insert(ctx, u)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}
