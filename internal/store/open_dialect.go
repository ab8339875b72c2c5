package store

// This file is per dialect: how each database is opened and migrated.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

func (s *Store) openPostgres() error {
	s.d = &postgres
	if s.Writers == 0 {
		s.Writers = 3
	}
	cfg, err := pgx.ParseConfig(s.URL)
	if err != nil {
		return fmt.Errorf("the database URL cannot be read: %w", errors.Unwrap(err))
	}
	s.write = stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(byKey))
	s.write.SetMaxOpenConns(s.Writers + 16)
	s.write.SetMaxIdleConns(s.Writers + 16)
	s.read = s.write
	return nil
}

// byKey keeps the planner to the plans that stay right as tables grow: every
// query of the store goes along keys, and takes the first that it finds. A plan
// that was made while a table was nearly empty would read all of it later, and
// one that collects and sorts reads all that is old for the few that are asked for.
func byKey(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
		SET enable_material = off; SET max_parallel_workers_per_gather = 0; SET jit = off`)
	return err
}

func (s *Store) openSQLite() error {
	s.d = &sqliteDialect
	s.Writers = 1
	if s.CacheBytes == 0 {
		s.CacheBytes = 64 << 20
	}
	if err := s.ownFile(); err != nil {
		return err
	}
	file := s.sqliteName() + fmt.Sprintf("&_pragma=cache_size(-%d)&_pragma=temp_store(2)", s.CacheBytes/1024)
	var err error
	writer := fmt.Sprintf("&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(%d)&_pragma=journal_size_limit(67108864)&_txlock=immediate", checkpointSelf)
	if s.write, err = sql.Open(s.d.driver, file+writer); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	s.write.SetConnMaxIdleTime(0)
	if s.read, err = sql.Open(s.d.driver, file+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	s.reads = newStatements(s.read.PrepareContext)
	return nil
}

// sqliteName names the file to the driver. The name is a URI: what has a meaning
// there must not be read from a path.
func (s *Store) sqliteName() string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(s.File)) + "?_pragma=busy_timeout(5000)"
}

// openCheckpointer starts what keeps SQLite's log short.
func (s *Store) openCheckpointer() error {
	db, err := sql.Open(s.d.driver, s.sqliteName()+"&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	s.checkpoints = startCheckpointer(s, db)
	return nil
}

// ownFile keeps the database from other users of the machine. SQLite gives its
// log and index the mode of the file, which therefore is made beforehand. A file
// that exists is not opened here: closing it would drop SQLite's locks on it.
func (s *Store) ownFile() error {
	// SQLite keeps its log beside the file that a link leads to.
	file, err := followed(s.File)
	if err != nil {
		return fmt.Errorf("the database file cannot be found: %w", err)
	}
	s.File = file
	if _, err := os.Lstat(s.File); errors.Is(err, fs.ErrNotExist) {
		f, err := os.OpenFile(s.File, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		switch {
		case errors.Is(err, fs.ErrExist): // another process was faster
		case err != nil:
			return fmt.Errorf("the database file cannot be made: %w", err)
		default:
			return f.Close()
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.File + suffix)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(s.File+suffix, 0o600); err != nil {
			s.Log.Warn("other users of this machine can read the database", "file", s.File+suffix, "error", err)
		}
	}
	return nil
}

// followed returns where a file is that symbolic links may lead to, also when it
// is yet to be made.
func followed(file string) (string, error) {
	const links = 40 // as many as Linux follows
	for range links {
		info, err := os.Lstat(file)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return file, nil // whoever opens it hears of the error
		}
		to, err := os.Readlink(file)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(file), to)
		}
		file = to
	}
	return "", fmt.Errorf("%s leads from one symbolic link to another", file)
}

// newProvider returns what runs the migrations. On PostgreSQL a lock keeps
// several processes that start at once apart; SQLite has its file's.
func newProvider(s *Store, files fs.FS) (*goose.Provider, error) {
	if s.d.rowwise {
		return goose.NewProvider(database.DialectSQLite3, s.write, files)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectPostgres, s.write, files, goose.WithSessionLocker(locker))
}
