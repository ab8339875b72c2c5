package netguard

import (
	"errors"
	"net/netip"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		addr          string
		public, allow bool // reachable without and with AllowPrivate
	}{
		{"93.184.215.14", true, true},
		{"8.8.8.8", true, true},
		{"2606:4700::6810:84e5", true, true},
		{"::ffff:8.8.8.8", true, true},
		{"64:ff9b::808:808", true, true}, // NAT64 of 8.8.8.8
		{"100.63.255.255", true, true},
		{"100.128.0.0", true, true},
		{"172.15.255.255", true, true},
		{"172.32.0.0", true, true},

		{"127.0.0.1", false, true},
		{"127.255.255.254", false, true},
		{"10.0.0.1", false, true},
		{"172.16.0.1", false, true},
		{"172.31.255.255", false, true},
		{"192.168.1.1", false, true},
		{"169.254.169.254", false, true},
		{"168.63.129.16", false, true},
		{"168.63.129.15", true, true},
		{"100.64.0.1", false, true},
		{"192.0.0.170", false, true},
		{"192.0.2.1", false, true},
		{"198.18.0.1", false, true},
		{"203.0.113.9", false, true},
		{"::1", false, true},
		{"fd00::1", false, true},
		{"fe80::1", false, true},
		{"fe80::1%eth0", false, true},
		{"fec0::1", false, true},
		{"2001:db8::1", false, true},
		{"2001::1", false, true},
		{"2002:7f00:1::", false, true},
		{"::7f00:1", false, true}, // IPv4-compatible 127.0.0.1
		{"::ffff:127.0.0.1", false, true},
		{"::ffff:10.1.2.3", false, true},
		{"::ffff:169.254.169.254", false, true},
		{"64:ff9b::7f00:1", false, true},
		{"64:ff9b::a9fe:a9fe", false, true},
		{"64:ff9b:1::7f00:1", false, true},
		{"100::1", false, true},

		{"0.0.0.0", false, false},
		{"0.1.2.3", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"::", false, false},
		{"ff02::1", false, false},
		{"::ffff:0.0.0.0", false, false},
		{"64:ff9b::", false, false},
	}
	strict, open := New(Options{}), New(Options{AllowPrivate: true})
	for _, tt := range tests {
		a := netip.MustParseAddr(tt.addr)
		if err := strict.Check(a); (err == nil) != tt.public || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("Check(%s) = %v, want reachable %v", a, err, tt.public)
		}
		if err := open.Check(a); (err == nil) != tt.allow {
			t.Errorf("with AllowPrivate: Check(%s) = %v, want reachable %v", a, err, tt.allow)
		}
	}
	if strict.Check(netip.Addr{}) == nil {
		t.Error("the zero address is reachable")
	}
}
