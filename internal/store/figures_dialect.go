package store

// This file is per dialect: it asks each database about itself.

import (
	"context"
	"fmt"

	"heliograph"
)

// DatabaseNow asks a PostgreSQL server for its time; ok is false on SQLite,
// which has no clock of its own.
func (s Figures) DatabaseNow(ctx context.Context) (now heliograph.Millis, ok bool, err error) {
	if s.d != &postgres {
		return 0, false, nil
	}
	err = s.row(ctx, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`).Scan(&now)
	return now, true, err
}

// Durability describes how safe a commit is, and whether that is safe enough
// to survive a power failure.
func (s Figures) Durability(ctx context.Context) (text string, safe bool, err error) {
	read := func(q string) (v string) {
		if err == nil {
			err = s.Atomically(ctx, func(ctx context.Context) error { return s.row(ctx, q).Scan(&v) })
		}
		return v
	}
	if s.d == &postgres {
		fsync, commit := read(`SHOW fsync`), read(`SHOW synchronous_commit`)
		return fmt.Sprintf("fsync=%s, synchronous_commit=%s", fsync, commit), fsync == "on" && commit != "off", err
	}
	journal := read(`PRAGMA journal_mode`)
	return fmt.Sprintf("journal_mode=%s, on the disk before it is answered", journal), journal == "wal", err
}

// Analyze refreshes the planner's statistics of the tables that grow. SQLite's
// planner has fixed ones, which the schema brings.
func (s Figures) Analyze(ctx context.Context) error {
	if s.d.rowwise {
		return nil
	}
	_, err := s.write.ExecContext(ctx, `ANALYZE users, clients, conversations, messages, deliveries, events, queue, webhook_queue, idempotency, inbound, suppressions`)
	return err
}
