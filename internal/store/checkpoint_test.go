package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heliograph/internal/store"
)

// grow writes notes until the log has been started anew several times.
func grow(t *testing.T, s *store.Store, megabytes int) {
	t.Helper()
	for i := range megabytes {
		// SQLite writes nothing for a value that does not change.
		note := strings.Repeat(string(rune('a'+i/8%26)), 1<<20)
		err := s.Atomically(t.Context(), func(ctx context.Context) error {
			return store.System{Store: s}.SetNote(ctx, "note-"+string(rune('a'+i%8)), note)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The log must not grow with what is written: it is moved into the file while
// work goes on.
func TestLogStaysShort(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "test.db")
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s := open(t, o)
	const bound = 4 * 32 << 20
	for deadline := time.Now().Add(time.Minute); ; {
		grow(t, s, 100)
		info, err := os.Stat(o.File + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > bound {
			t.Fatalf("the log has %d bytes", info.Size())
		}
		if logStartedAnew(t, o.File) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the log was never started anew")
		}
	}
}

// logStartedAnew reports whether the log holds less than its file has room for.
func logStartedAnew(t *testing.T, file string) bool {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var busy, frames, moved int64
	if err := db.QueryRow("PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &frames, &moved); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return frames*4096 < info.Size()/2
}
