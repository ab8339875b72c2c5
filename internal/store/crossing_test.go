package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestPostgresCrossing(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, func(*testing.T) *store.Store, func() int){
		"outcomes and receipts":     storetest.Crossing,
		"notifications and answers": storetest.CrossingAnswers,
		"notifications and bulk":    storetest.CrossingBulk,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); crossing(t, run) })
	}
}

func crossing(t *testing.T, run func(*testing.T, func(*testing.T) *store.Store, func() int)) {
	o := options(t)
	o.URL, o.Writers, o.Patience = pgtest.URL(t), 3, -1
	run(t, func(t *testing.T) *store.Store { return open(t, o) }, func() (n int) {
		c, err := pgx.Connect(t.Context(), o.URL)
		if err != nil {
			t.Fatal(err)
		}
		// The server's count is complete when the store's last connection has ended.
		for others := 1; others > 0; {
			if err := c.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&others); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		return n
	})
}
