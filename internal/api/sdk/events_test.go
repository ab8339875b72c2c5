package sdk_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph"
)

// events opens server-sent events.
func (b *bed) events(query string, header ...string) (*http.Response, *bufio.Scanner) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+"/events"+query, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = res.Body.Close() })
	return res, bufio.NewScanner(res.Body)
}

// event reads one event; it is nil when the stream has ended.
func readEvent(t *testing.T, in *bufio.Scanner) (id string, f map[string]any) {
	t.Helper()
	for in.Scan() {
		line := in.Text()
		if v, ok := strings.CutPrefix(line, "id: "); ok {
			id = v
		}
		if v, ok := strings.CutPrefix(line, "data: "); ok {
			if err := json.Unmarshal([]byte(v), &f); err != nil {
				t.Fatal(err)
			}
		}
		if line == "" && f != nil {
			return id, f
		}
	}
	return "", nil
}

func TestEvents(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	first := b.say("one")
	b.say("two")
	res, in := b.events(fmt.Sprintf("?cursor=%d&foreground=true", first.Received), "X-Heliograph-Session", "hs1_a", "Origin", "https://shop.example")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if res.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
		t.Error("the page cannot read it")
	}
	if _, f := readEvent(t, in); f["t"] != "ready" {
		t.Fatalf("first came %v", f)
	}
	if id, f := readEvent(t, in); !slices.Equal(texts(f), []string{"two"}) || id != f["cursor"] {
		t.Fatalf("%s %v", id, f)
	}
	if on := b.hub.Online(app1, ana); len(on) != 1 || !on[0].Foreground {
		t.Errorf("online are %+v", on)
	}
	b.say("three")
	b.tell(heliograph.HintMessages)
	id, f := readEvent(t, in)
	if !slices.Equal(texts(f), []string{"three"}) || f["live"] != true {
		t.Fatalf("%v", f)
	}
	b.say("four")
	_, again := b.events("", "X-Heliograph-Session", "hs1_a", "Last-Event-ID", id)
	readEvent(t, again)
	if _, f := readEvent(t, again); !slices.Equal(texts(f), []string{"four"}) {
		t.Fatalf("%v", f)
	}
	b.mu.Lock()
	delete(b.sessions, "hs1_a")
	b.mu.Unlock()
	b.tell(heliograph.HintUser)
	for f["t"] != "error" {
		if _, f = readEvent(t, in); f == nil {
			t.Fatal("ended without a word")
		}
	}
	if f["code"] != "invalid_session" {
		t.Errorf("%v", f)
	}
	if _, f := readEvent(t, in); f != nil {
		t.Errorf("after the error came %v", f)
	}
}

// TestEventsWaitForTheReader: one that missed many pages gets them as it reads.
func TestEventsWaitForTheReader(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	before := b.row.LastReceived
	const n = 2000
	for i := range n {
		b.say(strings.Repeat(fmt.Sprint(i, " "), 300))
	}
	for _, how := range []string{"events", "websocket"} {
		got := 0
		count := func(f map[string]any) {
			for _, text := range texts(f) {
				if !strings.HasPrefix(text, fmt.Sprint(got, " ")) {
					t.Fatalf("after %d came %.20s", got, text)
				}
				got++
			}
		}
		if how == "events" {
			_, in := b.events(fmt.Sprintf("?cursor=%d", before), "X-Heliograph-Session", "hs1_a")
			in.Buffer(nil, 1<<24)
			for got < n {
				_, f := readEvent(t, in)
				if f == nil {
					t.Fatalf("ended after %d", got)
				}
				count(f)
			}
			continue
		}
		w := b.dial()
		w.send(fmt.Sprintf(`{"t":"hello","session":"hs1_a","cursor":"%d"}`, before))
		w.next("ready")
		for got < n {
			count(w.next("messages"))
		}
	}
	if b.dropped["slow"] != 0 {
		t.Errorf("%v", b.dropped)
	}
}

func TestEventsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	b.session("hs1_short jwt", 1).Expires = time.Now().Add(50 * time.Millisecond)
	b.origin = "https://shop.example"
	tests := []struct {
		name, query string
		header      []string
		status      int
	}{
		{"no session", "", nil, 401},
		{"not a session", "", []string{"X-Heliograph-Session", "hs1_b"}, 401},
		{"no token", "", []string{"X-Heliograph-Session", "hs1_short"}, 401},
		{"a bad cursor", "?cursor=x", []string{"X-Heliograph-Session", "hs1_a"}, 400},
		{"another page", "", []string{"X-Heliograph-Session", "hs1_a", "Origin", "https://evil.example"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, in := b.events(tt.query, tt.header...)
			if in.Scan(); res.StatusCode != tt.status || !strings.HasPrefix(in.Text(), `{"error":{"code":"`) {
				t.Errorf("%d %s", res.StatusCode, in.Text())
			}
		})
	}
	res, in := b.events("", "X-Heliograph-Session", "hs1_short", "Authorization", "Bearer jwt")
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	for {
		_, f := readEvent(t, in)
		if f == nil {
			t.Fatal("ended without a word")
		}
		if f["t"] == "error" {
			if f["code"] != "invalid_auth" {
				t.Errorf("%v", f)
			}
			break
		}
	}
}
