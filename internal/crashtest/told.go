package crashtest

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"heliograph/internal/testkit"
)

// Fate is one event of a notification, as the webhook was told of it.
type Fate struct {
	Trigger string // the last word of notification:delivery:…
	Final   bool
	Reason  string // our own, of a failure
	EventID string
	Times   int
}

// Reply is one message of a customer, as the webhook was told of it.
type Reply struct {
	ID, Text string
	EventID  string
	Channel  string   // it came by
	User     string   // whose conversation it is in
	Recent   []string // the texts of recentNotifications
	Times    int
}

// Told is a webhook's target: what it was told, each thing once.
type Told struct {
	*testkit.Sink
	mu      sync.Mutex
	fates   map[string][]*Fate // by notification, in the order of their first call
	replies []*Reply
	wrong   []string
}

func newTold(t testing.TB) *Told {
	w := &Told{fates: map[string][]*Fate{}}
	w.Sink = testkit.NewSink(t, func(rw http.ResponseWriter, r *testkit.Received) {
		pass(3 * time.Millisecond) // so that a kill finds calls under way
		w.take(r)
		rw.WriteHeader(http.StatusOK)
	})
	return w
}

func (w *Told) take(r *testkit.Received) {
	body, id := r.JSON(), r.Header.Get("X-Event-Id")
	trigger, _ := body["trigger"].(string)
	w.mu.Lock()
	defer w.mu.Unlock()
	if id == "" || trigger == "" {
		w.wrong = append(w.wrong, string(r.Body))
		return
	}
	const prefix = "notification:delivery:"
	switch {
	case len(trigger) > len(prefix) && trigger[:len(prefix)] == prefix:
		w.fate(body, trigger[len(prefix):], id)
	case trigger == "message:appUser":
		w.reply(body, id)
	}
}

func (w *Told) fate(body map[string]any, trigger, event string) {
	id := text(body, "notification", "_id")
	for _, f := range w.fates[id] {
		if f.EventID == event {
			f.Times++
			return
		}
	}
	final, _ := body["isFinalEvent"].(bool)
	w.fates[id] = append(w.fates[id], &Fate{trigger, final, text(body, "error", "underlyingError", "reason"), event, 1})
}

func (w *Told) reply(body map[string]any, event string) {
	messages, _ := body["messages"].([]any)
	if len(messages) != 1 {
		w.wrong = append(w.wrong, "message:appUser without one message")
		return
	}
	m, _ := messages[0].(map[string]any)
	for _, r := range w.replies {
		if r.EventID == event {
			r.Times++
			return
		}
	}
	r := &Reply{ID: text(m, "_id"), Text: text(m, "text"), EventID: event, Times: 1, Channel: text(m, "source", "type"), User: text(body, "appUser", "_id")}
	recent, _ := body["recentNotifications"].([]any)
	for _, n := range recent {
		n, _ := n.(map[string]any)
		r.Recent = append(r.Recent, text(n, "text"))
	}
	w.replies = append(w.replies, r)
}

// text reads a string at a path of a JSON object.
func text(v map[string]any, path ...string) string {
	for _, name := range path[:len(path)-1] {
		v, _ = v[name].(map[string]any)
	}
	s, _ := v[path[len(path)-1]].(string)
	return s
}

// Fates returns what was told of a notification.
func (w *Told) Fates(id string) []Fate {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Fate
	for _, f := range w.fates[id] {
		out = append(out, *f)
	}
	return out
}

// Replies returns what customers wrote.
func (w *Told) Replies() []Reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Reply
	for _, r := range w.replies {
		out = append(out, *r)
	}
	return out
}

// Settled counts the notifications of which one of triggers was told.
func (w *Told) Settled(triggers ...string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, list := range w.fates {
		if slices.ContainsFunc(list, func(f *Fate) bool { return slices.Contains(triggers, f.Trigger) }) {
			n++
		}
	}
	return n
}

// Wrong returns calls that make no sense.
func (w *Told) Wrong() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.wrong)
}
