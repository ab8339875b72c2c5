package webhook

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
)

// TestFailure makes real calls that fail: what a webhook's owner reads names the
// kind of failure, and neither addresses nor the resolver.
func TestFailure(t *testing.T) {
	t.Parallel()
	quiet := log.New(io.Discard, "", 0)
	serve := func(h http.HandlerFunc, secure bool) string {
		srv := httptest.NewUnstartedServer(h)
		srv.Config.ErrorLog = quiet
		if secure {
			srv.StartTLS()
		} else {
			srv.Start()
		}
		t.Cleanup(srv.Close)
		return srv.URL
	}
	ok := func(http.ResponseWriter, *http.Request) {}
	plain, secure := serve(ok, false), serve(ok, true)
	breaks := serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	noResolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "udp", Err: net.ErrClosed}
	}}
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()

	tests := []struct {
		name, url, want string
		ctx             context.Context
		strict          bool
	}{
		{name: "private", url: plain, strict: true, want: "not allowed"},
		{name: "nobody listens", url: "http://" + closed.Addr().String(), want: "not reachable"},
		{name: "no such name", url: "http://hooks.example:1234", want: "not reachable"},
		{name: "unknown certificate", url: secure, want: "TLS failed"},
		{name: "no TLS at all", url: strings.Replace(plain, "http:", "https:", 1), want: "TLS failed"},
		{name: "it hangs up", url: breaks, want: "the connection broke"},
		{name: "slow", url: plain, ctx: late, want: "timed out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			transport := outbound.New(outbound.Options{
				Dial: netguard.New(netguard.Options{AllowPrivate: !tt.strict, Resolver: noResolver}).DialContext,
			})
			defer transport.CloseIdleConnections()
			ctx := tt.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := transport.RoundTrip(req)
			if err == nil {
				_ = res.Body.Close()
				t.Fatal("it answered")
			}
			got := failure(err)
			if !strings.HasPrefix(got, tt.want) || strings.ContainsAny(got, "/[]") || strings.Contains(got, "127.0.0.1") {
				t.Errorf("%v is told as %q, want %q", err, got, tt.want)
			}
		})
	}
}
