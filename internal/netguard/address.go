package netguard

import "net/netip"

// never is the class of addresses that no setting allows: nothing that answers
// HTTP can be behind them.
const never = "not a unicast address"

// private and the others are the classes that AllowPrivate lets through.
const (
	private  = "a private address"
	loopback = "a loopback address"
	local    = "a link-local address"
	shared   = "a shared (carrier-grade NAT) address"
	reserved = "a reserved address"
)

type block struct {
	prefix netip.Prefix
	class  string
}

// blocks are the special-purpose registries of IANA, for IPv4 and IPv6.
var blocks = [...]block{
	{netip.MustParsePrefix("0.0.0.0/8"), never},
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), shared},
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), local},
	{netip.MustParsePrefix("168.63.129.16/32"), local}, // Azure's, to its machines
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved},
	{netip.MustParsePrefix("192.0.2.0/24"), reserved},
	{netip.MustParsePrefix("192.88.99.0/24"), reserved},
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("198.18.0.0/15"), reserved},
	{netip.MustParsePrefix("198.51.100.0/24"), reserved},
	{netip.MustParsePrefix("203.0.113.0/24"), reserved},
	{netip.MustParsePrefix("224.0.0.0/4"), never},
	{netip.MustParsePrefix("240.0.0.0/4"), never},

	{netip.MustParsePrefix("::/128"), never},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("2001::/23"), reserved}, // Teredo, ORCHID and other protocols
	{netip.MustParsePrefix("2001:db8::/32"), reserved},
	{netip.MustParsePrefix("2002::/16"), reserved}, // 6to4: an IPv4 address in disguise
	{netip.MustParsePrefix("3fff::/20"), reserved},
	{netip.MustParsePrefix("fc00::/7"), private},
	{netip.MustParsePrefix("fe80::/10"), local},
	{netip.MustParsePrefix("fec0::/10"), local},
	{netip.MustParsePrefix("ff00::/8"), never},
}

var (
	global6 = netip.MustParsePrefix("2000::/3")
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
)

// classify returns why a is special, or "" for an address of the public
// Internet. An IPv4 address inside an IPv6 one is judged as what it is.
func classify(a netip.Addr) string {
	a = embedded(a.WithZone(""))
	for _, b := range blocks {
		if b.prefix.Contains(a) {
			return b.class
		}
	}
	if a.Is6() && !global6.Contains(a) || !a.IsValid() {
		return reserved
	}
	return ""
}

// embedded unwraps IPv4-mapped and NAT64 addresses.
func embedded(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}
