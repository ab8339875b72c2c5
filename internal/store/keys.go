package store

import (
	"context"

	"heliograph"
)

// Keys are the rows of keys. Their secrets are encrypted at rest.
type Keys struct{ *Store }

const keyColumns = `id, org_id, app_id, service_id, scope, name, secret, created_at`

var errNoKey = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such key")

func keySeal(id heliograph.KeyID) string { return "keys/" + id.String() }

func (s Keys) scan(row scanner) (*heliograph.Key, error) {
	var k heliograph.Key
	var sealed []byte
	if err := row.Scan(&k.ID, &k.Org, &k.App, &k.Service, &k.Scope, &k.Name, &sealed, &k.Created); err != nil {
		return nil, err
	}
	secret, err := s.Seal.Open(sealed, keySeal(k.ID))
	k.Secret = heliograph.Secret(secret)
	return &k, err
}

// Insert stores a new key.
func (s Keys) Insert(ctx context.Context, k *heliograph.Key) error {
	sealed, err := s.Seal.Seal([]byte(k.Secret.Reveal()), keySeal(k.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO keys (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		k.ID, k.Org, k.App, k.Service, string(k.Scope), k.Name, sealed, k.Created)
	return err
}

// ByID returns a key. One of a deleted app does not exist any more.
func (s Keys) ByID(ctx context.Context, id heliograph.KeyID) (*heliograph.Key, error) {
	return one(ctx, s.Store, errNoKey, s.scan, `SELECT `+keyColumns+` FROM keys WHERE id = $1
		AND (app_id IS NULL OR EXISTS (SELECT 1 FROM apps WHERE apps.id = keys.app_id AND apps.deleted_at IS NULL))`, id)
}

// OfApp returns one key of an app.
func (s Keys) OfApp(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) (*heliograph.Key, error) {
	return one(ctx, s.Store, errNoKey, s.scan, `SELECT `+keyColumns+` FROM keys WHERE id = $1 AND app_id = $2`, id, app)
}

// ListOfApp returns the app's keys, oldest first.
func (s Keys) ListOfApp(ctx context.Context, app heliograph.AppID) ([]*heliograph.Key, error) {
	return collect(ctx, s.Store, s.scan, `SELECT `+keyColumns+` FROM keys
		WHERE org_id = (SELECT org_id FROM apps WHERE id = $1) AND app_id = $1 ORDER BY id`, app)
}

// Delete removes a key of an app.
func (s Keys) Delete(ctx context.Context, app heliograph.AppID, id heliograph.KeyID) error {
	n, err := s.exec(ctx, `DELETE FROM keys WHERE id = $1 AND app_id = $2`, id, app)
	if err == nil && n == 0 {
		return errNoKey
	}
	return err
}

// OfService returns one key of a service account.
func (s Keys) OfService(ctx context.Context, account heliograph.ServiceID, id heliograph.KeyID) (*heliograph.Key, error) {
	return one(ctx, s.Store, errNoKey, s.scan, `SELECT `+keyColumns+` FROM keys WHERE id = $1 AND service_id = $2`, id, account)
}

// ListOfService returns a service account's keys, oldest first.
func (s Keys) ListOfService(ctx context.Context, account heliograph.ServiceID) ([]*heliograph.Key, error) {
	return collect(ctx, s.Store, s.scan, `SELECT `+keyColumns+` FROM keys WHERE service_id = $1 ORDER BY id`, account)
}

// DeleteOfService removes a key of a service account.
func (s Keys) DeleteOfService(ctx context.Context, account heliograph.ServiceID, id heliograph.KeyID) error {
	n, err := s.exec(ctx, `DELETE FROM keys WHERE id = $1 AND service_id = $2`, id, account)
	if err == nil && n == 0 {
		return errNoKey
	}
	return err
}
