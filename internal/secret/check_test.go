package secret

import (
	"context"
	"errors"
	"testing"
)

// notes is a database's notes in memory.
type notes map[string]string

func (n notes) Note(_ context.Context, name string) (string, error) { return n[name], nil }

func (n notes) NoteOnce(_ context.Context, name, text string) (string, error) {
	if n[name] == "" {
		n[name] = text
	}
	return n[name], nil
}

func TestBind(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), notes{}
	mine, other := ring(t, key(1)), ring(t, key(2))
	if bound, err := mine.Verify(ctx, db); bound || err != nil {
		t.Errorf("a new database: bound %v, %v", bound, err)
	}
	for range 2 {
		if err := mine.Bind(ctx, db); err != nil {
			t.Fatal(err)
		}
	}
	if bound, err := mine.Verify(ctx, db); !bound || err != nil {
		t.Errorf("bound %v, %v", bound, err)
	}
	if err := other.Bind(ctx, db); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v, want ErrWrongKey", err)
	}
	if err := ring(t, key(2), key(1)).Bind(ctx, db); err != nil {
		t.Errorf("a new key with the old one kept: %v", err)
	}
}
