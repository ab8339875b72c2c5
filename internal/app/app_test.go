package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/testkit/pgtest"
)

var quiet = slog.New(slog.DiscardHandler)

// start runs a server on c until the test ends or stop is called.
func start(t *testing.T, c *config.Config) (a *App, stop func()) {
	t.Helper()
	a, err := New(t.Context(), c, "test", quiet)
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	t.Cleanup(stop)
	return a, stop
}

// settings are those of a server on a free port with data of its own.
func settings(t *testing.T) *config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Address, c.AllowPrivateTargets = t.TempDir(), "127.0.0.1:0", true
	return c
}

// eventually waits until ok, for what other goroutines do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(15 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 15 s", what)
		}
	}
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestServeFromNothing(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.Data = filepath.Join(c.Data, "100% odd?name#1")
	a, stop := start(t, c)
	eventually(t, "ready", func() bool { code, _ := fetch(t, a.host.public+"/readyz"); return code == 200 })
	if code, body := fetch(t, a.host.public+"/metrics"); code != 200 || !strings.Contains(body, "heliograph_queue_figures_up 1") {
		t.Errorf("/metrics: %d", code)
	}
	stop()
	if code, _ := fetch(t, a.host.public+"/healthz"); code != 0 {
		t.Error("it answers after it was stopped")
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "heliograph.db lock master.key" {
		t.Errorf("after a clean stop the folder holds: %s", got)
	}
}

func TestOneServerOnOneFolder(t *testing.T) {
	t.Parallel()
	c := settings(t)
	_, stop := start(t, c)
	second := settings(t)
	second.Data = c.Data
	if _, err := New(t.Context(), second, "test", quiet); err == nil || !strings.Contains(err.Error(), "another heliograph") {
		t.Errorf("a second server on one folder: %v", err)
	}
	stop()
	start(t, second)
}

func TestRefusedSettings(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.ProviderURL = map[string]string{"twillio": "http://127.0.0.1:1"}
	if _, err := New(t.Context(), c, "test", quiet); err == nil || !strings.Contains(err.Error(), "this build has: ") {
		t.Errorf("a misspelt channel: %v", err)
	}
	c = settings(t)
	a, _ := start(t, settings(t))
	c.Address = a.Address()
	if _, err := New(t.Context(), c, "test", quiet); err == nil || !strings.Contains(err.Error(), "cannot listen") {
		t.Errorf("a port in use: %v", err)
	}
	c.Address = "127.0.0.1:0"
	start(t, c) // the failure left nothing locked
}

func TestAWrongMasterKey(t *testing.T) {
	t.Parallel()
	c := settings(t)
	_, stop := start(t, c)
	stop()
	c.MasterKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if _, err := New(t.Context(), c, "test", quiet); err == nil || !strings.Contains(err.Error(), "master key does not belong") {
		t.Errorf("a wrong master key: %v", err)
	}
}

func TestOpsOnTheirOwnAddress(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.OpsAddress = "127.0.0.1:0"
	a, _ := start(t, c)
	if code, _ := fetch(t, a.host.public+"/metrics"); code != 404 {
		t.Errorf("/metrics on the public address: %d", code)
	}
	if code, _ := fetch(t, "http://"+a.ops.ln.Addr().String()+"/healthz"); code != 200 {
		t.Errorf("/healthz on its own address: %d", code)
	}
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	c := settings(t)
	a, _ := start(t, c)
	account, err := CreateKey(t.Context(), &c.Storage, KeyRequest{Scope: "account", Name: "first"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	api := &apiClient{base: a.host.public + "/v1.1", key: account}
	var made struct {
		App struct {
			ID string `json:"_id"`
		}
	}
	if err := api.call(t.Context(), http.MethodPost, "/apps", map[string]string{"name": "Shop"}, &made); err != nil {
		t.Fatalf("the key does not work at once: %v", err)
	}
	own, err := CreateKey(t.Context(), &c.Storage, KeyRequest{Scope: "app", App: made.App.ID, Name: "second"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if own.App.String() != made.App.ID || own.Scope != heliograph.ScopeApp {
		t.Errorf("%+v", own)
	}
	if err := (&apiClient{base: api.base, key: own}).call(t.Context(), http.MethodGet, "/apps/"+made.App.ID+"/integrations", nil, nil); err != nil {
		t.Errorf("the app's key does not work: %v", err)
	}
	for want, r := range map[string]KeyRequest{
		"--scope app needs --app": {Scope: "app", Name: "x"},
		"not an app's id":         {Scope: "app", App: "shop", Name: "x"},
		"there is no app":         {Scope: "app", App: "0123456789abcdef01234567", Name: "x"},
		"--app goes with":         {Scope: "account", App: made.App.ID, Name: "x"},
	} {
		if _, err := CreateKey(t.Context(), &c.Storage, r, quiet); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}

// TestTheRivers sends through two databases: a notification reaches the phone,
// the answer comes back with it, and a stop in between loses nothing.
func TestTheRivers(t *testing.T) {
	t.Parallel()
	databases := map[string]func(*testing.T, *config.Config){
		"sqlite":   func(*testing.T, *config.Config) {},
		"postgres": func(t *testing.T, c *config.Config) { c.DatabaseURL = heliograph.Secret(pgtest.URL(t)) },
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			database(t, c)
			r := newRiver(t, c)
			for i := range 3 {
				r.send(fmt.Sprintf("notification %d", i))
			}
			r.stop()
			r.start()
			r.send("notification 3")
			r.toldLines(8) // channel and user, of each
			if got := r.phone(); len(got) != 4 {
				t.Errorf("the phone got %q", got)
			}
			r.answer("Yes please")
			line := r.toldLines(9)[8]
			if !strings.Contains(line, `"Yes please"`) || !strings.Contains(line, `with 4 recent notifications, the latest: "notification 3"`) {
				t.Errorf("the answer came as: %s", line)
			}
		})
	}
}

// TestLanesOfTwoServers runs two servers on one database.
func TestLanesOfTwoServers(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.DatabaseURL, c.Lease = heliograph.Secret(pgtest.URL(t)), 2*time.Second
	a, _ := start(t, c)
	second := *c
	second.Address = "127.0.0.1:0"
	b, stop := start(t, &second)
	eventually(t, "each has half", func() bool { return a.engines.lanes.slots() == 32 && b.engines.lanes.slots() == 32 })
	if code, body := fetch(t, b.host.public+"/readyz"); code != 200 {
		t.Errorf("the second one: %d %s", code, body)
	}
	stop()
	eventually(t, "the one that is left has all", func() bool { return a.engines.lanes.slots() == heliograph.Slots })
}
