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

	"heliograph/internal/outbound"
)

// target is a server on loopback that counts who reached it.
func target(t *testing.T) (port string, reached *atomic.Int32) {
	t.Helper()
	reached = new(atomic.Int32)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, reached
}

// get makes a call through g, as the program does.
func get(t *testing.T, g *Guard, url string) error {
	t.Helper()
	rt := outbound.New(outbound.Options{Dial: g.DialContext})
	t.Cleanup(rt.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := rt.RoundTrip(req)
	if err == nil {
		_ = res.Body.Close()
	}
	return err
}

func TestNamesAreJudgedByTheirAddresses(t *testing.T) {
	t.Parallel()
	port, reached := target(t)
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
		if err := get(t, g, "http://"+name+":"+port); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the target was reached %d times", n)
	}
	open := New(Options{Resolver: resolver, AllowPrivate: true})
	if err := get(t, open, "http://loopback.test:"+port); err != nil || reached.Load() != 1 {
		t.Errorf("with AllowPrivate: %v, reached %d times", err, reached.Load())
	}
}

func TestLiteralAddresses(t *testing.T) {
	t.Parallel()
	port, reached := target(t)
	g := New(Options{})
	for _, host := range []string{"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25lo]", "localhost", "0.0.0.0"} {
		if err := get(t, g, "http://"+host+":"+port); err == nil {
			t.Errorf("%s was reached", host)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the target was reached %d times", n)
	}
}

func TestOnlyTCP(t *testing.T) {
	t.Parallel()
	g := New(Options{AllowPrivate: true})
	if c, err := g.DialContext(t.Context(), "unix", "/tmp/x.sock"); err == nil || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("%v, %v", c, err)
	}
}
