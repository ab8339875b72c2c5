// Package store keeps Heliograph's state in SQLite or PostgreSQL. It is the
// only place with SQL. Each file holds the queries of one aggregate, written
// once for both databases; dialect.go holds every difference. It decides
// nothing: rules live in the engines, whose ports its views satisfy.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"heliograph"
)

// Options say where the data is and what the store is handed.
type Options struct {
	// URL is postgres://…; when it is empty, SQLite in File is used.
	URL  string
	File string // path of the SQLite file; its folder must exist

	Seal  Sealer
	IDs   *heliograph.IDMaker
	Now   heliograph.Clock
	Log   *slog.Logger
	Watch Watch // may be nil
	// Broken, if set, is called once when the disk refuses to keep what was
	// committed. Nothing is written from then on; the process should end, and
	// recover from what the disk has.
	Broken func(error)

	Writers int // PostgreSQL connections that batch hot writes; 0: 3
	// Patience is how long the first writer may take before the others help; 0: 20 ms.
	// When it is negative all take work alike.
	Patience   time.Duration
	Window     int // hot writes that may wait; 0: 16384
	CacheBytes int // SQLite page cache per connection; 0: 64 MiB

	keep func(*os.File) error // tests only: instead of waiting for the disk
}

// Sealer encrypts secrets at rest. The context of a secret (its table and row)
// is authenticated, so that sealed values cannot be swapped.
type Sealer interface {
	Seal(plain []byte, context string) ([]byte, error)
	Open(sealed []byte, context string) ([]byte, error)
}

// Store is the database. The engines' ports are satisfied by views on it.
type Store struct {
	Options
	d           *dialect
	read        *sql.DB // SQLite: read-only connections. PostgreSQL: the pool.
	write       *sql.DB // SQLite: one connection, the writer's. PostgreSQL: the same pool.
	writers     *writers
	checkpoints *checkpointer // SQLite, while writers are at work
	queries     sync.Map      // query text -> translated text
	reads       *statements   // SQLite: prepared on the reading connections
	listen      listeners
	turns       turns // PostgreSQL
	voice       voice
}

// Open connects, and starts the batching writers. The schema must be current:
// see Migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if s.d.rowwise {
		if err := s.openCheckpointer(); err != nil {
			_ = s.closePools()
			return nil, err
		}
	}
	if s.writers, err = startWriters(ctx, s); err != nil {
		_ = s.closePools()
		return nil, err
	}
	return s, nil
}

func connect(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Watch == nil {
		o.Watch = noWatch{}
	}
	if o.Window == 0 {
		o.Window = 16384
	}
	if o.keep == nil {
		o.keep = syncFile
	}
	s := &Store{Options: o}
	s.turns.offer = s.offerTold
	s.voice.s = s
	if o.URL != "" && o.IDs != nil {
		s.voice.name = o.IDs.Process().String()
	}
	var err error
	if o.URL != "" {
		err = s.openPostgres()
	} else {
		err = s.openSQLite()
	}
	if err != nil {
		return nil, err
	}
	if err := s.write.PingContext(ctx); err != nil {
		s.closePools()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return s, nil
}

// Close waits for the writes under way and releases the database.
func (s *Store) Close() error {
	if s.writers != nil {
		s.writers.stop()
	}
	s.voice.close()
	return s.closePools()
}

func (s *Store) closePools() error {
	var err error
	if s.checkpoints != nil {
		err = s.checkpoints.stop()
	}
	// The writer goes last: it merges the log into the file, which readers cannot.
	if s.reads != nil {
		s.reads.close()
	}
	if s.read != nil && s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	return errors.Join(err, s.write.Close())
}

// Dialect names the database in use: "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.d.name }

// scanner is a row or rows.
type scanner interface{ Scan(...any) error }

// collect runs q and reads every row with scan.
func collect[T any](ctx context.Context, s *Store, scan func(scanner) (T, error), q string, args ...any) ([]T, error) {
	rows, err := s.conn(ctx).QueryContext(ctx, s.sql(q), args...)
	if err != nil {
		return nil, asAway(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, asAway(rows.Err())
}

// one reads the only row of q, or returns missing.
func one[T any](ctx context.Context, s *Store, missing error, scan func(scanner) (T, error), q string, args ...any) (T, error) {
	v, err := scan(s.row(ctx, q, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, missing
	}
	return v, err
}

// placeholders returns "$from, $from+1, …" for n values: for IN lists of few
// values, where the database must see them one by one.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}
