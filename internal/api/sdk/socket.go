package sdk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/realtime"
)

// The codes that connections are closed with.
const (
	closeGoing    = 1001
	closeProtocol = 1002
	closeUnknown  = 1003 // binary frames
	closeNonsense = 1008
	closeLater    = 1013
	closeSession  = 4401
	closeOrigin   = 4403
	closeNoHello  = 4408
	closeTooMuch  = 4429
)

var pingFrame = []byte{0x80 | 9, 0}

// closeFrame is a WebSocket's close frame.
func closeFrame(code uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{0x80 | 8, 2}, code)
}

// socket is one WebSocket. gws reads it; what is written goes through the outbox,
// gws' own frames included, so that nothing ever waits for a slow device.
type socket struct {
	live        *Live
	out         outbox
	integration heliograph.IntegrationID
	heard       atomic.Int64 // the second in which it was heard of last
	bucket      int          // of the pulse's lock
	index       int

	settling sync.Mutex // one change of the seat at a time

	mu      sync.Mutex
	closed  bool
	seat    *realtime.Seat // nil: no session yet
	who     *liveIdentity
	waiting *time.Timer // for the hello, then for the end of the user's token

	// Of the reader.
	tokens float64
	filled time.Time
	greets bool
}

// liveIdentity is what a connection keeps of its session.
type liveIdentity struct {
	session    LiveSession // without its user
	user       heliograph.UserID
	token, jwt string
	text       []byte // the user, for the next ready
	look       uint64 // of the user, to tell whether it changed
}

// accept makes a request a WebSocket; nil when that failed, and was answered.
func (l *Live) accept(w http.ResponseWriter, r *http.Request, integration heliograph.IntegrationID) *socket {
	conn, early, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(w, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this connection cannot become a WebSocket"))
		return nil
	}
	_ = conn.SetDeadline(time.Time{})
	var from io.Reader = conn
	if n := early.Reader.Buffered(); n > 0 {
		sent, _ := early.Reader.Peek(n)
		from = io.MultiReader(bytes.NewReader(bytes.Clone(sent)), conn)
	}
	s := &socket{live: l, integration: integration, tokens: frameBurst, filled: l.Now()}
	s.out = outbox{conn: conn, raw: rawOf(conn), ended: s.lastWritten}
	s.heard.Store(s.filled.Unix())
	ws, err := l.upgrader.UpgradeFromConn(&socketConn{Conn: conn, s: s}, bufio.NewReaderSize(from, readBuffer), r)
	if err != nil {
		s.out.hangUp()
		return nil
	}
	ws.Session().(*socketOf).socket = s
	l.register(s)
	s.mu.Lock()
	s.expect(helloPatience, s.late)
	s.mu.Unlock()
	go s.read(ws)
	return s
}

// read takes what comes until the connection ends. gws panics at some frames that no
// client makes, with a negative length, say: that is the end of this connection only.
func (s *socket) read(ws *gws.Conn) {
	defer func() {
		if p := recover(); p != nil {
			s.live.Log.Warn("a live connection broke", "panic", p)
			s.out.end(true, &s.live.writers, closeFrame(closeProtocol))
			s.end()
		}
	}()
	ws.ReadLoop()
}

// socketConn is the connection as gws sees it.
type socketConn struct {
	net.Conn
	s *socket
}

// Write queues what gws wants to say: the answer to the handshake and close frames.
func (c *socketConn) Write(b []byte) (int, error) {
	if refused, _ := c.s.out.put(bytes.Clone(b), &c.s.live.writers); refused {
		return 0, net.ErrClosed
	}
	return len(b), nil
}

// Close implements net.Conn.
func (c *socketConn) Close() error {
	c.s.out.hangUp()
	return nil
}

// SetDeadline does nothing: writing never waits.
func (c *socketConn) SetDeadline(time.Time) error { return nil }

// socketOf finds the socket of gws' connection.
type socketOf struct {
	gws.SessionStorage
	socket *socket
}

// socketEvents is told by gws what came.
type socketEvents struct{}

func ofConn(c *gws.Conn) *socket { return c.Session().(*socketOf).socket }

// OnOpen implements gws.Event.
func (socketEvents) OnOpen(*gws.Conn) {}

// OnClose implements gws.Event: nobody reads any more.
func (socketEvents) OnClose(c *gws.Conn, _ error) { ofConn(c).end() }

// OnPing implements gws.Event.
func (socketEvents) OnPing(c *gws.Conn, payload []byte) {
	s := ofConn(c)
	if s.mayCome() {
		s.out.put(append([]byte{0x80 | 10, byte(len(payload))}, payload...), &s.live.writers)
	}
}

// OnPong implements gws.Event.
func (socketEvents) OnPong(c *gws.Conn, _ []byte) { ofConn(c).mayCome() }

// OnMessage implements gws.Event.
func (socketEvents) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	s := ofConn(c)
	if !s.mayCome() {
		return
	}
	if m.Opcode != gws.OpcodeText {
		s.fail(closeUnknown, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "frames are text"))
		return
	}
	// By a goroutine of its own, so that the stacks of those that wait for devices
	// stay small.
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer s.live.recovered(nil)
		s.take(m.Bytes())
	}()
	<-done
}

// mayCome counts a frame of the client. It is false for one that is not to be looked at.
func (s *socket) mayCome() bool {
	now := s.live.Now()
	s.heard.Store(now.Unix())
	s.out.mu.Lock()
	ending := s.out.ending
	s.out.mu.Unlock()
	if ending {
		return false
	}
	s.tokens = min(frameBurst, s.tokens+frameRate*now.Sub(s.filled).Seconds())
	s.filled = now
	if s.tokens < 1 {
		s.live.Figures.LiveDropped("flood")
		s.fail(closeTooMuch, heliograph.Errorf(heliograph.RateLimited, heliograph.CodeTooManyRequests, "too many frames"))
		return false
	}
	s.tokens--
	return true
}

// clientFrame is what a client sends.
type clientFrame struct {
	T          string `json:"t"`
	Session    string `json:"session"`
	JWT        string `json:"jwt"`
	Cursor     string `json:"cursor"`
	Foreground bool   `json:"foreground"`
	On         bool   `json:"on"`
}

// take does what a frame asks for.
func (s *socket) take(text []byte) {
	var f clientFrame
	if json.Unmarshal(text, &f) != nil || f.T == "" {
		s.fail(closeNonsense, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "a frame is a JSON object with t"))
		return
	}
	if !s.greets && f.T != "hello" && f.T != "ping" {
		s.fail(closeNonsense, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the first frame is hello"))
		return
	}
	switch f.T {
	case "ping":
		s.Put(s.live.Frames.pong())
	case "hello":
		s.greet()
		s.live.do(func(ctx context.Context) { s.hello(ctx, &f) })
	case "jwt":
		s.live.do(func(ctx context.Context) { s.refresh(ctx, f.JWT) })
	case "foreground":
		if seat, _ := s.place(); seat != nil {
			s.live.Hub.Foreground(seat, f.On)
		}
	case "seen", "read", "typing":
		s.live.do(func(ctx context.Context) { s.act(ctx, &f) })
	}
}

// greet notes that the hello came.
func (s *socket) greet() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.greets {
		s.greets = true
		s.expectNothing()
	}
}

// expect has something done when a time is over, in place of what was expected
// before. The lock must be held.
func (s *socket) expect(within time.Duration, do func()) {
	s.expectNothing()
	s.waiting = time.AfterFunc(within, do)
}

// expectNothing takes that back. The lock must be held.
func (s *socket) expectNothing() {
	if s.waiting != nil {
		s.waiting.Stop()
		s.waiting = nil
	}
}

// place returns the seat and what is known of who has it; nil before the session.
func (s *socket) place() (*realtime.Seat, *liveIdentity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seat, s.who
}

// act does what the person did. What fails is not worth the connection: the device
// can say it again, and reads tell the truth.
func (s *socket) act(ctx context.Context, f *clientFrame) {
	_, who := s.place()
	if who == nil {
		return
	}
	session, err := s.live.Sessions.Live(ctx, s.integration, who.token, who.jwt, heliograph.ClientID{})
	if sessionIsOver(err) {
		s.failSession(err)
		return
	}
	if err != nil {
		s.live.Log.Warn("a live session could not be looked at", "err", err)
		return
	}
	switch f.T {
	case "seen":
		var until heliograph.Millis
		if until, _, err = parseCursor(f.Cursor); err == nil && until > 0 {
			err = s.live.Acts.Seen(ctx, session, until)
		}
	case "read":
		if s.floods(session.Client) {
			return
		}
		err = s.live.Acts.Act(ctx, session, channel.Read)
	case "typing":
		if s.floods(session.Client) {
			return
		}
		a := channel.TypingStop
		if f.On {
			a = channel.TypingStart
		}
		err = s.live.Acts.Act(ctx, session, a)
	}
	if err != nil {
		s.live.Log.Debug("a device's frame had no effect", "frame", f.T, "err", err)
	}
}

// floods counts what a device asks for that costs reads, or is told to webhooks: of
// all its connections together no more than of its calls. It ends the connection
// that is too much.
func (s *socket) floods(device heliograph.ClientID) bool {
	err := s.live.limiter.device(device)
	if err == nil {
		return false
	}
	s.live.Figures.LiveDropped("flood")
	s.fail(closeTooMuch, err)
	return true
}

// late ends a connection that did not say hello.
func (s *socket) late() {
	s.fail(closeNoHello, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "no hello came within %d seconds", helloPatience/time.Second))
}

// fail tells why the connection ends, and ends it.
func (s *socket) fail(code uint16, err error) {
	s.out.end(false, &s.live.writers, s.live.Frames.failure(err).Wire, closeFrame(code))
}

// failSession ends the connection because of what became of its session.
func (s *socket) failSession(err error) {
	switch {
	case sessionIsOver(err):
		s.live.Figures.LiveDropped("session")
		s.fail(closeSession, err)
	case heliograph.IsKind(err, heliograph.Invalid):
		s.fail(closeNonsense, err)
	default:
		s.fail(closeLater, err)
	}
}

// Ready implements realtime.Sink.
func (s *socket) Ready(c *heliograph.Conversation, cursor heliograph.Millis) bool {
	_, who := s.place()
	if who == nil {
		return false
	}
	return s.Put(s.live.Frames.ready(who.text, c, cursor))
}

// Put implements realtime.Sink.
func (s *socket) Put(f *realtime.Frame) bool {
	refused, full := s.out.put(f.Wire, &s.live.writers)
	if full && s.out.end(true, &s.live.writers, closeFrame(closeTooMuch)) {
		s.live.Figures.LiveDropped("slow")
	}
	return !refused
}

// More implements realtime.Sink.
func (s *socket) More() {
	seat, _ := s.place()
	if seat == nil {
		return
	}
	next := func() { s.live.Hub.Next(seat) }
	s.out.mu.Lock()
	if s.out.busy {
		s.out.emptied, next = next, nil
	}
	s.out.mu.Unlock()
	if next != nil {
		next()
	}
}

// Stop implements realtime.Sink.
func (s *socket) Stop() { s.out.end(false, &s.live.writers, closeFrame(closeGoing)) }

// lastWritten waits a little for the client's own close frame.
func (s *socket) lastWritten() { _ = s.out.conn.SetReadDeadline(time.Now().Add(closePatience)) }

// end gives up what the connection has, once nobody reads any more.
func (s *socket) end() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	seat := s.seat
	s.seat, s.who = nil, nil
	s.expectNothing()
	s.mu.Unlock()
	if seat != nil {
		s.live.Hub.Leave(seat)
	}
	s.live.unregister(s)
	s.out.hangUp()
	s.live.leave("websocket")
}

// recheckLater has the session looked at.
func (s *socket) recheckLater() {
	if seat, _ := s.place(); seat != nil {
		s.live.Hub.Recheck(seat)
	}
}

// lookOf tells users apart that look different.
func lookOf(text []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(text)
	return h.Sum64()
}
