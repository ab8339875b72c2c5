package store

// This file is per dialect: transactions of hot writes on PostgreSQL.

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errBroken says that the connection broke before a transaction was committed:
// nothing of it was kept.
var errBroken = errors.New("the connection to the database broke")

// beginPostgres begins a transaction and learns its id in one round trip. A
// connection that broke since the last transaction is replaced.
func (c *hotConn) beginPostgres(ctx context.Context) (*hotTx, error) {
	tx, err := c.tryBegin(ctx)
	if err == nil {
		return tx, nil
	}
	if again := c.reconnect(ctx); again != nil {
		return nil, errors.Join(err, again)
	}
	return c.tryBegin(ctx)
}

func (c *hotConn) tryBegin(ctx context.Context) (*hotTx, error) {
	if c.pg == nil {
		return nil, errBroken
	}
	answers, err := c.pg.PgConn().Exec(ctx, "begin; select pg_current_xact_id()::text").ReadAll()
	if err != nil {
		return nil, err
	}
	return &hotTx{c: c, pg: c.pg, xid: string(answers[1].Rows[0][0])}, nil
}

// reconnect replaces the writer's connection.
func (c *hotConn) reconnect(ctx context.Context) error {
	if c.pg != nil {
		_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = c.conn.Close()
		c.pg = nil
	}
	conn, err := c.s.write.Conn(ctx)
	if err != nil {
		return err
	}
	c.conn = conn
	err = c.conn.Raw(func(dc any) error {
		c.pg = dc.(*stdlib.Conn).Conn()
		return nil
	})
	if err != nil {
		return err
	}
	_, err = c.pg.Exec(ctx, onlyByIndex)
	return err
}

// onlyByIndex keeps the planner of a writer's connection to the one plan that
// stays right as tables grow: every hot statement finds its rows by a key. A
// plan that was made while a table was empty would read all of it later.
const onlyByIndex = "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off"

func (tx *hotTx) commitPostgres(ctx context.Context) error {
	tag, err := tx.pg.Exec(ctx, "commit")
	switch {
	case err == nil && tag.String() == "ROLLBACK":
		return pgx.ErrTxCommitRollback
	case err != nil && tx.pg.IsClosed():
		return tx.look(ctx, err)
	}
	return err
}

// rollbackPostgres undoes the transaction. A broken connection has done so.
func (tx *hotTx) rollbackPostgres(ctx context.Context) error {
	if tx.pg.IsClosed() {
		return errBroken
	}
	_, err := tx.pg.Exec(ctx, "rollback")
	return err
}

// lookAgain is the wait between two looks at a transaction's end.
const lookAgain = 200 * time.Millisecond

// look finds out whether a transaction was committed whose answer was lost. It
// goes on until the database tells, unless the writers are to stop.
func (tx *hotTx) look(ctx context.Context, cause error) error {
	for {
		committed, err := tx.outcome(ctx)
		switch {
		case err == nil && committed:
			return nil
		case err == nil:
			return errors.Join(errBroken, cause)
		case tx.c.stopping():
			return fmt.Errorf("whether a transaction was committed is not known: %w", errors.Join(cause, err))
		}
		time.Sleep(lookAgain)
	}
}

var errUnderWay = errors.New("the transaction is still under way")

func (tx *hotTx) outcome(ctx context.Context) (committed bool, err error) {
	if tx.c.pg == nil || tx.c.pg.IsClosed() {
		if err := tx.c.reconnect(ctx); err != nil {
			return false, err
		}
	}
	var status *string
	err = tx.c.pg.QueryRow(ctx, "select pg_xact_status($1::text::xid8)", tx.xid).Scan(&status)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "22023" {
		return false, nil // this server never heard of it
	}
	if err == nil && status != nil && *status == "in progress" {
		return false, errUnderWay
	}
	return status != nil && *status == "committed", err
}
