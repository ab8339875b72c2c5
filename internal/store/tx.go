package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"heliograph"
)

type txKey struct{}

// txState is the transaction that a context carries.
type txState struct {
	q     querier
	after []func()          // run once it committed
	told  []heliograph.Told // on PostgreSQL
	hints []heliograph.Hint
}

// Atomically runs fn in a transaction; nested calls join the outer one. fn must
// use only the context it is given and do nothing but work on the store: it may
// be run again when it loses a race. On SQLite fn runs on the one writer, inside
// a commit that it shares with others; when it fails, only its own writes are
// undone.
func (s *Store) Atomically(ctx context.Context, fn func(context.Context) error) error {
	if ctx.Value(txKey{}) != nil {
		return fn(ctx)
	}
	if s.d.rowwise {
		return s.writers.closure(ctx, fn)
	}
	const tries = 8
	var err error
	for range tries {
		if err = s.once(ctx, fn); !isTransient(err) {
			break
		}
	}
	return asAway(err)
}

func (s *Store) once(ctx context.Context, fn func(context.Context) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	state := &txState{q: tx}
	if err := fn(context.WithValue(ctx, txKey{}, state)); err != nil {
		return err
	}
	turn := s.turns.take(state.told)
	err = tx.Commit()
	s.turns.end(turn, err == nil)
	if err != nil {
		return err
	}
	for _, f := range state.after {
		f()
	}
	if len(state.hints) > 0 {
		s.Tell(state.hints)
	}
	return nil
}

// AfterCommit runs f once the transaction that ctx carries has committed, and
// never when it fails. f must be quick and must not write to the store.
func (s *Store) AfterCommit(ctx context.Context, f func()) {
	if state, ok := ctx.Value(txKey{}).(*txState); ok {
		state.after = append(state.after, f)
		return
	}
	f()
}

type querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// conn returns the transaction that ctx carries, or the connections for reads.
func (s *Store) conn(ctx context.Context) querier {
	if state, ok := ctx.Value(txKey{}).(*txState); ok {
		return state.q
	}
	if s.reads != nil {
		return s.reads
	}
	return s.read
}

func (s *Store) sql(q string) string {
	if t, ok := s.queries.Load(q); ok {
		return t.(string)
	}
	t := s.d.translate(q)
	s.queries.Store(q, t)
	return t
}

// exec runs a write. Outside a transaction it makes one of its own.
func (s *Store) exec(ctx context.Context, q string, args ...any) (affected int64, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		res, err := s.conn(ctx).ExecContext(ctx, s.sql(q), args...)
		if err != nil {
			return err
		}
		affected, err = res.RowsAffected()
		return err
	})
	return affected, err
}

// row reads one row; Scan returns sql.ErrNoRows when there is none.
func (s *Store) row(ctx context.Context, q string, args ...any) scanner {
	rows, err := s.conn(ctx).QueryContext(ctx, s.sql(q), args...)
	return singleRow{rows, err}
}

type singleRow struct {
	rows *sql.Rows
	err  error
}

func (r singleRow) Scan(dest ...any) error {
	if r.err != nil {
		return asAway(r.err)
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return asAway(err)
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return asAway(r.rows.Close())
}

// maxStatements bounds how many texts a cache of prepared statements holds:
// more than the store has, far fewer than a query of variable length could make.
const maxStatements = 400

// statements is a querier that prepares each text once. SQLite compiles a
// statement for every call otherwise.
type statements struct {
	prepare func(context.Context, string) (*sql.Stmt, error)
	mu      sync.RWMutex
	byText  map[string]*sql.Stmt
}

func newStatements(prepare func(context.Context, string) (*sql.Stmt, error)) *statements {
	return &statements{prepare: prepare, byText: map[string]*sql.Stmt{}}
}

func (c *statements) get(ctx context.Context, q string) (*sql.Stmt, error) {
	c.mu.RLock()
	st := c.byText[q]
	c.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	st, err := c.prepare(context.WithoutCancel(ctx), q)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", q, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have := c.byText[q]; have != nil {
		_ = st.Close()
		return have, nil
	}
	if len(c.byText) >= maxStatements {
		for text, old := range c.byText {
			_ = old.Close()
			delete(c.byText, text)
			break
		}
	}
	c.byText[q] = st
	return st, nil
}

// close closes every statement.
func (c *statements) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for text, st := range c.byText {
		_ = st.Close()
		delete(c.byText, text)
	}
}

func (c *statements) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	st, err := c.get(ctx, q)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (c *statements) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	st, err := c.get(ctx, q)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}
