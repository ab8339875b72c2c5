package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

// TestReserveHelps: a writer that waits for somebody's lock holds up no others.
func TestReserveHelps(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL = pgtest.URL(t)
	admin, err := pgx.Connect(t.Context(), o.URL)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(q string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	storetest.HeldConversation(t, func(t *testing.T) *store.Store { return open(t, o) },
		func() { exec("BEGIN"); exec("SELECT 1 FROM conversations FOR UPDATE") },
		func() bool { return waiting(t, admin) > 0 }, func() { exec("ROLLBACK") })
	if err := admin.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// waiting returns how many wait for a lock in a connection's database.
func waiting(t *testing.T, c *pgx.Conn) (n int) {
	t.Helper()
	if err := c.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUserRaces(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL, o.Patience = pgtest.URL(t), -1
	admin, err := pgx.Connect(t.Context(), o.URL)
	if err != nil {
		t.Fatal(err)
	}
	storetest.UserRaces(t, func(t *testing.T) *store.Store { return open(t, o) }, func() int { return waiting(t, admin) })
	if err := admin.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
