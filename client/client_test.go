package client

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// notes is a listener that writes down what it is told.
type notes struct {
	BaseListener
	mu      sync.Mutex
	texts   []string
	stale   int // messages that were not live
	sent    map[string]string
	failed  map[string]string
	users   []string
	unread  int64
	states  []string
	removed []string
	typing  []string
}

func (n *notes) OnMessages(l *MessageList, live bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range l.Len() {
		n.texts = append(n.texts, l.At(i).Text)
		if !live {
			n.stale++
		}
	}
}

func (n *notes) OnSent(key string, m *Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sent == nil {
		n.sent = map[string]string{}
	}
	n.sent[key] = m.ID
}

func (n *notes) OnSendFailed(key, code, _ string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failed == nil {
		n.failed = map[string]string{}
	}
	n.failed[key] = code
}

func (n *notes) OnUser(u *User) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if u == nil {
		n.users = append(n.users, "")
		return
	}
	n.users = append(n.users, u.ID)
}

func (n *notes) OnConversation(c *Conversation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unread = c.Unread
}

func (n *notes) OnConnection(state, transport string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.states = append(n.states, strings.TrimSpace(state+" "+transport))
}

func (n *notes) OnMessageRemoved(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.removed = append(n.removed, id)
}

func (n *notes) OnTyping(t *Typing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.typing = append(n.typing, fmt.Sprint(t.Name, t.On))
}

func (n *notes) heard() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.texts)
}

func (n *notes) get(read func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	read()
}

// quick are times for tests.
func quick() tuning {
	t := defaultTuning()
	t.backoff, t.backoffMax = time.Millisecond, 20*time.Millisecond
	t.poll, t.pollMax, t.goingAway, t.save = time.Millisecond, 5*time.Millisecond, time.Millisecond, 0
	t.upgrade = 50 * time.Millisecond
	return t
}

func device(t *testing.T, server string, change func(*Settings)) (*Client, *notes) {
	t.Helper()
	n := &notes{}
	s := NewSettings(server, "5babc57a79ace012bba4781a")
	s.Listener = n
	if change != nil {
		change(s)
	}
	c, err := open(s, quick())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestMissedWhileClosed: the next start tells what came in between, and nothing twice.
func TestMissedWhileClosed(t *testing.T) {
	t.Parallel()
	f, dir := newFake(t), t.TempDir()
	here := func(s *Settings) { s.StorageDir = dir }
	c, n := device(t, f.srv.URL, here)
	must(t, c.StartConversation())
	user := c.User().ID
	f.say(user, "a")
	eventually(t, "a", func() bool { return len(n.heard()) == 1 })
	must(t, c.Close())
	for i := range 60 {
		f.say(user, fmt.Sprint(i))
	}
	c, n = device(t, f.srv.URL, here)
	must(t, c.Init())
	eventually(t, "the missed ones", func() bool { return len(n.heard()) == 60 })
	if got := n.heard(); got[0] != "0" || got[59] != "59" {
		t.Errorf("%v", got)
	}
	n.get(func() {
		if n.stale != 60 {
			t.Errorf("%d were told as missed", n.stale)
		}
	})
	if c.Messages().Len() != 60 || c.HasOlder() != true {
		t.Errorf("%d messages, older: %v", c.Messages().Len(), c.HasOlder())
	}
	older, err := c.LoadOlder()
	must(t, err)
	if older.Len() != 1 || older.At(0).Text != "a" || c.HasOlder() || c.Messages().At(0).Text != "a" || c.Messages().Len() != 61 {
		t.Errorf("%d older of %d", older.Len(), c.Messages().Len())
	}
	if m := c.Messages().At(60); m.Received() != 1700000000061 || !strings.Contains(m.JSON(), `"received"`) {
		t.Errorf("%d %s", m.Received(), m.JSON())
	}
}

// TestFallback: where WebSockets do not work, events are taken, and else it polls;
// and it tries for better.
func TestFallback(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.noSocket, f.noEvents = true, true
	c, n := device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	f.say(c.User().ID, "by polling")
	eventually(t, "a message", func() bool { return len(n.heard()) == 1 })
	n.get(func() {
		if !slices.Contains(n.states, "connected polling") {
			t.Errorf("%v", n.states)
		}
	})
	f.mu.Lock()
	f.noEvents = false
	f.mu.Unlock()
	eventually(t, "events", func() bool { return c.Connection() == TransportEvents })
	f.say(c.User().ID, "by events")
	eventually(t, "another message", func() bool { return len(n.heard()) == 2 })
}

// TestNonsense: what cannot be read as a WebSocket ends the connection, not the app.
func TestNonsense(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.nonsense = true
	c, n := device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	f.say(c.User().ID, "hello")
	eventually(t, "a message", func() bool { return len(n.heard()) == 1 })
}

// TestFrames: what is live beside messages.
func TestFrames(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, n := device(t, f.srv.URL, nil)
	must(t, c.StartConversation())
	user := c.User().ID
	f.connected()
	f.say(user, "a")
	f.say(user, "b")
	eventually(t, "both", func() bool { return c.Messages().Len() == 2 })
	id := c.Messages().At(0).ID
	f.mu.Lock()
	u := f.users[user]
	f.broadcast(u, map[string]any{"t": "typing", "role": "appMaker", "on": true, "name": "Eve"})
	f.broadcast(u, map[string]any{"t": "changed", "message": map[string]any{"_id": id, "text": "A", "type": "form", "received": 1700000000.001,
		"actions": []any{map[string]any{"_id": "a1", "type": "link", "uri": "https://example.com", "amount": 5}},
		"items":   []any{map[string]any{"title": "T", "actions": []any{map[string]any{"type": "postback"}}}}}})
	f.broadcast(u, map[string]any{"t": "something new"})
	f.mu.Unlock()
	eventually(t, "the change", func() bool { return c.Messages().At(0).Text == "A" })
	if m := c.Messages().At(0); m.ActionCount() != 1 || m.Action(0).Amount != 5 || m.Action(1) != nil || m.ItemCount() != 1 || m.Item(0).Action(0).Type != "postback" {
		t.Errorf("%s", m.JSON())
	}
	f.mu.Lock()
	f.broadcast(u, map[string]any{"t": "removed", "messageId": id})
	f.mu.Unlock()
	eventually(t, "the removal", func() bool { return c.Messages().Len() == 1 })
	n.get(func() {
		if !slices.Equal(n.typing, []string{"Evetrue"}) {
			t.Errorf("%v", n.typing)
		}
	})
	// The user changed: the device asks who it is now.
	before := f.asked("POST /init")
	f.mu.Lock()
	f.broadcast(u, map[string]any{"t": "user"})
	f.mu.Unlock()
	eventually(t, "init", func() bool { return f.asked("POST /init") == before+1 })

	for range 3 {
		c.Typing(true)
	}
	c.Typing(false)
	eventually(t, "typing", func() bool {
		return f.asked(`frame {"on":true,"t":"typing"}`) == 1 && f.asked(`frame {"on":false,"t":"typing"}`) == 1
	})
}

// TestOwnCertificates: a server whose certificate the system does not know.
func TestOwnCertificates(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{TransportWebSocket, TransportEvents} {
		f := newFake(t)
		secure := httptest.NewUnstartedServer(f.srv.Config.Handler)
		secure.Config.ErrorLog = log.New(io.Discard, "", 0)
		secure.StartTLS()
		t.Cleanup(secure.Close)
		root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
		c, n := device(t, secure.URL, func(s *Settings) { s.Transport, s.RootCertificates = kind, root })
		must(t, c.StartConversation())
		f.say(c.User().ID, "secret")
		eventually(t, "a message", func() bool { return len(n.heard()) == 1 && c.Connection() == kind })
		stranger, _ := device(t, secure.URL, nil)
		if err := stranger.Init(); err == nil {
			t.Error("a certificate of somebody unknown was taken")
		}
		f.drop()
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, s := range []*Settings{
		{}, {Server: "messages.example.com", Integration: "x"}, {Server: "ftp://example.com", Integration: "x"}, NewSettings("https://example.com", ""),
		NewSettings("https://example.com", "../x"), {Server: "https://example.com", Integration: "x", Transport: "pigeon"},
		{Server: "https://example.com", Integration: "x", RootCertificates: []byte("no")},
	} {
		if c, err := New(s); err == nil {
			_ = c.Close()
			t.Errorf("%+v was taken", s)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	tune := defaultTuning()
	for n, want := range []time.Duration{500e6, 1e9, 2e9, 4e9, 8e9, 16e9, 30e9, 30e9} {
		if got := backoff(tune, n, 0); got != want {
			t.Errorf("after %d: %v, want %v", n, got, want)
		}
		if got := backoff(tune, n, 1); got != want/2 {
			t.Errorf("after %d, at the least: %v, want %v", n, got, want/2)
		}
	}
	if got := backoff(tune, 1000, 0); got != 30*time.Second {
		t.Errorf("after many: %v", got)
	}
}
