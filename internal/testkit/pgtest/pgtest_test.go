package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/testkit/pgtest"
)

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for range 2 {
		c, err := pgx.Connect(t.Context(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		// The second database must not have the first one's row.
		const insert = `INSERT INTO organizations (id, name, created_at) VALUES ('\x01', 'one', 0)`
		if _, err := c.Exec(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
	}
}
