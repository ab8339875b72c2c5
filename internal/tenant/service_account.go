package tenant

import (
	"context"
	"unicode/utf8"

	"heliograph"
)

// maxServiceAccounts is how many service accounts an organization may have.
const maxServiceAccounts = 1000

// grant is an app that a service account may or may not reach.
type grant struct {
	account heliograph.ServiceID
	app     heliograph.AppID
}

// CreateServiceAccount makes a service account of an organization. It reaches no
// app yet.
func (s *Service) CreateServiceAccount(ctx context.Context, org heliograph.OrgID, name string) (*heliograph.ServiceAccount, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	a := &heliograph.ServiceAccount{ID: s.IDs.Service(), Org: org, Name: name, Created: s.at()}
	have, err := s.Accounts.List(ctx, org, maxServiceAccounts, 0)
	if err != nil {
		return nil, err
	}
	if len(have) >= maxServiceAccounts {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "an account has at most %d service accounts", maxServiceAccounts)
	}
	return a, s.Accounts.Insert(ctx, a)
}

// ServiceAccount returns a service account of an organization.
func (s *Service) ServiceAccount(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) (*heliograph.ServiceAccount, error) {
	return s.Accounts.Get(ctx, org, id)
}

// ListServiceAccounts returns a page of an organization's service accounts, and
// whether more follow.
func (s *Service) ListServiceAccounts(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.ServiceAccount, bool, error) {
	return page(limit, func(n int) ([]*heliograph.ServiceAccount, error) { return s.Accounts.List(ctx, org, n, offset) })
}

// RenameServiceAccount gives a service account another name; nil leaves it.
func (s *Service) RenameServiceAccount(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID, name *string) (*heliograph.ServiceAccount, error) {
	a, err := s.Accounts.Get(ctx, org, id)
	if err != nil || name == nil {
		return a, err
	}
	if err := checkName(*name); err != nil {
		return nil, err
	}
	a.Name = *name
	return a, s.Accounts.Update(ctx, a)
}

// DeleteServiceAccount removes a service account with its keys, which stop
// working at once. The apps that it made stay.
func (s *Service) DeleteServiceAccount(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) error {
	if err := s.Accounts.Delete(ctx, org, id); err != nil {
		return err
	}
	s.Credentials.ForgetAll()
	s.granted.Clear()
	return nil
}

// CreateAppOf is CreateApp by a service account, which reaches the app from then on.
func (s *Service) CreateAppOf(ctx context.Context, org heliograph.OrgID, account heliograph.ServiceID, c AppChange) (a *heliograph.App, err error) {
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if a, err = s.CreateApp(ctx, org, c); err != nil {
			return err
		}
		return s.Accounts.Grant(ctx, account, a.ID, s.at())
	})
	return a, err
}

// ListAppsOf returns a page of the apps that a service account reaches, and
// whether more follow.
func (s *Service) ListAppsOf(ctx context.Context, account heliograph.ServiceID, limit, offset int) ([]*heliograph.App, bool, error) {
	return page(limit, func(n int) ([]*heliograph.App, error) { return s.Apps.ListOfService(ctx, account, n, offset) })
}

// Grant lets a service account reach an app of its organization.
func (s *Service) Grant(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID, app heliograph.AppID) (*heliograph.ServiceAccount, error) {
	var a *heliograph.ServiceAccount
	err := s.Atomic(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Accounts.Lock(ctx, org, id); err != nil {
			return err
		}
		return s.Accounts.Grant(ctx, id, app, s.at())
	})
	s.granted.Drop(grant{id, app})
	return a, err
}

// Revoke takes an app away from a service account: here at once, in other
// processes within a second.
func (s *Service) Revoke(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID, app heliograph.AppID) error {
	if _, err := s.Accounts.Get(ctx, org, id); err != nil {
		return err
	}
	err := s.Accounts.Revoke(ctx, id, app)
	s.granted.Drop(grant{id, app})
	return err
}

// MayReach reports whether a service account was granted an app, at most a
// second old. It is asked for every call.
func (s *Service) MayReach(ctx context.Context, account heliograph.ServiceID, app heliograph.AppID) (bool, error) {
	return s.granted.Get(grant{account, app}, func() (bool, error) { return s.Accounts.Granted(ctx, account, app) })
}

func checkName(name string) error {
	if name == "" {
		return heliograph.InvalidField("name", "is required")
	}
	if utf8.RuneCountInString(name) > heliograph.MaxNameRunes {
		return heliograph.InvalidField("name", "is longer than %d characters", heliograph.MaxNameRunes)
	}
	return nil
}
