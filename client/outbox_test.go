package client

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestOffline: what is said without a network is kept over a restart, and arrives
// once, in order.
func TestOffline(t *testing.T) {
	t.Parallel()
	f, dir := newFake(t), t.TempDir()
	net := newFlaky(t, f.srv.Listener.Addr().String(), 1)
	here := func(s *Settings) { s.StorageDir = dir }
	c, _ := device(t, net.url(), here)
	must(t, c.Init())
	if c.User() != nil || f.asked("POST /start") != 0 {
		t.Error("somebody was made by looking")
	}
	net.off(true)
	if err := c.StartConversation(); err == nil {
		t.Error("a conversation started without a network")
	}
	first, err := c.Send("one")
	must(t, err)
	_, err = c.SendFile("map.txt", "text/plain", []byte("the way"), "two")
	must(t, err)
	if l := c.Unsent(); l.Len() != 2 || l.At(0).Text != "one" || l.At(0).Key != first || l.At(1).AltText != "map.txt" || l.At(2) != nil {
		t.Errorf("unsent: %d", l.Len())
	}
	id := c.DeviceID()
	must(t, c.Close())

	c, n := device(t, net.url(), here)
	if c.DeviceID() != id || len(id) < 24 {
		t.Errorf("the device is %q, was %q", c.DeviceID(), id)
	}
	_, err = c.Send("three")
	must(t, err)
	net.off(false)
	c.Reconnect()
	eventually(t, "all sent", func() bool { return c.Unsent().Len() == 0 })
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range f.users {
		if len(u.messages) != 3 || u.messages[0]["text"] != "one" || !strings.Contains(u.messages[1]["text"].(string), "the way") || u.messages[2]["text"] != "three" {
			t.Errorf("%v", u.messages)
		}
	}
	n.get(func() {
		if len(f.users) != 1 || n.sent[first] == "" {
			t.Errorf("users %d, sent %v", len(f.users), n.sent)
		}
	})
}

// TestRefusedMessage: what the server will never take is told, kept and can be given up.
func TestRefusedMessage(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, n := device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	busy := 3
	f.mu.Lock()
	f.refuse = func(r *http.Request) *Error {
		if !strings.HasSuffix(r.URL.Path, "/messages") || r.Method != http.MethodPost {
			return nil
		}
		if busy--; busy > 0 {
			return &Error{Status: 503, Code: "unavailable"}
		}
		return &Error{Status: 423, Code: "locked", Description: "the conversation is full"}
	}
	f.mu.Unlock()
	key, err := c.Send("one too many")
	must(t, err)
	eventually(t, "the refusal", func() (ok bool) { n.get(func() { ok = n.failed[key] == "locked" }); return ok })
	f.mu.Lock()
	f.refuse = nil
	f.mu.Unlock()
	other, err := c.Send("after it")
	must(t, err)
	eventually(t, "the next one", func() (ok bool) { n.get(func() { ok = n.sent[other] != "" }); return ok })
	must(t, c.Retry(key))
	eventually(t, "the refused one", func() (ok bool) { n.get(func() { ok = n.sent[key] != "" }); return ok })
	if err := c.Discard(key); codeOf(err) != CodeInvalid {
		t.Errorf("%v", err)
	}
	for _, text := range []string{"", "  ", strings.Repeat("é", maxText+1)} {
		if _, err := c.Send(text); codeOf(err) != CodeInvalid {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

// TestUncertain: what may have been sent too long ago for the server to know is not
// sent again, unless the person says so.
func TestUncertain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, n := device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	c.mu.Lock()
	c.state.Unsent = []*unsent{{Key: "k", Body: []byte(`{"type":"text","text":"hm"}`), Tried: time.Now().Add(-2 * certain).UnixMilli()}}
	c.mu.Unlock()
	poke(c.sendWake)
	eventually(t, "doubt", func() (ok bool) { n.get(func() { ok = n.failed["k"] == CodeUncertain }); return ok })
	must(t, c.Retry("k"))
	eventually(t, "the message", func() bool { return len(n.heard()) == 1 })
}
