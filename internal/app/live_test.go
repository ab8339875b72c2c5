package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/testkit/pgtest"
)

// screen is a device with a live connection to one of several servers.
type screen struct {
	gws.BuiltinEventHandler
	t       *testing.T
	base    string // of its server's SDK surface
	session string
	user    string
	cursor  string
	conn    *gws.Conn
	frames  chan map[string]any
	closed  chan uint16
}

func (s *screen) OnMessage(_ *gws.Conn, m *gws.Message) {
	var v map[string]any
	_ = json.Unmarshal(m.Bytes(), &v)
	s.frames <- v
}

func (s *screen) OnClose(_ *gws.Conn, err error) {
	code := uint16(1006)
	if c, ok := err.(*gws.CloseError); ok {
		code = c.Code
	}
	s.closed <- code
}

// call makes a call of the SDK's.
func (s *screen) call(method, path string, in, out any) error {
	s.t.Helper()
	body, _ := json.Marshal(in)
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Heliograph-Session", s.session)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// connect opens the live connection and waits until it is ready.
func (s *screen) connect() {
	s.t.Helper()
	s.frames, s.closed = make(chan map[string]any, 256), make(chan uint16, 1)
	conn, _, err := gws.NewClient(s, &gws.ClientOption{Addr: "ws" + strings.TrimPrefix(s.base, "http") + "/live"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.conn = conn
	go conn.ReadLoop()
	s.t.Cleanup(func() { _ = conn.NetConn().Close() })
	s.send(map[string]any{"t": "hello", "session": s.session, "cursor": s.cursor, "foreground": true})
	s.next("ready")
}

func (s *screen) send(frame map[string]any) {
	s.t.Helper()
	text, _ := json.Marshal(frame)
	if err := s.conn.WriteMessage(gws.OpcodeText, text); err != nil {
		s.t.Fatal(err)
	}
}

// next returns the next frame of a kind; others before it do not matter.
func (s *screen) next(kind string) map[string]any {
	s.t.Helper()
	for {
		select {
		case f := <-s.frames:
			if c, ok := f["cursor"].(string); ok {
				s.cursor = c
			}
			if f["t"] == kind {
				return f
			}
		case code := <-s.closed:
			s.t.Fatalf("closed with %d before a %s came", code, kind)
		case <-time.After(20 * time.Second):
			s.t.Fatalf("no %s came", kind)
		}
	}
}

// text returns what the next message says.
func (s *screen) text() string {
	s.t.Helper()
	list := s.next("messages")["messages"].([]any)
	if len(list) != 1 {
		s.t.Fatalf("%d messages at once", len(list))
	}
	return list[0].(map[string]any)["text"].(string)
}

func (s *screen) ends(code uint16) {
	s.t.Helper()
	select {
	case got := <-s.closed:
		if got != code {
			s.t.Fatalf("closed with %d, want %d", got, code)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatalf("not closed with %d", code)
	}
}

// newScreen has a device start a conversation at a server.
func newScreen(t *testing.T, a *App, d *demo, device string) *screen {
	t.Helper()
	found, _, err := a.engines.tenants.ListIntegrations(t.Context(), d.tenant.ID, []string{"web"}, 1, 0)
	if err != nil || len(found) == 0 {
		t.Fatalf("the app has no web integration: %v", err)
	}
	s := &screen{t: t, base: a.host.public + "/sdk/v1/" + found[0].ID.String()}
	s.enter(device)
	return s
}

func (s *screen) enter(device string) {
	s.t.Helper()
	var out struct {
		Session struct{ Token string }
		User    struct {
			ID string `json:"_id"`
		}
		Cursor string
	}
	if err := s.call(http.MethodPost, "/start", map[string]any{"device": map[string]any{"id": strings.Repeat(device, 32)}}, &out); err != nil {
		s.t.Fatal(err)
	}
	s.session, s.user, s.cursor = out.Session.Token, out.User.ID, out.Cursor
}

func (s *screen) id() heliograph.UserID {
	var id heliograph.UserID
	_ = id.UnmarshalText([]byte(s.user))
	return id
}

func withDatabases(t *testing.T, test func(*testing.T, *config.Config)) {
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			if postgres {
				c.DatabaseURL = heliograph.Secret(pgtest.URL(t))
			}
			test(t, c)
		})
	}
}

// business is the v1.1 API as the app's own.
func business(d *demo, a *App) *apiClient {
	return &apiClient{base: a.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
}

func TestLive(t *testing.T) {
	t.Parallel()
	withDatabases(t, func(t *testing.T, c *config.Config) {
		a, stop := start(t, c)
		d := &demo{app: a}
		if err := d.appAndKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := newScreen(t, a, d, "a")
		s.connect()
		api := business(d, a)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		post := func(text string) (id string) {
			t.Helper()
			var out struct {
				Message struct {
					ID string `json:"_id"`
				}
			}
			must(api.call(t.Context(), http.MethodPost, "/appusers/"+s.user+"/messages", map[string]any{"role": "appMaker", "type": "text", "text": text}, &out))
			return out.Message.ID
		}
		id := post("hello")
		if got := s.text(); got != "hello" {
			t.Fatalf("told %q", got)
		}
		must(api.call(t.Context(), http.MethodPost, "/appusers/"+s.user+"/conversation/activity", map[string]any{"role": "appMaker", "type": "typing:start"}, nil))
		if f := s.next("typing"); f["on"] != true || f["role"] != "appMaker" {
			t.Errorf("%v", f)
		}
		must(api.call(t.Context(), http.MethodPost, "/appusers/"+s.user+"/conversation/activity", map[string]any{"role": "appMaker", "type": "conversation:read"}, nil))
		if f := s.next("conversation")["conversation"].(map[string]any); f["appMakerLastRead"] == nil || f["unreadCount"] != 1.0 {
			t.Errorf("%v", f)
		}
		s.send(map[string]any{"t": "read"})
		if f := s.next("conversation")["conversation"].(map[string]any); f["unreadCount"] != 0.0 {
			t.Errorf("%v", f)
		}
		must(s.call(http.MethodPost, "/messages", map[string]any{"type": "text", "text": "from me"}, nil))
		if got := s.text(); got != "from me" {
			t.Fatalf("told %q", got)
		}
		must(api.call(t.Context(), http.MethodDelete, "/appusers/"+s.user+"/messages/"+id, nil, nil))
		if f := s.next("removed"); f["messageId"] != id {
			t.Errorf("%v", f)
		}
		online, err := a.engines.presence.Online(t.Context(), d.tenant.ID, s.id())
		if err != nil || len(online) != 1 || !online[0].Foreground {
			t.Errorf("online are %+v, %v", online, err)
		}
		// What it missed while it was away.
		_ = s.conn.NetConn().Close()
		<-s.closed
		post("while you were away")
		s.connect()
		if got := s.text(); got != "while you were away" {
			t.Fatalf("caught up with %q", got)
		}
		other := newScreen(t, a, d, "b")
		other.connect()
		must(other.call(http.MethodPost, "/logout", map[string]any{}, nil))
		other.ends(4401)
		stop()
		s.ends(1001)
	})
}

// TestLiveOverServers: what is said at one server shows at another, and each knows
// who is at the other.
func TestLiveOverServers(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.DatabaseURL, c.Lease = heliograph.Secret(pgtest.URL(t)), 2*time.Second
	a, _ := start(t, c)
	second := *c
	second.Address = "127.0.0.1:0"
	b, stopB := start(t, &second)
	eventually(t, "each has half", func() bool { return a.engines.lanes.slots() == 32 && b.engines.lanes.slots() == 32 })
	d := &demo{app: a}
	if err := d.appAndKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newScreen(t, b, d, "a")
	s.connect()
	for i := range 20 {
		want := fmt.Sprint("message ", i)
		err := business(d, a).call(t.Context(), http.MethodPost, "/appusers/"+s.user+"/messages", map[string]any{"role": "appMaker", "type": "text", "text": want}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.text(); got != want {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
	there := func() int {
		online, err := a.engines.presence.Online(t.Context(), d.tenant.ID, s.id())
		if err != nil {
			t.Error(err)
		}
		return len(online)
	}
	eventually(t, "it is known at the other server", func() bool { return there() == 1 })
	stopB()
	s.ends(1001)
	eventually(t, "it is known to be gone", func() bool { return there() == 0 })
}
