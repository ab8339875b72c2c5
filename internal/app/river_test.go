package app

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph/internal/config"
)

// river is a server with the demo's things on it, and somebody who looks at both
// ends.
type river struct {
	t    *testing.T
	c    *config.Config
	sim  *Simulation
	app  *App
	demo *demo
	stop func()

	mu    sync.Mutex
	lines []string
}

func newRiver(t *testing.T, c *config.Config) *river {
	t.Helper()
	r := &river{t: t, c: c}
	s := newSink(time.Now, func(line string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, line)
	})
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: quiet, More: s.routes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	r.sim = sim
	simulated(c, sim)
	r.start()
	return r
}

// start runs the server; after a stop on the same port, which its webhooks and
// the simulator's callbacks know.
func (r *river) start() {
	r.t.Helper()
	r.app, r.stop = start(r.t, r.c)
	r.demo = &demo{app: r.app, sim: r.sim}
	if err := r.demo.prepare(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *river) send(text string) {
	r.t.Helper()
	api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
	err := api.call(r.t.Context(), http.MethodPost, "/notifications", map[string]any{
		"destination": map[string]string{"integrationId": r.demo.integrations["twilio"], "destinationId": demoPhone},
		"author":      map[string]string{"role": "appMaker"},
		"message":     map[string]string{"type": "text", "text": text},
	}, nil)
	if err != nil {
		r.t.Fatal(err)
	}
}

// phone returns what the phone shows.
func (r *river) phone() (texts []string) {
	r.t.Helper()
	var p struct{ Messages []struct{ Body string } }
	if err := (&apiClient{base: r.sim.URL()}).call(r.t.Context(), http.MethodGet, "/sim/phones/"+demoPhone, nil, &p); err != nil {
		r.t.Fatal(err)
	}
	for _, m := range p.Messages {
		texts = append(texts, m.Body)
	}
	return texts
}

func (r *river) answer(text string) {
	r.t.Helper()
	if err := (&apiClient{base: r.sim.URL()}).call(r.t.Context(), http.MethodPost, "/sim/phones/"+demoPhone+"/reply", map[string]string{"text": text}, nil); err != nil {
		r.t.Fatal(err)
	}
}

// toldLines waits until the webhook was told n events, and returns them.
func (r *river) toldLines(n int) []string {
	r.t.Helper()
	var got []string
	eventually(r.t, "webhooks", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		got = slices.Clone(r.lines)
		return len(got) >= n
	})
	if len(got) > n {
		r.t.Errorf("told %d events instead of %d:\n%s", len(got), n, strings.Join(got, "\n"))
	}
	return got
}
