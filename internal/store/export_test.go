package store

import (
	"context"

	"heliograph"
)

// Only tests see what is in this file.

// RawInbound returns the request that is kept under a fact's key.
func RawInbound(ctx context.Context, s *Store, app heliograph.AppID, key string) (raw []byte, err error) {
	return raw, s.row(ctx, `SELECT raw FROM inbound WHERE app_id = $1 AND fact_key = $2`, app, key).Scan(&raw)
}

// Rare is the condition of the index of rare statuses.
const Rare = rare

// SelectItems is the query for the details of queued deliveries.
func SelectItems() string { return selectItems }

// Translated returns the text that a query has on the database in use.
func Translated(s *Store, q string) string { return s.sql(q) }
