package outbound_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"heliograph/internal/outbound"
)

// TestStaleConnections: what happened to a connection while it was idle is seen
// before a request is written to it. Every call succeeds, and reaches the
// server exactly once.
func TestStaleConnections(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(net.Conn){
		"closed":       func(c net.Conn) { _ = c.Close() },
		"half closed":  func(c net.Conn) { _ = c.(*net.TCPConn).CloseWrite() },
		"reset":        func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close() },
		"an answer":    func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n") },
		"a false hint": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conns := make(chan net.Conn, 10)
			p := serve(t, func(a *asked) bool { conns <- a.conn; return says(done)(a) })
			rt := transport(t)
			for range 5 {
				req, _ := post(t.Context(), t, p.url(), "ping")
				if status, body, err := call(rt, req); status != 200 || body != "" || err != nil {
					t.Fatal(status, body, err)
				}
				meanwhile(<-conns)
			}
			if r, c := p.requests.Load(), p.conns.Load(); r != 5 || c != 5 {
				t.Errorf("%d requests over %d connections", r, c)
			}
		})
	}
}

// TestNeverTwice: when the server may have read a request, it is not sent again.
func TestNeverTwice(t *testing.T) {
	t.Parallel()
	p := serve(t, func(a *asked) bool { return a.nth == 1 && says(done)(a) })
	rt := transport(t)
	for i := range 2 {
		req, _ := post(t.Context(), t, p.url(), "ping")
		req.Header.Set("Idempotency-Key", "which net/http takes as leave to repeat")
		if _, _, err := call(rt, req); (err == nil) != (i == 0) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if r, c := p.requests.Load(), p.conns.Load(); r != 2 || c != 1 {
		t.Errorf("%d requests over %d connections", r, c)
	}
}

// failing is a connection whose write fails after some bytes.
type failing struct {
	net.Conn // hides that the connection can be polled
	writes   int
	after    int
}

func (f *failing) Write(p []byte) (int, error) {
	if f.writes++; f.writes < 2 {
		return f.Conn.Write(p)
	}
	n, _ := f.Conn.Write(p[:f.after])
	return n, &net.OpError{Op: "write", Err: syscall.EPIPE}
}

// TestWriteFails: a request that a kept connection took no byte of is written to
// a new one, never to another kept one. After one byte, it is not.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		after, dials int
		ok           bool
	}{{0, 3, true}, {1, 2, false}} {
		for _, size := range []int{4, 100 << 10} {
			t.Run(fmt.Sprintf("after %d of %d bytes", tt.after, size), func(t *testing.T) {
				t.Parallel()
				p := serve(t, func(a *asked) bool {
					return says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(a.body), a.body))(a)
				})
				dials := 0
				rt := outbound.New(outbound.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					dials++
					c, err := new(net.Dialer).DialContext(ctx, network, address)
					if dials > 2 {
						return c, err
					}
					return &failing{Conn: c, after: tt.after}, err
				}})
				defer rt.CloseIdleConnections()
				keepTwo(t, rt, p.url())
				text := strings.Repeat("x", size)
				req, body := post(t.Context(), t, p.url(), text)
				status, got, err := call(rt, req)
				if (err == nil) != tt.ok || tt.ok && got != text || dials != tt.dials || body.closes != 1 {
					t.Errorf("%d, %d bytes, %v after %d dials", status, len(got), err, dials)
				}
				if whole := p.requests.Load() - 2; whole != int32(tt.dials-2) {
					t.Errorf("the server had the request %d times", whole)
				}
			})
		}
	}
}

// keepTwo makes two calls at once, so that two connections are kept.
func keepTwo(t *testing.T, rt *outbound.Transport, url string) {
	t.Helper()
	var bodies [2]io.ReadCloser
	for i := range bodies {
		req, _ := post(t.Context(), t, url, "ping")
		res, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		bodies[i] = res.Body
	}
	for _, b := range bodies {
		if _, err := io.Copy(io.Discard, b); err != nil {
			t.Fatal(err)
		}
	}
}

// TestManyAtOnce: every call has its own answer, and connections are shared one
// after the other.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, func(a *asked) bool {
		text := fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(a.body), a.body)
		if a.nth%3 == 0 {
			text = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(a.body), a.body)
		}
		return says(text)(a) && a.nth%50 != 0
	})
	rt := transport(t)
	const callers, calls = 16, 50
	var failed atomic.Int32
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for j := range calls {
				want := strings.Repeat(fmt.Sprintf("%d/%d ", i, j), 1+j*37%200)
				req, _ := post(t.Context(), t, p.url(), want)
				// The server closes some connections just as they are used again.
				if status, got, err := call(rt, req); err != nil {
					failed.Add(1)
				} else if status != 200 || got != want {
					t.Errorf("%d, %.40q, want %.40q", status, got, want)
				}
			}
		})
	}
	wg.Wait()
	r, c, f := p.requests.Load(), p.conns.Load(), failed.Load()
	if r > callers*calls || r+f < callers*calls || f > callers*calls/50 || c > callers+callers*calls/50 {
		t.Errorf("%d calls: %d requests over %d connections, %d failed", callers*calls, r, c, f)
	}
}

// TestHostsAreApart: a connection is used for the scheme, host and port that it
// was made for.
func TestHostsAreApart(t *testing.T) {
	t.Parallel()
	first, second := serve(t, says(done)), serve(t, says(done))
	rt := transport(t)
	for range 3 {
		for _, p := range []*peer{first, second} {
			req, _ := post(t.Context(), t, p.url(), "ping")
			if _, _, err := call(rt, req); err != nil {
				t.Error(err)
			}
		}
	}
	req, _ := post(t.Context(), t, strings.Replace(first.url(), "http:", "https:", 1), "ping")
	if _, _, err := call(rt, req); err == nil {
		t.Error("a connection without TLS was used for https")
	}
	for _, p := range []*peer{first, second} {
		if r := p.requests.Load(); r != 3 {
			t.Errorf("%d requests", r)
		}
	}
}

func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	p := serve(t, says(done))
	rt := transport(t)
	for want := range int32(3) {
		req, _ := post(t.Context(), t, p.url(), "ping")
		if _, _, err := call(rt, req); err != nil || p.conns.Load() != want+1 {
			t.Errorf("%v, %d connections", err, p.conns.Load())
		}
		rt.CloseIdleConnections()
	}
}
