package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/secret"
	"heliograph/internal/store"
)

// data is the open database and what belongs to it.
type data struct {
	*store.Store
	ring *secret.Ring
	ids  *heliograph.IDMaker
	now  heliograph.Clock
	lock *dirLock
}

// dataOptions say how to open the database.
type dataOptions struct {
	// alone takes the sole use of the data folder: for what runs, not for
	// commands that work beside it. PostgreSQL is shared by many.
	alone bool
	// migrate brings an older schema up to date; without it that is an error.
	migrate bool
	log     *slog.Logger
	watch   store.Watch
	broken  func(error) // the disk keeps nothing any more; may be nil
	now     heliograph.Clock
}

// storeOptions says where the database of c is.
func storeOptions(c *config.Storage) store.Options {
	o := store.Options{URL: c.DatabaseURL.Reveal(), Writers: c.Writers, Window: c.WriteWindow, CacheBytes: c.CacheMB << 20, Now: time.Now}
	if o.URL == "" {
		o.File = c.SQLiteFile()
	}
	return o
}

// madeBefore refuses to work on a database that nobody has made yet: whoever
// mistyped the folder must not be told about an empty one.
func madeBefore(so store.Options) error {
	if so.URL != "" {
		return nil
	}
	if _, err := os.Stat(so.File); err != nil {
		return fmt.Errorf("there is no database: %w; check --data, or start the server once", err)
	}
	return nil
}

// openData opens the database of c; an empty one is set up.
func openData(ctx context.Context, c *config.Storage, o dataOptions) (_ *data, err error) {
	d := &data{now: o.now}
	defer func() {
		if err != nil {
			_ = d.close()
		}
	}()
	so := storeOptions(c)
	if err := makeDataDir(c); err != nil {
		return nil, err
	}
	if o.alone && so.URL == "" {
		if d.lock, err = lockDir(c.Data); err != nil {
			return nil, err
		}
	}
	if d.ring, err = masterKey(ctx, c, so, o.log); err != nil {
		return nil, err
	}
	if err := bringUp(ctx, so, o.migrate); err != nil {
		return nil, err
	}
	d.ids = heliograph.NewIDMaker(o.now, rand.Reader)
	so.Seal, so.IDs, so.Now, so.Log, so.Watch, so.Broken = d.ring, d.ids, o.now, o.log, o.watch, o.broken
	if d.Store, err = store.Open(ctx, so); err != nil {
		return nil, err
	}
	return d, d.ring.Bind(ctx, store.System{Store: d.Store})
}

// masterKey returns the master key. A new database gets a new one; never one
// that is there already, such as a restored copy: it needs the key it had.
func masterKey(ctx context.Context, c *config.Storage, so store.Options, log *slog.Logger) (*secret.Ring, error) {
	ring, err := secret.Read(c.MasterKey, c.MasterKeyFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	bound, err := secret.Bound(ctx, func(ctx context.Context, name string) (string, error) { return store.ReadNote(ctx, so, name) })
	if err != nil {
		return nil, err
	}
	if bound { // perhaps by a process that has made the key meanwhile
		if ring, err = secret.Read(c.MasterKey, c.MasterKeyFile()); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the master key of this database is missing, and a new one could not read what is in it: "+
				"copy the master.key that belongs to this database or its backup to %s, or set HELIOGRAPH_MASTER_KEY", c.MasterKeyFile())
		}
		return ring, err
	}
	ring, made, err := secret.Load(c.MasterKey, c.MasterKeyFile())
	if made {
		log.Info("a master key was made; keep a copy of it apart from the backups", "file", c.MasterKeyFile())
	}
	return ring, err
}

// makeDataDir makes the data folder when something will be kept in it.
func makeDataDir(c *config.Storage) error {
	if c.DatabaseURL != "" && c.MasterKey != "" {
		return nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	return nil
}

// bringUp makes the schema current, or says what to do about it.
func bringUp(ctx context.Context, so store.Options, migrate bool) error {
	have, want, err := store.SchemaVersion(ctx, so)
	switch {
	case err != nil:
		return err
	case have > want:
		return fmt.Errorf("the database has schema version %d, and this build knows %d: it was used by a newer heliograph; run that one", have, want)
	case have == want:
		return nil
	case have > 0 && !migrate:
		return fmt.Errorf("the database has schema version %d, and this build needs %d: run \"heliograph migrate\" first", have, want)
	}
	return store.Migrate(ctx, so)
}

// close gives everything back. It may be called on what was opened in part.
func (d *data) close() error {
	var err error
	if d.Store != nil {
		err = d.Store.Close()
		d.Store = nil
	}
	err = errors.Join(err, d.lock.release())
	d.lock = nil
	return err
}

// Migrate brings the schema up to date and returns the versions before and after.
func Migrate(ctx context.Context, c *config.Storage) (before, after int64, err error) {
	if err := makeDataDir(c); err != nil {
		return 0, 0, err
	}
	so := storeOptions(c)
	if before, _, err = store.SchemaVersion(ctx, so); err != nil {
		return 0, 0, err
	}
	if err := bringUp(ctx, so, true); err != nil {
		return before, before, err
	}
	_, after, err = store.SchemaVersion(ctx, so)
	return before, after, err
}
