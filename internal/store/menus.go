package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"heliograph"
)

// Menus are the rows of menus. The zero integration stands for the app itself.
type Menus struct{ *Store }

// Get returns a menu; nil when there is none.
func (s Menus) Get(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Menu, error) {
	var doc []byte
	err := s.row(ctx, `SELECT doc FROM menus WHERE app_id = $1 AND integration_id = $2`, app, id[:]).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m heliograph.Menu
	return &m, json.Unmarshal(doc, &m)
}

// Set stores a menu in the place of the one before.
func (s Menus) Set(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, m *heliograph.Menu) error {
	doc, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO menus (app_id, integration_id, doc) VALUES ($1, $2, $3)
		ON CONFLICT (app_id, integration_id) DO UPDATE SET doc = excluded.doc`, app, id[:], string(doc))
	return err
}

// Remove removes a menu. It is no error when there is none.
func (s Menus) Remove(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	_, err := s.exec(ctx, `DELETE FROM menus WHERE app_id = $1 AND integration_id = $2`, app, id[:])
	return err
}
