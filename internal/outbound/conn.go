package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"time"

	"golang.org/x/net/http/httpguts"
)

// host is whom connections are kept for.
type host struct {
	secure bool
	name   string // of the URL, with its port if it has one
}

// conn is a connection. One goroutine uses it at a time.
type conn struct {
	net.Conn // wire, or TLS over it
	wire     *wire
	state    *tls.ConnectionState
	abort    func() // breaks off reads and writes, at once and for good
	to       host

	left   int64 // how much may be read
	reused bool
	before int64 // what wire had written when the call began
	probe  [1]byte

	since        time.Time // it is idle
	older, newer *conn     // of all that are idle
	above, below *conn     // of those to the same host
}

// open dials, and shakes hands.
func (t *Transport) open(ctx context.Context, to host) (*conn, error) {
	name, port, err := split(to)
	if err != nil {
		return nil, err
	}
	raw, err := t.dial(ctx, "tcp", net.JoinHostPort(name, port))
	if err != nil {
		return nil, err
	}
	w := newWire(raw)
	c := &conn{Conn: w, wire: w, to: to, abort: func() { _ = raw.Close() }}
	if to.secure {
		if err := t.shakeHands(ctx, c, name); err != nil {
			c.abort()
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
	}
	return c, nil
}

func (t *Transport) shakeHands(ctx context.Context, c *conn, name string) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	config := t.tls.Clone()
	config.ServerName = name
	secure := tls.Client(c.wire, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	state := secure.ConnectionState()
	c.Conn, c.state = secure, &state
	return nil
}

// split returns the name and the port to dial.
func split(to host) (name, port string, err error) {
	full, err := httpguts.PunycodeHostPort(to.name)
	if err != nil {
		return "", "", errors.New("the host is not valid")
	}
	if port = "80"; to.secure {
		port = "443"
	}
	if n, p, err := net.SplitHostPort(full); err == nil {
		if p != "" {
			port = p
		}
		return n, port, nil
	}
	if n := len(full); n > 1 && full[0] == '[' && full[n-1] == ']' {
		full = full[1 : n-1]
	}
	return full, port, nil
}

// errHeader is the error of an answer whose header does not end.
var errHeader = errors.New("the answer's header is larger than 64 KB")

// Read reads no more than is left of the limit for headers.
func (c *conn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errHeader
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

const unlimited = math.MaxInt64

// fresh reports whether an idle connection is as it was left: open, with
// nothing to read. The peer may have closed it, or have said something that
// nobody asked for. Under TLS this reads the records that are there, so that a
// session ticket does not look like an answer, and a farewell is not missed.
func (c *conn) fresh() bool {
	c.wire.polling = true
	n, err := c.Conn.Read(c.probe[:])
	c.wire.polling = false
	return n == 0 && errors.Is(err, quiet{})
}
