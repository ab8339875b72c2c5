// Package ops is the surface for operators' machines: is the process alive, can
// it work, and the figures. It asks functions that it is handed, and knows none
// of the parts behind them.
package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"
)

// Check is one thing that must hold for the process to be ready.
type Check struct {
	Name string
	Ask  func(context.Context) error // nil when it holds
}

// API is the surface.
type API struct {
	Version  string
	Draining func() bool // the process is about to stop
	Checks   []Check
	Metrics  http.Handler
	Now      func() time.Time
	Profiles bool // serve /debug/pprof/, too

	mu   sync.Mutex
	at   time.Time
	last readiness
}

// Handler serves /healthz, /readyz and /metrics, and profiles where they are wanted.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", a.health)
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.Metrics)
	if a.Profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// health says that the process answers. It asks nothing else: a process whose
// database is away must not be killed for it.
func (a *API) health(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, map[string]string{"status": "ok", "version": a.Version})
}

// readiness is the answer of /readyz.
type readiness struct {
	Status string            `json:"status"` // ready, draining, not ready
	Checks map[string]string `json:"checks,omitempty"`
}

// Answers are kept for a moment, so that nobody can load the database by asking;
// bad ones shorter, so that a start is noticed at once.
const (
	keepReady    = time.Second
	keepNotReady = 50 * time.Millisecond
	checkTimeout = 3 * time.Second
)

func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if a.Draining() {
		write(w, http.StatusServiceUnavailable, readiness{Status: "draining"})
		return
	}
	answer := a.check(r.Context())
	status := http.StatusOK
	if answer.Status != "ready" {
		status = http.StatusServiceUnavailable
	}
	write(w, status, answer)
}

// check asks every check, one caller at a time; the others get its answer.
func (a *API) check(ctx context.Context) readiness {
	a.mu.Lock()
	defer a.mu.Unlock()
	keep := keepNotReady
	if a.last.Status == "ready" {
		keep = keepReady
	}
	if now := a.Now(); !a.at.IsZero() && now.Sub(a.at) < keep {
		return a.last
	}
	// The answer is for others too: it must not end with this caller's patience.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	out := readiness{Status: "ready", Checks: map[string]string{}}
	for _, c := range a.Checks {
		out.Checks[c.Name] = "ok"
		if err := c.Ask(ctx); err != nil {
			out.Status = "not ready"
			out.Checks[c.Name] = err.Error()
		}
	}
	a.last, a.at = out, a.Now()
	return out
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
