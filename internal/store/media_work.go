package store

import (
	"context"
	"fmt"
	"slices"

	"heliograph"
	"heliograph/internal/media"
)

// Claim starts attempts to fetch files that are due. It looks before it writes,
// because a look costs no writer's time.
func (s Media) Claim(ctx context.Context, now, until heliograph.Millis, limit int, except []heliograph.IntegrationID) ([]*media.File, error) {
	where, args := ` WHERE due_at <= $1 AND (state = 'pending' OR state = 'fetching')`, []any{now}
	if len(except) > 0 {
		where += ` AND integration_id NOT IN (` + placeholders(2, len(except)) + `)`
		args = append(args, anys(except)...)
	}
	found, err := collect(ctx, s.Store, scanID[heliograph.MediaID], `SELECT id FROM media`+where+` LIMIT 1`, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var out []*media.File
	err = s.Atomically(ctx, func(ctx context.Context) error {
		due, err := collect(ctx, s.Store, scanMedia, `SELECT `+mediaColumns+` FROM media`+where+
			fmt.Sprintf(` ORDER BY due_at, id LIMIT $%d /*skip locked*/`, len(args)+1), slices.Concat(args, []any{limit})...)
		if err != nil {
			return err
		}
		for _, f := range due {
			f.State, f.Attempts, f.Tried, f.Due = media.Fetching, f.Attempts+1, now, until
			if _, err := s.exec(ctx, `UPDATE media SET state = 'fetching', attempts = $1, tried_at = $2, due_at = $3 WHERE app_id = $4 AND id = $5`,
				f.Attempts, now, until, f.App, f.ID); err != nil {
				return err
			}
		}
		out = due
		return nil
	})
	return out, err
}

// Release ends the leases of all attempts.
func (s Media) Release(ctx context.Context, now heliograph.Millis) error {
	_, err := s.exec(ctx, `UPDATE media SET due_at = $1 WHERE due_at IS NOT NULL AND state = 'fetching'`, now)
	return err
}

// Hurry makes a pending file due that was not tried since a moment.
func (s Media) Hurry(ctx context.Context, app heliograph.AppID, id heliograph.MediaID, now, triedBefore heliograph.Millis) error {
	_, err := s.exec(ctx, `UPDATE media SET due_at = $1 WHERE app_id = $2 AND id = $3 AND state = 'pending' AND tried_at < $4 AND due_at > $5`,
		now, app, id, triedBefore, now)
	return err
}

// Retry ends an attempt: the file is to be fetched again when it is due.
func (s Media) Retry(ctx context.Context, f *media.File) error {
	return s.end(ctx, f, `UPDATE media SET state = 'pending', due_at = $1, reason = $2`, f.Due)
}

// Lose ends the last attempt. What it stored goes in the background.
func (s Media) Lose(ctx context.Context, f *media.File) error {
	return s.end(ctx, f, `UPDATE media SET state = 'lost', due_at = $1, reason = $2`, 0)
}

func (s Media) end(ctx context.Context, f *media.File, set string, due heliograph.Millis) error {
	n, err := s.exec(ctx, set+` WHERE app_id = $3 AND id = $4 AND state = 'fetching' AND attempts = $5`, due, f.Reason, f.App, f.ID, f.Attempts)
	if err == nil && n == 0 {
		return errMediaTakenOn
	}
	return err
}

// mediaGone takes files away: at once from everybody's sight, and from the disk
// in the background.
const mediaGone = `state = 'gone', due_at = 0`

// goneWith takes away the files that go with messages.
func (s Media) goneWith(ctx context.Context, app heliograph.AppID, messages []heliograph.MessageID) error {
	for part := range slices.Chunk(messages, maxList) {
		if _, err := s.exec(ctx, `UPDATE media SET `+mediaGone+` WHERE app_id = $1 AND message_id IN (`+placeholders(2, len(part))+`)`, withIDs(app, part)...); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes up to limit pieces of one file that is gone or lost, or was
// abandoned while it was uploaded, and then its row; that of a lost one stays,
// and tells so.
func (s Media) Sweep(ctx context.Context, now heliograph.Millis, limit int) (more bool, err error) {
	due, err := collect(ctx, s.Store, scanMedia, `SELECT `+mediaColumns+` FROM media
		WHERE due_at <= $1 AND (state = 'gone' OR state = 'lost' OR state = 'uploading') ORDER BY due_at, id LIMIT 1`, now)
	if err != nil || len(due) == 0 {
		return false, err
	}
	f := due[0]
	return true, s.Atomically(ctx, func(ctx context.Context) error {
		if err := s.own(ctx, f); err != nil {
			if heliograph.IsKind(err, heliograph.Conflict) {
				return nil
			}
			return err
		}
		n, err := s.dropChunks(ctx, f.App, f.ID, limit)
		if err != nil || n == int64(limit) {
			return err
		}
		if f.State == media.Lost {
			_, err = s.exec(ctx, `UPDATE media SET due_at = NULL WHERE app_id = $1 AND id = $2`, f.App, f.ID)
			return err
		}
		_, err = s.exec(ctx, `DELETE FROM media WHERE app_id = $1 AND id = $2`, f.App, f.ID)
		return err
	})
}

// MediaWaiting is what is to be fetched.
type MediaWaiting struct {
	Depth  int64
	Oldest heliograph.Millis // when the oldest was sent; 0: none
}

// Media returns what is to be fetched from providers.
func (s Figures) Media(ctx context.Context) (w MediaWaiting, err error) {
	err = s.row(ctx, `SELECT COUNT(*), COALESCE(MIN(created_at), 0) FROM media WHERE due_at IS NOT NULL AND (state = 'pending' OR state = 'fetching')`).
		Scan(&w.Depth, &w.Oldest)
	return w, err
}
