package handset_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is as much of an SDK's server as a phone needs: one user for each name,
// whose messages are polled. It notes every call.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	calls    []string // method, path and body
	messages []map[string]any
	started  bool
	user     string
	changed  chan struct{}
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{changed: make(chan struct{}, 1000)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/sdk/v1/in1")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+path+" "+string(body))
	s.changed <- struct{}{}
	var in struct{ UserID, Text string }
	_ = json.Unmarshal(body, &in)
	switch path {
	case "/live", "/events":
		w.WriteHeader(http.StatusNotFound)
		return
	case "/login", "/init":
		if in.UserID != "" {
			s.user = in.UserID
		}
	case "/start":
		s.started = true
	case "/messages":
		if r.Method == http.MethodPost {
			s.say("appUser", in.Text)
			s.write(w, http.StatusCreated, map[string]any{"message": s.messages[len(s.messages)-1], "conversation": s.conversation()})
			return
		}
		s.write(w, http.StatusOK, map[string]any{"messages": s.messages, "cursor": s.cursor(), "hasMore": false, "conversation": s.conversation()})
		return
	case "/logout":
		s.user = ""
	}
	out := map[string]any{"config": map[string]any{}, "session": nil, "user": nil, "conversation": nil, "messages": []any{}, "cursor": "", "hasMore": false, "proactive": true}
	if s.user != "" || s.started {
		out["session"] = map[string]any{"token": "hs1_" + s.user, "verified": false}
		out["user"] = map[string]any{"_id": "u1", "userId": s.user}
	}
	if s.started {
		out["conversation"], out["messages"], out["cursor"] = s.conversation(), s.messages, s.cursor()
	}
	s.write(w, http.StatusOK, out)
}

func (s *server) conversation() map[string]any {
	if !s.started {
		return nil
	}
	return map[string]any{"_id": "c1", "unreadCount": 0}
}

func (s *server) cursor() string {
	if len(s.messages) == 0 {
		return "0"
	}
	return s.messages[len(s.messages)-1]["cursor"].(string)
}

// say puts a message into the conversation. The lock is held.
func (s *server) say(role, text string) {
	n := len(s.messages) + 1
	s.messages = append(s.messages, map[string]any{"_id": "m" + string(rune('0'+n)), "type": "text", "role": role, "text": text,
		"name": "Ana", "received": 1700000000 + n, "cursor": "170000000" + string(rune('0'+n)),
		"actions": []map[string]any{{"_id": "a1", "type": "reply", "text": "Yes, please", "payload": "YES"}}})
}

func (s *server) write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// called waits until a call that begins with start was made, and returns it.
func (s *server) called(t *testing.T, start string) string {
	t.Helper()
	for {
		s.mu.Lock()
		for _, call := range s.calls {
			if strings.HasPrefix(call, start) {
				s.mu.Unlock()
				return call
			}
		}
		s.mu.Unlock()
		select {
		case <-s.changed:
		case <-time.After(10 * time.Second):
			t.Fatalf("no call %s came", start)
		}
	}
}
