package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"heliograph/internal/config"
	"heliograph/internal/secret"
	"heliograph/internal/store"
)

// Level is how good or bad a finding is.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is what one of the doctor's checks found.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do
}

// doctor examines one installation. It changes nothing but one note in the
// database, which proves that writing works.
type doctor struct {
	c   *config.Config
	log *slog.Logger
	now time.Time

	found []Finding
}

// Doctor examines the installation that c describes. It works beside a running
// server.
func Doctor(ctx context.Context, c *config.Config, log *slog.Logger) []Finding {
	d := &doctor{c: c, log: log, now: time.Now()}
	d.folder()
	d.disk()
	d.plausibleClock()
	d.publicURL(ctx)
	if d.schema(ctx) {
		d.database(ctx)
	}
	return d.found
}

func (d *doctor) add(check string, l Level, advice, format string, args ...any) {
	d.found = append(d.found, Finding{Check: check, Level: l, Found: fmt.Sprintf(format, args...), Advice: advice})
}

// folder looks at the data folder and the master key in it.
func (d *doctor) folder() {
	const check = "data folder"
	dir := d.c.Data
	if d.c.DatabaseURL != "" && d.c.MasterKey != "" {
		d.add(check, OK, "", "not needed: the database and the master key are elsewhere")
		return
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.add(check, Warn, "Start the server once, or check --data.", "%s does not exist yet", dir)
		return
	case err != nil || !info.IsDir():
		d.add(check, Fail, "Point --data at a folder that this user can use.", "%s cannot be used as a folder", dir)
		return
	case info.Mode().Perm()&0o077 != 0:
		d.add(check, Warn, "Run: chmod 700 "+dir, "%s can be read by other users of this machine", dir)
	default:
		d.add(check, OK, "", "%s", dir)
	}
	if key, err := os.Stat(d.c.MasterKeyFile()); err == nil && key.Mode().Perm()&0o077 != 0 {
		d.add("master key file", Warn, "Run: chmod 600 "+d.c.MasterKeyFile(), "%s can be read by other users of this machine", d.c.MasterKeyFile())
	}
}

// schema looks whether the database answers and has the schema of this build.
// It reports whether the rest of the database can be examined.
func (d *doctor) schema(ctx context.Context) bool {
	const check = "database"
	so := storeOptions(&d.c.Storage)
	if so.URL == "" {
		if _, err := os.Stat(so.File); errors.Is(err, fs.ErrNotExist) {
			d.add(check, Warn, "Start the server once, or run: heliograph migrate", "there is no database at %s yet", so.File)
			return false
		}
	}
	have, want, err := store.SchemaVersion(ctx, so)
	switch {
	case err != nil:
		d.add(check, Fail, "Check that the database runs and that --database-url or --data is right.", "%s", scrub(err.Error()))
		return false
	case have < want:
		d.add(check, Fail, "Run: heliograph migrate (or restart the server, which does it)", "it has schema version %d, and this build needs %d", have, want)
		return false
	case have > want:
		d.add(check, Fail, "Run the newer heliograph that this database was used with.", "it has schema version %d, and this build knows only %d", have, want)
		return false
	}
	d.add(check, OK, "", "it answers; schema version %d", have)
	return true
}

// database opens the database and examines what is in it.
func (d *doctor) database(ctx context.Context) {
	ring, err := secret.Read(d.c.MasterKey, d.c.MasterKeyFile())
	if err != nil {
		d.add("master key", Fail, "Set HELIOGRAPH_MASTER_KEY, or put the file master.key back into the data folder.", "%v", err)
		return
	}
	so := storeOptions(&d.c.Storage)
	so.Seal, so.Log, so.Now = ring, d.log, time.Now
	s, err := store.Open(ctx, so)
	if err != nil {
		d.add("database", Fail, "See the message.", "%s", scrub(err.Error()))
		return
	}
	defer s.Close()
	d.writes(ctx, store.Figures{Store: s})
	d.databaseClock(ctx, store.Figures{Store: s})
	matches := d.keyMatches(ctx, ring, s)
	d.queues(ctx, store.Figures{Store: s})
	if matches {
		d.integrations(ctx, s)
	}
}

func (d *doctor) keyMatches(ctx context.Context, ring *secret.Ring, s *store.Store) bool {
	const check = "master key"
	switch bound, err := ring.Verify(ctx, store.System{Store: s}); {
	case err != nil:
		d.add(check, Fail, "Put back the key that this database was first started with.", "%v", err)
		return false
	case !bound:
		d.add(check, OK, "", "not used with this database yet")
	default:
		d.add(check, OK, "", "it belongs to this database")
	}
	return true
}
