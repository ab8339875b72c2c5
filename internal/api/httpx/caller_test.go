package httpx_test

import (
	"net/http/httptest"
	"testing"

	"heliograph/internal/api/httpx"
)

func TestCaller(t *testing.T) {
	t.Parallel()
	ours, err := httpx.ParseProxies([]string{"10.1.0.0/16", "192.0.2.7", "2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, from string
		forwarded  []string
		want       string
	}{
		{"straight", "203.0.113.9:1234", nil, "203.0.113.9"},
		{"a stranger who claims to forward", "203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"through one", "10.1.2.3:80", []string{"198.51.100.1"}, "198.51.100.1"},
		{"through two", "10.1.2.3:80", []string{"198.51.100.1, 192.0.2.7"}, "198.51.100.1"},
		{"in two headers", "10.1.2.3:80", []string{"198.51.100.1", "192.0.2.7"}, "198.51.100.1"},
		{"what the caller wrote before", "10.1.2.3:80", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"IPv6", "[2001:db8::1]:80", []string{"2001:470::5"}, "2001:470::5"},
		{"mapped", "[::ffff:10.1.2.3]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"nothing forwarded", "10.1.2.3:80", nil, "10.1.2.3"},
		{"nonsense", "10.1.2.3:80", []string{"unknown"}, "10.1.2.3"},
		{"nonsense between", "10.1.2.3:80", []string{"198.51.100.1, unknown, 192.0.2.7"}, "192.0.2.7"},
		{"no address", "@", nil, "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.from
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := ours.Caller(r).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if _, err := httpx.ParseProxies([]string{"10.0.0.0/8", "proxy.example"}); err == nil {
		t.Error("a name is taken for a network")
	}
}
