package crashtest

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
)

// TestRestoredResendsNothing takes a backup while notifications are sent, lets
// the original send them all, and starts on the copy: what was queued in it has
// been sent since, and must not go out again unless a person says so.
func TestRestoredResendsNothing(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "copy.db")
		restored(t, "", func(b *Bed) { b.Programs[0].Run("backup", file) }, func(data string) string {
			testkit.Run(t, "restore", file, "--data="+data)
			return ""
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		file, from, to := filepath.Join(t.TempDir(), "copy.dump"), pgtest.URL(t), pgtest.URL(t)
		restored(t, from, func(*Bed) { postgres(t, "pg_dump", "--format=custom", "--file="+file, from) }, func(data string) string {
			postgres(t, "pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname="+to, file)
			testkit.Run(t, "restore", "--data="+data, "--database-url="+to)
			return to
		})
	})
}

// postgres runs one of PostgreSQL's own tools.
func postgres(t *testing.T, tool string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + tool); err != nil && len(found) > 0 {
		path = slices.Max(found)
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", tool, err, out)
	}
}

func restored(t *testing.T, database string, backup func(*Bed), restore func(data string) (database string)) {
	network := Network()
	network.LatencyMs = 100
	b := New(t, Options{
		DatabaseURL: database, Network: network, Args: []string{"--lease=2s"},
		Delivery: map[string]any{"unknownTransactional": "resend", "echoWindowSeconds": 1, "concurrency": 64},
	})
	ids := b.load(1200, 400, func() { backup(b) })
	Until(t, "the original to send everything", func() bool { return b.Told.Settled("user", "failure") >= len(ids) })
	before, requests := b.Counts()
	if err := b.Programs[0].Stop(); err != nil {
		t.Fatal(err)
	}

	b.startOnCopy(restore)
	held := b.held()
	if len(held) < 2 {
		t.Fatalf("%d were queued in the copy: the test shows nothing", len(held))
	}
	t.Logf("%d of %d were queued in the copy", len(held), len(ids))
	doctor := b.doctor()
	for _, want := range []string{fmt.Sprintf("%d deliveries are held", len(held)), "heliograph held", "restored from a backup", "resume it"} {
		if !strings.Contains(doctor, want) {
			t.Errorf("the doctor does not say %q:\n%s", want, doctor)
		}
	}

	// Resumed, it sends what is new, and nothing else: not what was due, nor what
	// falls due meanwhile.
	fresh := b.Send("+15550009999", "accepted by the copy")
	if n := b.Get(fresh); n.Status != "queued" {
		t.Errorf("before anything was resumed a new one is %s", n.Status)
	}
	b.Must(http.MethodPost, b.base+"/integrations/"+b.Integration+"/resume", nil, nil)
	Until(t, "the new one", func() bool { return b.Get(fresh).Status == "user" })
	before["accepted by the copy"], requests = 1, requests+1
	b.same("after it was resumed", before, requests)

	// A person lets one go out again, and gives the others up.
	text, id := b.release(held, ids)
	before[text], requests = before[text]+1, requests+1
	b.Programs[0].Run("held", "cancel", "--all")
	Until(t, "what was given up to be told", func() bool {
		return !slices.ContainsFunc(held, func(h string) bool {
			return h != id && !slices.ContainsFunc(b.Told.Fates(h), func(f Fate) bool { return f.Reason == "cancelled" && f.Final })
		})
	})
	if left := b.held(); len(left) != 0 {
		t.Errorf("%d are held still", len(left))
	}
	b.Programs[0].Kill()
	b.Programs[0].Start()
	fresh = b.Send("+15550009999", "after another start")
	Until(t, "a notification after another start", func() bool { return b.Get(fresh).Status == "user" })
	before["after another start"], requests = 1, requests+1
	b.same("in the end", before, requests)
}

// load has n notifications accepted, and something done under way. Some are
// scheduled for a moment after that.
func (b *Bed) load(n, after int, do func()) (ids map[string]string) {
	b.t.Helper()
	ids = map[string]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range 8 {
		wg.Go(func() {
			for i := range jobs {
				text, more := fmt.Sprintf("original %d", i), map[string]any{}
				if i%20 == 0 {
					more["scheduledAt"] = time.Now().Add(4 * time.Second).UTC().Format(time.RFC3339Nano)
				}
				id := b.Send(fmt.Sprintf("+1555%07d", i), text, more)
				mu.Lock()
				ids[text] = id
				mu.Unlock()
			}
		})
	}
	for i := range n {
		if jobs <- i; i == after {
			wg.Go(do)
		}
	}
	close(jobs)
	wg.Wait()
	return ids
}

// startOnCopy has the program go on with a data folder that was restored.
func (b *Bed) startOnCopy(restore func(data string) string) {
	b.t.Helper()
	old := b.Programs[0]
	data := filepath.Join(b.t.TempDir(), "restored")
	key, err := os.ReadFile(filepath.Join(old.Data, "master.key"))
	if err == nil {
		err = os.MkdirAll(data, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(data, "master.key"), key, 0o600)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.database = restore(data)
	args := []string{
		"--data=" + data, "--listen=" + old.Addr, "--public-url=" + b.front.URL, "--provider-url=twilio=" + b.Provider.URL,
		"--allow-private-targets", "--log-format=json", "--lease=2s",
	}
	if b.database != "" {
		args = append(args, "--database-url="+b.database)
	}
	b.Programs[0] = testkit.NewProgram(b.t, "serve", args...)
	b.Programs[0].Start()
}

// doctor returns what it says; a test's PostgreSQL is not safe enough for it.
func (b *Bed) doctor() string {
	args := []string{"doctor", "--provider-url=twilio=" + b.Provider.URL, "--public-url=" + b.front.URL, "--data=" + b.Programs[0].Data}
	if b.database != "" {
		args = append(args, "--database-url="+b.database)
	}
	out, _ := exec.Command(testkit.Binary(b.t), args...).Output()
	return string(out)
}

// held returns the ids of what waits for a person.
func (b *Bed) held() (ids []string) {
	b.t.Helper()
	for line := range strings.Lines(b.Programs[0].Run("held", "list")) {
		id, _, _ := strings.Cut(line, " ")
		ids = append(ids, id)
	}
	return ids
}

// release lets one of the held go on that the provider has already.
func (b *Bed) release(held []string, ids map[string]string) (text, id string) {
	b.t.Helper()
	for text, id = range ids {
		if slices.Contains(held, id) {
			break
		}
	}
	if n := b.Get(id); n.Status != "unknown" || !strings.Contains(b.Why(id), "restored from a backup") {
		b.t.Errorf("one that is held: %+v\n%s", n, b.Why(id))
	}
	b.Programs[0].Run("held", "release", id)
	Until(b.t, "what was released", func() bool { return b.Get(id).Status == "user" })
	if n := b.Get(id); !n.Resent || !strings.Contains(b.Why(id), "A person let it go on") {
		b.t.Errorf("one that was released: %+v\n%s", n, b.Why(id))
	}
	return text, id
}

// same sees that the provider took what it should have, and nothing more.
func (b *Bed) same(when string, want map[string]int, requests int) {
	b.t.Helper()
	taken, got := b.Counts()
	if got != requests {
		b.t.Errorf("%s the provider had %d requests, want %d", when, got, requests)
	}
	for text := range maps.Keys(taken) {
		if taken[text] != want[text] {
			b.t.Errorf("%s the provider took %q %d times, want %d", when, text, taken[text], want[text])
		}
	}
}
