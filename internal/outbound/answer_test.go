package outbound_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, method, reply string
		hangUp              bool
		status              int
		body                string
		kept                bool
	}{
		{name: "with a length", reply: ok + "Content-Length: 5\r\n\r\nhello", status: 200, body: "hello", kept: true},
		{name: "empty", reply: ok + "Content-Length: 0\r\n\r\n", status: 200, kept: true},
		{name: "in chunks", reply: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", status: 200, body: "hello", kept: true},
		{name: "in chunks, with a trailer", reply: ok + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\nh\r\n0\r\nX: y\r\n\r\n", status: 200, body: "h", kept: true},
		{name: "until the end", reply: ok + "\r\nhello", hangUp: true, status: 200, body: "hello"},
		{name: "larger than our buffers", reply: ok + "Content-Length: 300000\r\n\r\n" + strings.Repeat("a", 300000), status: 200, body: strings.Repeat("a", 300000), kept: true},
		{name: "204", reply: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, kept: true},
		{name: "304 that tells a length", reply: "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", status: 304, kept: true},
		{name: "HEAD", method: "HEAD", reply: ok + "Content-Length: 7\r\n\r\n", status: 200, kept: true},
		{name: "after others that are not final", reply: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 1\r\n\r\n.", status: 200, body: ".", kept: true},
		{name: "another protocol", reply: "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc", status: 101},
		{name: "a redirect", reply: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", status: 302, kept: true},
		{name: "compressed", reply: ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b.", status: 200, body: "\x1f\x8b.", kept: true},
		{name: "that says close", reply: ok + "Connection: close\r\nContent-Length: 2\r\n\r\nab", status: 200, body: "ab"},
		{name: "HTTP/1.0", reply: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", status: 200, body: "ab"},
		{name: "HTTP/1.0 that would stay", reply: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab", status: 200, body: "ab"},
		{name: "with more than it says", reply: ok + "Content-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n", status: 200, body: "ab"},
		{name: "with a body where none may be", reply: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nab", status: 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, func(a *asked) bool { return says(tt.reply)(a) && !tt.hangUp })
			rt := transport(t)
			for range 3 {
				req, _ := post(t.Context(), t, p.url(), "ping")
				if tt.method != "" {
					req.Method = tt.method
				}
				status, body, err := call(rt, req)
				if status != tt.status || body != tt.body || err != nil {
					t.Fatalf("%d %.20q %v, want %d %.20q", status, body, err, tt.status, tt.body)
				}
			}
			want := int32(3)
			if tt.kept {
				want = 1
			}
			if n := p.conns.Load(); n != want {
				t.Errorf("%d connections, want %d", n, want)
			}
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"nothing":                     "",
		"not HTTP":                    "SSH-2.0-OpenSSH_9.2\r\n",
		"large: no end":               "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 70<<10),
		"large: too many headers":     "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 70) + "\r\n",
		"large: others on and on":     strings.Repeat("HTTP/1.1 100 Continue\r\nX: "+strings.Repeat("x", 1000)+"\r\n\r\n", 70),
		"two lengths":                 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"a length that is no number":  "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"an encoding that is unknown": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"a chunk that is none":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"an endless chunk size":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("0", 10000),
		"an endless trailer":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + strings.Repeat("x", 10000),
	}
	for name, reply := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, func(a *asked) bool { says(reply)(a); return false })
			rt := transport(t)
			req, _ := post(t.Context(), t, p.url(), "ping")
			status, body, err := call(rt, req)
			if err == nil || strings.HasPrefix(name, "large") && !strings.Contains(err.Error(), "larger than 64 KB") {
				t.Errorf("%d %.40q, %v", status, body, err)
			}
			if n := p.requests.Load(); n != 1 {
				t.Errorf("it was asked %d times", n)
			}
		})
	}
}

// TestAnswersThatBreakOff has the server hang up after each byte: what is not
// whole is an error, and is never asked for again.
func TestAnswersThatBreakOff(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"with a length": "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello",
		"in chunks":     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var cut atomic.Int64
			p := serve(t, func(a *asked) bool { says(reply[:cut.Load()])(a); return false })
			rt := transport(t)
			for n := range len(reply) + 1 {
				cut.Store(int64(n))
				req, _ := post(t.Context(), t, p.url(), "ping")
				_, body, err := call(rt, req)
				if whole := n == len(reply); (err == nil) != whole || whole && body != "hello" {
					t.Errorf("after %q: %q, %v", reply[:n], body, err)
				}
			}
			if n := int(p.requests.Load()); n != len(reply)+1 {
				t.Errorf("it was asked %d times for %d calls", n, len(reply)+1)
			}
		})
	}
}

// TestBodyGivenUp: a body that is closed before its end is not waited for.
func TestBodyGivenUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reply string
		conns int32
	}{
		"the rest is at hand":   {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789", 1},
		"the rest is to come":   {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n123456789", 2},
		"nobody knows how much": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, says(tt.reply))
			rt := transport(t)
			for range 2 {
				req, _ := post(t.Context(), t, p.url(), "ping")
				res, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				var two [2]byte
				if _, err := io.ReadFull(res.Body, two[:]); err != nil || string(two[:]) != "12" {
					t.Errorf("%q, %v", two, err)
				}
				if err := res.Body.Close(); err != nil {
					t.Error(err)
				}
				if n, err := res.Body.Read(two[:]); n != 0 || err == nil {
					t.Errorf("a closed body has %d bytes, %v", n, err)
				}
			}
			if n := p.conns.Load(); n != tt.conns {
				t.Errorf("%d connections, want %d", n, tt.conns)
			}
		})
	}
}

// TestAnswerBeforeTheRequestWasTaken: a server may refuse a large body without
// reading it.
func TestAnswerBeforeTheRequestWasTaken(t *testing.T) {
	t.Parallel()
	addr := listen(t, func(c net.Conn) {
		_, _ = io.CopyN(io.Discard, c, 100<<10)
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	})
	rt := transport(t)
	req, body := post(t.Context(), t, "http://"+addr, strings.Repeat("x", 4<<20))
	if status, text, err := call(rt, req); status != 413 || text != "no" || err != nil || body.closes != 1 {
		t.Errorf("%d %q %v, closed %d times", status, text, err, body.closes)
	}
}

func TestAnswerAfterCancel(t *testing.T) {
	t.Parallel()
	p := serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	rt := transport(t)
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := post(ctx, t, p.url(), "ping")
	if status, _, err := call(rt, req); status != 200 || err != nil {
		t.Fatal(status, err)
	}
	cancel() // has nothing to do with the connection any more
	req, _ = post(t.Context(), t, p.url(), "ping")
	if status, _, err := call(rt, req); status != 200 || err != nil || p.conns.Load() != 1 {
		t.Errorf("%d, %v, %d connections", status, err, p.conns.Load())
	}
}
