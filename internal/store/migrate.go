package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
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
		var p *goose.Provider
		if p, err = newProvider(s, files); err == nil {
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
	out := textFS{}
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		body, err := d.only(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[path.Base(name)] = "-- +goose Up\n" + body
	}
	return out, nil
}

// textFS is a flat read-only file system of texts, by name.
type textFS map[string]string

// Open implements fs.FS.
func (t textFS) Open(name string) (fs.File, error) {
	text, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return textFile{strings.NewReader(text), name}, nil
}

// Glob implements fs.GlobFS. The names are in order, as fs.Glob promises; goose
// takes the last one for the newest.
func (t textFS) Glob(pattern string) (names []string, err error) {
	for name := range t {
		if ok, err := path.Match(pattern, name); err != nil {
			return nil, err
		} else if ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

type textFile struct {
	*strings.Reader
	name string
}

func (f textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f textFile) Close() error               { return nil }
func (f textFile) Name() string               { return f.name }
func (f textFile) Mode() fs.FileMode          { return 0o444 }
func (f textFile) ModTime() time.Time         { return time.Time{} }
func (f textFile) IsDir() bool                { return false }
func (f textFile) Sys() any                   { return nil }
