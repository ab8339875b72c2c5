package app

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/testkit/pgtest"
)

// TestRestoredSendsNothing takes a backup while notifications are being sent,
// and starts on it: what was queued in the copy was sent by the original, and
// must not go out again by itself.
func TestRestoredSendsNothing(t *testing.T) {
	t.Parallel()
	c := settings(t)
	r := newRiver(t, c)
	copied := filepath.Join(t.TempDir(), "copy.db")
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for range 25 {
				r.send("sent by the original")
			}
		})
	}
	if err := Backup(t.Context(), &c.Storage, copied); err != nil {
		t.Fatal(err)
	}
	load.Wait()
	r.toldLines(200)
	if err := Backup(t.Context(), &c.Storage, copied); err == nil || !strings.Contains(err.Error(), "never replaces") {
		t.Errorf("a backup over a file: %v", err)
	}
	if err := Restore(t.Context(), &c.Storage, copied); err == nil || !strings.Contains(err.Error(), "another heliograph") {
		t.Errorf("a restore beside a running server: %v", err)
	}
	r.stop()
	if err := Restore(t.Context(), &c.Storage, copied); err == nil || !strings.Contains(err.Error(), "move it") {
		t.Errorf("a restore over a database: %v", err)
	}

	restored := *c
	restored.Data = t.TempDir()
	if err := Restore(t.Context(), &restored.Storage, copied); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), &restored, "test", quiet); err == nil || !strings.Contains(err.Error(), "copy the master.key") {
		t.Errorf("a start without the master key: %v", err)
	}
	if _, err := os.Stat(restored.MasterKeyFile()); err == nil {
		t.Fatal("a restored database got a new master key")
	}
	if err := copyFile(c.MasterKeyFile(), restored.MasterKeyFile()); err != nil {
		t.Fatal(err)
	}
	before := len(r.phone())
	r.c = &restored
	r.start()
	r.send("accepted, and waits")
	eventually(t, "the doctor tells", func() bool {
		for _, f := range Doctor(t.Context(), &restored, quiet) {
			if strings.Contains(f.Found, "restored from a backup") {
				return true
			}
		}
		return false
	})
	if after := len(r.phone()); after != before {
		t.Errorf("%d messages went out from a restored database", after-before)
	}
	api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
	if err := api.call(t.Context(), "POST", "/integrations/"+r.demo.integrations["twilio"]+"/resume", nil, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "after it was resumed", func() bool { return strings.Contains(strings.Join(r.phone(), "\n"), "accepted, and waits") })
	r.stop()
	r.start()
	r.send("and once more")
	eventually(t, "the pause is not repeated at the next start", func() bool { return strings.Contains(strings.Join(r.phone(), "\n"), "and once more") })
}

func TestRestoredPostgres(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.DatabaseURL = heliograph.Secret(pgtest.URL(t))
	if err := Backup(t.Context(), &c.Storage, "x"); err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("a backup: %v", err)
	}
	if err := Restore(t.Context(), &c.Storage, "x"); err == nil || !strings.Contains(err.Error(), "pg_restore") {
		t.Errorf("a restore of a file: %v", err)
	}
	r := newRiver(t, c)
	r.stop()
	if err := Restore(t.Context(), &c.Storage, ""); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.send("accepted, and waits")
	for _, f := range Doctor(t.Context(), c, quiet) {
		if strings.Contains(f.Found, "restored from a backup") {
			return
		}
	}
	t.Error("the integrations are not paused")
}
