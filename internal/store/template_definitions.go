package store

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/template"
)

// TemplateDefinitions are what providers said their message templates are.
type TemplateDefinitions struct{ *Store }

func scanDefinition(row scanner) (*channel.Template, error) {
	var doc []byte
	if err := row.Scan(&doc); err != nil {
		return nil, err
	}
	t := new(channel.Template)
	return t, json.Unmarshal(doc, t)
}

// Of returns an integration's definitions, by name and language.
func (s TemplateDefinitions) Of(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) ([]*channel.Template, error) {
	return collect(ctx, s.Store, scanDefinition, `SELECT doc FROM template_definitions WHERE app_id = $1 AND integration_id = $2 ORDER BY name, language`, app, id)
}

// Replace makes all an integration's definitions, and says when they are due
// again. Of an integration that does not exist any more nothing is kept.
func (s TemplateDefinitions) Replace(ctx context.Context, from template.Source, all []*channel.Template, due heliograph.Millis) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		there, err := collect(ctx, s.Store, scanID[heliograph.IntegrationID], `SELECT id FROM integrations WHERE app_id = $1 AND id = $2 /*for update*/`, from.App, from.Integration)
		if err != nil || len(there) == 0 {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM template_definitions WHERE app_id = $1 AND integration_id = $2`, from.App, from.Integration); err != nil {
			return err
		}
		for _, t := range all {
			doc, err := json.Marshal(t)
			if err != nil {
				return err
			}
			if _, err := s.exec(ctx, `INSERT INTO template_definitions (app_id, integration_id, name, language, doc) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (app_id, integration_id, name, language) DO UPDATE SET doc = excluded.doc`, from.App, from.Integration, t.Name, t.Language, string(doc)); err != nil {
				return err
			}
		}
		return s.Schedule(ctx, from, due)
	})
}

// Schedule says when an integration's definitions are to be asked for. With
// from.Claimed it does so only if nobody else has since.
func (s TemplateDefinitions) Schedule(ctx context.Context, from template.Source, due heliograph.Millis) error {
	_, err := s.exec(ctx, `INSERT INTO template_sources (due_at, settings_at, app_id, integration_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (app_id, integration_id) DO UPDATE SET due_at = excluded.due_at, settings_at = excluded.settings_at
			WHERE CAST($5 AS BIGINT) = 0 OR template_sources.due_at = CAST($5 AS BIGINT)`, due, from.Settings, from.App, from.Integration, from.Claimed)
	return err
}

func scanSource(row scanner) (t template.Source, err error) {
	return t, row.Scan(&t.App, &t.Integration, &t.Settings)
}

// Due returns integrations of a type whose definitions are to be asked for now:
// they never were, their time has come, or the integration has changed since.
func (s TemplateDefinitions) Due(ctx context.Context, typ string, now heliograph.Millis, limit int) ([]template.Source, error) {
	return collect(ctx, s.Store, scanSource, `SELECT app_id, id, updated_at FROM integrations WHERE type = $1
		AND NOT EXISTS (SELECT 1 FROM template_sources t WHERE t.app_id = integrations.app_id AND t.integration_id = integrations.id
			AND t.due_at > $2 AND t.settings_at = integrations.updated_at)`+ofLiveApp+` ORDER BY id LIMIT $3`, typ, now, limit)
}

// forget removes what is known of an integration's templates.
func (s TemplateDefinitions) forget(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	for _, q := range []string{
		`DELETE FROM template_definitions WHERE app_id = $1 AND integration_id = $2`,
		`DELETE FROM template_sources WHERE app_id = $1 AND integration_id = $2`,
	} {
		if _, err := s.exec(ctx, q, app, id); err != nil {
			return err
		}
	}
	return nil
}
