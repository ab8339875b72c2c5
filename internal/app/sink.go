package app

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

//go:embed sink.html
var sinkPage []byte

// sink is the demo's webhook receiver: it shows what a customer of the API would
// be told, on a page and as lines on the terminal.
type sink struct {
	now   func() time.Time
	print func(line string) // may be nil

	mu      sync.Mutex
	seen    map[string]bool // event ids: a repetition is not shown twice
	calls   []sinkCall      // the newest last
	viewers map[chan []byte]struct{}
}

// sinkCall is one event that was told.
type sinkCall struct {
	At      time.Time       `json:"at"`
	Event   string          `json:"event,omitempty"` // X-Event-Id
	Line    string          `json:"line"`
	Body    json.RawMessage `json:"body"`
	Trigger string          `json:"trigger"`
}

// sinkKeep is how many calls are remembered.
const sinkKeep = 200

func newSink(now func() time.Time, print func(string)) *sink {
	return &sink{now: now, print: print, seen: map[string]bool{}, viewers: map[chan []byte]struct{}{}}
}

// routes serves the receiver and its page below /webhooks.
func (s *sink) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /webhooks", s.receive)
	mux.HandleFunc("GET /webhooks", s.page)
	mux.HandleFunc("GET /webhooks/calls", s.list)
	mux.HandleFunc("GET /webhooks/stream", s.stream)
}

func (s *sink) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err != nil || !json.Valid(body) {
		http.Error(w, "a JSON body is expected", http.StatusBadRequest)
		return
	}
	c := sinkCall{At: s.now(), Event: r.Header.Get("X-Event-Id"), Body: body}
	c.Trigger, c.Line = summary(body)
	s.keep(c)
	w.WriteHeader(http.StatusOK)
}

func (s *sink) keep(c sinkCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Event != "" {
		if s.seen[c.Event] {
			return
		}
		if len(s.seen) > 10_000 {
			clear(s.seen)
		}
		s.seen[c.Event] = true
	}
	s.calls = append(s.calls, c)
	s.calls = s.calls[max(0, len(s.calls)-sinkKeep):]
	if s.print != nil {
		s.print(c.At.Format("15:04:05") + "  " + c.Line)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return
	}
	for v := range s.viewers {
		select {
		case v <- text:
		default: // a page that does not keep up misses one; it can be loaded again
		}
	}
}

func (s *sink) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:")
	_, _ = w.Write(sinkPage)
}

func (s *sink) list(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	calls := append([]sinkCall{}, s.calls...)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(calls)
}

// stream sends what was told so far and then every call as it comes, as
// server-sent events.
func (s *sink) stream(w http.ResponseWriter, r *http.Request) {
	viewer := make(chan []byte, 64)
	s.mu.Lock()
	s.viewers[viewer] = struct{}{}
	var backlog bytes.Buffer
	for _, c := range s.calls {
		text, _ := json.Marshal(c)
		fmt.Fprintf(&backlog, "data: %s\n\n", text)
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.viewers, viewer)
		s.mu.Unlock()
	}()
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append([]byte(": hello\n\n"), backlog.Bytes()...))
	for out.Flush() == nil {
		select {
		case text := <-viewer:
			fmt.Fprintf(w, "data: %s\n\n", text)
		case <-r.Context().Done():
			return
		}
	}
}

// summary reads a webhook's body into its trigger and one line for a person.
func summary(body []byte) (trigger, line string) {
	var b struct {
		Trigger      string
		Destination  struct{ Type, DestinationID string }
		Notification struct {
			ID string `json:"_id"`
		}
		Message             struct{ ID, Text string }
		Messages            []struct{ Text, Type string }
		RecentNotifications []struct{ Text string }
		IsFinalEvent        bool
		Error               struct{ Code, Message string }
	}
	_ = json.Unmarshal(body, &b)
	parts := []string{fmt.Sprintf("%-29s", b.Trigger)}
	for _, m := range b.Messages {
		parts = append(parts, quote(m.Text, m.Type))
	}
	if b.Notification.ID != "" {
		parts = append(parts, b.Notification.ID)
	}
	if b.Destination.DestinationID != "" {
		parts = append(parts, b.Destination.Type+" "+b.Destination.DestinationID)
	}
	if b.Error.Code != "" {
		parts = append(parts, b.Error.Code+": "+b.Error.Message)
	}
	if b.IsFinalEvent {
		parts = append(parts, "(final)")
	}
	if n := len(b.RecentNotifications); n > 0 {
		parts = append(parts, fmt.Sprintf("with %d recent notification%s, the latest: %s", n, plural(n), quote(b.RecentNotifications[n-1].Text, "")))
	}
	return b.Trigger, strings.TrimSpace(strings.Join(parts, "  "))
}

func quote(text, kind string) string {
	if text == "" {
		return kind
	}
	r := []rune(text)
	if len(r) > 60 {
		r = append(r[:59], '…')
	}
	return fmt.Sprintf("%q", string(r))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
