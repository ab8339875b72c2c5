package netguard

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// target is a server on loopback that counts who reached it.
func target(t *testing.T, h http.HandlerFunc) (srv *httptest.Server, port string, reached *atomic.Int32) {
	t.Helper()
	reached = new(atomic.Int32)
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		if h != nil {
			h(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return srv, port, reached
}

func get(t *testing.T, g *Guard, url string) (*http.Response, error) {
	t.Helper()
	tr := g.Transport()
	t.Cleanup(tr.CloseIdleConnections)
	res, err := g.Client(tr, 5*time.Second).Get(url)
	if err == nil {
		res.Body.Close()
	}
	return res, err
}

func TestNamesAreJudgedByTheirAddresses(t *testing.T) {
	t.Parallel()
	_, port, reached := target(t, nil)
	tests := map[string][]netip.Addr{
		"loopback.test": {netip.MustParseAddr("127.0.0.1")},
		"mapped.test":   {netip.MustParseAddr("::ffff:127.0.0.1")},
		"v6.test":       {netip.MustParseAddr("::1")},
		"meta.test":     {netip.MustParseAddr("169.254.169.254")},
		"mixed.test":    {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("127.0.0.1")},
		"any.test":      {netip.MustParseAddr("0.0.0.0")},
	}
	resolver := dnsServer(t, tests)
	g := New(Options{Resolver: resolver})
	for name := range tests {
		if _, err := get(t, g, "http://"+name+":"+port); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the target was reached %d times", n)
	}
	open := New(Options{Resolver: resolver, AllowPrivate: true})
	if _, err := get(t, open, "http://loopback.test:"+port); err != nil || reached.Load() != 1 {
		t.Errorf("with AllowPrivate: %v, reached %d times", err, reached.Load())
	}
}

func TestLiteralAddresses(t *testing.T) {
	t.Parallel()
	_, port, reached := target(t, nil)
	g := New(Options{})
	for _, host := range []string{"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25lo]", "localhost", "0.0.0.0"} {
		if _, err := get(t, g, "http://"+host+":"+port); err == nil {
			t.Errorf("%s was reached", host)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the target was reached %d times", n)
	}
}

func TestRedirectsAreHandedBack(t *testing.T) {
	t.Parallel()
	inner, _, reached := target(t, nil)
	outer, _, _ := target(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
	})
	res, err := get(t, New(Options{AllowPrivate: true}), outer.URL)
	if err != nil || res.StatusCode != http.StatusTemporaryRedirect || reached.Load() != 0 {
		t.Errorf("%v, %v, inner reached %d times; want the redirect itself", res, err, reached.Load())
	}
}

func TestOnlyTCP(t *testing.T) {
	t.Parallel()
	g := New(Options{AllowPrivate: true})
	if c, err := g.DialContext(t.Context(), "unix", "/tmp/x.sock"); err == nil || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("%v, %v", c, err)
	}
}

func TestNoProxyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	if New(Options{}).Transport().Proxy != nil {
		t.Error("a proxy would dial for us, unguarded")
	}
}
