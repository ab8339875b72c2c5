package outbound_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph/internal/outbound"
)

// TestCancel ends the context in each phase of a call.
func TestCancel(t *testing.T) {
	t.Parallel()
	phases := map[string]struct {
		// begin returns whom to call; at is called once the phase is reached.
		begin  func(t *testing.T, at func()) (rt http.RoundTripper, url string)
		unread bool  // the body was not asked for
		more   int64 // bytes of the body
	}{
		"dialling": {unread: true, begin: func(_ *testing.T, at func()) (http.RoundTripper, string) {
			return outbound.New(outbound.Options{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
				at()
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
			}}), "http://h.test"
		}},
		"the handshake": {unread: true, begin: func(t *testing.T, at func()) (http.RoundTripper, string) {
			return transport(t), "https://" + listen(t, func(c net.Conn) {
				_, _ = io.ReadFull(c, make([]byte, 5))
				at()
				_, _ = io.Copy(io.Discard, c)
			})
		}},
		"writing": {more: 64 << 20, begin: func(t *testing.T, at func()) (http.RoundTripper, string) {
			over := make(chan struct{})
			addr := listen(t, func(c net.Conn) {
				_, _ = io.ReadFull(c, make([]byte, 5))
				at()
				<-over
			})
			t.Cleanup(func() { close(over) })
			return transport(t), "http://" + addr
		}},
		"waiting for the answer": {begin: func(t *testing.T, at func()) (http.RoundTripper, string) {
			return transport(t), serve(t, func(*asked) bool { at(); return true }).url()
		}},
		"waiting for the answer to go on": {begin: func(t *testing.T, at func()) (http.RoundTripper, string) {
			return transport(t), serve(t, func(a *asked) bool { says("HTTP/1.1 200 O")(a); at(); return true }).url()
		}},
		"reading the answer": {begin: func(t *testing.T, at func()) (http.RoundTripper, string) {
			return transport(t), serve(t, func(a *asked) bool {
				says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")(a)
				at()
				return true
			}).url()
		}},
	}
	for name, p := range phases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cause := errors.New("that was enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			rt, url := p.begin(t, func() { cancel(cause) })
			req, body := post(ctx, t, url, "ping")
			lengthen(req, body, p.more)
			_, _, err := call(rt, req)
			if !errors.Is(err, cause) || !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want the cause", err)
			}
			check(t, body, p.unread)
		})
		t.Run(name+" too long", func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			rt, url := p.begin(t, func() {})
			req, body := post(ctx, t, url, "ping")
			lengthen(req, body, p.more)
			_, _, err := call(rt, req)
			var timed net.Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timed) || !timed.Timeout() {
				t.Errorf("%v, want a time-out", err)
			}
			// A slow machine may not come as far as the phase.
			check(t, body, p.unread || body.reads == 0)
		})
	}
}

// lengthen makes a body longer than any buffer between us and the server.
func lengthen(req *http.Request, body *spy, by int64) {
	body.Reader = io.MultiReader(body.Reader, io.LimitReader(zeros{}, by))
	req.ContentLength += by
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func check(t *testing.T, body *spy, unread bool) {
	t.Helper()
	if (body.reads == 0) != unread || body.closes != 1 {
		t.Errorf("the body was read %d times and closed %d times", body.reads, body.closes)
	}
}

// TestNothingSent: what fails before a request can be sent leaves its body
// alone, and says what it was.
func TestNothingSent(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	fails := func(err error) *outbound.Transport {
		return outbound.New(outbound.Options{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, err }})
	}
	refused := errors.New("the address is not allowed")
	tests := []struct {
		name, url string
		rt        *outbound.Transport
		is        func(error) bool
	}{
		{"refused", "http://" + gone.Addr().String(), transport(t), func(err error) bool {
			op, ok := errors.AsType[*net.OpError](err)
			return ok && op.Op == "dial"
		}},
		{"no such name", "http://h.test", fails(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), func(err error) bool {
			_, ok := errors.AsType[*net.DNSError](err)
			return ok
		}},
		{"not allowed", "http://h.test", fails(refused), func(err error) bool { return errors.Is(err, refused) }},
		{"it hangs up during the handshake", "https://" + listen(t, func(net.Conn) {}), transport(t), func(err error) bool {
			return strings.HasPrefix(err.Error(), "TLS handshake: ")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req, body := post(t.Context(), t, tt.url, "ping")
			if _, _, err := call(tt.rt, req); err == nil || !tt.is(err) {
				t.Errorf("%v", err)
			}
			check(t, body, true)
		})
	}
}
