package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// Backup writes a consistent copy of the database to file, beside a running
// server or without one. The master key is not part of it.
func Backup(ctx context.Context, c *config.Storage, file string) error {
	so := storeOptions(c)
	err := madeBefore(so)
	if err != nil {
		return err
	}
	err = store.Backup(ctx, so, file)
	switch {
	case errors.Is(err, store.ErrNotHere):
		return errors.New("a PostgreSQL database is backed up with its own tools: pg_dump --format=custom --file=" + file +
			" \"$HELIOGRAPH_DATABASE_URL\", or continuous archiving; after restoring it run: heliograph restore")
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("%s exists already; a backup never replaces a file", file)
	}
	return err
}

// Restore puts a copy of a database in place; on PostgreSQL, where its own tools
// do that, it marks the database as restored. The next server that starts on it
// sends nothing until its integrations are resumed.
func Restore(ctx context.Context, c *config.Storage, file string) error {
	so := storeOptions(c)
	if so.URL != "" {
		if file != "" {
			return errors.New("a PostgreSQL database is restored with its own tools (pg_restore); then run heliograph restore without a file, before the first start")
		}
		return store.MarkRestored(ctx, so)
	}
	if file == "" {
		return errors.New("name the file to restore")
	}
	if err := makeDataDir(c); err != nil {
		return err
	}
	lock, err := lockDir(c.Data)
	if err != nil {
		return err
	}
	defer lock.release()
	if _, err := os.Stat(so.File); err == nil {
		return fmt.Errorf("%s exists: move it and its -wal and -shm files away first", so.File)
	}
	if err := copyFile(file, so.File); err != nil {
		return err
	}
	return store.MarkRestored(ctx, so)
}

// copyFile copies a file so that it is whole or absent under its new name.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".restore-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), to)
}

// pauseRestored stops every lane of a database that was restored from a backup.
func (a *App) pauseRestored(ctx context.Context) error {
	const reason = "the database was restored from a backup; look at what is held, then resume"
	restored, held, err := store.System{Store: a.data.Store}.Restored(ctx, heliograph.At(a.now()), tenant.UntilResumed, reason)
	if restored {
		a.log.Warn("this database was restored from a backup: every integration is paused and all that was queued is held, so that nothing is sent twice; "+
			"settle what is held (heliograph held), then resume each integration (POST …/integrations/{integrationId}/resume)", "held", held)
	}
	return err
}
