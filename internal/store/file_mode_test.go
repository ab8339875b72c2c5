package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"heliograph/internal/store"
)

// TestFileModes: only the owner reads the database, its log and its index, also
// when an earlier start left them open to others.
func TestFileModes(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "heliograph.db")
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s := open(t, o)
	if err := (store.System{Store: s}).SetNote(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	files := []string{o.File, o.File + "-wal", o.File + "-shm"}
	check := func(when string) {
		t.Helper()
		for _, file := range files {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if mode := info.Mode().Perm(); mode != 0o600 {
				t.Errorf("%s: %s has mode %o, want 600", when, filepath.Base(file), mode)
			}
		}
	}
	check("a new database")
	for _, file := range files {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open(t, o)
	check("one that others could read")
}

// TestLinkedFile: a database may be reached through a symbolic link, also one
// that is to be made.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	o := options(t)
	there := filepath.Join(t.TempDir(), "elsewhere.db")
	o.File = filepath.Join(t.TempDir(), "heliograph.db")
	if err := os.Symlink(there, o.File); err != nil {
		t.Fatal(err)
	}
	o.Broken = func(err error) { t.Error(err) }
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if err := (store.System{Store: open(t, o)}).SetNote(t.Context(), "a", "b"); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(there); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}
