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
