package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/lxzan/gws"
)

// webSocket stays connected until the connection ends.
func (l *link) webSocket(ctx context.Context) error {
	s := &socket{link: l, out: make(chan any, 64), ended: make(chan error, 1)}
	conn, res, err := gws.NewClient(s, &gws.ClientOption{
		Addr:      "ws" + strings.TrimPrefix(l.c.base, "http") + "/live",
		NewDialer: func() (gws.Dialer, error) { return &dialer{ctx: ctx, within: l.c.tuning.dial}, nil },
		TlsConfig: l.c.tls.Clone(), HandshakeTimeout: l.c.tuning.dial, ReadMaxPayloadSize: maxAnswer,
	})
	if err != nil {
		if res != nil && res.StatusCode >= 400 {
			return refusal(res, nil)
		}
		return cmp.Or(ctx.Err(), err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
	defer stop()
	_ = conn.SetReadDeadline(time.Now().Add(l.c.tuning.ready))
	s.conn = conn
	var writing sync.WaitGroup
	defer writing.Wait()
	done := make(chan struct{})
	defer close(done)
	writing.Go(func() { s.write(done) })
	hello := map[string]any{"t": "hello", "session": l.cred.session, "jwt": l.cred.jwt, "cursor": l.cursor, "foreground": l.foreground}
	s.out <- hello
	s.read()
	_ = conn.NetConn().Close()
	return cmp.Or(l.err, ctx.Err(), <-s.ended)
}

// socket takes what a WebSocket brings.
type socket struct {
	*link
	conn  *gws.Conn
	out   chan any // frames to be written
	ended chan error
}

// read takes what comes until the connection ends. gws panics at frames that it cannot
// read, which must not end the app.
func (s *socket) read() {
	defer func() {
		if p := recover(); p != nil {
			select {
			case s.ended <- fmt.Errorf("the connection broke: %v", p):
			default:
			}
		}
	}()
	s.conn.ReadLoop()
}

// write writes frames until done.
func (s *socket) write(done chan struct{}) {
	for {
		select {
		case frame := <-s.out:
			if !s.send(frame) {
				_ = s.conn.NetConn().Close()
				return
			}
		case <-done:
			return
		}
	}
}

// send writes a frame. It reports whether it could be written.
func (s *socket) send(frame any) bool {
	text, err := json.Marshal(frame)
	if err != nil {
		return false
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.c.tuning.dial))
	return s.conn.WriteMessage(gws.OpcodeText, text) == nil
}

// OnOpen implements gws.Event.
func (s *socket) OnOpen(*gws.Conn) {}

// OnClose implements gws.Event.
func (s *socket) OnClose(_ *gws.Conn, err error) {
	if e, ok := errors.AsType[*gws.CloseError](err); ok && e.Code == 1001 {
		s.going = s.isReady
	}
	s.ended <- err
}

// OnPing implements gws.Event.
func (s *socket) OnPing(conn *gws.Conn, payload []byte) {
	s.heard()
	_ = conn.WritePong(payload)
}

// OnPong implements gws.Event.
func (s *socket) OnPong(*gws.Conn, []byte) { s.heard() }

// OnMessage implements gws.Event.
func (s *socket) OnMessage(conn *gws.Conn, m *gws.Message) {
	defer m.Close()
	ready := s.isReady
	if err := s.take(m.Bytes()); err != nil {
		_ = conn.NetConn().Close()
		return
	}
	if !ready && s.isReady {
		s.use()
	}
	s.heard()
}

// use has the client send its frames here.
func (s *socket) use() {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.socket = func(frame any) bool {
		select {
		case s.out <- frame:
			return true
		default:
			return false
		}
	}
	if c.foreground != s.foreground {
		c.socket(map[string]any{"t": "foreground", "on": c.foreground})
	}
	if c.state.JWT != s.cred.jwt {
		c.socket(map[string]any{"t": "jwt", "jwt": c.state.JWT})
	}
}

// heard moves the moment at which the connection counts as dead.
func (s *socket) heard() {
	if s.isReady {
		_ = s.conn.SetReadDeadline(time.Now().Add(s.silence()))
	}
}

// dialer connects within a time, and gives up with its context.
type dialer struct {
	ctx    context.Context
	within time.Duration
}

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: d.within}).DialContext(d.ctx, network, address)
}
