package store

import (
	"context"
	"encoding/json"
	"strings"

	"heliograph"
	"heliograph/internal/media"
)

// Media are files, and the pieces that they are kept in.
type Media struct{ *Store }

const mediaColumns = `app_id, id, secret, state, origin, access, type, name, size, sha256, user_id, message_id, integration_id, source, attempts, tried_at, due_at, reason, created_at`

var (
	errNoMedia      = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file")
	errMediaTakenOn = heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "the file was removed, or somebody else sees to it by now")
)

func scanMedia(row scanner) (*media.File, error) {
	var f media.File
	var secret, source []byte
	var state, origin, access string
	var due *int64
	if err := row.Scan(&f.App, &f.ID, &secret, &state, &origin, &access, &f.Type, &f.Name, &f.Size, &f.SHA256, &f.User, &f.Message,
		&f.Integration, &source, &f.Attempts, &f.Tried, &due, &f.Reason, &f.Created); err != nil {
		return nil, err
	}
	copy(f.Secret[:], secret)
	f.State, f.Origin, f.Access = media.State(state), media.Origin(origin), media.Access(access)
	if due != nil {
		f.Due = heliograph.Millis(*due)
	}
	return &f, json.Unmarshal(source, &f.Source)
}

// Insert stores a new file.
func (s Media) Insert(ctx context.Context, f *media.File) error {
	source, err := json.Marshal(f.Source)
	if err != nil {
		return err
	}
	var due any
	if f.Due != 0 {
		due = int64(f.Due)
	}
	_, err = s.exec(ctx, `INSERT INTO media (`+mediaColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		f.App, f.ID, f.Secret[:], string(f.State), string(f.Origin), string(f.Access), f.Type, f.Name, f.Size, f.SHA256, f.User, f.Message,
		f.Integration, string(source), f.Attempts, f.Tried, due, f.Reason, f.Created)
	return err
}

// Get returns a file of an app that was not deleted.
func (s Media) Get(ctx context.Context, app heliograph.AppID, id heliograph.MediaID) (*media.File, error) {
	return one(ctx, s.Store, errNoMedia, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE app_id = $1 AND id = $2
		AND EXISTS (SELECT 1 FROM apps WHERE apps.id = $1 AND apps.deleted_at IS NULL)`, app, id)
}

// own holds the row of a file until the transaction ends, if f is still what is
// known of it.
func (s Media) own(ctx context.Context, f *media.File) error {
	_, err := one(ctx, s.Store, errMediaTakenOn, scanID[heliograph.MediaID],
		`SELECT id FROM media WHERE app_id = $1 AND id = $2 AND state = $3 AND attempts = $4 /*for update*/`, f.App, f.ID, string(f.State), f.Attempts)
	return err
}

// Append stores piece n of a file.
func (s Media) Append(ctx context.Context, f *media.File, n int, data []byte) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if err := s.own(ctx, f); err != nil {
			return err
		}
		_, err := s.exec(ctx, `INSERT INTO media_chunks (app_id, media_id, n, data) VALUES ($1, $2, $3, $4)`, f.App, f.ID, n, data)
		return err
	})
}

// Chunk returns piece n of a file.
func (s Media) Chunk(ctx context.Context, app heliograph.AppID, id heliograph.MediaID, n int) ([]byte, error) {
	return one(ctx, s.Store, errNoMedia, func(row scanner) (b []byte, err error) { return b, row.Scan(&b) },
		`SELECT data FROM media_chunks WHERE app_id = $1 AND media_id = $2 AND n = $3`, app, id, n)
}

// Trim removes up to limit pieces of a file and reports whether there may be more.
func (s Media) Trim(ctx context.Context, f *media.File, limit int) (more bool, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		if err := s.own(ctx, f); err != nil {
			return err
		}
		n, err := s.dropChunks(ctx, f.App, f.ID, limit)
		more = n == int64(limit)
		return err
	})
	return more, err
}

func (s Media) dropChunks(ctx context.Context, app heliograph.AppID, id heliograph.MediaID, limit int) (int64, error) {
	return s.exec(ctx, `DELETE FROM media_chunks WHERE app_id = $1 AND media_id = $2 AND n IN
		(SELECT n FROM media_chunks WHERE app_id = $1 AND media_id = $2 ORDER BY n LIMIT $3)`, app, id, limit)
}

// Publish makes f, whose pieces are all there, a stored file. The message that
// it goes with then tells its type and size. The message is held first, as by
// whoever removes both.
func (s Media) Publish(ctx context.Context, f *media.File) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if !f.Message.IsZero() {
			if err := s.tellMessage(ctx, f); err != nil {
				return err
			}
		}
		n, err := s.exec(ctx, `UPDATE media SET state = 'stored', type = $1, size = $2, sha256 = $3, user_id = COALESCE($4, user_id), message_id = COALESCE($5, message_id), source = '{}', due_at = NULL, reason = ''
			WHERE app_id = $6 AND id = $7 AND state = $8 AND attempts = $9`,
			f.Type, f.Size, f.SHA256, userOrNull(f), f.Message, f.App, f.ID, string(f.State), f.Attempts)
		if err == nil && n == 0 {
			return errMediaTakenOn
		}
		return err
	})
}

// Measure notes the type, size and sum of an upload that is not published yet.
func (s Media) Measure(ctx context.Context, f *media.File) error {
	n, err := s.exec(ctx, `UPDATE media SET type = $1, size = $2, sha256 = $3 WHERE app_id = $4 AND id = $5 AND state = 'uploading'`,
		f.Type, f.Size, f.SHA256, f.App, f.ID)
	if err == nil && n == 0 {
		return errMediaTakenOn
	}
	return err
}

// userOrNull is the user of a file that came whole with its message. That of one
// that was fetched may have changed meanwhile, by a merge.
func userOrNull(f *media.File) any {
	if f.State == media.Uploading {
		return f.User
	}
	return nil
}

// tellMessage writes the type and size of f to the message that shows it.
func (s Media) tellMessage(ctx context.Context, f *media.File) error {
	m, err := one(ctx, s.Store, nil, scanMessage, `SELECT `+messageColumns+` FROM messages WHERE app_id = $1 AND id = $2 /*for update*/`, f.App, f.Message)
	if err != nil || m == nil {
		return err
	}
	c := &m.Content
	if !strings.Contains(c.MediaURL, f.ID.String()) || c.MediaType == f.Type && c.MediaSize == f.Size {
		return nil
	}
	c.MediaType, c.MediaSize = f.Type, f.Size
	return Messages{s.Store}.Rewrite(ctx, m)
}

// Attach gives an upload of the message's user to the message, unless it goes
// with another one.
func (s Media) Attach(ctx context.Context, f *media.File, m *heliograph.Message) error {
	_, err := s.exec(ctx, `UPDATE media SET message_id = $1 WHERE app_id = $2 AND id = $3 AND user_id = $4 AND message_id IS NULL AND origin = 'upload'`,
		m.ID, f.App, f.ID, m.User)
	return err
}

// Remove takes a file away and reports whether there was one.
func (s Media) Remove(ctx context.Context, app heliograph.AppID, id heliograph.MediaID) (bool, error) {
	n, err := s.exec(ctx, `UPDATE media SET `+mediaGone+` WHERE app_id = $1 AND id = $2 AND state <> 'gone'`, app, id)
	return n > 0, err
}
