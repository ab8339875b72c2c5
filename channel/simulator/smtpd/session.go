package smtpd

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// errEnded ends a session on purpose.
var errEnded = errors.New("the session ended")

const (
	maxLine       = 4096
	maxRecipients = 1000
	maxErrors     = 50
)

// session is one connection.
type session struct {
	s      *Server
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	secure bool

	helo   string
	mail   bool // MAIL was accepted
	e      Envelope
	user   string
	faults int
}

func newSession(s *Server, conn net.Conn) *session {
	return &session{s: s, conn: conn, in: bufio.NewReaderSize(conn, maxLine), out: bufio.NewWriter(conn)}
}

// run serves commands until the client quits or leaves.
func (c *session) run() error {
	first := c.s.o.Handler.Connected()
	if first != nil {
		if err := c.say(first); err != nil {
			return err
		}
		return errEnded
	}
	if err := c.line(220, "", c.s.o.Hostname+" ESMTP Heliograph simulator"); err != nil {
		return err
	}
	for {
		line, err := c.read()
		if errors.Is(err, bufio.ErrBufferFull) {
			return c.line(500, "5.5.2", "Line too long")
		}
		if err != nil {
			return err
		}
		if err := c.command(line); err != nil {
			return err
		}
		if c.faults > maxErrors {
			return c.line(421, "4.7.0", "Too many errors")
		}
	}
}

func (c *session) command(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToUpper(verb) {
	case "HELO":
		return c.hello(rest, false)
	case "EHLO":
		return c.hello(rest, true)
	case "STARTTLS":
		return c.startTLS(rest)
	case "AUTH":
		return c.auth(rest)
	case "MAIL":
		return c.from(rest)
	case "RCPT":
		return c.to(rest)
	case "DATA":
		return c.data(rest)
	case "RSET":
		c.reset()
		return c.line(250, "2.0.0", "OK")
	case "NOOP":
		return c.line(250, "2.0.0", "OK")
	case "VRFY":
		return c.line(252, "2.1.5", "Cannot verify, but will take the message")
	case "QUIT":
		_ = c.line(221, "2.0.0", "Bye")
		return errEnded
	}
	return c.fault(502, "5.5.1", "Command not known")
}

func (c *session) hello(name string, extended bool) error {
	if name == "" {
		return c.fault(501, "5.5.4", "Say who you are")
	}
	c.reset()
	c.helo = name
	if !extended {
		return c.line(250, "", c.s.o.Hostname)
	}
	f := c.s.o.Handler.Features()
	lines := []string{c.s.o.Hostname, "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
		fmt.Sprintf("SIZE %d", c.s.o.MaxSize)}
	if f.StartTLS && c.s.o.TLS != nil && !c.secure {
		lines = append(lines, "STARTTLS")
	}
	if f.Auth {
		lines = append(lines, "AUTH PLAIN LOGIN")
	}
	return c.lines(250, lines)
}

func (c *session) startTLS(rest string) error {
	switch {
	case rest != "":
		return c.fault(501, "5.5.4", "STARTTLS takes no parameter")
	case c.secure || c.s.o.TLS == nil || !c.s.o.Handler.Features().StartTLS:
		return c.fault(502, "5.5.1", "STARTTLS is not offered")
	case c.in.Buffered() > 0:
		// What came before the handshake must never count as said under TLS.
		_ = c.line(501, "5.5.4", "Nothing may follow STARTTLS")
		return errEnded
	}
	if err := c.line(220, "2.0.0", "Go ahead"); err != nil {
		return err
	}
	secured := tls.Server(c.conn, c.s.o.TLS)
	_ = secured.SetDeadline(time.Now().Add(30 * time.Second))
	if err := secured.HandshakeContext(c.s.ctx); err != nil {
		return err
	}
	c.conn, c.secure = secured, true
	c.in, c.out = bufio.NewReaderSize(secured, maxLine), bufio.NewWriter(secured)
	c.helo, c.user = "", ""
	c.reset()
	return nil
}

func (c *session) reset() {
	c.mail = false
	c.e = Envelope{}
}

// say gives a handler's answer.
func (c *session) say(r *Reply) error {
	switch {
	case r.Hang:
		// The client's patience, or the server's end, ends this.
		until := time.Time{}
		if r.Hold > 0 {
			until = time.Now().Add(r.Hold)
		}
		_ = c.conn.SetReadDeadline(until)
		_, _ = io.Copy(io.Discard, c.in)
		return errEnded
	case r.Reset:
		if tcp, ok := c.conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return errEnded
	case r.Drop:
		return errEnded
	}
	if err := c.line(r.Code, r.Enhanced, r.Text); err != nil {
		return err
	}
	if r.Code == 421 {
		return errEnded
	}
	return nil
}

// fault answers what a client did wrong, and counts it.
func (c *session) fault(code int, enhanced, words string) error {
	c.faults++
	return c.line(code, enhanced, words)
}

func (c *session) line(code int, enhanced, words string) error {
	if enhanced != "" {
		words = enhanced + " " + words
	}
	return c.lines(code, []string{words})
}

func (c *session) lines(code int, words []string) error {
	for i, line := range words {
		mark := " "
		if i < len(words)-1 {
			mark = "-"
		}
		if _, err := fmt.Fprintf(c.out, "%d%s%s\r\n", code, mark, line); err != nil {
			return err
		}
	}
	if c.in.Buffered() > 0 {
		return nil // pipelined: the answers go together
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(30 * time.Second))
	return c.out.Flush()
}

// read reads one line without its end.
func (c *session) read() (string, error) {
	if err := c.out.Flush(); err != nil {
		return "", err
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(c.s.o.Idle))
	raw, err := c.in.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}
