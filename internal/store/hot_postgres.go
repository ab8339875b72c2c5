package store

// This file is per dialect: transactions of hot writes on PostgreSQL.

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errBroken says that the connection broke before a transaction was committed:
// nothing of it was kept.
var errBroken = errors.New("the connection to the database broke")

// trip is what goes to the server together, in one round trip. A statement
// whose answer nobody needs waits for the next one whose answer somebody does:
// the way there and back costs as much as a dozen rows.
type trip struct {
	batch pgx.Batch
	begun bool
	asked bool // somebody waits for an answer
}

// beginPostgres begins a transaction: with the first statement that is sent. A
// connection that broke since the last transaction is replaced.
func (c *hotConn) beginPostgres(ctx context.Context) (*hotTx, error) {
	if c.pg == nil || c.pg.IsClosed() {
		if err := c.reconnect(ctx); err != nil {
			return nil, err
		}
	}
	tx := &hotTx{c: c, pg: c.pg}
	if time.Since(c.planned) > planFor {
		c.planned = time.Now()
		tx.later("discard plans")
	}
	return tx, nil
}

// later has a statement sent with the next trip; begin comes before the first.
func (tx *hotTx) later(q string, args ...any) *pgx.QueuedQuery {
	if t := &tx.trip; !t.begun {
		t.begun = true
		t.batch.Queue("begin")
		t.batch.Queue("select pg_current_xact_id()::text").QueryRow(func(row pgx.Row) error { return row.Scan(&tx.xid) })
	}
	return tx.trip.batch.Queue(q, args...)
}

// send makes the trip. After an error the server passes over the rest of it.
func (tx *hotTx) send(ctx context.Context) error {
	batch := tx.trip.batch
	tx.trip.batch, tx.trip.asked = pgx.Batch{}, false
	if batch.Len() == 0 {
		return nil
	}
	return tx.pg.SendBatch(ctx, &batch).Close()
}

// wait makes the trip if there is an answer to wait for.
func (tx *hotTx) wait(ctx context.Context) error {
	if !tx.trip.asked {
		return nil
	}
	return tx.send(ctx)
}

// ask has a statement sent with the next trip, and each called for every row of
// its answer.
func (tx *hotTx) ask(st *hotStmt, p *params, each func(i int, c cells) error) {
	tx.trip.asked = true
	number := st.numbers(p)
	tx.later(st.set, p.arrays(st.types)...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			if err := each(number(values), values[1:]); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// numbers returns what tells the number of the row that an answer is to.
func (st *hotStmt) numbers(p *params) func(cells) int {
	if st.key == nil {
		return func(c cells) int { return int(c.int(0)) - 1 }
	}
	name := func(c cells, columns []int) string {
		var b strings.Builder
		for _, i := range columns {
			b.WriteString(c.text(i))
			b.WriteByte(0) // no text has one
		}
		return b.String()
	}
	at, answer := make(map[string]int, p.len()), make([]int, len(st.key))
	for i := range p.len() {
		at[name(p.flat[i*p.width:(i+1)*p.width], st.key)] = i
	}
	for i := range answer {
		answer[i] = i
	}
	return func(c cells) int { return at[name(c, answer)] }
}

// lost reports whether there is no connection any more.
func (c *hotConn) lost() bool { return !c.s.d.rowwise && (c.pg == nil || c.pg.IsClosed()) }

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
	_, err = c.pg.Exec(ctx, planOnce)
	return err
}

// planOnce has a writer's statements planned for any batch: to plan one for the
// batch at hand costs more than to run it.
const planOnce = "set plan_cache_mode = force_generic_plan"

// planFor is how long plans are kept. Queues are empty at one moment and long at
// the next, and a plan for an empty one reads all of it.
const planFor = time.Second

// commitPostgres sends what waits, and the commit with it. The transaction's id
// must be known by then, or nobody could look what became of it.
func (tx *hotTx) commitPostgres(ctx context.Context) error {
	if tx.xid == "" {
		if err := tx.send(ctx); err != nil {
			return errors.Join(err, tx.rollbackPostgres(ctx))
		}
	}
	if tx.xid == "" {
		return nil // there was nothing to do
	}
	tx.later("commit").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	// The rows that others may want, too, are locked before the last trip.
	turn := tx.c.s.turns.take(tx.told)
	err := tx.send(ctx)
	switch {
	case err != nil && tx.pg.IsClosed():
		err = tx.look(ctx, err)
	case err != nil:
		err = errors.Join(err, tx.rollbackPostgres(ctx))
	}
	tx.c.s.turns.end(turn, err == nil)
	return err
}

// rollbackPostgres undoes the transaction. A broken connection has done so.
func (tx *hotTx) rollbackPostgres(ctx context.Context) error {
	const idle = 'I'
	switch {
	case tx.pg.IsClosed():
		return errBroken
	case tx.pg.PgConn().TxStatus() == idle:
		return nil
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
