package store_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"heliograph/internal/store"
)

// SQLite's planner knows of an index what the schema tells it: a new index needs
// its line there.
func TestEveryIndexHasStatistics(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "test.db")
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", o.File)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, missing := range texts(t, db, `SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)`) {
		t.Errorf("%s is an index without statistics: add its line to sqlite_stat1 in a migration", missing)
	}
	for _, unknown := range texts(t, db, `SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = idx AND tbl_name = tbl)`) {
		t.Errorf("there are statistics for %s, which does not exist", unknown)
	}
}

// An app may own everything, so nothing may be found by the app alone.
func TestAddressesAreFoundByTheirIndex(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "test.db")
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", o.File)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, index := range map[string]string{
		`SELECT id FROM clients WHERE app_id = x'00' AND address = '1' AND platform = '2' AND status <> 'pending'`:                          "clients_by_address (app_id=? AND address=? AND platform=?)",
		`SELECT id FROM clients WHERE app_id = x'00' AND address = '1' AND status = 'pending'`:                                              "clients_pending (app_id=? AND address=?)",
		`SELECT id FROM clients WHERE app_id = x'00' AND user_id = x'00'`:                                                                   "clients_by_user (user_id=? AND app_id=?)",
		`SELECT id FROM messages WHERE app_id = x'00' AND conversation_id = x'00' ORDER BY received DESC LIMIT 10`:                          "messages_by_conversation (conversation_id=?)",
		`SELECT id FROM events WHERE app_id = x'00' AND delivery_id = x'00'`:                                                                "events_by_delivery (delivery_id=? AND app_id=?)",
		`SELECT id FROM deliveries WHERE app_id = x'00' AND integration_id = x'00' AND id < x'01' ORDER BY id DESC LIMIT 10`:                "deliveries_by_integration (integration_id=? AND id<?)",
		`SELECT id FROM consents WHERE app_id = x'00' AND address = '1' ORDER BY id`:                                                        "consents_by_address (app_id=? AND address=?)",
		`SELECT event_id FROM webhook_log WHERE app_id = x'00' AND event_id = x'00'`:                                                        "PRIMARY KEY (app_id=? AND event_id=?)",
		`SELECT id FROM deliveries d WHERE app_id = x'00'` + store.Rare + ` AND status = 'failed' AND id < x'01' ORDER BY id DESC LIMIT 10`: "deliveries_rare (app_id=? AND status=? AND id<?)",
		inline(store.SelectItems()):                                     "PRIMARY KEY (slot=? AND integration_id=? AND class=? AND (due_at,id)>(?,?) AND (due_at,id)<(?,?))",
		`SELECT key FROM idempotency WHERE at < 5 ORDER BY at LIMIT 10`: "idempotency_by_age (at<?)",
	} {
		var plan []string
		rows, err := db.Query("EXPLAIN QUERY PLAN " + query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(plan, "; "); !strings.Contains(got, index) {
			t.Errorf("%s\n is answered by: %s\n want %s", query, got, index)
		}
	}
}

// inline puts a value in place of every parameter.
func inline(q string) string { return regexp.MustCompile(`\$[0-9]+`).ReplaceAllString(q, "1") }

func texts(t *testing.T, db *sql.DB, q string) (out []string) {
	t.Helper()
	rows, err := db.Query(q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
