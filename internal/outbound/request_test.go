package outbound_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph/internal/outbound"
)

const done = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// TestRequestsOnTheWire: one write, and exactly these bytes.
func TestRequestsOnTheWire(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("0123456789abcdef", 5<<10) // 80 KB
	tests := []struct {
		name, method, url, host, body string
		header                        http.Header
		close                         bool
		want                          string
		writes                        int
	}{
		{name: "GET", method: "GET", url: "http://h.test", want: "GET / HTTP/1.1\r\nHost: h.test\r\n\r\n", writes: 1},
		{name: "no method", url: "http://h.test/a%20b?c=d%0a", want: "GET /a%20b?c=d%0a HTTP/1.1\r\nHost: h.test\r\n\r\n", writes: 1},
		{name: "POST without a body", method: "POST", url: "http://h.test:81/", want: "POST / HTTP/1.1\r\nHost: h.test:81\r\nContent-Length: 0\r\n\r\n", writes: 1},
		{name: "another host", method: "GET", url: "http://h.test/", host: "other.test", want: "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n", writes: 1},
		{name: "a host in another script", method: "GET", url: "http://bücher.test/ä", want: "GET /%C3%A4 HTTP/1.1\r\nHost: xn--bcher-kva.test\r\n\r\n", writes: 1},
		{name: "a zone", method: "GET", url: "http://[fe80::1%25eth0]:8/", want: "GET / HTTP/1.1\r\nHost: [fe80::1]:8\r\n\r\n", writes: 1},
		{name: "close", method: "GET", url: "http://h.test/", close: true, want: "GET / HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n", writes: 1},
		{
			name: "headers", method: "POST", url: "http://h.test/x", body: "a=b",
			header: http.Header{
				"X-API-Key": {"k"}, "Accept": {" a ", "b\tc"}, "User-Agent": {"Heliograph"},
				"Host": {"evil.test"}, "content-length": {"99"}, "Transfer-Encoding": {"chunked"}, "trailer": {"x"},
			},
			want: "POST /x HTTP/1.1\r\nHost: h.test\r\nAccept: a\r\nAccept: b\tc\r\nUser-Agent: Heliograph\r\nX-API-Key: k\r\nContent-Length: 3\r\n\r\na=b", writes: 1,
		},
		{name: "a large body", method: "PUT", url: "http://h.test/", body: large, want: "PUT / HTTP/1.1\r\nHost: h.test\r\nContent-Length: 81920\r\n\r\n" + large, writes: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tape := &tape{}
			rt := outbound.New(outbound.Options{Dial: func(context.Context, string, string) (net.Conn, error) { return tape, nil }})
			u, err := url.Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			req := &http.Request{Method: tt.method, URL: u, Host: tt.host, Header: tt.header, Close: tt.close}
			var body *spy
			if tt.body != "" {
				body = &spy{Reader: strings.NewReader(tt.body)}
				req.Body, req.ContentLength = body, int64(len(tt.body))
			}
			if status, _, err := call(rt, req); status != 200 || err != nil {
				t.Fatal(status, err)
			}
			if d := cmp.Diff(tt.want, tape.written.String()); d != "" {
				t.Error(d)
			}
			if tape.writes != tt.writes {
				t.Errorf("%d writes, want %d", tape.writes, tt.writes)
			}
			if body != nil && body.closes != 1 {
				t.Errorf("the body was closed %d times", body.closes)
			}
		})
	}
}

// tape is a connection that takes everything, and answers once.
type tape struct {
	net.Conn
	written bytes.Buffer
	writes  int
	told    bool
}

func (t *tape) Write(p []byte) (int, error) { t.writes++; return t.written.Write(p) }
func (t *tape) Close() error                { return nil }
func (t *tape) Read(p []byte) (int, error) {
	if t.told {
		return 0, io.EOF
	}
	t.told = true
	return copy(p, strings.Replace(done, "OK\r\n", "OK\r\nConnection: close\r\n", 1)), nil
}

// TestRequestsThatAreRefused: nothing is dialled, and the body is not read.
func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*http.Request){
		"no URL":                   func(r *http.Request) { r.URL = nil },
		"no host":                  func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Path: "/"} },
		"another scheme":           func(r *http.Request) { r.URL.Scheme = "ftp" },
		"a method with a space":    func(r *http.Request) { r.Method = "GET /x HTTP/1.1\r\nX:" },
		"CONNECT":                  func(r *http.Request) { r.Method = "CONNECT" },
		"a line in the URL":        func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Host: "h.test", Opaque: "/ HTTP/1.1\r\nX: y"} },
		"a space in the query":     func(r *http.Request) { r.URL.RawQuery = "a b" },
		"a line in the query":      func(r *http.Request) { r.URL.RawQuery = "a\r\nX: y" },
		"a line in the host":       func(r *http.Request) { r.Host = "h.test\r\nX: y" },
		"a line in the URL's host": func(r *http.Request) { r.Host, r.URL.Host = "", "h.test\nX: y" },
		"a line in a name":         func(r *http.Request) { r.Header["X\r\nY"] = []string{"z"} },
		"a name that is empty":     func(r *http.Request) { r.Header[""] = []string{"z"} },
		"a colon in a name":        func(r *http.Request) { r.Header["X:"] = []string{"z"} },
		"a line in a value":        func(r *http.Request) { r.Header.Set("X", "secret\r\nY: z") },
		"a line feed in a value":   func(r *http.Request) { r.Header.Set("X", "secret\nY: z") },
		"a NUL in a value":         func(r *http.Request) { r.Header.Set("X", "secret\x00") },
		"a body of unknown length": func(r *http.Request) { r.ContentLength = -1 },
		"a body without length":    func(r *http.Request) { r.ContentLength = 0 },
		"a length without body":    func(r *http.Request) { r.Body = nil },
		"a transfer encoding":      func(r *http.Request) { r.TransferEncoding = []string{"chunked"} },
		"trailers":                 func(r *http.Request) { r.Trailer = http.Header{"X": nil} },
		"a context that has ended": func(r *http.Request) { *r = *r.WithContext(over(t)) },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rt := outbound.New(outbound.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
				t.Error("it was dialled")
				return nil, errors.New("no")
			}})
			req, body := post(t.Context(), t, "http://h.test/", "ping")
			change(req)
			status, _, err := call(rt, req)
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%d, %v", status, err)
			}
			if body.reads != 0 || req.Body != nil && body.closes != 1 {
				t.Errorf("the body was read %d times and closed %d times", body.reads, body.closes)
			}
		})
	}
}

func over(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// TestBodiesThatLie: what goes out never looks whole.
func TestBodiesThatLie(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 100<<10)
	for name, tt := range map[string]struct {
		body   string
		length int64
	}{
		"shorter": {"ping", 5}, "longer": {"ping", 3},
		"shorter and large": {large, 101 << 10}, "longer and large": {large, 99 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, says(done))
			req, body := post(t.Context(), t, p.url(), tt.body)
			req.ContentLength = tt.length
			if status, _, err := call(transport(t), req); err == nil || p.requests.Load() != 0 || body.closes != 1 {
				t.Errorf("%d, %v; the server had %d requests", status, err, p.requests.Load())
			}
		})
	}
	req, _ := post(t.Context(), t, serve(t, says(done)).url(), "ping")
	broken := errors.New("broken")
	req.Body = io.NopCloser(io.MultiReader(strings.NewReader("pi"), errReader{broken}))
	if _, _, err := call(transport(t), req); !errors.Is(err, broken) {
		t.Errorf("%v, want the body's own error", err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// TestWhomItDials: the URL's host, and nobody in between.
func TestWhomItDials(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.test:3128")
	t.Setenv("HTTPS_PROXY", "http://proxy.test:3128")
	for target, want := range map[string]string{
		"http://h.test/":           "h.test:80",
		"https://h.test":           "h.test:443",
		"http://h.test:8080/":      "h.test:8080",
		"http://h.test:/":          "h.test:80",
		"https://[2001:db8::1]/":   "[2001:db8::1]:443",
		"http://[fe80::1%25lo]:9/": "[fe80::1%lo]:9",
		"http://bücher.test/":      "xn--bcher-kva.test:80",
	} {
		var got string
		rt := outbound.New(outbound.Options{Dial: func(_ context.Context, network, address string) (net.Conn, error) {
			got = address
			if network != "tcp" {
				t.Errorf("network %s", network)
			}
			return nil, errors.New("no")
		}})
		req, _ := post(t.Context(), t, target, "ping")
		req.Host = "other.test"
		if _, _, err := call(rt, req); err == nil || got != want {
			t.Errorf("%s dials %s, want %s", target, got, want)
		}
	}
}
