package store

import (
	"context"
	"fmt"

	"heliograph"
)

// purgeOrder lists the tables whose rows lead with app_id, with the rest of
// their keys. What is worked on comes first, so that work ends early; what
// others are found by comes last, so that an interrupted purge can go on.
var purgeOrder = []struct{ table, key string }{
	{"media", "id"}, {"media_chunks", "media_id, n"},
	{"webhooks", "id"}, {"clients", "id"}, {"users", "id"}, {"conversations", "id"}, {"messages", "id"},
	{"templates", "id"}, {"template_definitions", "integration_id, name, language"}, {"template_sources", "integration_id"},
	{"deliveries", "id"}, {"events", "id"}, {"inbound", "id"}, {"consents", "id"},
	{"suppressions", "address, integration_id, scope"}, {"aliases", "alias, platform"}, {"idempotency", "route, key"},
	{"service_grants", "service_id"}, {"menus", "integration_id"}, {"codes", "digest"},
	{"webhook_log", "event_id, webhook_id, attempt, at"},
}

// maxPieces bounds the pieces of files that go at a time: they are large.
const maxPieces = 8

// Purge removes up to limit rows of each kind of one deleted app, and reports
// whether more are left. When nothing is left of an app its row goes.
func (s Apps) Purge(ctx context.Context, limit int) (more bool, err error) {
	gone, err := collect(ctx, s.Store, scanID[heliograph.AppID], `SELECT id FROM apps WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT 1`)
	if err != nil || len(gone) == 0 {
		return false, err
	}
	app := gone[0]
	if more, err = s.purgeQueues(ctx, app, limit); err != nil || more {
		return true, err
	}
	for _, t := range purgeOrder {
		limit := limit
		if t.table == "media_chunks" {
			limit = min(limit, maxPieces)
		}
		n, err := s.exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE app_id = $1 AND (%[2]s) IN (SELECT %[2]s FROM %[1]s WHERE app_id = $1 LIMIT $2)`, t.table, t.key), app, limit)
		if err != nil {
			return true, err
		}
		more = more || n == int64(limit)
	}
	if more {
		return true, nil
	}
	return true, s.Atomically(ctx, func(ctx context.Context) error {
		for _, q := range []string{
			`DELETE FROM integrations WHERE app_id = $1`,
			`DELETE FROM keys WHERE app_id = $1`,
			`DELETE FROM apps WHERE id = $1 AND deleted_at IS NOT NULL`,
		} {
			if _, err := s.exec(ctx, q, app); err != nil {
				return err
			}
		}
		return nil
	})
}

// purgeQueues removes what waits. The queues are keyed by slot, so each slot of
// each integration and webhook is looked at.
func (s Apps) purgeQueues(ctx context.Context, app heliograph.AppID, limit int) (more bool, err error) {
	for _, q := range []struct{ owners, purge string }{
		{`SELECT id FROM integrations WHERE app_id = $1`,
			`DELETE FROM queue WHERE slot = $1 AND integration_id = $2 AND (class, due_at, id) IN
				(SELECT class, due_at, id FROM queue WHERE slot = $1 AND integration_id = $2 LIMIT $3)`},
		{`SELECT id FROM webhooks WHERE app_id = $1`,
			`DELETE FROM webhook_queue WHERE slot = $1 AND webhook_id = $2 AND event_id IN
				(SELECT event_id FROM webhook_queue WHERE slot = $1 AND webhook_id = $2 LIMIT $3)`},
	} {
		owners, err := collect(ctx, s.Store, scanID[heliograph.RecordID], q.owners, app)
		if err != nil {
			return true, err
		}
		for _, owner := range owners {
			left, err := s.purgeSlots(ctx, q.purge, owner, limit)
			if err != nil {
				return true, err
			}
			more = more || left
		}
	}
	return more, nil
}

func (s Apps) purgeSlots(ctx context.Context, q string, owner heliograph.RecordID, limit int) (more bool, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		more = false
		for slot := range heliograph.Slots {
			n, err := s.exec(ctx, q, slot, owner, limit)
			if err != nil {
				return err
			}
			more = more || n == int64(limit)
		}
		return nil
	})
	return more, err
}

// scanID reads one id.
func scanID[T any, P interface {
	*T
	Scan(any) error
}](row scanner) (T, error) {
	var id T
	err := row.Scan(P(&id))
	return id, err
}
