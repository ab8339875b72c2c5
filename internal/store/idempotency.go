package store

// This file has a text per dialect: keys are taken in hot writes, too.

import (
	"context"
	"database/sql"
	"errors"

	"heliograph"
)

// Idempotency keeps the answers to requests that carried an idempotency key.
type Idempotency struct{ *Store }

// Find returns the answer kept for a key since a moment, and the digest of the
// request's body; a status of 0 means that there is none.
func (s Idempotency) Find(ctx context.Context, app heliograph.AppID, route, key string, since heliograph.Millis) (digest []byte, status int, answer string, err error) {
	err = s.row(ctx, `SELECT digest, status, answer FROM idempotency WHERE app_id = $1 AND route = $2 AND key = $3 AND at > $4`,
		app, route, key, since).Scan(&digest, &status, &answer)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err == nil && status != 0 && s.d.rowwise && ctx.Value(txKey{}) == nil {
		// It may not be on the disk yet. Whatever is committed after it is, when it is.
		err = s.writers.closure(ctx, func(context.Context) error { return nil })
	}
	return digest, status, answer, err
}

// Reserve takes a key, and reports false when it was taken since a moment. It
// belongs into the transaction that does the work: a twin on another connection
// then waits for that transaction's end.
func (s Idempotency) Reserve(ctx context.Context, app heliograph.AppID, route, key string, digest []byte, at, since heliograph.Millis) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO idempotency (app_id, route, key, digest, status, answer, at) VALUES ($1, $2, $3, $4, 0, '', $5)
		ON CONFLICT (app_id, route, key) DO UPDATE SET digest = excluded.digest, status = 0, answer = '', at = excluded.at WHERE idempotency.at <= $6`,
		app, route, key, digest, at, since)
	return n > 0, err
}

// Complete stores the answer of a key that this transaction reserved.
func (s Idempotency) Complete(ctx context.Context, app heliograph.AppID, route, key string, status int, answer string) error {
	_, err := s.exec(ctx, `UPDATE idempotency SET status = $1, answer = $2 WHERE app_id = $3 AND route = $4 AND key = $5`,
		status, answer, app, route, key)
	return err
}

// Prune removes up to limit answers that are as old as before or older, and
// returns how many it removed.
func (s Idempotency) Prune(ctx context.Context, before heliograph.Millis, limit int) (int64, error) {
	return s.exec(ctx, `DELETE FROM idempotency WHERE (app_id, route, key) IN
		(SELECT app_id, route, key FROM idempotency WHERE at <= $1 ORDER BY at LIMIT $2)`, before, limit)
}

// hotTakeKey takes keys whose answers follow. Those that were taken in the day
// before are left as they are.
var hotTakeKey = hotStmt{
	row: `INSERT INTO idempotency (app_id, route, key, digest, status, answer, at) VALUES (?, ?, ?, ?, 0, '', ?)
		ON CONFLICT (app_id, route, key) DO UPDATE SET digest = excluded.digest, status = 0, answer = '', at = excluded.at WHERE idempotency.at <= excluded.at - 86400000`,
	set: `INSERT INTO idempotency (app_id, route, key, digest, status, answer, at)
		SELECT app_id, route, key, digest, 0, '', at
		FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[], $5::bigint[]) AS v(app_id, route, key, digest, at) ORDER BY app_id, route, key
		ON CONFLICT (app_id, route, key) DO UPDATE SET digest = excluded.digest, status = 0, answer = '', at = excluded.at
		WHERE idempotency.at <= excluded.at - 86400000 RETURNING app_id, route, key`,
	types: "bttbi",
	key:   []int{0, 1, 2},
}

var hotAnswerKey = hotStmt{
	row: `UPDATE idempotency SET status = ?, answer = ? WHERE app_id = ? AND route = ? AND key = ?`,
	set: `UPDATE idempotency k SET status = v.status, answer = v.answer FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[]) AS v(status, answer, app_id, route, key)
		WHERE k.app_id = v.app_id AND k.route = v.route AND k.key = v.key`,
	types: "itbtt",
}
