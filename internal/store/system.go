package store

import (
	"context"
	"database/sql"
	"errors"
)

// System keeps what belongs to the database as a whole: short texts by name.
type System struct{ *Store }

// ReadNote is Note for the database in o before it is opened. One that has no
// schema yet has no notes.
func ReadNote(ctx context.Context, o Options, name string) (string, error) {
	p, s, err := provider(ctx, o)
	if err != nil {
		return "", err
	}
	defer s.closePools()
	if have, err := p.GetDBVersion(ctx); err != nil || have == 0 {
		return "", err
	}
	return System{s}.Note(ctx, name)
}

// Note returns the text of name, "" when there is none.
func (s System) Note(ctx context.Context, name string) (string, error) {
	var text string
	err := s.row(ctx, `SELECT value FROM system WHERE name = $1`, name).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, err
}

// NoteOnce stores text under name unless there is one already, and returns what
// is stored now.
func (s System) NoteOnce(ctx context.Context, name, text string) (stored string, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `INSERT INTO system (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, text); err != nil {
			return err
		}
		stored, err = s.Note(ctx, name)
		return err
	})
	return stored, err
}

// SetNote stores text under name.
func (s System) SetNote(ctx context.Context, name, text string) error {
	_, err := s.exec(ctx, `INSERT INTO system (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, text)
	return err
}

// DropNote removes the text of name.
func (s System) DropNote(ctx context.Context, name string) error {
	_, err := s.exec(ctx, `DELETE FROM system WHERE name = $1`, name)
	return err
}
