package testkit

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Received is one request that a Sink got.
type Received struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
	At     time.Time
}

// JSON reads the body as a JSON object; it is nil when the body is none.
func (r *Received) JSON() map[string]any {
	var v map[string]any
	_ = json.Unmarshal(r.Body, &v)
	return v
}

// Sink is an HTTP server that keeps every request: a webhook's target.
type Sink struct {
	*httptest.Server
	answer func(w http.ResponseWriter, r *Received)

	mu      sync.Mutex
	got     []*Received
	changed chan struct{} // closed and replaced at every request
}

// NewSink starts a sink that answers 200, or what answer writes. A request is
// kept before it is answered. The server ends with the test.
func NewSink(t testing.TB, answer func(w http.ResponseWriter, r *Received)) *Sink {
	t.Helper()
	s := &Sink{answer: answer, changed: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.receive))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *Sink) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 16<<20))
	if err != nil {
		return // the caller went away: it has told nothing
	}
	r := &Received{
		Method: req.Method, Path: req.URL.Path, Query: req.URL.RawQuery,
		Header: req.Header.Clone(), Body: body, At: time.Now(),
	}
	s.mu.Lock()
	s.got = append(s.got, r)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	if s.answer != nil {
		s.answer(w, r)
	}
}

// All returns what came so far, in the order it came.
func (s *Sink) All() []*Received {
	all, _ := s.look()
	return all
}

func (s *Sink) look() ([]*Received, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got[:len(s.got):len(s.got)], s.changed
}

// Wait waits until done says that what came is enough, and returns it. The test
// fails with what is wanted when that takes longer than Deadline.
func (s *Sink) Wait(t testing.TB, what string, done func(all []*Received) bool) []*Received {
	t.Helper()
	late := time.NewTimer(Deadline)
	defer late.Stop()
	for {
		all, changed := s.look()
		if done(all) {
			return all
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("waited %v for %s; %d requests came:%s", Deadline, what, len(all), summary(all))
		}
	}
}

// WaitFor waits for the first request that match accepts.
func (s *Sink) WaitFor(t testing.TB, what string, match func(*Received) bool) *Received {
	t.Helper()
	var hit *Received
	s.Wait(t, what, func(all []*Received) bool {
		for _, r := range all {
			if match(r) {
				hit = r
				return true
			}
		}
		return false
	})
	return hit
}

// WaitCount waits until at least n requests came.
func (s *Sink) WaitCount(t testing.TB, n int) []*Received {
	t.Helper()
	return s.Wait(t, fmt.Sprintf("%d requests", n), func(all []*Received) bool { return len(all) >= n })
}

func summary(all []*Received) string {
	const most = 20
	var text string
	for _, r := range all[max(0, len(all)-most):] {
		text += fmt.Sprintf("\n  %s %s %.200s", r.Method, r.Path, r.Body)
	}
	return text
}
