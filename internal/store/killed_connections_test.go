package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestPostgresKillsConnections(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL, o.Writers, o.Patience = pgtest.URL(t), 3, -1
	admin, err := pgx.Connect(t.Context(), o.URL)
	if err != nil {
		t.Fatal(err)
	}
	storetest.KilledConnections(t, func(t *testing.T) *store.Store { return open(t, o) }, func() {
		if _, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Error(err)
		}
	})
	if err := admin.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
