package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Integrations are the rows of integrations. Their secret settings are
// encrypted at rest.
type Integrations struct{ *Store }

const integrationColumns = `id, app_id, type, status, doc, secrets, paused_until, pause_reason, created_at, updated_at`

// ofLiveApp keeps the integrations of deleted apps out of sight.
const ofLiveApp = ` AND EXISTS (SELECT 1 FROM apps WHERE apps.id = integrations.app_id AND apps.deleted_at IS NULL)`

var errNoIntegration = heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")

// integrationDoc is the document of an integration's row.
type integrationDoc struct {
	DisplayName string                      `json:"displayName,omitempty"`
	Error       string                      `json:"error,omitempty"`
	Settings    json.RawMessage             `json:"settings"`
	Info        map[string]string           `json:"info,omitempty"`
	Delivery    heliograph.DeliverySettings `json:"delivery"`
}

func integrationSeal(id heliograph.IntegrationID) string { return "integrations/" + id.String() }

func (s Integrations) scan(row scanner) (*heliograph.Integration, error) {
	var i heliograph.Integration
	var doc, sealed []byte
	err := row.Scan(&i.ID, &i.App, &i.Type, &i.Status, &doc, &sealed, &i.PausedUntil, &i.PauseReason, &i.Created, &i.Updated)
	if err != nil {
		return nil, err
	}
	var d integrationDoc
	if err := json.Unmarshal(doc, &d); err != nil {
		return nil, err
	}
	i.DisplayName, i.Error, i.Settings, i.Info, i.Delivery = d.DisplayName, d.Error, d.Settings, d.Info, d.Delivery
	secrets, err := s.Seal.Open(sealed, integrationSeal(i.ID))
	i.Secrets = heliograph.Secret(secrets)
	return &i, err
}

// pack returns what is stored of i beside its columns.
func (s Integrations) pack(i *heliograph.Integration) (doc string, sealed []byte, err error) {
	b, err := json.Marshal(integrationDoc{i.DisplayName, i.Error, i.Settings, i.Info, i.Delivery})
	if err != nil {
		return "", nil, err
	}
	sealed, err = s.Seal.Seal([]byte(i.Secrets.Reveal()), integrationSeal(i.ID))
	return string(b), sealed, err
}

// Insert stores a new integration.
func (s Integrations) Insert(ctx context.Context, i *heliograph.Integration) error {
	doc, sealed, err := s.pack(i)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO integrations (`+integrationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		i.ID, i.App, i.Type, string(i.Status), doc, sealed, i.PausedUntil, i.PauseReason, i.Created, i.Updated)
	return err
}

// ByID returns an integration of an app that is not deleted.
func (s Integrations) ByID(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	return one(ctx, s.Store, errNoIntegration, s.scan, `SELECT `+integrationColumns+` FROM integrations WHERE id = $1`+ofLiveApp, id)
}

// Lock is ByID, and keeps others from locking it until the transaction ends.
func (s Integrations) Lock(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	return one(ctx, s.Store, errNoIntegration, s.scan, `SELECT `+integrationColumns+` FROM integrations WHERE id = $1`+ofLiveApp+` /*for update*/`, id)
}

// List returns the app's integrations, oldest first; types, when not empty,
// names the wanted ones.
func (s Integrations) List(ctx context.Context, app heliograph.AppID, types []string, limit, offset int) ([]*heliograph.Integration, error) {
	q, args := `SELECT `+integrationColumns+` FROM integrations WHERE app_id = $1`, []any{app, limit, offset}
	if len(types) > 0 {
		q += ` AND type IN (` + placeholders(4, len(types)) + `)`
		for _, t := range types {
			args = append(args, t)
		}
	}
	return collect(ctx, s.Store, s.scan, q+ofLiveApp+` ORDER BY id LIMIT $2 OFFSET $3`, args...)
}

// OfType returns the integrations of a type of all apps, oldest first.
func (s Integrations) OfType(ctx context.Context, kind string) ([]*heliograph.Integration, error) {
	return collect(ctx, s.Store, s.scan, `SELECT `+integrationColumns+` FROM integrations WHERE type = $1`+ofLiveApp+` ORDER BY id`, kind)
}

// Update stores everything of an integration but its id, app and type.
func (s Integrations) Update(ctx context.Context, i *heliograph.Integration) error {
	doc, sealed, err := s.pack(i)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE integrations SET status = $1, doc = $2, secrets = $3, paused_until = $4, pause_reason = $5, updated_at = $6
		WHERE app_id = $7 AND id = $8`, string(i.Status), doc, sealed, i.PausedUntil, i.PauseReason, i.Updated, i.App, i.ID)
	if err == nil && n == 0 {
		return errNoIntegration
	}
	return err
}

// Delete removes an integration with its menu, and what its provider's templates are.
func (s Integrations) Delete(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `DELETE FROM integrations WHERE app_id = $1 AND id = $2`, app, id)
		if err == nil && n == 0 {
			return errNoIntegration
		}
		if err != nil {
			return err
		}
		if err := TemplateDefinitions(s).forget(ctx, app, id); err != nil {
			return err
		}
		return Menus(s).Remove(ctx, app, id)
	})
}
