package channel_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heliograph/channel"
	"heliograph/internal/outbound"
)

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// transports are those that Call's promises are tested with: the program's, and
// the one that everybody knows.
func transports(t *testing.T, each func(*testing.T, func(dialer) http.RoundTripper)) {
	t.Helper()
	for name, open := range map[string]func(dialer) http.RoundTripper{
		"outbound": func(d dialer) http.RoundTripper { return outbound.New(outbound.Options{Dial: d}) },
		"net/http": func(d dialer) http.RoundTripper { return &http.Transport{DialContext: d} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(d dialer) http.RoundTripper {
				rt := open(d)
				t.Cleanup(rt.(interface{ CloseIdleConnections() }).CloseIdleConnections)
				return rt
			})
		})
	}
}

func post(ctx context.Context, t *testing.T, rt http.RoundTripper, url string) (channel.Reply, *channel.Result) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return channel.Call(rt, req, []byte("To=you"))
}

func server(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func class(r *channel.Result) channel.Class {
	if r == nil {
		return 0
	}
	return r.Class
}

func TestCallReadsTheWholeAnswerAndKeepsTheConnection(t *testing.T) {
	t.Parallel()
	transports(t, wholeAnswer)
}

func wholeAnswer(t *testing.T, open func(dialer) http.RoundTripper) {
	var conns sync.Map
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		conns.Store(r.RemoteAddr, true)
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write([]byte(strings.Repeat(string(body), 1000)))
	})
	rt := open(new(net.Dialer).DialContext)
	for range 3 {
		reply, failed := post(t.Context(), t, rt, s.URL)
		if failed != nil || reply.Status != 200 || len(reply.Body) != 6000 {
			t.Fatalf("%d, %d bytes, %+v", reply.Status, len(reply.Body), failed)
		}
	}
	n := 0
	conns.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d connections", n)
	}
}

// Whoever reads of a failed call learns nothing of our network.
func TestCallNamesNoAddresses(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, open func(dialer) http.RoundTripper) {
		for want, err := range map[string]error{
			"its name does not resolve":   &net.DNSError{Err: "no such host", Name: "api.test", Server: "10.0.0.53:53", IsNotFound: true},
			"no connection could be made": &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 80}, Err: errors.New("refused")},
		} {
			rt := open(func(context.Context, string, string) (net.Conn, error) { return nil, err })
			if _, failed := post(t.Context(), t, rt, "http://api.test/"); failed == nil || !strings.HasSuffix(failed.Message, want) {
				t.Errorf("%+v, want %q", failed, want)
			}
		}
	})
}

func TestCallWithoutAnswer(t *testing.T) {
	t.Parallel()
	transports(t, withoutAnswer)
}

func withoutAnswer(t *testing.T, open func(dialer) http.RoundTripper) {
	hang := server(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	reset := server(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)

	normal := open(new(net.Dialer).DialContext)
	slowDial := open(func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	nowhere := open(func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "api.example.test", IsNotFound: true}
	})
	guarded := open(func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("the address is not allowed")
	})
	tests := []struct {
		name string
		rt   http.RoundTripper
		url  string
		want channel.Class
	}{
		{"refused", normal, gone.URL, channel.ClassRetry},
		{"no such host", nowhere, "http://api.example.test", channel.ClassRetry},
		{"a dialer's own error", guarded, "http://api.example.test", channel.ClassRetry},
		{"the deadline passes while dialling", slowDial, "http://api.example.test", channel.ClassRetry},
		{"a certificate that is not trusted", normal, secure.URL, channel.ClassRetry},
		{"the deadline passes after the body was sent", normal, hang.URL, channel.ClassUnknown},
		{"reset after the body was sent", normal, reset.URL, channel.ClassUnknown},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if _, failed := post(ctx, t, tc.rt, tc.url); class(failed) != tc.want {
				t.Errorf("%+v, want %v", failed, tc.want)
			}
		})
	}
}

// A stale connection from the pool is the trap: the request is written to it,
// and nobody can tell whether the provider still read it.
func TestCallOnAConnectionThatTheProviderCloses(t *testing.T) {
	t.Parallel()
	transports(t, providerCloses)
}

func providerCloses(t *testing.T, open func(dialer) http.RoundTripper) {
	var asked atomic.Int32
	s := server(t, func(http.ResponseWriter, *http.Request) {
		if asked.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
	})
	rt := open(new(net.Dialer).DialContext)
	if _, failed := post(t.Context(), t, rt, s.URL); failed != nil {
		t.Fatal(failed)
	}
	if _, failed := post(t.Context(), t, rt, s.URL); class(failed) != channel.ClassUnknown || asked.Load() != 2 {
		t.Errorf("%+v after %d requests", failed, asked.Load())
	}
}

func TestCallWhoseAnswerBreaksOff(t *testing.T) {
	t.Parallel()
	transports(t, breaksOff)
}

func breaksOff(t *testing.T, open func(dialer) http.RoundTripper) {
	rt := open(new(net.Dialer).DialContext)
	for status, want := range map[int]channel.Class{201: channel.ClassUnknown, 500: channel.ClassUnknown, 400: 0} {
		s := server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("{"))
		})
		reply, failed := post(t.Context(), t, rt, s.URL)
		if class(failed) != want || reply.Status != status {
			t.Errorf("%d: %d, %+v", status, reply.Status, failed)
		}
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		status int
		after  string
		want   channel.Class
		wait   time.Duration
	}{
		{429, "7", channel.ClassRetry, 7 * time.Second},
		{429, "Fri, 20 Nov 2026 12:00:30 GMT", channel.ClassRetry, 30 * time.Second},
		{429, "Fri, 20 Nov 2026 11:00:30 GMT", channel.ClassRetry, 0},
		{429, "NaN", channel.ClassRetry, 0},
		{429, "-5", channel.ClassRetry, 0},
		{429, "99999999999", channel.ClassRetry, 24 * time.Hour},
		{429, "", channel.ClassRetry, 0},
		{503, "2", channel.ClassRetry, 2 * time.Second},
		{503, "0", channel.ClassRetry, 0},
		{503, "", channel.ClassUnknown, 0},
		{500, "", channel.ClassUnknown, 0},
		{502, "", channel.ClassUnknown, 0},
		{504, "", channel.ClassUnknown, 0},
		{408, "", channel.ClassUnknown, 0},
		{302, "", channel.ClassUnknown, 0},
		{401, "", channel.ClassPause, 0},
		{403, "", channel.ClassPause, 0},
		{400, "", channel.ClassFinal, 0},
		{404, "", channel.ClassFinal, 0},
	}
	for _, tc := range tests {
		h := http.Header{}
		if tc.after != "" {
			h.Set("Retry-After", tc.after)
		}
		got := channel.Classify(channel.Reply{Status: tc.status, Header: h}, now)
		if got.Class != tc.want || got.After != tc.wait || got.Reason == "" || got.Message == "" {
			t.Errorf("%d %q: %+v", tc.status, tc.after, got)
		}
	}
}
