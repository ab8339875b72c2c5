package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a recording.
const (
	maxEvents       = 20_000
	maxRecorded     = 64 << 20
	maxRequestShown = 64 << 10
)

// recorder keeps what happens while it is on.
type recorder struct {
	on    atomic.Bool
	mu    sync.Mutex
	began time.Time
	at    time.Time // the same, by the monotonic clock
	size  int
	full  bool
	list  []Event
}

func (c *recorder) start(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began, c.at, c.size, c.full, c.list = now.UTC(), time.Now(), 0, false, nil
	c.on.Store(true)
}

func (c *recorder) stop() { c.on.Store(false) }

// add records an event and returns its place.
func (c *recorder) add(e Event) (place int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full || !c.on.Load() {
		return -1
	}
	e.AtMs = time.Since(c.at).Milliseconds()
	if len(c.list) >= maxEvents || c.size > maxRecorded {
		c.full = true
		return -1
	}
	c.size += len(e.Text) + 100
	c.list = append(c.list, e)
	return len(c.list) - 1
}

// settle says what an event that began at a place has come to. It stays where it
// began, before what it brought about. Without a kind it is left out.
func (c *recorder) settle(place int, e Event, began time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if place < 0 || place >= len(c.list) || began != c.at {
		return
	}
	e.AtMs = c.list[place].AtMs
	c.size += len(e.Body) + len(e.Data) + len(e.Text)
	c.list[place] = e
}

// beginning tells one recording from the next.
func (c *recorder) beginning() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *recorder) state() ScenarioState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ScenarioState{Recording: c.on.Load(), Events: len(settled(c.list)), Full: c.full}
}

func (c *recorder) scenario() Scenario {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Scenario{Version: scenarioVersion, RecordedAt: c.began, Events: settled(c.list)}
}

// settled are the events that came to something.
func settled(list []Event) []Event {
	out := make([]Event, 0, len(list))
	for _, e := range list {
		if e.Kind != "" {
			out = append(out, e)
		}
	}
	return out
}

// noticed tells whoever records or replays of a new message.
func (s *Simulator) noticed(m *Message) {
	key := m.thread()
	if s.recorder.on.Load() {
		s.recorder.add(Event{Kind: eventMessage, Channel: key.channel, Person: key.person, Direction: m.direction, ID: m.sid, Text: m.body})
	}
	s.player.noticed(key, m.direction, m.sid)
}

// recorded has a handler's requests recorded while the recorder is on.
func (s *Simulator) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := strings.HasPrefix(r.URL.Path, "/sim/")
		idle := r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasPrefix(r.URL.Path, "/sim/scenario")
		if !s.recorder.on.Load() || idle {
			next.ServeHTTP(w, r)
			return
		}
		e := Event{Kind: eventRequest, Method: r.Method, Path: r.URL.Path, Type: r.Header.Get("Content-Type")}
		if own {
			e.Kind, e.Path = eventAct, r.URL.RequestURI()
		}
		var body, answer bytes.Buffer
		r.Body = readThrough{io.TeeReader(r.Body, &body), r.Body}
		rules, began := s.ruleNames(), s.recorder.beginning()
		place := s.recorder.add(Event{})
		heard := &listening{ResponseWriter: w, body: &answer, status: http.StatusOK}
		// An answer that is broken off on purpose is a panic, and a request all the same.
		defer func() {
			if e.Status = heard.status; heard.broken {
				e.Status = 0
			}
			s.recorder.settle(place, s.event(e, body.Bytes(), answer.Bytes(), rules), began)
		}()
		heard.broken = true // unless it comes back
		next.ServeHTTP(heard, r)
		heard.broken = false
	})
}

// event completes what is known of a request. What failed, and what sets
// credentials, is not kept.
func (s *Simulator) event(e Event, body, answer []byte, rules []string) Event {
	if e.Kind == eventAct && (e.Status >= 300 || isSecret(body)) {
		return Event{}
	}
	switch {
	case e.Kind == eventRequest && len(body) > maxRequestShown:
		e.Text = "a body of more than 64 KiB is not kept"
	case json.Valid(body):
		e.Body = slices.Clone(body)
	case e.Kind == eventRequest:
		e.Text = string(body)
	default:
		e.Data = slices.Clone(body)
	}
	if e.Kind == eventAct {
		e.Made = made(answer, rules, s.ruleNames())
	}
	return e
}

// made are the names of what an act made, in an order that is always the same.
func made(answer []byte, before, after []string) []string {
	out := []string{}
	var one struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer, &one) == nil && one.ID != "" {
		out = append(out, one.ID)
	}
	for _, name := range after {
		if !slices.Contains(before, name) {
			out = append(out, name)
		}
	}
	return out
}

func (s *Simulator) ruleNames() []string {
	out := []string{}
	for _, r := range s.rules.list() {
		out = append(out, r.ID)
	}
	return out
}

// isSecret says whether a body sets credentials. Those belong to the server that
// a scenario is replayed against, not into a file.
func isSecret(body []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return false
	}
	for name, value := range members {
		name = strings.ToLower(name)
		for _, end := range []string{"token", "secret", "password", "key"} {
			if strings.HasSuffix(name, end) && len(value) > 2 {
				return true
			}
		}
	}
	return false
}

// readThrough is a request's body that is copied while it is read.
type readThrough struct {
	io.Reader
	io.Closer
}

// listening is a response that is copied while it is written.
type listening struct {
	http.ResponseWriter
	body   *bytes.Buffer
	status int
	broken bool
}

// WriteHeader implements http.ResponseWriter.
func (l *listening) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (l *listening) Write(p []byte) (int, error) {
	if l.body.Len()+len(p) <= maxBody {
		l.body.Write(p)
	}
	return l.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (l *listening) Unwrap() http.ResponseWriter { return l.ResponseWriter }
