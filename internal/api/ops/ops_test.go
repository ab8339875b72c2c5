package ops

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// rig is the surface with everything it asks under the test's control.
type rig struct {
	now      time.Time
	draining bool
	database error
	asked    int
	handler  http.Handler
}

func newRig() *rig {
	r := &rig{now: time.Unix(1_800_000_000, 0)}
	r.handler = (&API{
		Version:  "v1",
		Draining: func() bool { return r.draining },
		Checks: []Check{
			{"database", func(context.Context) error { r.asked++; return r.database }},
			{"lanes", func(context.Context) error { return nil }},
		},
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "figures") }),
		Now:     func() time.Time { return r.now },
	}).Handler()
	return r
}

func (r *rig) get(path string) (int, string) {
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec.Code, strings.TrimSpace(rec.Body.String())
}

func TestHealthAsksNothing(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.database, r.draining = errors.New("away"), true
	if code, body := r.get("/healthz"); code != 200 || body != `{"status":"ok","version":"v1"}` || r.asked != 0 {
		t.Errorf("%d %s, asked %d times", code, body, r.asked)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	r := newRig()
	if code, body := r.get("/readyz"); code != 200 || body != `{"status":"ready","checks":{"database":"ok","lanes":"ok"}}` {
		t.Errorf("%d %s", code, body)
	}
	r.database = errors.New("the disk is full")
	if code, _ := r.get("/readyz"); code != 200 || r.asked != 1 {
		t.Errorf("within a second: %d, asked %d times", code, r.asked)
	}
	r.now = r.now.Add(time.Second)
	if code, body := r.get("/readyz"); code != 503 || body != `{"status":"not ready","checks":{"database":"the disk is full","lanes":"ok"}}` {
		t.Errorf("%d %s", code, body)
	}
	r.now, r.database = r.now.Add(time.Second), nil
	if code, _ := r.get("/readyz"); code != 200 {
		t.Errorf("after it came back: %d", code)
	}
	r.draining = true
	if code, body := r.get("/readyz"); code != 503 || body != `{"status":"draining"}` {
		t.Errorf("%d %s", code, body)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	if code, body := newRig().get("/metrics"); code != 200 || body != "figures" {
		t.Errorf("%d %s", code, body)
	}
}

func TestOnlyReads(t *testing.T) {
	t.Parallel()
	r := newRig()
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, httptest.NewRequest("POST", "/healthz", nil))
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /healthz: %d", rec.Code)
	}
}
