package store

import (
	"context"

	"heliograph"
)

// ServiceAccounts are the rows of service accounts and of the apps they reach.
type ServiceAccounts struct{ *Store }

const serviceColumns = `id, org_id, name, created_at`

var errNoService = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such service account")

func scanService(row scanner) (*heliograph.ServiceAccount, error) {
	var a heliograph.ServiceAccount
	err := row.Scan(&a.ID, &a.Org, &a.Name, &a.Created)
	return &a, err
}

// Insert stores a new service account.
func (s ServiceAccounts) Insert(ctx context.Context, a *heliograph.ServiceAccount) error {
	_, err := s.exec(ctx, `INSERT INTO service_accounts (`+serviceColumns+`) VALUES ($1, $2, $3, $4)`, a.ID, a.Org, a.Name, a.Created)
	return err
}

// Get returns a service account of an organization.
func (s ServiceAccounts) Get(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) (*heliograph.ServiceAccount, error) {
	return one(ctx, s.Store, errNoService, scanService, `SELECT `+serviceColumns+` FROM service_accounts WHERE id = $1 AND org_id = $2`, id, org)
}

// Lock is Get, and keeps others from locking the account until the transaction ends.
func (s ServiceAccounts) Lock(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) (*heliograph.ServiceAccount, error) {
	return one(ctx, s.Store, errNoService, scanService,
		`SELECT `+serviceColumns+` FROM service_accounts WHERE id = $1 AND org_id = $2 /*for update*/`, id, org)
}

// List returns the organization's service accounts, oldest first.
func (s ServiceAccounts) List(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.ServiceAccount, error) {
	return collect(ctx, s.Store, scanService,
		`SELECT `+serviceColumns+` FROM service_accounts WHERE org_id = $1 ORDER BY id LIMIT $2 OFFSET $3`, org, limit, offset)
}

// Update stores a service account's name.
func (s ServiceAccounts) Update(ctx context.Context, a *heliograph.ServiceAccount) error {
	n, err := s.exec(ctx, `UPDATE service_accounts SET name = $1 WHERE id = $2 AND org_id = $3`, a.Name, a.ID, a.Org)
	if err == nil && n == 0 {
		return errNoService
	}
	return err
}

// Delete removes a service account, its keys and its grants. The apps that it
// made stay.
func (s ServiceAccounts) Delete(ctx context.Context, org heliograph.OrgID, id heliograph.ServiceID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.Lock(ctx, org, id); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM keys WHERE service_id = $1`,
			`DELETE FROM service_grants WHERE service_id = $1`,
			`DELETE FROM service_accounts WHERE id = $1`,
		} {
			if _, err := s.exec(ctx, q, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Grant lets a service account reach an app. Granting twice is once.
func (s ServiceAccounts) Grant(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID, at heliograph.Millis) error {
	_, err := s.exec(ctx, `INSERT INTO service_grants (app_id, service_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, app, id, at)
	return err
}

// Revoke takes an app away from a service account, or returns an error of kind NotFound.
func (s ServiceAccounts) Revoke(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID) error {
	n, err := s.exec(ctx, `DELETE FROM service_grants WHERE app_id = $1 AND service_id = $2`, app, id)
	if err == nil && n == 0 {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "this service account was not granted this app")
	}
	return err
}

// Granted reports whether a service account may reach an app.
func (s ServiceAccounts) Granted(ctx context.Context, id heliograph.ServiceID, app heliograph.AppID) (bool, error) {
	var yes bool
	err := s.row(ctx, `SELECT EXISTS (SELECT 1 FROM service_grants WHERE app_id = $1 AND service_id = $2)`, app, id).Scan(&yes)
	return yes, err
}
