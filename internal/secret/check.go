package secret

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
)

// Notes keeps one short text per name in the database.
type Notes interface {
	// Note returns the text of name, "" when there is none.
	Note(ctx context.Context, name string) (string, error)
	// NoteOnce stores text under name unless there is one already, and returns
	// what is stored now.
	NoteOnce(ctx context.Context, name, text string) (string, error)
}

const (
	checkName    = "master_key_check"
	checkContext = "system/" + checkName
	checkText    = "heliograph"
)

// Bind ties a database to its master key: the first ring that comes leaves a
// sealed word there, and every later one must be able to read it. So a server
// with the wrong key says so at its start, and not at the first send.
func (r *Ring) Bind(ctx context.Context, n Notes) error {
	stored, err := n.Note(ctx, checkName)
	if err != nil {
		return err
	}
	if stored == "" {
		sealed, err := r.Seal([]byte(checkText), checkContext)
		if err != nil {
			return err
		}
		if stored, err = n.NoteOnce(ctx, checkName, base64.StdEncoding.EncodeToString(sealed)); err != nil {
			return err
		}
	}
	return r.matches(stored)
}

// Bound reports whether a database has been used with a master key, by its note.
func Bound(ctx context.Context, note func(ctx context.Context, name string) (string, error)) (bool, error) {
	stored, err := note(ctx, checkName)
	return stored != "", err
}

// Verify is Bind that writes nothing. bound is false for a database that no
// master key has been used with yet.
func (r *Ring) Verify(ctx context.Context, n Notes) (bound bool, err error) {
	stored, err := n.Note(ctx, checkName)
	if err != nil || stored == "" {
		return false, err
	}
	return true, r.matches(stored)
}

func (r *Ring) matches(stored string) error {
	sealed, err := base64.StdEncoding.DecodeString(stored)
	if err != nil {
		return fmt.Errorf("the database's master key check cannot be read: %w", err)
	}
	plain, err := r.Open(sealed, checkContext)
	if err == nil && string(plain) == checkText {
		return nil
	}
	return errors.Join(errMismatch, err)
}

var errMismatch = errors.New("the master key does not belong to this database: " +
	"start with the key that this database was first started with (master.key in its data folder, or HELIOGRAPH_MASTER_KEY)")
