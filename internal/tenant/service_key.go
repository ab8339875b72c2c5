package tenant

import (
	"context"

	"heliograph"
)

// CreateServiceKey makes a key of a service account.
func (s *Service) CreateServiceKey(ctx context.Context, org heliograph.OrgID, account heliograph.ServiceID, name string) (*heliograph.Key, error) {
	k, err := s.newKey(heliograph.ScopeAccount, name)
	if err != nil {
		return nil, err
	}
	k.Org, k.Service = org, account
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if _, err := s.Accounts.Lock(ctx, org, account); err != nil {
			return err
		}
		have, err := s.Keys.ListOfService(ctx, account)
		if err != nil {
			return err
		}
		if len(have) >= maxKeys {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "a service account has at most %d keys; delete one first", maxKeys)
		}
		return s.Keys.Insert(ctx, k)
	})
	return k, err
}

// ServiceKey returns a key of a service account.
func (s *Service) ServiceKey(ctx context.Context, org heliograph.OrgID, account heliograph.ServiceID, id heliograph.KeyID) (*heliograph.Key, error) {
	if _, err := s.Accounts.Get(ctx, org, account); err != nil {
		return nil, err
	}
	return s.Keys.OfService(ctx, account, id)
}

// ListServiceKeys returns a service account's keys, oldest first.
func (s *Service) ListServiceKeys(ctx context.Context, org heliograph.OrgID, account heliograph.ServiceID) ([]*heliograph.Key, error) {
	if _, err := s.Accounts.Get(ctx, org, account); err != nil {
		return nil, err
	}
	return s.Keys.ListOfService(ctx, account)
}

// DeleteServiceKey removes a key of a service account; it stops working at once.
func (s *Service) DeleteServiceKey(ctx context.Context, org heliograph.OrgID, account heliograph.ServiceID, id heliograph.KeyID) error {
	if _, err := s.Accounts.Get(ctx, org, account); err != nil {
		return err
	}
	if err := s.Keys.DeleteOfService(ctx, account, id); err != nil {
		return err
	}
	s.Credentials.Forget(id)
	return nil
}
