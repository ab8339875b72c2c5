package store_test

import (
	"path/filepath"
	"testing"

	"heliograph/internal/store"
)

// A statement that is compiled for every run costs several times as much.
func TestLimitsKeepStatementsCompiled(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "test.db")
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]string{
		`SELECT id FROM apps ORDER BY id LIMIT $1`:                                   `SELECT id FROM apps ORDER BY id LIMIT 0 + ?`,
		`SELECT id FROM apps WHERE id > $2 AND name = $1 ORDER BY id LIMIT $3`:       `SELECT id FROM apps WHERE id > ?2 AND name = ?1 ORDER BY id LIMIT 0 + ?3`,
		`SELECT id FROM apps WHERE id IN (SELECT id FROM apps LIMIT $1) AND id = $2`: `SELECT id FROM apps WHERE id IN (SELECT id FROM apps LIMIT 0 + ?) AND id = ?`,
	} {
		if got := store.Translated(open(t, o), q); got != want {
			t.Errorf("%s\n became %s\n want %s", q, got, want)
		}
	}
}

func BenchmarkLimit(b *testing.B) {
	o := store.Options{File: filepath.Join(b.TempDir(), "test.db")}
	if err := store.Migrate(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var none [12]byte
	for b.Loop() {
		if _, err := (store.Messages{Store: s}).Notifications(b.Context(), none, none, 0, 10, 10); err != nil {
			b.Fatal(err)
		}
	}
}
