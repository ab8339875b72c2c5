package tenant

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"heliograph"
)

// maxKeys is how many keys an app may have: v1.1 API, keys.
const maxKeys = 10

// CreateKey makes a key of an app.
func (s *Service) CreateKey(ctx context.Context, app heliograph.AppID, name string) (*heliograph.Key, error) {
	k, err := s.newKey(heliograph.ScopeApp, name)
	if err != nil {
		return nil, err
	}
	err = s.Atomic(ctx, func(ctx context.Context) error {
		a, err := s.Apps.Lock(ctx, app)
		if err != nil {
			return err
		}
		have, err := s.Keys.ListOfApp(ctx, app)
		if err != nil {
			return err
		}
		if len(have) >= maxKeys {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "an app has at most %d keys; delete one first", maxKeys)
		}
		k.App, k.Org = app, a.Org
		return s.Keys.Insert(ctx, k)
	})
	return k, err
}

// CreateAccountKey makes a key that reaches every app of an organization.
func (s *Service) CreateAccountKey(ctx context.Context, org heliograph.OrgID, name string) (*heliograph.Key, error) {
	k, err := s.newKey(heliograph.ScopeAccount, name)
	if err != nil {
		return nil, err
	}
	k.Org = org
	return k, s.Keys.Insert(ctx, k)
}

func (s *Service) newKey(scope heliograph.KeyScope, name string) (*heliograph.Key, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var secret [64]byte
	if _, err := io.ReadFull(s.Random, secret[:]); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return &heliograph.Key{
		ID: s.IDs.Key(), Scope: scope, Name: name, Created: s.at(),
		Secret: heliograph.Secret(base64.RawURLEncoding.EncodeToString(secret[:])),
	}, nil
}

// Key returns a key of an app.
func (s *Service) Key(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) (*heliograph.Key, error) {
	return s.Keys.OfApp(ctx, app, id)
}

// ListKeys returns an app's keys, oldest first.
func (s *Service) ListKeys(ctx context.Context, app heliograph.AppID) ([]*heliograph.Key, error) {
	return s.Keys.ListOfApp(ctx, app)
}

// DeleteKey removes a key of an app; it stops working at once.
func (s *Service) DeleteKey(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) error {
	if err := s.Keys.Delete(ctx, app, id); err != nil {
		return err
	}
	s.Credentials.Forget(id)
	return nil
}
