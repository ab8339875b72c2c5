package store

// This file is per dialect: only SQLite is one file that can be copied here.

import (
	"context"
	"errors"
	"fmt"
	"os"

	"heliograph"
)

// restoredNote marks a copy of a database. Whoever starts on it must not go on
// sending as if nothing had happened since: see Restored.
const restoredNote = "restored"

// ErrNotHere says that a copy of this database is not ours to make.
var ErrNotHere = errors.New("the database is PostgreSQL's")

// Backup writes a consistent copy of the database in o to file, which must not
// exist, while others read and write it. The copy is marked: a server that
// starts on it knows that it was restored.
func Backup(ctx context.Context, o Options, file string) error {
	if o.URL != "" {
		return ErrNotHere
	}
	// The copy is complete, or it is not there under its name.
	part := file + ".part"
	if err := copyTo(ctx, o, part); err != nil {
		_ = os.Remove(part)
		return err
	}
	if err := os.Link(part, file); err != nil {
		_ = os.Remove(part)
		return err
	}
	return os.Remove(part)
}

func copyTo(ctx context.Context, o Options, file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer s.closePools()
	if _, err := s.write.ExecContext(ctx, `VACUUM INTO ?1`, file); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return err
	}
	o.File = file
	return MarkRestored(ctx, o)
}

// MarkRestored marks the database in o as a copy. It commits to the disk before
// it returns.
func MarkRestored(ctx context.Context, o Options) error {
	s, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer s.closePools()
	_, err = s.write.ExecContext(ctx, s.sql(`INSERT INTO system (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`),
		restoredNote, "yes")
	return err
}

// Restored reports whether the database is a copy that nobody has started on
// yet. If so it holds all that is queued, pauses every integration, and forgets
// who worked on it: what was sent after the copy was made is not known here, so
// nothing goes out until someone has looked.
func (s System) Restored(ctx context.Context, now heliograph.Millis, until heliograph.Millis, reason string) (restored bool, held int, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		held = 0
		mark, err := s.Note(ctx, restoredNote)
		if restored = mark != ""; err != nil || !restored {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE integrations SET paused_until = $1, pause_reason = $2, updated_at = $3`, until, reason, now); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE leases SET process = NULL, epoch = epoch + 1`); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM processes`); err != nil {
			return err
		}
		if held, err = (Held{s.Store}).HoldAll(ctx, now); err != nil {
			return err
		}
		return s.DropNote(ctx, restoredNote)
	})
	return restored, held, err
}
