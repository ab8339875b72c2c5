package store

import (
	"context"
	"encoding/binary"

	"heliograph"
)

// Retention removes history that is too old. Every removal is of one app, of
// few rows, and by the time in the rows' ids, so it needs no index of its own
// and nobody waits long for it.
type Retention struct{ *Store }

// RetainedApp is an app, and how long it wants its messages kept.
type RetainedApp struct {
	ID       heliograph.AppID
	Settings heliograph.AppSettings
}

// Apps lists every app.
func (s Retention) Apps(ctx context.Context) ([]RetainedApp, error) {
	return collect(ctx, s.Store, func(row scanner) (RetainedApp, error) {
		a, err := scanApp(row)
		if err != nil {
			return RetainedApp{}, err
		}
		return RetainedApp{a.ID, a.Settings}, nil
	}, `SELECT id, org_id, name, doc, created_at FROM apps WHERE deleted_at IS NULL ORDER BY id`)
}

// Inbound removes up to limit requests of providers from before a moment.
func (s Retention) Inbound(ctx context.Context, app heliograph.AppID, before heliograph.Millis, limit int) (int64, error) {
	return s.removeOld(ctx, `FROM inbound WHERE app_id = $1 AND id < $2`,
		`DELETE FROM inbound WHERE app_id = $1 AND id IN (SELECT id FROM inbound WHERE app_id = $1 AND id < $2 ORDER BY id LIMIT $3)`,
		app, idBefore(before), limit)
}

// Events removes up to limit events from before a moment.
func (s Retention) Events(ctx context.Context, app heliograph.AppID, before heliograph.Millis, limit int) (int64, error) {
	return s.removeOld(ctx, `FROM events WHERE app_id = $1 AND id < $2`,
		`DELETE FROM events WHERE app_id = $1 AND id IN (SELECT id FROM events WHERE app_id = $1 AND id < $2 ORDER BY id LIMIT $3)`,
		app, idBefore(before), limit)
}

// Deliveries removes up to limit deliveries from before a moment that are done:
// one that waits is kept, however old it is.
func (s Retention) Deliveries(ctx context.Context, app heliograph.AppID, before heliograph.Millis, limit int) (int64, error) {
	const old = `FROM deliveries WHERE app_id = $1 AND id < $2 AND status IN ('channel', 'user', 'failed', 'expired', 'cancelled')`
	return s.removeOld(ctx, old, `DELETE FROM deliveries WHERE app_id = $1 AND id IN (SELECT id `+old+` ORDER BY id LIMIT $3)`,
		app, notificationBefore(before), limit)
}

// Messages removes up to limit messages from before a moment that nothing waits
// to send, and the files that go with them.
func (s Retention) Messages(ctx context.Context, app heliograph.AppID, before heliograph.Millis, limit int) (int64, error) {
	const old = `FROM messages m WHERE m.app_id = $1 AND m.id < $2
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.app_id = m.app_id AND d.id = m.notification_id AND d.status IN ('scheduled', 'queued', 'unknown'))
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.app_id = m.app_id AND d.message_id = m.id AND d.kind <> 'notification' AND d.status IN ('scheduled', 'queued', 'unknown'))`
	if found, err := s.anyOld(ctx, old, app, idBefore(before)); err != nil || !found {
		return 0, err
	}
	var gone []heliograph.MessageID
	err := s.Atomically(ctx, func(ctx context.Context) (err error) {
		if gone, err = collect(ctx, s.Store, scanID[heliograph.MessageID], `DELETE FROM messages WHERE app_id = $1 AND id IN (SELECT m.id `+old+` ORDER BY m.id LIMIT $3) RETURNING id`,
			app, idBefore(before), limit); err != nil {
			return err
		}
		return Media{s.Store}.goneWith(ctx, app, gone)
	})
	return int64(len(gone)), err
}

// removeOld looks first, because a look costs no writer's time.
func (s Retention) removeOld(ctx context.Context, old, remove string, app heliograph.AppID, before []byte, limit int) (int64, error) {
	if found, err := s.anyOld(ctx, old, app, before); err != nil || !found {
		return 0, err
	}
	return s.exec(ctx, remove, app, before, limit)
}

func (s Retention) anyOld(ctx context.Context, old string, app heliograph.AppID, before []byte) (bool, error) {
	found, err := collect(ctx, s.Store, func(row scanner) (n int, err error) { return n, row.Scan(&n) }, `SELECT 1 `+old+` LIMIT 1`, app, before)
	return len(found) > 0, err
}

// idBefore comes before every id of 12 bytes that was made at m or later.
func idBefore(m heliograph.Millis) []byte {
	id := make([]byte, 12)
	binary.BigEndian.PutUint32(id, uint32(max(0, m/1000)))
	return id
}

// notificationBefore comes before every delivery's id that was made at m or later.
func notificationBefore(m heliograph.Millis) []byte {
	id := make([]byte, 16)
	binary.BigEndian.PutUint64(id, uint64(max(0, m))<<16)
	return id
}
