package store

import (
	"context"
	"fmt"

	"heliograph"
	"heliograph/internal/webhook"
)

// WebhookLog is the log of calls, and the events that can be told again.
type WebhookLog struct{ *Store }

// Calls returns a webhook's calls, newest event first.
func (s WebhookLog) Calls(ctx context.Context, q *webhook.CallQuery) ([]*webhook.Call, error) {
	where, args := `l.app_id = $1 AND l.webhook_id = $2`, []any{q.App, q.Webhook}
	and := func(text string, values ...any) {
		n := len(args)
		args = append(args, values...)
		switch len(values) {
		case 1:
			text = fmt.Sprintf(text, n+1)
		case 3:
			text = fmt.Sprintf(text, n+1, n+2, n+3)
		}
		where += " AND " + text
	}
	if !q.Event.IsZero() {
		and(`l.event_id = $%d`, q.Event)
	}
	if q.Outcome != "" {
		if q.Outcome != webhook.OutcomeDone {
			and(`l.outcome <> 'done'`) // the index of failures
		}
		and(`l.outcome = $%d`, q.Outcome)
	}
	if q.From != 0 {
		from := webhook.IDAt(q.From)
		and(`l.event_id >= $%d`, from[:])
	}
	if q.To != 0 {
		to := webhook.IDAt(q.To)
		and(`l.event_id < $%d`, to[:])
	}
	if c := q.Before; c != nil {
		and(`(l.event_id, l.attempt, l.at) < ($%d, $%d, $%d)`, c.Event[:], c.Attempt, c.At)
	}
	args = append(args, q.Limit)
	return collect(ctx, s.Store, scanCall, `SELECT l.event_id, l.attempt, l.at, l.status, l.took_ms, l.outcome, l.error, e.type, e.doc, `+deliveryFacts+`
		FROM webhook_log l LEFT JOIN events e ON e.app_id = l.app_id AND e.id = l.event_id`+deliveryFactsJoin+` WHERE `+where+fmt.Sprintf(`
		ORDER BY l.event_id DESC, l.attempt DESC, l.at DESC LIMIT $%d`, len(args)), args...)
}

func scanCall(row scanner) (*webhook.Call, error) {
	var c webhook.Call
	var kind *string
	var f factsOf
	var doc []byte
	if err := row.Scan(append([]any{&c.Event, &c.Attempt, &c.At, &c.Status, &c.Took, &c.Outcome, &c.Error, &kind, &doc}, f.into()...)...); err != nil || kind == nil {
		return &c, err
	}
	e := heliograph.Event{Type: heliograph.EventType(*kind)}
	err := f.complete(&e, doc)
	c.Trigger = e.Trigger()
	return &c, err
}

// Event returns one event.
func (s WebhookLog) Event(ctx context.Context, app heliograph.AppID, id heliograph.EventID) (*heliograph.Event, error) {
	missing := heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such event")
	return one(ctx, s.Store, missing, scanEvent, selectEvents+` WHERE e.app_id = $1 AND e.id = $2`, app, id)
}

// Events returns up to limit of the app's events after one and before another, oldest first.
func (s WebhookLog) Events(ctx context.Context, app heliograph.AppID, after, before heliograph.EventID, limit int) ([]*heliograph.Event, error) {
	return collect(ctx, s.Store, scanEvent, selectEvents+`
		WHERE e.app_id = $1 AND e.id > $2 AND e.id < $3 ORDER BY e.id LIMIT $4`, app, after[:], before[:], limit)
}

// Prune removes up to limit rows of the app's log of events from before a
// moment, and tells how many it removed.
func (s WebhookLog) Prune(ctx context.Context, app heliograph.AppID, before heliograph.Millis, limit int) (int64, error) {
	end := webhook.IDAt(before)
	return s.exec(ctx, `DELETE FROM webhook_log WHERE app_id = $1 AND (event_id, webhook_id, attempt, at) IN
		(SELECT event_id, webhook_id, attempt, at FROM webhook_log WHERE app_id = $1 AND event_id < $2 LIMIT $3)`, app, end[:], limit)
}
