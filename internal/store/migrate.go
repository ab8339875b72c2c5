package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrate brings the schema of the database in o up to date. Several processes
// may call it at once.
func Migrate(ctx context.Context, o Options) error {
	p, s, err := provider(ctx, o)
	if err != nil {
		return err
	}
	defer s.closePools()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return s.fillLeases(ctx)
}

// SchemaVersion returns the version of the database in o and the newest one
// this build knows.
func SchemaVersion(ctx context.Context, o Options) (have, want int64, err error) {
	p, s, err := provider(ctx, o)
	if err != nil {
		return 0, 0, err
	}
	defer s.closePools()
	return p.GetVersions(ctx)
}

func provider(ctx context.Context, o Options) (*goose.Provider, *Store, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	files, err := migrationsFor(s.d)
	if err == nil {
		d := database.DialectSQLite3
		if s.d == &postgres {
			d = database.DialectPostgres
		}
		var p *goose.Provider
		if p, err = goose.NewProvider(d, s.write, files); err == nil {
			return p, s, nil
		}
	}
	_ = s.closePools()
	return nil, nil, err
}

// migrationsFor returns the migrations with the other dialect's blocks removed.
func migrationsFor(d *dialect) (fs.FS, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		body, err := d.only(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name[len("migrations/"):]] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + body)}
	}
	return out, nil
}
