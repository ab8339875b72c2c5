package store

import (
	"context"

	"heliograph"
	"heliograph/internal/template"
)

// Templates are the rows of messages that apps keep under a name.
type Templates struct{ *Store }

const templateColumns = `app_id, id, name, doc, created_at`

var (
	errNoTemplate    = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such template")
	errTemplateTaken = heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "a template with this name exists")
)

func scanTemplate(row scanner) (*template.Stored, error) {
	var t template.Stored
	var doc []byte
	err := row.Scan(&t.App, &t.ID, &t.Name, &doc, &t.Created)
	t.Message = doc
	return &t, err
}

// Insert stores a new template. A name that is taken is an error of kind Conflict.
func (s Templates) Insert(ctx context.Context, t *template.Stored) error {
	n, err := s.exec(ctx, `INSERT INTO templates (`+templateColumns+`) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		t.App, t.ID, t.Name, string(t.Message), t.Created)
	if err == nil && n == 0 {
		return errTemplateTaken
	}
	return err
}

// Save stores a template's name and message. A name that is taken is an error of
// kind Conflict.
func (s Templates) Save(ctx context.Context, t *template.Stored) error {
	n, err := s.exec(ctx, `UPDATE templates SET name = $1, doc = $2 WHERE app_id = $3 AND id = $4`, t.Name, string(t.Message), t.App, t.ID)
	if isUnique(err) {
		return errTemplateTaken
	}
	if err == nil && n == 0 {
		return errNoTemplate
	}
	return err
}

// ByID returns one template of an app.
func (s Templates) ByID(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) (*template.Stored, error) {
	return one(ctx, s.Store, errNoTemplate, scanTemplate, `SELECT `+templateColumns+` FROM templates WHERE app_id = $1 AND id = $2`, app, id)
}

// Lock is ByID, and keeps others from changing it until the transaction ends.
func (s Templates) Lock(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) (*template.Stored, error) {
	return one(ctx, s.Store, errNoTemplate, scanTemplate, `SELECT `+templateColumns+` FROM templates WHERE app_id = $1 AND id = $2 /*for update*/`, app, id)
}

// Named returns the template of an app that has a name.
func (s Templates) Named(ctx context.Context, app heliograph.AppID, name string) (*template.Stored, error) {
	return one(ctx, s.Store, errNoTemplate, scanTemplate, `SELECT `+templateColumns+` FROM templates WHERE app_id = $1 AND name = $2`, app, name)
}

// List returns an app's templates, oldest first.
func (s Templates) List(ctx context.Context, app heliograph.AppID, limit, offset int) ([]*template.Stored, error) {
	return collect(ctx, s.Store, scanTemplate, `SELECT `+templateColumns+` FROM templates WHERE app_id = $1 ORDER BY id LIMIT $2 OFFSET $3`, app, limit, offset)
}

// Delete removes a template.
func (s Templates) Delete(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) error {
	n, err := s.exec(ctx, `DELETE FROM templates WHERE app_id = $1 AND id = $2`, app, id)
	if err == nil && n == 0 {
		return errNoTemplate
	}
	return err
}
