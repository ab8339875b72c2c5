// Package smtpd is the SMTP server of the simulator's mailboxes, written from
// RFC 5321, 3207 and 4954 alone. It decides nothing: what becomes of a command
// is its Handler's answer. It must never learn what a mailbox is.
package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Handler decides what becomes of what clients ask. A nil *Reply means yes.
type Handler interface {
	// Features says what the server offers at this moment.
	Features() Features
	// Connected is asked before the greeting.
	Connected() *Reply
	// Authenticate checks the credentials of AUTH.
	Authenticate(user, password string) *Reply
	// Recipient is asked for each RCPT.
	Recipient(ctx context.Context, e *Envelope, to string) *Reply
	// Message is handed a whole message. It may answer before or after it kept
	// the message, or not at all: see Reply.
	Message(ctx context.Context, e *Envelope, raw []byte) *Reply
}

// Features is what a client may find at a server.
type Features struct {
	StartTLS    bool
	Auth        bool // AUTH is offered
	RequireAuth bool // nothing is taken without it
}

// Envelope is what the client said around a message.
type Envelope struct {
	Client string // what it called itself
	User   string // who it authenticated as; "" for nobody
	From   string // "" for the empty sender of bounces
	To     []string
	TLS    bool
	Note   any // what the Handler keeps from one command to the next
}

// Reply is an answer. With Drop the connection ends instead, with Reset it is
// reset, and with Hang nothing is said until the client leaves, or Hold passed.
type Reply struct {
	Code              int
	Enhanced          string // such as 5.1.1
	Text              string
	Drop, Reset, Hang bool
	Hold              time.Duration // 0: without end
}

// Options is what a server is made from.
type Options struct {
	Handler  Handler
	Hostname string        // what it calls itself; "": simulator.invalid
	TLS      *tls.Config   // for STARTTLS; nil: it is not offered
	MaxSize  int           // bytes of a message; 0: 25 MB
	Idle     time.Duration // until a silent client is left; 0: 5 min
	Log      *slog.Logger  // nil: nothing is logged
}

// Server serves SMTP on one listener. Close it.
type Server struct {
	o    Options
	ln   net.Listener
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	open    map[net.Conn]struct{}
	running sync.WaitGroup
}

// Serve takes connections of ln until Close.
func Serve(ln net.Listener, o Options) *Server {
	if o.Hostname == "" {
		o.Hostname = "simulator.invalid"
	}
	if o.MaxSize <= 0 {
		o.MaxSize = 25 << 20
	}
	if o.Idle <= 0 {
		o.Idle = 5 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, ln: ln, open: map[net.Conn]struct{}{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.running.Go(s.accept)
	return s
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Close ends every connection and waits until nothing of the server runs.
func (s *Server) Close() {
	s.stop()
	_ = s.ln.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) && s.ctx.Err() == nil {
				s.o.Log.Warn("smtp: no more connections are taken", "err", err)
			}
			return
		}
		s.mu.Lock()
		if s.ctx.Err() != nil {
			s.mu.Unlock()
			_ = conn.Close()
			return
		}
		s.open[conn] = struct{}{}
		s.mu.Unlock()
		s.running.Go(func() { s.serve(conn) })
	}
}

func (s *Server) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
	}()
	c := newSession(s, conn)
	err := c.run()
	_ = c.out.Flush() // the last answer, where commands came in one go
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errEnded) {
		s.o.Log.Debug("smtp: a connection ended", "err", err)
	}
}
