package sdk

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/realtime"
)

// LiveOptions are what live connections are made from.
type LiveOptions struct {
	Hub      *realtime.Hub
	Sessions LiveSessions
	Acts     LiveActs
	Figures  LiveFigures
	Frames   Frames
	// Most is how many connections there may be at once; 0: any number.
	Most int
	Now  heliograph.Clock
	Log  *slog.Logger
}

// Live serves live connections: WebSockets and server-sent events.
type Live struct {
	LiveOptions
	upgrader *gws.Upgrader
	writers  writers
	limiter  *limiter      // of what devices ask, over all their connections
	slots    chan struct{} // for what a device asks, which may go to the database

	mu      sync.Mutex
	open    int
	stopped bool
	stop    chan struct{}
	pulse   [heartbeat][]*socket // a bucket for each second
	next    int                  // the bucket that the next socket goes to
	empty   chan struct{}        // closed when stopped and nothing is open
}

// The bounds of a live connection.
const (
	maxLiveFrame  = 64 << 10 // of a client
	helloPatience = 10 * time.Second
	readBuffer    = 256
	liveSlots     = 64
	slotPatience  = 10 * time.Second
	// A client may send so many frames at once, and so many per second.
	frameBurst = 60
	frameRate  = 20
	// Every so many heartbeats a session is looked at, though no hint asked for it.
	recheckEvery = 24
)

// NewLive returns what serves live connections.
func NewLive(o LiveOptions) *Live {
	l := &Live{LiveOptions: o, limiter: newLimiter(Limits{}, o.Now), slots: make(chan struct{}, liveSlots), stop: make(chan struct{}), empty: make(chan struct{})}
	l.upgrader = gws.NewUpgrader(socketEvents{}, &gws.ServerOption{
		ReadMaxPayloadSize: maxLiveFrame, ReadBufferSize: readBuffer, CheckUtf8Enabled: true, ParallelGolimit: 1,
		NewSession: func() gws.SessionStorage { return &socketOf{} }, Logger: quietLogger{}, Recovery: l.recovered,
	})
	return l
}

// Start begins to ping.
func (l *Live) Start() { go l.beat() }

// Stop ends every connection and waits until they are gone or ctx ends. New ones are
// refused.
func (l *Live) Stop(ctx context.Context) {
	l.mu.Lock()
	if l.stopped {
		l.mu.Unlock()
		return
	}
	l.stopped = true
	close(l.stop)
	if l.open == 0 {
		close(l.empty)
	}
	l.mu.Unlock()
	l.Hub.Stop(ctx)
	for _, s := range l.sockets() { // those without a session
		s.Stop()
	}
	select {
	case <-l.empty:
	case <-ctx.Done():
		for _, s := range l.sockets() {
			s.out.cut()
		}
	}
}

func (l *Live) sockets() []*socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*socket
	for _, bucket := range l.pulse {
		all = append(all, bucket...)
	}
	return all
}

// enter counts a connection. It is an error when there is no room.
func (l *Live) enter(transport string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || l.Most > 0 && l.open >= l.Most {
		e := heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "there is no room for another live connection now")
		e.RetryAfter = 5 * time.Second
		return e
	}
	l.open++
	l.Figures.LiveOpened(transport)
	return nil
}

func (l *Live) leave(transport string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.Figures.LiveClosed(transport)
	if l.stopped && l.open == 0 {
		close(l.empty)
	}
}

// WebSocket serves GET /live.
func (l *Live) WebSocket(w http.ResponseWriter, r *http.Request, integration heliograph.IntegrationID) {
	httpx.Name(w, "GET /sdk/v1/{integrationId}/live")
	if !asksForWebSocket(r) {
		w.Header().Set("Upgrade", "websocket")
		refuse(w, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this is a WebSocket: ask for an upgrade"))
		return
	}
	err := l.checkOrigin(r, integration)
	if err != nil && !heliograph.IsKind(err, heliograph.Forbidden) {
		refuse(w, err)
		return
	}
	if full := l.enter("websocket"); full != nil {
		refuse(w, full)
		return
	}
	s := l.accept(w, r, integration)
	if s == nil {
		l.leave("websocket")
		return
	}
	if err != nil { // a page learns of it only once it is connected
		s.fail(closeOrigin, err)
	}
}

// asksForWebSocket reports whether a request has what gws then checks; what it lacks
// is answered in the surface's own words.
func asksForWebSocket(r *http.Request) bool {
	return r.ProtoMajor == 1 && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") &&
		strings.Contains(strings.ToLower(r.Header.Get("Connection")), "upgrade") &&
		r.Header.Get("Sec-WebSocket-Version") == "13" && r.Header.Get("Sec-WebSocket-Key") != ""
}

// checkOrigin refuses integrations that are none, and pages that may not connect.
func (l *Live) checkOrigin(r *http.Request, integration heliograph.IntegrationID) error {
	return l.Sessions.CheckOrigin(r.Context(), integration, r.Header.Get("Origin"))
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, err error) {
	e := heliograph.AsError(err)
	httpx.RetryAfter(w, e)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(httpx.Status(e.Kind))
	o := frameWriter("", 128)
	o.B = append(o.B[:headRoom], `{"error":{`...)
	o.Text("code", e.Code)
	o.Text("description", e.Message)
	o.TextIf("field", e.Field)
	o.B = append(o.B, "}}"...)
	_, _ = w.Write(o.B[headRoom:])
}

// do does work that may go to the database, when it is its turn.
func (l *Live) do(work func(context.Context)) {
	l.slots <- struct{}{}
	defer func() { <-l.slots }()
	ctx, cancel := context.WithTimeout(context.Background(), slotPatience)
	defer cancel()
	work(ctx)
}

// recovered keeps a panic of one connection from ending the others.
func (l *Live) recovered(gws.Logger) {
	if p := recover(); p != nil {
		l.Log.Error("a live connection broke", "panic", p)
	}
}

// quietLogger drops what gws would print.
type quietLogger struct{}

func (quietLogger) Error(...any) {}

// beat pings every connection once per heartbeat, a part of them each second, and
// ends those of which nothing was heard for two.
func (l *Live) beat() {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var list []*socket
	for turn := 0; ; turn++ {
		select {
		case <-second.C:
		case <-l.stop:
			return
		}
		l.mu.Lock()
		list = append(list[:0], l.pulse[turn%heartbeat]...)
		l.mu.Unlock()
		l.ping(list, turn/heartbeat)
		clear(list)
	}
}

func (l *Live) ping(list []*socket, round int) {
	silent := l.Now().Add(-2 * heartbeat * time.Second).Unix()
	for i, s := range list {
		if s.heard.Load() < silent {
			l.Figures.LiveDropped("silent")
			s.out.cut()
			continue
		}
		s.out.put(pingFrame, &l.writers)
		if (round+i)%recheckEvery == 0 {
			s.recheckLater()
		}
	}
}

// register gives a socket its place among those that are pinged.
func (l *Live) register(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = (l.next + 1) % heartbeat
	s.bucket, s.index = l.next, len(l.pulse[l.next])
	l.pulse[l.next] = append(l.pulse[l.next], s)
}

func (l *Live) unregister(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.pulse[s.bucket]
	last := len(bucket) - 1
	moved := bucket[last]
	bucket[s.index], moved.index = moved, s.index
	bucket[last] = nil
	l.pulse[s.bucket] = bucket[:last]
}
