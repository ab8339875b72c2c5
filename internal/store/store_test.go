package store_test

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		o := options(t)
		o.File = filepath.Join(t.TempDir(), "test.db")
		if err := store.Migrate(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		return open(t, o)
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		o := options(t)
		o.URL = pgtest.URL(t)
		s := open(t, o)
		t.Cleanup(func() { byIndex(t, s) })
		return s
	})
}

// options are a store's with a real clock, a real sealer and real randomness.
func options(t *testing.T) store.Options {
	ring, _, err := secret.Load("", filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return store.Options{Seal: ring, IDs: heliograph.NewIDMaker(time.Now, rand.Reader), Now: time.Now}
}

func open(t *testing.T, o store.Options) *store.Store {
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
