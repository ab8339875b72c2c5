package store

import (
	"context"
	"fmt"

	"heliograph"
)

// Figures answers operators' questions about the database as a whole.
type Figures struct{ *Store }

// Waiting is what waits in one integration's queue in one state.
type Waiting struct {
	Integration heliograph.IntegrationID
	State       string // ready, sending, unknown, held
	Depth       int64
	Oldest      heliograph.Millis // when the oldest was due
}

// queueStates names the states of a queue row by their number.
var queueStates = [...]string{"ready", "sending", "unknown", "held"}

// Queues returns what waits to be sent. Deliveries that are scheduled for later
// than now do not count.
func (s Figures) Queues(ctx context.Context, now heliograph.Millis) ([]Waiting, error) {
	return collect(ctx, s.Store, func(row scanner) (w Waiting, err error) {
		var state int
		if err = row.Scan(&w.Integration, &state, &w.Depth, &w.Oldest); err == nil && state >= 0 && state < len(queueStates) {
			w.State = queueStates[state]
		}
		return w, err
	}, `SELECT integration_id, state, COUNT(*), MIN(due_at) FROM queue WHERE state <> 0 OR due_at <= $1 GROUP BY integration_id, state ORDER BY integration_id, state`, now)
}

// WebhooksWaiting is what waits to be told.
type WebhooksWaiting struct {
	Depth, Parked int64
	Oldest        heliograph.Millis // of those that are not parked; 0: none
}

// WebhookQueue returns what waits to be told.
func (s Figures) WebhookQueue(ctx context.Context) (w WebhooksWaiting, err error) {
	err = s.row(ctx, `SELECT COUNT(*), COALESCE(SUM(parked), 0), COALESCE(MIN(CASE WHEN parked = 0 THEN first_at END), 0) FROM webhook_queue`).
		Scan(&w.Depth, &w.Parked, &w.Oldest)
	w.Depth -= w.Parked
	return w, err
}

// PausedIntegrations lists the integrations whose lanes are stopped at now.
func (s Figures) PausedIntegrations(ctx context.Context, now heliograph.Millis) ([]heliograph.IntegrationID, error) {
	return collect(ctx, s.Store, func(row scanner) (id heliograph.IntegrationID, err error) { return id, row.Scan(&id) },
		`SELECT id FROM integrations WHERE paused_until > $1 ORDER BY id`, now)
}

// DatabaseNow asks a PostgreSQL server for its time; ok is false on SQLite,
// which has no clock of its own.
func (s Figures) DatabaseNow(ctx context.Context) (now heliograph.Millis, ok bool, err error) {
	if s.d != &postgres {
		return 0, false, nil
	}
	err = s.row(ctx, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`).Scan(&now)
	return now, true, err
}

// Durability describes how safe a commit is, and whether that is safe enough
// to survive a power failure.
func (s Figures) Durability(ctx context.Context) (text string, safe bool, err error) {
	read := func(q string) (v string) {
		if err == nil {
			err = s.Atomically(ctx, func(ctx context.Context) error { return s.row(ctx, q).Scan(&v) })
		}
		return v
	}
	if s.d == &postgres {
		fsync, commit := read(`SHOW fsync`), read(`SHOW synchronous_commit`)
		return fmt.Sprintf("fsync=%s, synchronous_commit=%s", fsync, commit), fsync == "on" && commit != "off", err
	}
	journal, sync := read(`PRAGMA journal_mode`), read(`PRAGMA synchronous`)
	return fmt.Sprintf("journal_mode=%s, synchronous=%s", journal, sync), journal == "wal" && (sync == "2" || sync == "3"), err
}

// TestWrite proves that the database takes writes.
func (s Figures) TestWrite(ctx context.Context, now heliograph.Millis) error {
	return System(s).SetNote(ctx, "last_write_test", now.ISO())
}
