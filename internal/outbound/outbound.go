// Package outbound makes HTTP/1.1 calls to other systems, each in the goroutine
// that asks for it: one write, one read, and a connection that is kept. It
// follows no redirect, uses no proxy and asks for no compression. It does not
// decide who may be called: that is the dialler's, which it is given.
package outbound

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// The limits.
const (
	handshakeTimeout = 10 * time.Second
	idleTimeout      = 90 * time.Second
	earlyTimeout     = 100 * time.Millisecond
	// idlePerHost is large because most traffic of a deployment goes to very
	// few hosts.
	idlePerHost = 1024
	idleInAll   = 4 * idlePerHost
	// maxHeader bounds what comes before an answer's body.
	maxHeader = 64 << 10
	// oneWrite is how much of a body goes out together with the header.
	oneWrite = 64 << 10
)

// Options steer a Transport.
type Options struct {
	// Dial opens every connection. Its time-out is its own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the authorities that certificates are checked against; nil
	// are the system's.
	Roots *x509.CertPool
	// Certificates are shown to servers that ask for one.
	Certificates []tls.Certificate
}

// Transport is an http.RoundTripper for many goroutines.
//
// It promises more than the interface does:
//   - A request's body is read only once a connection is at hand, after its TLS
//     handshake. A body that was never read means that nothing was sent.
//   - Nothing of a request is used after RoundTrip has returned, whatever it
//     returned, except Request in the answer.
//   - A request is written once. Only when a kept connection provably took no
//     byte of it is it written to a new one.
//   - When the request's context ends, RoundTrip and reads of the answer's body
//     end with an error in whose chain are the context's cause and its error.
type Transport struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config
	idle    *pool
	buffers sync.Pool // of *message
	readers sync.Pool // of *bufio.Reader
}

// New returns a transport without connections.
func New(o Options) *Transport {
	return &Transport{
		dial: o.Dial,
		tls: &tls.Config{
			RootCAs: o.Roots, Certificates: o.Certificates, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12,
			// A request is small and goes out as one record, so in one write.
			DynamicRecordSizingDisabled: true,
		},
		idle:    newPool(idlePerHost, idleInAll, idleTimeout),
		buffers: sync.Pool{New: func() any { return new(message) }},
		readers: sync.Pool{New: func() any { return bufio.NewReader(nil) }},
	}
}

// CloseIdleConnections closes the connections that no call is using.
func (t *Transport) CloseIdleConnections() { t.idle.clear() }

// RoundTrip makes one call.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	m := t.buffers.Get().(*message)
	defer t.recycle(m)
	if err := m.begin(req); err != nil {
		return nil, err
	}
	c, err := t.connect(req, true)
	if err != nil {
		return nil, err
	}
	res, err := t.exchange(c, m, req)
	if err != nil && c.reused && c.wire.wrote == c.before && m.unsent() && req.Context().Err() == nil {
		if c, err = t.connect(req, false); err == nil {
			res, err = t.exchange(c, m, req)
		}
	}
	return res, err
}

// connect returns a connection to the request's host: one that was kept, if it
// may be, else a new one.
func (t *Transport) connect(req *http.Request, kept bool) (*conn, error) {
	ctx := req.Context()
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	to := host{secure: req.URL.Scheme == "https", name: req.URL.Host}
	for kept {
		c := t.idle.take(to)
		if c == nil {
			break
		}
		if c.fresh() {
			c.reused = true
			return c, nil
		}
		c.abort()
	}
	c, err := t.open(ctx, to)
	if err != nil && ctx.Err() != nil {
		return nil, ended(ctx)
	}
	return c, err
}

// exchange writes the request to c and reads the answer's header. It owns c.
func (t *Transport) exchange(c *conn, m *message, req *http.Request) (*http.Response, error) {
	a := &answer{transport: t, conn: c, ctx: req.Context()}
	if a.ctx.Done() != nil {
		a.stop = context.AfterFunc(a.ctx, c.abort)
	}
	a.reader = t.readers.Get().(*bufio.Reader)
	a.reader.Reset(c)
	c.before = c.wire.wrote
	err := m.send(c, req.Body)
	// What a server says before it has taken the whole request is an answer,
	// too, if some of the request went out. It is there by now.
	early := err != nil && c.wire.wrote != c.before && !m.broken
	if early {
		_ = c.wire.SetReadDeadline(time.Now().Add(earlyTimeout))
	}
	if err == nil || early {
		res, failed := a.begin(req, err == nil)
		if failed == nil {
			return res, nil
		}
		if err == nil {
			err = failed
		}
	}
	return nil, a.fail(err)
}

// ended is the error of a call whose context has ended.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == cause {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}
