package profile

import (
	"context"
	"maps"

	"heliograph"
)

// Change is what to change of a profile. A nil field stays as it is; an empty
// value is removed. Properties are merged key by key; a nil value removes one.
type Change struct {
	GivenName  *string
	Surname    *string
	Email      *string
	SignedUpAt *heliograph.Millis
	Properties map[string]any
}

// Update changes a user's profile and returns the user with its clients.
func (s *Service) Update(ctx context.Context, app heliograph.AppID, id heliograph.UserID, c Change) (*heliograph.User, error) {
	var u *heliograph.User
	err := s.Journal.Atomically(ctx, func(ctx context.Context) (err error) {
		if u, err = s.lock(ctx, app, id); err != nil {
			return err
		}
		c.apply(&u.Profile)
		if err := checkProfile(&u.Profile); err != nil {
			return err
		}
		if err := s.Users.Save(ctx, u); err != nil {
			return err
		}
		u.Clients, err = s.Clients.OfUser(ctx, app, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (c *Change) apply(p *heliograph.Profile) {
	set(&p.GivenName, c.GivenName)
	set(&p.Surname, c.Surname)
	set(&p.Email, c.Email)
	set(&p.SignedUpAt, c.SignedUpAt)
	if len(c.Properties) == 0 {
		return
	}
	if p.Properties == nil {
		p.Properties = map[string]any{}
	}
	maps.Copy(p.Properties, c.Properties)
	maps.DeleteFunc(p.Properties, func(_ string, v any) bool { return v == nil })
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// RequireCredential notes that a user has proved who it is by a token: from
// then on its external id alone opens nothing.
func (s *Service) RequireCredential(ctx context.Context, u *heliograph.User) error {
	if u.CredentialRequired {
		return nil
	}
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		fresh, err := s.lock(ctx, u.App, u.ID)
		if err != nil {
			return err
		}
		fresh.CredentialRequired, u.CredentialRequired = true, true
		return s.Users.Save(ctx, fresh)
	})
}
