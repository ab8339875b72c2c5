package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"heliograph"
	"heliograph/internal/notify"
)

// presentColumns are a delivery and what the queue says of it: NULL when it has
// left the queue. Asking for each row by itself keeps PostgreSQL from reading the
// whole queue.
const presentColumns = deliveryColumnsOf + `, (SELECT q.state FROM queue q
	WHERE q.slot = d.slot AND q.integration_id = d.integration_id AND q.class = d.class AND q.due_at = d.due_at AND q.id = d.id)`

// scanPresent reads presentColumns and returns the delivery with its present
// status. The history tells of scheduled and queued; that an attempt is under
// way only the queue knows.
func (s *Store) scanPresent(row scanner) (*heliograph.Delivery, error) {
	var d heliograph.Delivery
	var state sql.NullInt64
	dest, finish := deliveryDest(&d)
	if err := row.Scan(append(dest, &state)...); err != nil {
		return nil, err
	}
	switch {
	case state.Valid && state.Int64 == 1:
		d.Status = heliograph.Sending
	case d.Status == heliograph.Scheduled && d.Due <= heliograph.At(s.Now()):
		d.Status = heliograph.Queued
	}
	return &d, finish()
}

// Notification returns a notification with its present status.
func (s Notifications) Notification(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error) {
	return one(ctx, s.Store, errDeliveryNotFound, s.scanPresent,
		`SELECT `+presentColumns+` FROM deliveries d WHERE d.app_id = $1 AND d.id = $2 AND d.kind = 'notification'`, app, id)
}

// scanWidth bounds how many rows one page of a list looks at, so that a filter
// that few rows pass costs no more than one that all pass.
const scanWidth = 2000

// rare is the condition of deliveries_rare: SQLite takes the index only for
// queries in which it stands.
const rare = ` AND d.status IN ('scheduled', 'unknown', 'failed', 'expired', 'cancelled')`

// List returns a page of notifications, newest first. A filter by one of the
// rare statuses has an index; any other looks at the newest rows from the
// cursor on, at most scanWidth, and the next cursor goes on from there.
func (s Notifications) List(ctx context.Context, app heliograph.AppID, f notify.Filter) ([]*heliograph.Delivery, heliograph.NotificationID, error) {
	where, args := s.filter(app, f)
	status := storedStatus(f.Status)
	if indexed(status) && f.Integration.IsZero() {
		where += rare + ` AND d.status = '` + string(status) + `'`
	}
	args = append(args, scanWidth)
	rows, err := collect(ctx, s.Store, s.scanPresent, fmt.Sprintf(`SELECT %s FROM (SELECT * FROM deliveries d WHERE %s ORDER BY d.id DESC LIMIT $%d) d ORDER BY d.id DESC`,
		presentColumns, where, len(args)), args...)
	if err != nil {
		return nil, heliograph.NotificationID{}, err
	}
	var page []*heliograph.Delivery
	for _, d := range rows {
		if d.Kind != heliograph.NotificationDelivery || (f.Status != "" && d.Status != f.Status) {
			continue
		}
		if len(page) == f.Limit {
			return page, page[len(page)-1].ID, nil
		}
		page = append(page, d)
	}
	var next heliograph.NotificationID
	if len(rows) == scanWidth {
		next = rows[len(rows)-1].ID
	}
	return page, next, nil
}

// filter returns the condition of a list, without its status.
func (s Notifications) filter(app heliograph.AppID, f notify.Filter) (string, []any) {
	where, args := `d.app_id = $1`, []any{app}
	add := func(cond string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(" AND d."+cond, len(args))
	}
	if !f.Integration.IsZero() {
		add("integration_id = $%d", f.Integration)
	}
	if !f.Before.IsZero() {
		add("id < $%d", f.Before)
	}
	if f.From != 0 {
		add("id >= $%d", firstAt(f.From))
	}
	if f.To != 0 {
		add("id < $%d", firstAt(f.To))
	}
	return where, args
}

// firstAt is the least id of a moment: ids begin with their milliseconds.
func firstAt(m heliograph.Millis) []byte {
	b := make([]byte, 16)
	for i := range 6 {
		b[i] = byte(m >> (40 - 8*i))
	}
	return b
}

// storedStatus is the status that the history has for a present one.
func storedStatus(s heliograph.Status) heliograph.Status {
	if s == heliograph.Sending {
		return heliograph.Queued
	}
	return s
}

// indexed reports whether deliveries_rare covers a status.
func indexed(s heliograph.Status) bool {
	switch s {
	case heliograph.Scheduled, heliograph.Unknown, heliograph.Failed, heliograph.Expired, heliograph.Cancelled:
		return true
	}
	return false
}

// Cancel takes a delivery that waits, for its turn or for a person, from the
// queue, and stores d and e.
func (s Notifications) Cancel(ctx context.Context, d *heliograph.Delivery, e *heliograph.Event) (done bool, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `DELETE FROM queue WHERE slot = $1 AND integration_id = $2 AND class = $3 AND due_at = $4 AND id = $5 AND state IN (0, 3)`,
			d.Slot, d.Integration, int(d.Class), d.Due, d.ID)
		if done = n > 0; err != nil || !done {
			return err
		}
		return Deliveries{s.Store}.storeChange(ctx, d, nil, []*heliograph.Event{e}, nil, nil)
	})
	return done, err
}

// Told returns the tries to tell webhooks of events, in order.
func (s Notifications) Told(ctx context.Context, app heliograph.AppID, events []heliograph.EventID) ([]notify.Told, error) {
	if len(events) == 0 {
		return nil, nil
	}
	args := []any{app}
	for _, id := range events {
		args = append(args, id)
	}
	return collect(ctx, s.Store, func(row scanner) (t notify.Told, err error) {
		return t, row.Scan(&t.Event, &t.Webhook, &t.Attempt, &t.At, &t.Status, &t.TookMS, &t.Outcome, &t.Error)
	}, `SELECT event_id, webhook_id, attempt, at, status, took_ms, outcome, error FROM webhook_log
		WHERE app_id = $1 AND event_id IN (`+placeholders(2, len(events))+`) ORDER BY at, attempt LIMIT 500`, args...)
}

// Message returns one message.
func (s Notifications) Message(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error) {
	return Messages{s.Store}.Get(ctx, app, id)
}

// answersAhead is how many messages after a notification are looked through for
// answers to it.
const answersAhead = 50

// Answers returns customers' messages received soon after a moment.
func (s Notifications) Answers(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after heliograph.Millis) ([]*heliograph.Message, error) {
	list, err := Messages{s.Store}.After(ctx, app, c, after, answersAhead)
	var out []*heliograph.Message
	for _, m := range list {
		if m.Role == heliograph.Customer {
			out = append(out, m)
		}
	}
	return out, err
}

// Owner returns who owns an address of a channel, the owner on integration i
// before others; nil when nobody does.
func (s Notifications) Owner(ctx context.Context, app heliograph.AppID, platform, address string, i heliograph.IntegrationID) (*heliograph.User, error) {
	var u heliograph.User
	var external sql.NullString
	err := s.row(ctx, `SELECT u.id, u.external_id, u.conversation_id FROM clients c JOIN users u ON u.app_id = c.app_id AND u.id = c.user_id
		WHERE c.app_id = $1 AND c.address = $2 AND c.platform = $3 AND c.status <> 'pending'
		ORDER BY CASE WHEN c.integration_id = $4 THEN 0 ELSE 1 END, c.id LIMIT 1`, app, address, platform, i).Scan(&u.ID, &external, &u.Conversation)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	u.App, u.ExternalID = app, external.String
	return &u, err
}

// Suppressed reports whether an address must not be sent to by an integration.
func (s Notifications) Suppressed(ctx context.Context, app heliograph.AppID, i heliograph.IntegrationID, address string, c heliograph.Category, now heliograph.Millis) (bool, error) {
	return Deliveries{s.Store}.Suppressed(ctx, app, i, address, c, now)
}

// MessageDeliveries implements notify.Store.
func (s Notifications) MessageDeliveries(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) ([]*heliograph.Delivery, error) {
	return Deliveries{s.Store}.MessageDeliveries(ctx, app, id)
}
