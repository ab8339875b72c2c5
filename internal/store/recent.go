package store

import (
	"cmp"
	"context"
	"slices"

	"heliograph"
)

// recent is a notification and the moment from which an answer can be about it:
// when it was accepted, or when it was to be sent.
type recent struct {
	id heliograph.MessageID
	at heliograph.Millis
}

func scanRecent(row scanner) (r recent, err error) { return r, row.Scan(&r.id, &r.at) }

// Notifications returns the newest notifications whose moment is after one and
// not after the other, newest first. A moment never changes, so ranges that
// meet tell of each notification once. One that was taken back, or expired, is
// left out; one whose delivery is no longer kept was sent.
func (s Messages) Notifications(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after, until heliograph.Millis, limit int) ([]heliograph.MessageID, error) {
	const reached = ` AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.app_id = m.app_id AND d.id = m.notification_id AND d.status IN ('cancelled', 'expired'))`
	found, err := collect(ctx, s.Store, scanRecent, `SELECT m.id, m.received FROM messages m
		WHERE m.app_id = $1 AND m.conversation_id = $2 AND m.received > $3 AND m.received <= $4 AND m.source IS NULL AND m.source_at IS NULL`+reached+`
		ORDER BY m.received DESC LIMIT 0 + $5`, app, c, after, until, limit)
	if err != nil {
		return nil, err
	}
	scheduled, err := collect(ctx, s.Store, scanRecent, `SELECT m.id, m.source_at FROM messages m
		WHERE m.app_id = $1 AND m.conversation_id = $2 AND m.source_at > $3 AND m.source_at <= $4 AND m.notification_id IS NOT NULL AND m.source_at IS NOT NULL`+reached+`
		ORDER BY m.source_at DESC LIMIT 0 + $5`, app, c, after, until, limit)
	if err != nil {
		return nil, err
	}
	found = append(found, scheduled...)
	slices.SortStableFunc(found, func(a, b recent) int { return cmp.Compare(b.at, a.at) })
	var out []heliograph.MessageID
	for _, r := range found[:min(len(found), limit)] {
		out = append(out, r.id)
	}
	return out, nil
}
