package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// permanent are the tables that a notification stays in for as long as history
// is kept. Raw requests, the log of webhook calls and idempotency keys go sooner.
func permanent() []string { return []string{"messages", "deliveries", "events"} }

// aside are the other tables that grow with notifications or with those who get
// them.
func aside() []string {
	return []string{"users", "clients", "conversations", "webhook_log", "inbound", "idempotency"}
}

// space sends real notifications, with their receipts, and measures what they
// take after a vacuum.
func (b *bench) space() error {
	for _, postgres := range []bool{false, true} {
		if err := b.spaceOn(postgres); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) spaceOn(postgres bool) error {
	const sent, each = 20_000, 10
	s, err := b.newSite(siteOptions{postgres: postgres})
	if err != nil {
		return err
	}
	defer s.close()
	s.prov.calls.Store(true)
	l := s.notifications(post{users: sent / each})
	l.room = func() bool { return l.next.Load() < sent && l.accepted.Load()-s.hook.channel.Load() < int64(b.window) }
	l.start(b.ctx)
	err = drain(b.ctx, 3*time.Minute, s.hook.channel.Load, sent)
	l.stop()
	if err == nil {
		err = s.prov.quiet(b.ctx)
	}
	if err == nil {
		err = s.prog.stop()
	}
	if err != nil {
		return err
	}
	bytes, n, err := s.sizes()
	if err != nil {
		return err
	}
	name, note, total := "SQLite", "besides:", 0.0
	if postgres {
		name = "PostgreSQL"
	}
	for _, table := range append(permanent(), aside()...) {
		if slices.Contains(permanent(), table) {
			b.report.plain(name+", "+table, bytes[table]/n, "bytes", "")
			total += bytes[table] / n
			continue
		}
		note += fmt.Sprintf(" %s %.0f,", table, bytes[table]/n)
	}
	b.report.atMost(name+", permanent rows of a notification", total, "bytes", 1024, 0, note[:len(note)-1])
	return nil
}

// sizes returns the bytes of each table with its indexes after a vacuum, and how
// many notifications there are.
func (s *site) sizes() (bytes map[string]float64, n float64, err error) {
	driver, source := "sqlite", "file:"+filepath.Join(s.dir, "data", "heliograph.db")
	vacuum, size := "VACUUM", "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?1)"
	if s.database != nil {
		driver, source = "pgx", s.database.url
		vacuum, size = "VACUUM FULL", "SELECT pg_total_relation_size($1::text::regclass)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(s.b.ctx, vacuum); err != nil {
		return nil, 0, err
	}
	bytes = map[string]float64{}
	for _, table := range append(permanent(), aside()...) {
		var v float64
		if err := db.QueryRowContext(s.b.ctx, size, table).Scan(&v); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", table, err)
		}
		bytes[table] = v
	}
	return bytes, n, db.QueryRowContext(s.b.ctx, "SELECT count(*) FROM deliveries").Scan(&n)
}
