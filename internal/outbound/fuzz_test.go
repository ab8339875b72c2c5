package outbound_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"heliograph/internal/outbound"
)

// FuzzAnswer: whatever a server says, we understand what net/http understands.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
		"HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 304 No\r\nContent-Length: 4\r\n\r\n", "HTTP/1.0 200 OK\n\nabc",
		"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\nmore",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n3;a\r\nabc\r\n0\r\n\r\n",
		"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc", "HTTP/1.1 200\r\n\r\n", "HTTP/0.0 000 \nContent-Length:1\n\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "HTTP/2.0 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\n a: b\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc",
	} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(1))
	}
	f.Fuzz(func(t *testing.T, said []byte, method uint8) {
		name := []string{http.MethodPost, http.MethodHead, http.MethodGet}[method%3]
		ours := seen(t, said, name, func(d dialer) roundTripper { return outbound.New(outbound.Options{Dial: d}) })
		theirs := seen(t, said, name, func(d dialer) roundTripper {
			return &http.Transport{DialContext: d, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true}
		})
		if ours != theirs {
			t.Errorf("of %q we see %+v, net/http %+v", said, ours, theirs)
		}
	})
}

type (
	dialer       func(context.Context, string, string) (net.Conn, error)
	roundTripper interface {
		http.RoundTripper
		CloseIdleConnections()
	}
)

// view is what a transport makes of an answer.
type view struct {
	failed  bool // before the body
	status  int
	length  int64
	body    string
	broken  bool // in the body
	headers int
}

// seen lets a server say something to a transport, and hang up.
func seen(t *testing.T, said []byte, method string, of func(dialer) roundTripper) view {
	t.Helper()
	done := make(chan struct{}, 1)
	rt := of(func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			if req, err := http.ReadRequest(bufio.NewReader(far)); err == nil {
				_, _ = io.Copy(io.Discard, req.Body)
				_, _ = far.Write(said)
			}
			_ = far.Close()
			done <- struct{}{}
		}()
		return near, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, _ := post(ctx, t, "http://h.test/", "ping")
	if req.Method = method; method != http.MethodPost {
		req.Body, req.ContentLength = nil, 0
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		<-done
		return view{failed: true}
	}
	v := view{status: res.StatusCode, length: res.ContentLength, headers: len(res.Header)}
	if res.StatusCode != http.StatusSwitchingProtocols {
		body, err := io.ReadAll(res.Body)
		v.body, v.broken = string(body), err != nil
	}
	_ = res.Body.Close()
	rt.CloseIdleConnections()
	<-done
	return v
}
