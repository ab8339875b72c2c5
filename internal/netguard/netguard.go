// Package netguard is the one way to URLs that tenants give: webhooks, push
// proxies, media. Every address is judged when it is dialled, after DNS has
// answered, so no name can lead into the operator's own network. It knows
// nothing of what is sent.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrRefused is in the chain of every error for an address that must not be
// reached.
var ErrRefused = errors.New("the address is not allowed")

// Options steer a Guard.
type Options struct {
	// AllowPrivate lets loopback, private and link-local addresses through.
	AllowPrivate bool
	// Resolver answers names; nil is the system's.
	Resolver *net.Resolver
}

// Guard decides which addresses may be reached. It keeps no state.
type Guard struct {
	allowPrivate bool
	dialer       net.Dialer
}

// New returns a guard.
func New(o Options) *Guard {
	g := &Guard{allowPrivate: o.AllowPrivate}
	g.dialer = net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		Resolver:  o.Resolver,
		// Control sees the address that is about to be connected to, for every
		// answer that DNS gave. There is no later chance to be led elsewhere.
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return g.control(network, address)
		},
	}
	return g
}

// DialContext connects to address unless it is refused.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return g.dialer.DialContext(ctx, network, address)
}

func (g *Guard) control(network, address string) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrRefused, network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q cannot be read", ErrRefused, address)
	}
	return g.Check(ap.Addr())
}

// Check returns an error in whose chain is ErrRefused when a must not be reached.
func (g *Guard) Check(a netip.Addr) error {
	switch class := classify(a); {
	case class == "", g.allowPrivate && class != never:
		return nil
	default:
		return fmt.Errorf("%w: %s is %s", ErrRefused, a, class)
	}
}

// idlePerHost is how many connections to one host are kept. It is large because
// most traffic of a deployment goes to very few hosts.
const idlePerHost = 1024

// Transport returns a new transport that dials through the guard. It follows no
// redirect, uses no proxy from the environment (a proxy would dial for us,
// unguarded), and asks for no compression, so sizes mean what they say.
func (g *Guard) Transport() *http.Transport {
	return &http.Transport{
		DialContext:            g.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           4 * idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// Client returns a client over t (nil: a new Transport) that hands a redirect
// back to the caller instead of following it.
func (g *Guard) Client(t http.RoundTripper, timeout time.Duration) *http.Client {
	if t == nil {
		t = g.Transport()
	}
	return &http.Client{Transport: t, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}
