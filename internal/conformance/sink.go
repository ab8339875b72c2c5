package conformance

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Sink takes webhooks in.
type Sink struct {
	url    string
	server *http.Server

	mu  sync.Mutex
	got map[string][]hook // by path
}

// hook is one call of a webhook.
type hook struct {
	key string // X-API-Key
	id  string // X-Event-Id
	doc map[string]any
}

// Listen opens a sink at a local address. reach is the URL under which the server
// finds it; "" means the address itself.
func Listen(address, reach string) (*Sink, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if reach == "" {
		reach = "http://" + ln.Addr().String()
	}
	s := &Sink{url: strings.TrimSuffix(reach, "/"), got: map[string][]hook{}}
	s.server = &http.Server{Handler: http.HandlerFunc(s.take), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(ln) }()
	return s, nil
}

// Close ends the sink.
func (s *Sink) Close() error { return s.server.Close() }

// maxHook bounds one call.
const maxHook = 1 << 20

func (s *Sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	h := hook{key: r.Header.Get("X-API-Key"), id: r.Header.Get("X-Event-Id")}
	if err != nil || json.Unmarshal(body, &h.doc) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got[r.URL.Path] = append(s.got[r.URL.Path], h)
}

func (s *Sink) at(path string) []hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]hook(nil), s.got[path]...)
}

// listener is a webhook of one check.
type listener struct {
	p      *probe
	path   string
	id     string
	secret string
}

// listen makes a webhook for triggers; it goes with the app.
func (p *probe) listen(more doc, triggers ...string) *listener {
	l := &listener{p: p, path: "/" + random()}
	body := doc{"target": p.Sink.url + l.path, "triggers": triggers}
	for k, v := range more {
		body[k] = v
	}
	a := p.post("/webhooks", body).is(201)
	l.id, l.secret = a.text("webhook._id"), a.text("webhook.secret")
	return l
}

// close removes the webhook: an app has at most ten.
func (l *listener) close() { l.p.delete("/webhooks/" + l.id).is(200) }

// next waits for the first call of a trigger and returns it as an answer.
func (l *listener) next(trigger string) *answer {
	var found *hook
	l.p.wait("webhook "+trigger, func() bool {
		for _, h := range l.p.Sink.at(l.path) {
			if h.doc["trigger"] == trigger {
				found = &h
				return true
			}
		}
		return false
	})
	if found.key != l.secret {
		l.p.failf("webhook %s: X-API-Key is not the webhook's secret", trigger)
	}
	raw, _ := json.Marshal(found.doc)
	a := &answer{p: l.p, what: "webhook " + trigger, status: 200, body: raw, doc: map[string]any(found.doc)}
	a.want("version", "v1.1").want("app._id", l.p.app)
	return a
}

// never wants that a trigger was not told until another one was.
func (l *listener) never(trigger string) {
	for _, h := range l.p.Sink.at(l.path) {
		if h.doc["trigger"] == trigger {
			l.p.failf("webhook %s was told, and should not be", trigger)
		}
	}
}
