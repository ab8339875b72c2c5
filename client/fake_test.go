package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

// fake is a small server that speaks the protocol, written from its page.
type fake struct {
	t   *testing.T
	srv *httptest.Server

	mu       sync.Mutex
	sessions map[string]string // token to user's id
	devices  map[string]string // device to user's id
	users    map[string]*fakeUser
	jwts     map[string]string // good ones, to external ids
	made     int
	calls    []string // method and path, with the body
	refuse   func(r *http.Request) *Error
	noSocket bool
	nonsense bool // WebSockets say what nobody can read
	noEvents bool
	live     map[*fakeLive]bool
	pushes   map[string]pushToken // by user
	seen     string
	last     []byte // body of the last call
}

type fakeUser struct {
	id, external string
	started      bool
	verified     bool
	messages     []map[string]any
	keys         map[string]map[string]any
	unread       int
}

type fakeLive struct {
	user string
	send func(any)
	end  func()
}

const fakePath = "/sdk/v1/5babc57a79ace012bba4781a"

func newFake(t *testing.T) *fake {
	f := &fake{t: t, sessions: map[string]string{}, devices: map[string]string{}, users: map[string]*fakeUser{}, jwts: map[string]string{},
		live: map[*fakeLive]bool{}, pushes: map[string]pushToken{}}
	mux := http.NewServeMux()
	for path, h := range map[string]func(w http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error){
		"POST /init": f.init, "POST /start": f.start, "POST /login": f.login, "POST /logout": f.logout, "GET /messages": f.list,
		"POST /messages": f.post, "POST /files": f.post, "POST /activity": f.activity, "POST /postback": f.ok, "PUT /user": f.profile,
		"PUT /consent": f.ok, "PUT /push": f.push, "DELETE /push": f.push, "POST /push-events": f.ok, "POST /seen": f.see,
	} {
		method, p, _ := strings.Cut(path, " ")
		mux.HandleFunc(method+" "+fakePath+p, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, h) })
	}
	mux.HandleFunc("GET "+fakePath+"/live", f.socket)
	mux.HandleFunc("GET "+fakePath+"/events", f.events)
	f.srv = httptest.NewServer(mux)
	t.Cleanup(func() {
		f.drop()
		f.srv.CloseClientConnections()
		f.srv.Close()
	})
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request, h func(http.ResponseWriter, *http.Request, *fakeUser, []byte) (any, *Error)) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = body
	name := strings.TrimPrefix(r.URL.Path, fakePath)
	f.calls = append(f.calls, r.Method+" "+name+" "+string(body))
	u, no := f.who(r)
	open := name == "/init" || name == "/start" || name == "/login" || name == "/push-events"
	if no == nil && u == nil && !open || r.Header.Get("X-Heliograph-Session") != "" && u == nil && no == nil {
		no = &Error{Status: 401, Code: CodeInvalidSession}
	}
	if name == "/login" && no != nil && no.Code == CodeInvalidAuth {
		no = nil // the old user's token is not the new one's
	}
	if f.refuse != nil {
		if e := f.refuse(r); e != nil {
			no = e
		}
	}
	var out any
	if no == nil {
		out, no = h(w, r, u, body)
	}
	w.Header().Set("Content-Type", "application/json")
	if no != nil {
		if no.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(no.RetryAfter))
		}
		w.WriteHeader(no.Status)
		out = map[string]any{"error": map[string]string{"code": no.Code, "description": no.Description, "field": no.Field}}
	} else if r.Method == http.MethodPost && (name == "/messages" || name == "/files") {
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(out)
}

// who returns the session's user.
func (f *fake) who(r *http.Request) (*fakeUser, *Error) {
	return f.check(r.Header.Get("X-Heliograph-Session"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
}

func (f *fake) check(session, jwt string) (*fakeUser, *Error) {
	u := f.users[f.sessions[session]]
	if u != nil && u.verified && f.jwts[jwt] != u.external {
		return u, &Error{Status: 401, Code: CodeInvalidAuth}
	}
	return u, nil
}

func (f *fake) answer(device string, u *fakeUser) map[string]any {
	out := map[string]any{"config": map[string]any{"appName": "Shop"}, "session": nil, "user": nil, "conversation": nil, "messages": []any{}, "cursor": "", "hasMore": false, "proactive": true}
	if u == nil {
		return out
	}
	f.made++
	token := fmt.Sprintf("hs1_%s_%d", u.id, f.made)
	for t, of := range f.sessions {
		if of == u.id && f.devices[device] == u.id {
			token = t // it goes on as it was
		}
	}
	f.sessions[token], f.devices[device] = u.id, u.id
	out["session"] = map[string]any{"token": token, "verified": u.verified}
	out["user"] = map[string]any{"_id": u.id, "userId": u.external}
	if u.started {
		page := u.messages[max(0, len(u.messages)-25):]
		out["conversation"], out["messages"], out["hasMore"], out["cursor"] = u.talk(), page, len(u.messages) > len(page), u.cursor()
	}
	return out
}

func (u *fakeUser) talk() map[string]any {
	return map[string]any{"_id": "c" + u.id, "unreadCount": u.unread}
}

func (u *fakeUser) cursor() string {
	if len(u.messages) == 0 {
		return "0"
	}
	return u.messages[len(u.messages)-1]["cursor"].(string)
}

type fakeBody struct {
	Device struct{ ID string }
	UserID string `json:"userId"`
	Intent string
}

func (f *fake) external(id string) *fakeUser {
	for _, u := range f.users {
		if id != "" && u.external == id {
			return u
		}
	}
	return nil
}

func (f *fake) init(_ http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error) {
	var in fakeBody
	_ = json.Unmarshal(body, &in)
	if u == nil {
		if u = f.external(in.UserID); u != nil && u.verified && f.jwts[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] != u.external {
			return nil, &Error{Status: 401, Code: CodeInvalidAuth}
		}
	}
	return f.answer(in.Device.ID, u), nil
}

func (f *fake) start(w http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error) {
	var in fakeBody
	_ = json.Unmarshal(body, &in)
	if u == nil {
		if u = f.external(in.UserID); u == nil {
			f.made++
			u = &fakeUser{id: fmt.Sprintf("u%d", f.made), external: in.UserID, verified: in.UserID != "", keys: map[string]map[string]any{}}
			f.users[u.id] = u
		}
	}
	u.started = true
	return f.answer(in.Device.ID, u), nil
}

func (f *fake) login(_ http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error) {
	var in fakeBody
	_ = json.Unmarshal(body, &in)
	if f.jwts[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] != in.UserID {
		return nil, &Error{Status: 401, Code: CodeInvalidAuth}
	}
	known := f.external(in.UserID)
	switch {
	case known != nil:
		known.verified = true
		return f.answer(in.Device.ID, known), nil
	case u != nil && u.external == "":
		u.external, u.verified = in.UserID, true
		return f.answer(in.Device.ID, u), nil
	}
	return f.answer(in.Device.ID, nil), nil
}

func (f *fake) logout(_ http.ResponseWriter, r *http.Request, _ *fakeUser, _ []byte) (any, *Error) {
	delete(f.sessions, r.Header.Get("X-Heliograph-Session"))
	return map[string]any{}, nil
}

func (f *fake) ok(http.ResponseWriter, *http.Request, *fakeUser, []byte) (any, *Error) {
	return map[string]any{}, nil
}

func (f *fake) see(_ http.ResponseWriter, _ *http.Request, _ *fakeUser, body []byte) (any, *Error) {
	var in struct{ Cursor string }
	_ = json.Unmarshal(body, &in)
	f.seen = in.Cursor
	return map[string]any{}, nil
}

func (f *fake) profile(_ http.ResponseWriter, _ *http.Request, u *fakeUser, body []byte) (any, *Error) {
	out := map[string]any{}
	_ = json.Unmarshal(body, &out)
	out["_id"], out["userId"] = u.id, u.external
	return map[string]any{"user": out}, nil
}

func (f *fake) push(_ http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error) {
	var p pushToken
	_ = json.Unmarshal(body, &p)
	f.pushes[u.id] = p
	return map[string]any{}, nil
}

func (f *fake) activity(_ http.ResponseWriter, _ *http.Request, u *fakeUser, body []byte) (any, *Error) {
	if strings.Contains(string(body), "conversation:read") {
		u.unread = 0
	}
	return map[string]any{"conversation": u.talk()}, nil
}

func (f *fake) list(_ http.ResponseWriter, r *http.Request, u *fakeUser, _ []byte) (any, *Error) {
	q, limit := r.URL.Query(), 25
	if n, err := strconv.Atoi(q.Get("limit")); err == nil {
		limit = n
	}
	all, more := u.messages, false
	switch {
	case q.Has("before"):
		all = all[:number(q.Get("before"))-1]
		more = len(all) > limit
		all = all[max(0, len(all)-limit):]
	case q.Has("after"):
		all = all[number(q.Get("after")):]
		more = len(all) > limit
		all = all[:min(len(all), limit)]
	default:
		more = len(all) > limit
		all = all[max(0, len(all)-limit):]
	}
	return map[string]any{"messages": append([]map[string]any{}, all...), "cursor": u.cursor(), "hasMore": more, "conversation": u.talk()}, nil
}

// number is a message's number, which is its cursor.
func number(cursor string) int {
	n, _ := strconv.Atoi(cursor)
	return n
}

func (f *fake) post(w http.ResponseWriter, r *http.Request, u *fakeUser, body []byte) (any, *Error) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return nil, &Error{Status: 400, Code: "bad_request", Description: "no key"}
	}
	m := u.keys[key]
	if m == nil {
		in := map[string]any{}
		if json.Unmarshal(body, &in) != nil {
			in = map[string]any{"type": "file", "text": string(body)}
		}
		in["role"] = RoleUser
		m = f.store(u, in)
		u.keys[key] = m
	}
	out := map[string]any{"nonce": key}
	for k, v := range m {
		out[k] = v
	}
	return map[string]any{"message": out, "conversation": u.talk()}, nil
}

// store adds a message and sends it to who is connected. The caller holds mu.
func (f *fake) store(u *fakeUser, m map[string]any) map[string]any {
	n := len(u.messages) + 1
	m["_id"], m["cursor"], m["received"] = fmt.Sprintf("m%s%06d", u.id, n), strconv.Itoa(n), 1700000000+float64(n)/1000
	u.messages = append(u.messages, m)
	if m["role"] == RoleBusiness {
		u.unread++
	}
	f.broadcast(u, map[string]any{"t": "messages", "messages": []any{m}, "cursor": m["cursor"], "conversation": u.talk(), "live": true})
	return m
}

func (f *fake) broadcast(u *fakeUser, frame any) {
	for l := range f.live {
		if l.user == u.id {
			l.send(frame)
		}
	}
}

// say is a message of the business's.
func (f *fake) say(user, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.store(f.users[user], map[string]any{"type": "text", "text": text, "role": RoleBusiness})
}

// join adds a connection: what came since its cursor, then what comes. The caller
// holds mu.
func (f *fake) join(u *fakeUser, cursor string, send func(any), end func()) *fakeLive {
	l := &fakeLive{user: u.id, send: send, end: end}
	send(map[string]any{"t": "ready", "user": map[string]any{"_id": u.id}, "conversation": u.talk(), "cursor": u.cursor(), "heartbeat": 25})
	for rest := u.messages[number(cursor):]; len(rest) > 0; {
		page := rest[:min(100, len(rest))]
		rest = rest[len(page):]
		send(map[string]any{"t": "messages", "messages": page, "cursor": page[len(page)-1]["cursor"], "live": false})
	}
	f.live[l] = true
	return l
}

func (f *fake) leave(l *fakeLive) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.live, l)
}

// drop ends every live connection.
func (f *fake) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.live {
		l.end()
	}
}

func (f *fake) socket(w http.ResponseWriter, r *http.Request) {
	if f.noSocket {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	conn, err := gws.NewUpgrader(&fakeSocket{f: f}, nil).Upgrade(w, r)
	if err == nil {
		go conn.ReadLoop()
	}
}

type fakeSocket struct {
	gws.BuiltinEventHandler
	f    *fake
	live *fakeLive
}

func (s *fakeSocket) OnMessage(conn *gws.Conn, m *gws.Message) {
	defer m.Close()
	var in struct{ T, Session, JWT, Cursor string }
	_ = json.Unmarshal(m.Bytes(), &in)
	write := func(frame any) {
		text, _ := json.Marshal(frame)
		conn.WriteAsync(gws.OpcodeText, text, nil)
	}
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.f.calls = append(s.f.calls, "frame "+string(m.Bytes()))
	switch in.T {
	case "hello":
		if s.f.nonsense {
			_, _ = conn.NetConn().Write([]byte{0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}) // of a negative length
			return
		}
		u, no := s.f.check(in.Session, in.JWT)
		if u == nil && no == nil {
			no = &Error{Code: CodeInvalidSession}
		}
		if no != nil {
			text, _ := json.Marshal(map[string]string{"t": "error", "code": no.Code})
			_ = conn.WriteMessage(gws.OpcodeText, text)
			_ = conn.WriteClose(4401, []byte(no.Code))
			return
		}
		s.live = s.f.join(u, in.Cursor, write, func() { _ = conn.NetConn().Close() })
	case "seen":
		s.f.seen = in.Cursor
	}
}

func (s *fakeSocket) OnClose(*gws.Conn, error) {
	if s.live != nil {
		s.f.leave(s.live)
	}
}

func (f *fake) events(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	u, no := f.who(r)
	if f.noEvents || u == nil || no != nil {
		f.mu.Unlock()
		status := http.StatusBadGateway
		if no != nil {
			status = no.Status
		}
		w.WriteHeader(status)
		return
	}
	out, done := make(chan any, 10_000), make(chan struct{})
	l := f.join(u, r.URL.Query().Get("cursor"), func(frame any) { out <- frame }, sync.OnceFunc(func() { close(done) }))
	f.mu.Unlock()
	defer f.leave(l)
	w.Header().Set("Content-Type", "text/event-stream")
	for http.NewResponseController(w).Flush() == nil {
		select {
		case frame := <-out:
			text, _ := json.Marshal(frame)
			_, _ = fmt.Fprintf(w, "id: x\ndata: %s\n\n", text)
		case <-done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// asked is how many calls there were that begin so.
func (f *fake) asked(prefix string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(f.calls), func(c string) bool { return !strings.HasPrefix(c, prefix) }))
}

// connected waits until somebody is connected by a socket or events.
func (f *fake) connected() {
	f.t.Helper()
	eventually(f.t, "a live connection", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.live) > 0
	})
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}
