package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"heliograph"
)

// earlier is how many messages before a moment are looked at for notifications
// that were scheduled before it and became due after it.
const earlier = 50

// told is a notification and the moment from which an answer can be about it.
type told struct {
	id heliograph.MessageID
	at heliograph.Millis
}

// Notifications returns the newest notifications whose moment is after one and
// not after the other, newest first. A moment never changes, so ranges that
// meet tell of each notification once. One whose delivery is no longer kept was
// sent.
func (s Messages) Notifications(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after, until heliograph.Millis, limit int) ([]heliograph.MessageID, error) {
	const (
		delivered = ` LEFT JOIN deliveries d ON d.app_id = m.app_id AND d.id = m.notification_id `
		neverDue  = ` AND (d.id IS NULL OR d.status NOT IN ('cancelled', 'expired') AND NOT (d.status = 'scheduled' AND d.due_at > $4)) `
	)
	found, err := collect(ctx, s.Store, scanTold, `SELECT m.id, m.received, d.doc FROM messages m`+delivered+`
		WHERE m.app_id = $1 AND m.conversation_id = $2 AND m.received > $3 AND m.source = 'notification'`+neverDue+`
		ORDER BY m.received DESC LIMIT $5`, app, c, after, until, limit)
	if err != nil {
		return nil, err
	}
	late, err := collect(ctx, s.Store, scanTold, `SELECT m.id, m.received, d.doc FROM (SELECT app_id, id, received, notification_id, source FROM messages
			WHERE app_id = $1 AND conversation_id = $2 AND received <= $3 ORDER BY received DESC LIMIT $5) m`+delivered+`
		WHERE m.source = 'notification'`+neverDue, app, c, after, until, earlier)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(append(found, late...), func(t told) bool { return t.at <= after || t.at > until })
	slices.SortStableFunc(found, func(a, b told) int { return cmp.Compare(b.at, a.at) })
	var out []heliograph.MessageID
	for _, t := range found[:min(len(found), limit)] {
		out = append(out, t.id)
	}
	return out, nil
}

func scanTold(row scanner) (t told, err error) {
	var doc []byte
	if err := row.Scan(&t.id, &t.at, &doc); err != nil || doc == nil {
		return t, err
	}
	var d heliograph.DeliveryDetails
	if err := json.Unmarshal(doc, &d); err != nil {
		return t, err
	}
	t.at = max(t.at, d.Scheduled)
	return t, nil
}
