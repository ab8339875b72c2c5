package sdk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sdk"
	"heliograph/internal/realtime"
)

var (
	app1 = heliograph.AppID{1}
	shop = heliograph.IntegrationID{2}
	ana  = heliograph.UserID{3}
	talk = heliograph.ConversationID{4}
)

// town is what live connections ask: who connects, and what there is to read.
type town struct {
	mu       sync.Mutex
	row      heliograph.Conversation
	messages []*heliograph.Message
	sessions map[string]*sdk.LiveSession // by token; "token jwt" when one is needed
	origin   string                      // "": any
	acts     []string
	dropped  map[string]int
	open     int
}

func (w *town) Conversation(context.Context, heliograph.AppID, heliograph.ConversationID) (*heliograph.Conversation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row := w.row
	return &row, nil
}

func (w *town) Conversations(context.Context, heliograph.AppID, []heliograph.ConversationID) ([]*heliograph.Conversation, error) {
	return nil, nil
}

func (w *town) News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error) {
	row, _ := w.Conversation(ctx, app, id)
	list, err := w.After(ctx, app, id, moment, limit)
	return row, list, err
}

func (w *town) After(_ context.Context, _ heliograph.AppID, _ heliograph.ConversationID, moment heliograph.Millis, limit int) (out []*heliograph.Message, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.messages {
		if m.Received > moment && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (w *town) Message(_ context.Context, _ heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.messages {
		if m.ID == id {
			return m, nil
		}
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "none")
}

func (w *town) ConversationOf(context.Context, heliograph.AppID, heliograph.UserID) (heliograph.ConversationID, error) {
	return heliograph.ConversationID{}, nil
}

func (w *town) Live(_ context.Context, _ heliograph.IntegrationID, token, jwt string, _ heliograph.ClientID) (*sdk.LiveSession, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.TrimSpace(token + " " + jwt)
	if s := w.sessions[key]; s != nil {
		clone := *s
		return &clone, nil
	}
	for k := range w.sessions {
		if strings.HasPrefix(k, token+" ") {
			return nil, heliograph.Errorf(heliograph.Unauthenticated, "invalid_auth", "a token is needed")
		}
	}
	return nil, heliograph.Errorf(heliograph.Unauthenticated, "invalid_session", "not good")
}

func (w *town) CheckOrigin(_ context.Context, id heliograph.IntegrationID, origin string) error {
	if id != shop {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "none")
	}
	if w.origin != "" && origin != "" && origin != w.origin {
		return heliograph.Errorf(heliograph.Forbidden, "origin_not_allowed", "not from there")
	}
	return nil
}

func (w *town) Seen(_ context.Context, s *sdk.LiveSession, until heliograph.Millis) error {
	return w.did(s, fmt.Sprint("seen ", until))
}

func (w *town) Act(_ context.Context, s *sdk.LiveSession, a channel.Activity) error {
	return w.did(s, string(a))
}

func (w *town) did(s *sdk.LiveSession, what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.App != app1 || s.User.ID != ana || s.Client.IsZero() {
		what = fmt.Sprintf("%s by nobody: %+v", what, s)
	}
	w.acts = append(w.acts, what)
	return nil
}

func (w *town) LiveFrames(int)   {}
func (w *town) LiveReads(string) {}
func (w *town) LiveOpened(string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open++
}
func (w *town) LiveClosed(string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open--
}
func (w *town) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}
func (w *town) LiveDropped(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped[why]++
}
func (w *town) Request(string, int, time.Duration) {}

// say stores a message.
func (w *town) say(text string) *heliograph.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.row.Seq++
	w.row.Unread++
	w.row.LastReceived++
	m := &heliograph.Message{
		ID: heliograph.MessageID{9, byte(w.row.Seq >> 8), byte(w.row.Seq)}, App: app1, Conversation: talk, User: ana,
		Seq: w.row.Seq, Received: w.row.LastReceived, Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceAPI},
		Content: heliograph.Content{Type: heliograph.TextMessage, Text: text},
	}
	w.messages = append(w.messages, m)
	return m
}

func (w *town) session(token string, client byte) *sdk.LiveSession {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &sdk.LiveSession{
		App: app1, Integration: shop, Client: heliograph.ClientID{client},
		User: &heliograph.User{ID: ana, App: app1, ExternalID: "ana", Conversation: talk},
	}
	w.sessions[token] = s
	return s
}

// bed is a server with live connections.
type bed struct {
	*town
	t    *testing.T
	live *sdk.Live
	hub  *realtime.Hub
	url  string
}

func newBed(t *testing.T, change ...func(*sdk.LiveOptions)) *bed {
	t.Helper()
	w := &town{
		row: heliograph.Conversation{ID: talk, App: app1, User: ana, LastReceived: 1_700_000_000_000}, sessions: map[string]*sdk.LiveSession{}, dropped: map[string]int{},
	}
	log := slog.New(slog.DiscardHandler)
	frames := sdk.Frames{Log: log, Now: time.Now}
	b := &bed{town: w, t: t}
	b.hub = realtime.New(realtime.Options{Source: w, Frames: frames, Figures: w, Jitter: func() float64 { return 0.5 }, Log: log})
	o := sdk.LiveOptions{Hub: b.hub, Sessions: w, Acts: w, Figures: w, Frames: frames, Now: time.Now, Log: log}
	for _, f := range change {
		f(&o)
	}
	b.live = sdk.NewLive(o)
	b.live.Start()
	mux := http.NewServeMux()
	id := func(r *http.Request) heliograph.IntegrationID {
		var v heliograph.IntegrationID
		_ = v.UnmarshalText([]byte(r.PathValue("i")))
		return v
	}
	mux.HandleFunc("GET /{i}/live", func(w http.ResponseWriter, r *http.Request) { b.live.WebSocket(w, r, id(r)) })
	mux.HandleFunc("GET /{i}/events", func(w http.ResponseWriter, r *http.Request) { b.live.Events(w, r, id(r)) })
	server := httptest.NewServer(httpx.Wrap(mux, httpx.Options{Log: log, Now: time.Now, Watch: w, Random: strings.NewReader("random bytes")}))
	b.url = server.URL + "/" + shop.String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		b.live.Stop(ctx)
		server.Close()
		if w.open != 0 {
			t.Errorf("%d connections are still counted", w.open)
		}
	})
	return b
}

// until waits for what comes soon.
func (b *bed) until(what string, is func() bool) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); runtime.Gosched() {
		if time.Now().After(end) {
			b.t.Fatalf("not so: %s", what)
		}
	}
}

// tell has the hub look at the conversation.
func (b *bed) tell(kinds ...heliograph.HintKind) {
	for _, k := range kinds {
		b.hub.Changed([]heliograph.Hint{{Kind: k, App: app1, User: ana, Conversation: talk}})
	}
}

// wire is a client's end of a WebSocket.
type wire struct {
	gws.BuiltinEventHandler
	t      *testing.T
	conn   *gws.Conn
	frames chan map[string]any
	closed chan uint16
}

func (w *wire) OnMessage(_ *gws.Conn, m *gws.Message) {
	var v map[string]any
	if err := json.Unmarshal(m.Bytes(), &v); err != nil {
		v = map[string]any{"t": "not JSON: " + string(m.Bytes())}
	}
	w.frames <- v
}

func (w *wire) OnClose(_ *gws.Conn, err error) {
	code := uint16(1006)
	if c, ok := err.(*gws.CloseError); ok {
		code = c.Code
	}
	w.closed <- code
}

// dial opens a WebSocket.
func (b *bed) dial(header ...string) *wire {
	b.t.Helper()
	w := &wire{t: b.t, frames: make(chan map[string]any, 4096), closed: make(chan uint16, 1)}
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	conn, _, err := gws.NewClient(w, &gws.ClientOption{Addr: "ws" + strings.TrimPrefix(b.url, "http") + "/live", RequestHeader: h})
	if err != nil {
		b.t.Fatal(err)
	}
	w.conn = conn
	go conn.ReadLoop()
	b.t.Cleanup(func() { _ = conn.NetConn().Close() })
	return w
}

func (w *wire) send(text string) {
	w.t.Helper()
	if err := w.conn.WriteString(text); err != nil {
		w.t.Fatalf("send %s: %v", text, err)
	}
}

// next returns the next frame, which must be of a kind.
func (w *wire) next(kind string) map[string]any {
	w.t.Helper()
	select {
	case f := <-w.frames:
		if f["t"] != kind {
			w.t.Fatalf("got %v, want a %s", f, kind)
		}
		return f
	case code := <-w.closed:
		w.t.Fatalf("closed with %d before a %s came", code, kind)
	case <-time.After(20 * time.Second):
		w.t.Fatalf("no %s came", kind)
	}
	return nil
}

// ends waits for the close, and returns the code of the error frame before it.
func (w *wire) ends(code uint16) string {
	w.t.Helper()
	select {
	case got := <-w.closed:
		if got != code {
			w.t.Fatalf("closed with %d, want %d", got, code)
		}
	case <-time.After(20 * time.Second):
		w.t.Fatal("not closed")
	}
	reason := ""
	for len(w.frames) > 0 {
		if f := <-w.frames; f["t"] == "error" {
			reason, _ = f["code"].(string)
		}
	}
	return reason
}

// texts returns what the messages of a frame say.
func texts(f map[string]any) (out []string) {
	list, _ := f["messages"].([]any)
	for _, m := range list {
		out = append(out, m.(map[string]any)["text"].(string))
	}
	return out
}
