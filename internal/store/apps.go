package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Apps are the rows of organizations and apps.
type Apps struct{ *Store }

const appColumns = `id, org_id, name, doc, created_at`

var errNoApp = heliograph.Errorf(heliograph.NotFound, heliograph.CodeAppNotFound, "there is no such app")

// appDoc is the document of an app's row.
type appDoc struct {
	Settings heliograph.AppSettings `json:"settings"`
	Metadata map[string]any         `json:"metadata"`
}

func scanApp(row scanner) (*heliograph.App, error) {
	var a heliograph.App
	var doc []byte
	if err := row.Scan(&a.ID, &a.Org, &a.Name, &doc, &a.Created); err != nil {
		return nil, err
	}
	var d appDoc
	err := json.Unmarshal(doc, &d)
	a.Settings, a.Metadata = d.Settings, d.Metadata
	return &a, err
}

// DefaultOrg returns the organization that was made at the first start; it
// makes o when there is none yet. Several processes may ask at once.
func (s Apps) DefaultOrg(ctx context.Context, o *heliograph.Org) (heliograph.OrgID, error) {
	var id heliograph.OrgID
	const name = "default organization"
	text, err := System(s).Note(ctx, name)
	if err == nil && text != "" {
		return id, id.UnmarshalText([]byte(text))
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		text, err := System(s).NoteOnce(ctx, name, o.ID.String())
		if err != nil {
			return err
		}
		if text == o.ID.String() {
			if err := s.InsertOrg(ctx, o); err != nil {
				return err
			}
		}
		return id.UnmarshalText([]byte(text))
	})
	return id, err
}

// InsertOrg stores a new organization.
func (s Apps) InsertOrg(ctx context.Context, o *heliograph.Org) error {
	_, err := s.exec(ctx, `INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3)`, o.ID, o.Name, o.Created)
	return err
}

// Insert stores a new app.
func (s Apps) Insert(ctx context.Context, a *heliograph.App) error {
	doc, err := json.Marshal(appDoc{a.Settings, a.Metadata})
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO apps (`+appColumns+`) VALUES ($1, $2, $3, $4, $5)`, a.ID, a.Org, a.Name, string(doc), a.Created)
	return err
}

// ByID returns an app that is not deleted.
func (s Apps) ByID(ctx context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return one(ctx, s.Store, errNoApp, scanApp, `SELECT `+appColumns+` FROM apps WHERE id = $1 AND deleted_at IS NULL`, id)
}

// Lock is ByID, and keeps others from locking the app until the transaction ends.
func (s Apps) Lock(ctx context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return one(ctx, s.Store, errNoApp, scanApp, `SELECT `+appColumns+` FROM apps WHERE id = $1 AND deleted_at IS NULL /*for update*/`, id)
}

// List returns the organization's apps, oldest first.
func (s Apps) List(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.App, error) {
	return collect(ctx, s.Store, scanApp,
		`SELECT `+appColumns+` FROM apps WHERE org_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT $2 OFFSET $3`, org, limit, offset)
}

// ListOfService returns the apps that a service account was granted, oldest first.
func (s Apps) ListOfService(ctx context.Context, account heliograph.ServiceID, limit, offset int) ([]*heliograph.App, error) {
	return collect(ctx, s.Store, scanApp, `SELECT `+appColumns+` FROM apps WHERE deleted_at IS NULL
		AND id IN (SELECT app_id FROM service_grants WHERE service_id = $1) ORDER BY id LIMIT $2 OFFSET $3`, account, limit, offset)
}

// Update stores an app's name, settings and metadata.
func (s Apps) Update(ctx context.Context, a *heliograph.App) error {
	doc, err := json.Marshal(appDoc{a.Settings, a.Metadata})
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE apps SET name = $1, doc = $2 WHERE id = $3 AND deleted_at IS NULL`, a.Name, string(doc), a.ID)
	if err == nil && n == 0 {
		return errNoApp
	}
	return err
}

// MarkDeleted makes the app, its keys and its integrations invisible at once.
func (s Apps) MarkDeleted(ctx context.Context, id heliograph.AppID, at heliograph.Millis) error {
	n, err := s.exec(ctx, `UPDATE apps SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL`, at, id)
	if err == nil && n == 0 {
		return errNoApp
	}
	return err
}
