package store

// This file has a text per dialect: hot writes run row by row on SQLite, where
// a prepared statement costs a few microseconds, and as one statement over
// arrays on PostgreSQL, where a round trip costs more than many rows.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"heliograph"
)

// hotStmt is one statement of a hot write, for a batch of rows.
type hotStmt struct {
	// row is SQLite's text, for one row of parameters, "?" each in order.
	row string
	// set is PostgreSQL's text, for arrays $1, $2, …, one for each parameter.
	// What it returns begins with the row's number, counted from 1: unnest(…)
	// WITH ORDINALITY gives it.
	set string
	// types has a letter for each parameter: b bytes, i integer, t text.
	types string
	// key, if set, are the parameters by which PostgreSQL names a row instead of by
	// its number: an INSERT can return no other. They are ids, then texts.
	key []int
}

// hotConn is the connection of one writer.
type hotConn struct {
	s       *Store
	conn    *sql.Conn
	general *statements // SQLite: for closures
	lite    driver.Conn
	stmts   map[string]driver.Stmt
	pg      *pgx.Conn // nil: broken
	planned time.Time // when PostgreSQL's plans began to be made

	stopping func() bool
}

// openHot takes a connection for as long as the writer lives.
func openHot(ctx context.Context, s *Store, stopping func() bool) (*hotConn, error) {
	c := &hotConn{s: s, stmts: map[string]driver.Stmt{}, stopping: stopping}
	if !s.d.rowwise {
		return c, c.reconnect(ctx)
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c.conn, c.general = conn, newStatements(conn.PrepareContext)
	// The syncer sees to what FULL would: see there.
	if _, err := conn.ExecContext(ctx, `PRAGMA synchronous = NORMAL`); err != nil {
		return nil, err
	}
	return c, conn.Raw(func(dc any) error { c.lite = dc.(driver.Conn); return nil })
}

func (c *hotConn) close() {
	for _, st := range c.stmts {
		_ = st.Close()
	}
	// SQLite keeps a file open for a statement that is not closed.
	if c.general != nil {
		c.general.close()
	}
	_ = c.conn.Close()
}

// hotTx is a transaction of a writer.
type hotTx struct {
	c    *hotConn
	pg   *pgx.Conn // PostgreSQL's
	xid  string    // "": nothing was sent yet
	trip trip
	told []heliograph.Told
	jobs []*job // of the verb that runs, by position of its arguments
}

// after runs f once the transaction committed, as part of the running verb's
// first operation.
func (tx *hotTx) after(f func()) { tx.jobs[0].after = append(tx.jobs[0].after, f) }

func (c *hotConn) begin(ctx context.Context) (*hotTx, error) {
	if !c.s.d.rowwise {
		return c.beginPostgres(ctx)
	}
	tx := &hotTx{c: c}
	return tx, tx.plain("BEGIN IMMEDIATE")
}

func (tx *hotTx) commit(ctx context.Context) error {
	if tx.pg != nil {
		return tx.commitPostgres(ctx)
	}
	if err := tx.plain("COMMIT"); err != nil {
		return errors.Join(err, tx.rollback(ctx))
	}
	return nil
}

func (tx *hotTx) rollback(ctx context.Context) error {
	if tx.pg != nil {
		return tx.rollbackPostgres(ctx)
	}
	return tx.plain("ROLLBACK")
}

// plain runs a statement without parameters on SQLite.
func (tx *hotTx) plain(q string) error {
	_, err := tx.lite(q, nil)
	return err
}

func (c *hotConn) prepared(q string) (driver.Stmt, error) {
	if st := c.stmts[q]; st != nil {
		return st, nil
	}
	st, err := c.lite.Prepare(q)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", q, err)
	}
	c.stmts[q] = st
	return st, nil
}

func (tx *hotTx) lite(q string, args []driver.NamedValue) (driver.Result, error) {
	st, err := tx.c.prepared(q)
	if err != nil {
		return nil, err
	}
	return st.(driver.StmtExecContext).ExecContext(context.Background(), args)
}

// exec runs st for every row. PostgreSQL may tell of its failure later: at the
// next statement that is waited for, or at the commit.
func (tx *hotTx) exec(ctx context.Context, st *hotStmt, p *params) error {
	if p.len() == 0 {
		return nil
	}
	if tx.pg != nil {
		tx.later(st.set, p.arrays(st.types)...)
		return nil
	}
	var args []driver.NamedValue
	for i := range p.len() {
		args = p.named(args, i)
		if _, err := tx.lite(st.row, args); err != nil {
			return err
		}
	}
	return nil
}

// execEach runs st for every row and tells which rows it changed. PostgreSQL's
// text must return those rows.
func (tx *hotTx) execEach(ctx context.Context, st *hotStmt, p *params) ([]bool, error) {
	changed := make([]bool, p.len())
	if tx.pg != nil {
		return changed, tx.query(ctx, st, p, func(i int, _ cells) error { changed[i] = true; return nil })
	}
	var args []driver.NamedValue
	for i := range p.len() {
		args = p.named(args, i)
		res, err := tx.lite(st.row, args)
		if err != nil {
			return nil, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return nil, err
		}
		changed[i] = n > 0
	}
	return changed, nil
}

// query runs st for every row and calls each for every row of the answer, with
// the number (from 0) of the row that it answers.
func (tx *hotTx) query(ctx context.Context, st *hotStmt, p *params, each func(i int, c cells) error) error {
	if err := tx.along(st, p, each); err != nil {
		return err
	}
	return tx.wait(ctx)
}

// along is query for an answer that is not needed yet: on PostgreSQL each is
// called when the next statement is waited for that is.
func (tx *hotTx) along(st *hotStmt, p *params, each func(i int, c cells) error) error {
	if p.len() == 0 {
		return nil
	}
	if tx.pg != nil {
		tx.ask(st, p, each)
		return nil
	}
	var args []driver.NamedValue
	for i := range p.len() {
		args = p.named(args, i)
		if err := tx.liteQuery(st.row, args, func(c cells) error { return each(i, c) }); err != nil {
			return err
		}
	}
	return nil
}

func (tx *hotTx) liteQuery(q string, args []driver.NamedValue, each func(cells) error) (err error) {
	st, err := tx.c.prepared(q)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var dest []driver.Value
	for {
		if dest == nil {
			dest = make([]driver.Value, len(rows.Columns()))
		}
		switch err := rows.Next(dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		c := make(cells, len(dest))
		for i, v := range dest {
			c[i] = v
		}
		if err := each(c); err != nil {
			return err
		}
	}
}
