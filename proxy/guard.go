package proxy

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Guard decides which addresses may be dialled. It is asked with the address that a connection is about to be made
// to, after the name was resolved, so that neither a hostile DNS answer nor one that changes between two queries
// leads the gate into its own network. It is safe for concurrent use.
type Guard struct {
	allow []netip.Prefix

	mu  sync.RWMutex
	own []netip.AddrPort // guarded by mu
}

// NewGuard returns a Guard that refuses every address that is not global unicast, except those in allow, and the
// addresses in own, always: they are what the gate itself listens on.
func NewGuard(allow []netip.Prefix, own []netip.AddrPort) *Guard {
	return &Guard{allow: slices.Clone(allow), own: slices.Clone(own)}
}

// GuardError says that an address must not be dialled.
type GuardError struct {
	// Addr is the address.
	Addr netip.Addr
	// Range is what the address belongs to, such as "loopback".
	Range string
}

// Error names the address and its range.
func (e *GuardError) Error() string {
	return fmt.Sprintf("dial %s: address refused: %s", e.Addr, e.Range)
}

// reserved are the ranges that are not reached over the public Internet, or that lead to a machine's own network or
// metadata. Sources: the IANA special-purpose registries (RFC 6890), RFC 6052 and RFC 8215 (NAT64), RFC 3056 (6to4),
// RFC 4380 (Teredo); 100.100.100.200 (Alibaba) lies in shared space and fd00:ec2::254 (EC2) in unique-local.
var reserved = []struct {
	prefix netip.Prefix
	name   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignments"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"}, // 255.255.255.255 included
	{netip.MustParsePrefix("::/128"), "unspecified"},
	{netip.MustParsePrefix("::1/128"), "loopback"},
	{netip.MustParsePrefix("::/96"), "IPv4-compatible"},
	{netip.MustParsePrefix("64:ff9b::/96"), "NAT64"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local NAT64"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("2001::/23"), "protocol assignments"}, // Teredo and ORCHID included
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("2002::/16"), "6to4"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("5f00::/16"), "segment routing"},
	{netip.MustParsePrefix("fc00::/7"), "unique-local"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// Check returns a *GuardError if to must not be dialled. An IPv4 address is judged as such also where it is written
// as ::ffff:a.b.c.d, and a zone does not hide an address.
func (g *Guard) Check(to netip.AddrPort) error {
	addr := to.Addr().WithZone("").Unmap()
	if !addr.IsValid() {
		return &GuardError{Addr: addr, Range: "not an address"}
	}
	if err := g.checkOwn(netip.AddrPortFrom(addr, to.Port())); err != nil {
		return err
	}
	for _, p := range g.allow {
		if p.Contains(addr) {
			return nil
		}
	}
	for _, r := range reserved {
		if r.prefix.Contains(addr) {
			return &GuardError{Addr: addr, Range: r.name}
		}
	}
	if !addr.IsGlobalUnicast() {
		return &GuardError{Addr: addr, Range: "not global unicast"}
	}
	return nil
}

func (g *Guard) checkOwn(to netip.AddrPort) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, own := range g.own {
		if own.Port() != to.Port() {
			continue
		}
		if own.Addr().Unmap() == to.Addr() || own.Addr().IsUnspecified() && isLocal(to.Addr()) {
			return &GuardError{Addr: to.Addr(), Range: "the gate's own listener"}
		}
	}
	return nil
}

// isLocal reports whether addr belongs to this machine. It is asked only for a port that the gate listens on at
// every address.
func isLocal(addr netip.Addr) bool {
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	local, err := net.InterfaceAddrs()
	if err != nil {
		return true // what cannot be told apart is not dialled
	}
	return slices.ContainsFunc(local, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && p.Addr().Unmap() == addr
	})
}

// listen adds an address that the gate listens on; what is not a TCP address is ignored.
func (g *Guard) listen(a net.Addr) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if ap := tcp.AddrPort(); !slices.Contains(g.own, ap) {
		g.own = append(g.own, ap)
	}
}

// Dialer returns a dialer that asks g before each connection, with the given timeout. resolver may be nil.
func (g *Guard) Dialer(timeout time.Duration, resolver *net.Resolver) *net.Dialer {
	return &net.Dialer{
		Timeout:        timeout,
		Resolver:       resolver,
		ControlContext: g.control,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 4,
		},
	}
}

// control is called by the dialer for each address between socket(2) and connect(2).
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" && network != "tcp" {
		return &GuardError{Range: "not TCP"}
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &GuardError{Range: "not an address"}
	}
	return g.Check(to)
}
