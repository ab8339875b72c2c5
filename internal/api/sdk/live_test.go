package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/internal/api/sdk"
)

func TestWebSocket(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	first := b.say("one")
	b.say("two")
	w := b.dial()
	w.send(`{"t":"ping"}`)
	w.next("pong")
	w.send(fmt.Sprintf(`{"t":"hello","session":"hs1_a","cursor":"%d","foreground":true}`, first.Received))
	ready := w.next("ready")
	if u := ready["user"].(map[string]any); u["_id"] != ana.String() || u["userId"] != "ana" {
		t.Errorf("the user is %v", u)
	}
	if c := ready["conversation"].(map[string]any); c["_id"] != talk.String() || c["unreadCount"] != 2.0 {
		t.Errorf("the conversation is %v", c)
	}
	if ready["cursor"] != fmt.Sprint(first.Received) || ready["heartbeat"] != 25.0 {
		t.Errorf("ready says %v", ready)
	}
	missed := w.next("messages")
	if got := texts(missed); !slices.Equal(got, []string{"two"}) || missed["live"] != false {
		t.Errorf("caught up with %v", missed)
	}
	three := b.say("three")
	b.tell(heliograph.HintMessages)
	f := w.next("messages")
	m := f["messages"].([]any)[0].(map[string]any)
	if f["live"] != true || f["cursor"] != fmt.Sprint(three.Received) || m["cursor"] != f["cursor"] || m["role"] != "appMaker" || m["_id"] != three.ID.String() {
		t.Errorf("told %v", f)
	}
	if on := b.hub.Online(app1, ana); len(on) != 1 || !on[0].Foreground {
		t.Errorf("online are %+v", on)
	}
	w.send(`{"t":"foreground","on":false}`)
	w.send(fmt.Sprintf(`{"t":"seen","cursor":"%d"}`, three.Received))
	w.send(`{"t":"typing","on":true}`)
	w.send(`{"t":"typing"}`)
	w.send(`{"t":"read"}`)
	w.send(`{"t":"what we do not know yet"}`)
	w.send(`{"t":"ping"}`)
	w.next("pong")
	if want := []string{fmt.Sprint("seen ", three.Received), "typing:start", "typing:stop", "conversation:read"}; !slices.Equal(b.acts, want) {
		t.Errorf("done was %q", b.acts)
	}
	if on := b.hub.Online(app1, ana); len(on) != 1 || on[0].Foreground {
		t.Errorf("online are %+v", on)
	}
	b.hub.Changed([]heliograph.Hint{
		{Kind: heliograph.HintTyping, App: app1, User: ana, Conversation: talk, Typing: &heliograph.Typing{Role: heliograph.Business, On: true, Name: "Bo"}},
		{Kind: heliograph.HintChanged, App: app1, User: ana, Conversation: talk, Message: three.ID},
		{Kind: heliograph.HintRemoved, App: app1, User: ana, Conversation: talk, Message: first.ID},
		{Kind: heliograph.HintRemoved, App: app1, User: ana, Conversation: talk},
	})
	if f := w.next("typing"); f["role"] != "appMaker" || f["on"] != true || f["name"] != "Bo" {
		t.Errorf("%v", f)
	}
	if f := w.next("changed"); f["message"].(map[string]any)["text"] != "three" {
		t.Errorf("%v", f)
	}
	if f := w.next("removed"); f["messageId"] != first.ID.String() {
		t.Errorf("%v", f)
	}
	if f := w.next("removed"); f["messageId"] != nil {
		t.Errorf("%v", f)
	}
}

// TestHello: what may come first, and what becomes of it.
func TestHello(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	b.session("hs1_jwt good", 2)
	tests := []struct {
		name, frame string
		code        uint16
		reason      string
	}{
		{"a session that is none", `{"t":"hello","session":"hs1_b"}`, 4401, "invalid_session"},
		{"no token", `{"t":"hello","session":"hs1_jwt"}`, 4401, "invalid_auth"},
		{"a bad token", `{"t":"hello","session":"hs1_jwt","jwt":"bad"}`, 4401, "invalid_auth"},
		{"a bad cursor", `{"t":"hello","session":"hs1_a","cursor":"-1"}`, 1008, "bad_request"},
		{"not JSON", `{"t":`, 1008, "bad_request"},
		{"not an object", `[]`, 1008, "bad_request"},
		{"no kind", `{}`, 1008, "bad_request"},
		{"something else first", `{"t":"read"}`, 1008, "bad_request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := b.dial()
			w.send(tt.frame)
			if reason := w.ends(tt.code); reason != tt.reason {
				t.Errorf("because of %q", reason)
			}
		})
	}
	t.Run("before there is a session, and then", func(t *testing.T) {
		w := b.dial()
		w.send(`{"t":"hello"}`)
		w.send(`{"t":"read"}`)
		w.send(`{"t":"ping"}`)
		w.next("pong")
		w.send(`{"t":"hello","session":"hs1_jwt","jwt":"good"}`)
		w.next("ready")
		w.send(`{"t":"hello","session":"hs1_a"}`)
		w.next("ready")
		b.say("once")
		b.tell(heliograph.HintMessages)
		w.next("messages")
		w.send(`{"t":"ping"}`)
		w.next("pong")
		if n := b.hub.Connected(); n != 1 {
			t.Errorf("%d seats are taken", n)
		}
	})
	t.Run("binary", func(t *testing.T) {
		w := b.dial()
		_ = w.conn.WriteMessage(gws.OpcodeBinary, []byte(`{"t":"hello"}`))
		w.ends(1003)
	})
	t.Run("too large", func(t *testing.T) {
		w := b.dial()
		w.send(`{"t":"` + strings.Repeat("x", 64<<10) + `"}`)
		w.ends(1009)
	})
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(o *sdk.LiveOptions) { o.Most = 1 })
	b.session("hs1_a", 1)
	b.origin = "https://shop.example"
	if got := b.dial("Origin", "https://evil.example").ends(4403); got != "origin_not_allowed" {
		t.Errorf("refused because of %q", got)
	}
	get := func(path string, upgrade bool) int {
		t.Helper()
		req, _ := http.NewRequest(http.MethodGet, strings.Replace(b.url, shop.String(), path, 1), nil)
		if upgrade {
			for k, v := range map[string]string{"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="} {
				req.Header.Set(k, v)
			}
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body struct {
			Error struct{ Code, Description string }
		}
		if err := json.NewDecoder(res.Body).Decode(&body); err != nil || body.Error.Code == "" {
			t.Errorf("%d with %+v, %v", res.StatusCode, body, err)
		}
		return res.StatusCode
	}
	if got := get(shop.String()+"/live", false); got != 400 {
		t.Errorf("no upgrade: %d", got)
	}
	if got := get(heliograph.IntegrationID{7}.String()+"/live", true); got != 404 {
		t.Errorf("no integration: %d", got)
	}
	b.until("the one that was refused is gone", func() bool { return b.connections() == 0 })
	w := b.dial("Origin", "https://shop.example")
	w.send(`{"t":"hello","session":"hs1_a"}`)
	w.next("ready")
	if got := get(shop.String()+"/live", true); got != 503 {
		t.Errorf("no room: %d", got)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	t.Run("logged out", func(t *testing.T) {
		b.session("hs1_out", 1)
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_out"}`)
		w.next("ready")
		b.mu.Lock()
		delete(b.sessions, "hs1_out")
		b.mu.Unlock()
		b.tell(heliograph.HintUser)
		if got := w.ends(4401); got != "invalid_session" {
			t.Errorf("because of %q", got)
		}
	})
	t.Run("the token ended", func(t *testing.T) {
		b.session("hs1_short jwt", 1).Expires = time.Now().Add(50 * time.Millisecond)
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_short","jwt":"jwt"}`)
		w.next("ready")
		if got := w.ends(4401); got != "invalid_auth" {
			t.Errorf("because of %q", got)
		}
	})
	t.Run("a fresh token counts from when it came", func(t *testing.T) {
		b.session("hs1_fresh one", 1).Expires = time.Now().Add(time.Hour)
		b.session("hs1_fresh two", 1).Expires = time.Now().Add(50 * time.Millisecond)
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_fresh","jwt":"one"}`)
		w.next("ready")
		w.send(`{"t":"jwt","jwt":"two"}`)
		if got := w.ends(4401); got != "invalid_auth" {
			t.Errorf("because of %q", got)
		}
	})
	t.Run("a token that is no good", func(t *testing.T) {
		b.session("hs1_bad one", 1)
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_bad","jwt":"one"}`)
		w.next("ready")
		w.send(`{"t":"jwt","jwt":"three"}`)
		if got := w.ends(4401); got != "invalid_auth" {
			t.Errorf("because of %q", got)
		}
	})
	t.Run("the user changed", func(t *testing.T) {
		s := b.session("hs1_named", 1)
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_named"}`)
		w.next("ready")
		b.tell(heliograph.HintUser) // nothing that it shows
		b.mu.Lock()
		s.User = &heliograph.User{ID: ana, App: app1, Conversation: talk, Profile: heliograph.Profile{GivenName: "Ana"}}
		b.mu.Unlock()
		b.tell(heliograph.HintUser)
		w.next("user")
		b.mu.Lock()
		s.User = &heliograph.User{ID: heliograph.UserID{8}, App: app1, Conversation: talk} // merged
		b.mu.Unlock()
		b.tell(heliograph.HintUser)
		w.next("user")
		w.next("ready")
		if len(b.hub.Online(app1, heliograph.UserID{8})) != 1 {
			t.Error("it has no seat as who it is now")
		}
		b.until("its seat as the former user is free", func() bool { return len(b.hub.Online(app1, ana)) == 0 })
	})
}

func TestTooManyFrames(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	w := b.dial()
	for range 200 {
		if w.conn.WriteString(`{"t":"ping"}`) != nil {
			break
		}
	}
	if got := w.ends(4429); got != "too_many_requests" {
		t.Errorf("because of %q", got)
	}
}

// TestSlowDevice: one that takes nothing is dropped, the others get everything, and it
// goes on where it was when it comes back.
func TestSlowDevice(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_slow", 1)
	b.session("hs1_fast", 2)
	slow := b.raw()
	sendRaw(slow, `{"t":"hello","session":"hs1_slow"}`)
	fast := b.dial()
	fast.send(`{"t":"hello","session":"hs1_fast"}`)
	fast.next("ready")
	for b.hub.Connected() < 2 {
		fast.send(`{"t":"ping"}`)
		fast.next("pong")
	}
	long := strings.Repeat("a long message ", 8000)
	want, dropped := 0, false
	for ; !dropped && want < 2000; want++ {
		b.say(long)
		b.tell(heliograph.HintMessages)
		fast.next("messages")
		b.mu.Lock()
		dropped = b.dropped["slow"] > 0
		b.mu.Unlock()
	}
	if !dropped {
		t.Fatal("the slow one is still there")
	}
	b.say("the last")
	b.tell(heliograph.HintMessages)
	if got := texts(fast.next("messages")); !slices.Equal(got, []string{"the last"}) {
		t.Errorf("the other got %d", len(got))
	}
	// What was on its way, as far as it goes; then the line ends.
	_ = slow.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.Copy(io.Discard, slow); err != nil {
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Error("its line is still open")
		}
	}
}

// raw opens a WebSocket without a library, whose buffers take little.
func (b *bed) raw() net.Conn {
	b.t.Helper()
	host := strings.TrimPrefix(b.url, "http://")
	host, path, _ := strings.Cut(host, "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	fmt.Fprintf(conn, "GET /%s/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", path)
	one := make([]byte, 1)
	for seen := ""; !strings.HasSuffix(seen, "\r\n\r\n"); seen += string(one) {
		if _, err := conn.Read(one); err != nil {
			b.t.Fatal(err)
		}
	}
	return conn
}

// sendRaw sends a short text frame, masked with zeros.
func sendRaw(c net.Conn, text string) {
	_, _ = c.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...))
}

// TestEarlyHello: a client that does not wait for the answer to its handshake.
func TestEarlyHello(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	host, path, _ := strings.Cut(strings.TrimPrefix(b.url, "http://"), "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hello := `{"t":"hello","session":"hs1_a"}`
	fmt.Fprintf(conn, "GET /%s/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n%s%s",
		path, []byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0}, hello)
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 101 ") {
		t.Fatalf("%q, %v", line, err)
	}
	for seen := ""; !strings.Contains(seen, `"t":"ready"`); {
		one, err := in.ReadByte()
		if err != nil {
			t.Fatalf("after %q: %v", seen, err)
		}
		seen += string(one)
	}
	// It says that it goes, and is answered.
	_, _ = conn.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8})
	rest, err := io.ReadAll(in)
	if err != nil || !bytes.HasSuffix(rest, []byte{0x88, 2, 0x03, 0xe8}) {
		t.Errorf("at the end came %q, %v", rest, err)
	}
}

func TestStopTellsEverybody(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session("hs1_a", 1)
	one, two := b.dial(), b.dial()
	one.send(`{"t":"hello","session":"hs1_a"}`)
	one.next("ready")
	two.send(`{"t":"ping"}`)
	two.next("pong")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	b.live.Stop(ctx)
	one.ends(1001)
	two.ends(1001)
	if ctx.Err() != nil {
		t.Error("not everybody left")
	}
}
