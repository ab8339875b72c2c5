package store

import (
	"context"
	"fmt"

	"heliograph"
	"heliograph/internal/delivery"
)

// Held is what waits for a person: queued deliveries of which nobody knows
// whether they were sent, and whose policy is not to guess.
type Held struct{ *Store }

// HeldFilter narrows what is held; zero fields do not.
type HeldFilter struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	IDs         []heliograph.NotificationID // few
}

// Page returns held deliveries after one, in the order of the queue.
func (s Held) Page(ctx context.Context, f HeldFilter, after *heliograph.Delivery, limit int) ([]*delivery.Item, error) {
	args := []any{-1, make([]byte, 12), 0, int64(0), make([]byte, 16)}
	if after != nil {
		args = []any{after.Slot, after.Integration, int(after.Class), int64(after.Due), after.ID}
	}
	where := ` WHERE q.state = 3 AND (q.slot, q.integration_id, q.class, q.due_at, q.id) > ($1, $2, $3, $4, $5)`
	add := func(text string, values ...any) {
		where += fmt.Sprintf(text, placeholders(len(args)+1, len(values)))
		args = append(args, values...)
	}
	if !f.App.IsZero() {
		add(` AND q.app_id = %s`, f.App)
	}
	if !f.Integration.IsZero() {
		add(` AND q.integration_id = %s`, f.Integration)
	}
	if len(f.IDs) > 0 {
		add(` AND q.id IN (%s)`, anys(f.IDs)...)
	}
	args = append(args, limit)
	return collect(ctx, s.Store, scanItem, `SELECT `+itemColumns+itemJoin+where+
		fmt.Sprintf(` ORDER BY q.slot, q.integration_id, q.class, q.due_at, q.id LIMIT $%d`, len(args)), args...)
}

// HoldAll holds everything that is queued, whatever its state and time, and
// returns how much that is: in a restored database nothing says what of it was
// sent since the copy was made.
func (s Held) HoldAll(ctx context.Context, now heliograph.Millis) (n int, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		all, err := collect(ctx, s.Store, scanHeldEvent, `SELECT d.app_id, d.kind, d.integration_id, d.user_id, d.conversation_id, d.id, d.message_id, q.attempt
			FROM queue q JOIN deliveries d ON d.app_id = q.app_id AND d.id = q.id WHERE q.state <> 3`)
		if n = len(all); err != nil || n == 0 {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE deliveries SET status = 'unknown' WHERE (app_id, id) IN (SELECT app_id, id FROM queue)`); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE queue SET state = 3`); err != nil {
			return err
		}
		for _, e := range all {
			e.ID, e.At = s.IDs.Event(), now
			e.Data.Via = "restore"
		}
		return s.AppendEvents(ctx, all...)
	})
	return n, err
}

func scanHeldEvent(row scanner) (*heliograph.Event, error) {
	e := &heliograph.Event{Type: heliograph.EventHeld}
	return e, row.Scan(&e.App, &e.Data.Kind, &e.Data.Integ, &e.User, &e.Conversation, &e.Delivery, &e.Message, &e.Data.Attempt)
}
