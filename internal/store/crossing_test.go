package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestPostgresCrossing(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL, o.Writers = pgtest.URL(t), 3
	storetest.Crossing(t, func(t *testing.T) *store.Store { return open(t, o) }, func(*store.Store) (n int) {
		time.Sleep(1200 * time.Millisecond) // the server gathers its statistics so long
		c, err := pgx.Connect(t.Context(), o.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		if err := c.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	})
}
