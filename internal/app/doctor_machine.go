package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// Bounds of what is fine on a disk.
const (
	diskLow  = 2 << 30
	diskFull = 200 << 20
)

// disk looks at the free space where the data is.
func (d *doctor) disk() {
	const check = "disk"
	if d.c.DatabaseURL != "" {
		return // the data is not here
	}
	dir, err := filepath.Abs(d.c.Data)
	var st syscall.Statfs_t
	for err == nil {
		if err = syscall.Statfs(dir, &st); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir, err = filepath.Dir(dir), nil // a folder that is not made yet lies on its parent's disk
	}
	if err != nil {
		d.add(check, Warn, "Look at it yourself: df -h "+d.c.Data, "the free space cannot be told: %v", err)
		return
	}
	free := uint64(st.Bavail) * uint64(st.Bsize)
	switch {
	case free < diskFull:
		d.add(check, Fail, "Make room now: writes will fail. Shorter --retain settings help in the long run.", "only %s are free at %s", size(free), dir)
	case free < diskLow:
		d.add(check, Warn, "Make room, or shorten the --retain settings.", "%s are free at %s", size(free), dir)
	default:
		d.add(check, OK, "", "%s are free", size(free))
	}
}

func size(n uint64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}

// firstRelease is a moment before which no correct clock can run this program.
const firstRelease heliograph.Millis = 1_790_000_000_000 // September 2026

func (d *doctor) plausibleClock() {
	if heliograph.At(d.now) < firstRelease {
		d.add("clock", Fail, "Set the clock, and keep it right with NTP: ids, schedules and signatures depend on it.", "it says %s", d.now.UTC().Format(time.RFC3339))
		return
	}
	d.add("clock", OK, "", "%s", d.now.UTC().Format(time.RFC3339))
}

// clockOff is how far this clock and the database's may be apart.
const clockOff = 2 * time.Second

// databaseClock compares this clock with PostgreSQL's, or with what was last
// written into SQLite.
func (d *doctor) databaseClock(ctx context.Context, f store.Figures) {
	before := time.Now()
	at, ok, err := f.DatabaseNow(ctx)
	switch {
	case err != nil:
		d.add("clock", Warn, "", "the database's clock cannot be asked: %v", err)
	case ok:
		middle := heliograph.At(before.Add(time.Since(before) / 2))
		if off := at.Sub(middle); off.Abs() > clockOff {
			d.add("clock", Fail, "Keep both machines right with NTP: leases between processes depend on it.", "the database's clock differs by %s", off)
			return
		}
		d.add("clock", OK, "", "the database's clock agrees")
	}
}

// writes proves that the database takes writes and keeps them.
func (d *doctor) writes(ctx context.Context, f store.Figures) {
	const check = "writes"
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	started := time.Now()
	if err := f.TestWrite(ctx, heliograph.At(d.now)); err != nil {
		d.add(check, Fail, "Check free space and permissions. A database that is always busy is a sign of another program using it.", "a test write failed: %v", err)
		return
	}
	took := time.Since(started)
	text, safe, err := f.Durability(ctx)
	switch {
	case err != nil:
		d.add(check, Warn, "", "how safe a commit is cannot be told: %v", err)
	case !safe:
		d.add(check, Fail, "Turn on fsync and synchronous_commit (PostgreSQL): what is acknowledged must survive a power failure.", "%s", text)
	case took > 250*time.Millisecond:
		d.add(check, Warn, "Look at the disk's load.", "a durable write took %s (%s)", took.Round(time.Millisecond), text)
	default:
		d.add(check, OK, "", "a durable write took %s (%s)", took.Round(100*time.Microsecond), text)
	}
}

// publicURL looks at how providers are told to reach us, and tries it.
func (d *doctor) publicURL(ctx context.Context) {
	const check = "public URL"
	base := d.c.BaseURL()
	u, err := url.Parse(base)
	if err != nil {
		d.add(check, Fail, "Correct --public-url.", "%s is not a URL", base)
		return
	}
	switch {
	case d.c.PublicURL == "" && len(d.c.TLSDomain) == 0:
		d.add(check, Warn, "Set --public-url to the https URL that providers reach this server at; their callbacks and customers' answers come to it.", "not set; only a simulator on this machine can reach %s", base)
	case u.Scheme != "https":
		d.add(check, Warn, "Serve TLS (--tls-domain, --tls-cert, or a proxy) and use its https URL: messages of customers travel over it.", "%s is not https", base)
	default:
		d.add(check, OK, "", "%s", base)
	}
	if err := reach(ctx, base+"/healthz"); err != nil {
		d.add(check, Warn, "When the server runs: check DNS, the firewall and the proxy. Some networks cannot reach their own public address; then try from outside.", "%s does not answer from here: %s", base, scrub(err.Error()))
		return
	}
	d.add(check, OK, "", "it answers from here")
}

// reach asks url for the answer of our own health check.
func reach(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"status":"ok"`) {
		return fmt.Errorf("something else answers there (status %d)", res.StatusCode)
	}
	return nil
}
