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

// What was cancelled, or expired, never reached anybody. A status that is part of
// an expression keeps PostgreSQL from finding the delivery among all that expired.
const (
	recentReached = ` AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.app_id = m.app_id AND d.id = m.notification_id AND d.status || '' IN ('cancelled', 'expired'))`

	selectReceived = `SELECT m.id, m.received FROM messages m
		WHERE m.app_id = $1 AND m.conversation_id = $2 AND m.received > $3 AND m.received <= $4 AND m.source IS NULL AND m.source_at IS NULL` + recentReached + `
		ORDER BY m.received DESC LIMIT 0 + $5`
	selectScheduled = `SELECT m.id, m.source_at FROM messages m
		WHERE m.app_id = $1 AND m.conversation_id = $2 AND m.source_at > $3 AND m.source_at <= $4 AND m.notification_id IS NOT NULL AND m.source_at IS NOT NULL` + recentReached + `
		ORDER BY m.source_at DESC LIMIT 0 + $5`
)

// Notifications returns the newest notifications whose moment is after one and
// not after the other, newest first. A moment never changes, so ranges that
// meet tell of each notification once. One that was taken back, or expired, is
// left out; one whose delivery is no longer kept was sent.
func (s Messages) Notifications(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, after, until heliograph.Millis, limit int) ([]heliograph.MessageID, error) {
	found, err := collect(ctx, s.Store, scanRecent, selectReceived, app, c, after, until, limit)
	if err != nil {
		return nil, err
	}
	scheduled, err := collect(ctx, s.Store, scanRecent, selectScheduled, app, c, after, until, limit)
	if err != nil {
		return nil, err
	}
	return newest(append(found, scheduled...), limit), nil
}

// newest returns the newest of what was found, newest first.
func newest(found []recent, limit int) (out []heliograph.MessageID) {
	slices.SortStableFunc(found, func(a, b recent) int { return cmp.Compare(b.at, a.at) })
	for _, r := range found[:min(len(found), limit)] {
		out = append(out, r.id)
	}
	return out
}
