package store

import (
	"context"

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

// TestWrite proves that the database takes writes.
func (s Figures) TestWrite(ctx context.Context, now heliograph.Millis) error {
	return System(s).SetNote(ctx, "last_write_test", now.ISO())
}

// StoredIntegration is an integration, as far as operators ask for it.
type StoredIntegration struct {
	ID     heliograph.IntegrationID
	App    heliograph.AppID
	Type   string
	Status heliograph.IntegrationStatus
	Paused heliograph.Millis
	Reason string // of the pause
}

// AllIntegrations lists the first integrations of all apps.
func (s Figures) AllIntegrations(ctx context.Context, limit int) ([]StoredIntegration, error) {
	return collect(ctx, s.Store, func(row scanner) (i StoredIntegration, err error) {
		return i, row.Scan(&i.ID, &i.App, &i.Type, &i.Status, &i.Paused, &i.Reason)
	}, `SELECT i.id, i.app_id, i.type, i.status, i.paused_until, i.pause_reason FROM integrations i JOIN apps a ON a.id = i.app_id
		WHERE a.deleted_at IS NULL ORDER BY i.id LIMIT $1`, limit)
}

// DisabledWebhooks counts the webhooks that were disabled.
func (s Figures) DisabledWebhooks(ctx context.Context) (n int64, err error) {
	err = s.row(ctx, `SELECT COUNT(*) FROM webhooks WHERE disabled <> ''`).Scan(&n)
	return n, err
}
