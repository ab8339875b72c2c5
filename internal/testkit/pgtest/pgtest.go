// Package pgtest gives every test a PostgreSQL database of its own. It needs a
// server, named by HELIOGRAPH_TEST_PG; "make test" and "make test-pg" start one.
// Only tests import it.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"heliograph/internal/store"
	"heliograph/internal/testkit"
)

// Variable names the environment variable with the URL of a PostgreSQL
// superuser.
const Variable = "HELIOGRAPH_TEST_PG"

// URL returns the URL of a fresh, migrated database that is dropped when the
// test ends. Without a server the test is skipped, saying what is missing.
func URL(t testing.TB) string {
	t.Helper()
	admin := os.Getenv(Variable)
	if admin == "" {
		t.Skipf("PostgreSQL is not tested: %s is not set; run 'make test' or 'make test-pg', which start a server", Variable)
	}
	template := templateName(t)
	if err := prepare(admin, template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return create(t, admin, template)
}

// templateName is made of the migrations, so that a server that outlives a
// change of the schema is not asked for the old one.
func templateName(t testing.TB) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testkit.Root(t), "internal/store/migrations/*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("pgtest: no migrations: %v", err)
	}
	h := sha256.New()
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(text)
	}
	return fmt.Sprintf("heliograph_template_%x", h.Sum(nil)[:6])
}

// prepare migrates the template, once per process; prepareOnce makes it once
// per server.
var prepare = func() func(admin, template string) error {
	var once sync.Once
	var err error
	return func(admin, template string) error {
		once.Do(func() { err = prepareOnce(admin, template) })
		return err
	}
}()

// prepareOnce makes the template unless another process has. The template is
// marked as one only after it was migrated, so half a template is never used.
func prepareOnce(admin, template string) (err error) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("%s: %w", Variable, err)
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()

	const lock = 0x68656c696f // any number that only we use
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	var ready bool
	err = c.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", template).Scan(&ready)
	if ready || (err != nil && !errors.Is(err, pgx.ErrNoRows)) {
		return err
	}
	if err := execAll(ctx, c, "DROP DATABASE IF EXISTS "+template, "CREATE DATABASE "+template); err != nil {
		return err
	}
	if err := store.Migrate(ctx, store.Options{URL: withDatabase(admin, template)}); err != nil {
		return err
	}
	return execAll(ctx, c, "ALTER DATABASE "+template+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
}

// create copies the template.
func create(t testing.TB, admin, template string) string {
	t.Helper()
	ctx := context.Background()
	name := "heliograph_test_" + rand.Text()
	run := func(queries ...string) {
		c, err := pgx.Connect(ctx, admin)
		if err == nil {
			err = errors.Join(execAll(ctx, c, queries...), c.Close(ctx))
		}
		if err != nil {
			t.Errorf("pgtest: %v", err)
		}
	}
	run(fmt.Sprintf("CREATE DATABASE %q TEMPLATE %s", name, template))
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() { run(fmt.Sprintf("DROP DATABASE %q WITH (FORCE)", name)) })
	return withDatabase(admin, name)
}

func execAll(ctx context.Context, c *pgx.Conn, queries ...string) error {
	for _, q := range queries {
		if _, err := c.Exec(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// withDatabase returns the URL with another database's name.
func withDatabase(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil {
		return admin // pgx.Connect has accepted it, so this does not happen
	}
	u.Path = "/" + name
	return u.String()
}
