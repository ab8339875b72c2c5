package store

import (
	"context"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"heliograph"
)

// Only tests see what is in this file.

// RawInbound returns the request that is kept under a fact's key.
func RawInbound(ctx context.Context, s *Store, app heliograph.AppID, key string) (raw []byte, err error) {
	return raw, s.row(ctx, `SELECT raw FROM inbound WHERE app_id = $1 AND fact_key = $2`, app, key).Scan(&raw)
}

// Rare is the condition of the index of rare statuses.
const Rare = rare

// SelectItems is the query for the details of queued deliveries.
func SelectItems() string { return selectItems }

// Translated returns the text that a query has on the database in use.
func Translated(s *Store, q string) string { return s.sql(q) }

// HotPlans returns the plans of the statements that a writer on PostgreSQL has
// prepared, by their text. No write may be under way.
func HotPlans(ctx context.Context, s *Store) (map[string]string, error) {
	plans := map[string]string{}
	done := make(chan error, 1)
	s.writers.between(func(c *hotConn) error {
		err := c.plans(ctx, plans)
		done <- err
		return err
	})
	nothing := &verb{name: "nothing", run: func(context.Context, *hotTx, []any) error { return nil }}
	if err := s.writers.do(ctx, nothing, nil); err != nil {
		return nil, err
	}
	return plans, <-done
}

func (c *hotConn) plans(ctx context.Context, into map[string]string) error {
	rows, err := c.pg.Query(ctx, `SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements`)
	if err != nil {
		return err
	}
	type prepared struct {
		Name, Text string
		Parameters int
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[prepared])
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Parameters == 0 {
			continue // of the transaction
		}
		nulls := strings.TrimSuffix(strings.Repeat("NULL, ", p.Parameters), ", ")
		rows, err := c.pg.Query(ctx, `EXPLAIN EXECUTE `+pgx.Identifier{p.Name}.Sanitize()+`(`+nulls+`)`, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		into[p.Text] = strings.Join(lines, "\n")
	}
	return nil
}

// Keeping returns options with which a store calls keep for its log instead of
// waiting for the disk.
func Keeping(o Options, keep func(*os.File) error) Options {
	o.keep = keep
	return o
}

// Speaks reports whether s passes hints on to other processes.
func Speaks(s *Store) bool { return s.voice.company.Load() }

// Payloads packs hints as the process of a name does.
func Payloads(name string, hints []heliograph.Hint) []string {
	return (&voice{name: name}).payloads(hints)
}
