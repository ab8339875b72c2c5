package outbound_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"heliograph/internal/outbound"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// direct is a transport that may call anybody.
func direct() *outbound.Transport {
	return outbound.New(outbound.Options{Dial: new(net.Dialer).DialContext})
}

// transport is one whose connections are closed with the test.
func transport(t *testing.T) *outbound.Transport {
	t.Helper()
	rt := direct()
	t.Cleanup(rt.CloseIdleConnections)
	return rt
}

// peer is a server that says exactly what a test has it say.
type peer struct {
	addr     string
	conns    atomic.Int32
	requests atomic.Int32
}

func (p *peer) url() string { return "http://" + p.addr }

// asked is a request that a peer read whole.
type asked struct {
	*http.Request
	body []byte
	conn net.Conn
	nth  int32 // of all requests, from 1
}

// says answers with text, and keeps the connection.
func says(text string) func(*asked) bool {
	return func(a *asked) bool {
		_, err := io.WriteString(a.conn, text)
		return err == nil
	}
}

// listen calls each for every connection, which it closes afterwards.
func listen(t *testing.T, each func(net.Conn)) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		open = map[net.Conn]bool{}
	)
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			wg.Go(func() {
				each(c)
				_ = c.Close()
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return ln.Addr().String()
}

// serve has a peer that calls answer for every request, and hangs up when that
// returns false.
func serve(t *testing.T, answer func(*asked) bool) *peer {
	t.Helper()
	p := &peer{}
	p.addr = listen(t, func(c net.Conn) {
		p.conns.Add(1)
		r := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			body, err := io.ReadAll(req.Body)
			if err != nil || !answer(&asked{req, body, c, p.requests.Add(1)}) {
				return
			}
		}
	})
	return p
}

// spy is a body that knows whether it was asked for.
type spy struct {
	io.Reader
	reads, closes int
}

func (s *spy) Read(p []byte) (int, error) { s.reads++; return s.Reader.Read(p) }
func (s *spy) Close() error               { s.closes++; return nil }

// post makes a request with a spy.
func post(ctx context.Context, t testing.TB, url string, body string) (*http.Request, *spy) {
	t.Helper()
	s := &spy{Reader: bytes.NewReader([]byte(body))}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, s)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	return req, s
}

// call makes a call and reads its answer.
func call(rt http.RoundTripper, req *http.Request) (status int, body string, err error) {
	res, err := rt.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return res.StatusCode, string(b), err
}
