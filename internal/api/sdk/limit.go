package sdk

import (
	"net/netip"
	"strconv"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// Limits are how many calls may be made of this process. Zero values mean the
// defaults.
type Limits struct {
	PerDevice  float64 // calls per second of one session; 10
	PerAddress float64 // calls per second without a session, of one address of the network; 20
}

const (
	perDevice  = 10
	perAddress = 20
	// burst is the calls of how many seconds may come at once.
	burst = 4
)

// limiter counts calls.
type limiter struct {
	devices   *httpx.Buckets[heliograph.ClientID]
	addresses *httpx.Buckets[netip.Addr]
}

func newLimiter(l Limits, now heliograph.Clock) *limiter {
	if l.PerDevice == 0 {
		l.PerDevice = perDevice
	}
	if l.PerAddress == 0 {
		l.PerAddress = perAddress
	}
	return &limiter{
		httpx.NewBuckets[heliograph.ClientID](l.PerDevice, l.PerDevice*burst, now),
		httpx.NewBuckets[netip.Addr](l.PerAddress, l.PerAddress*burst, now),
	}
}

// device counts a call of a session.
func (l *limiter) device(id heliograph.ClientID) error { return take(l.devices, id, "this device") }

// address counts a call without a session. What comes through a proxy of the
// operator's is the proxy's to limit: all calls have one address then.
func (l *limiter) address(ip netip.Addr) error {
	if !ip.IsValid() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return nil
	}
	if ip.Is6() { // a household has a whole network of them
		if p, err := ip.Prefix(64); err == nil {
			ip = p.Addr()
		}
	}
	return take(l.addresses, ip, "this address")
}

func take[K comparable](b *httpx.Buckets[K], key K, who string) error {
	_, wait := b.Take(key)
	if wait == 0 {
		return nil
	}
	return &heliograph.Error{
		Kind: heliograph.RateLimited, Code: heliograph.CodeTooManyRequests, RetryAfter: wait,
		Message: who + " makes more calls than the " + strconv.FormatFloat(b.Rate, 'f', -1, 64) + " per second that it may make",
	}
}
