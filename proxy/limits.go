package proxy

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// applyDefaults gives every zero limit its default.
func (l *Limits) applyDefaults() {
	def := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	num := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	num(&l.Connections, 4096)
	num(&l.ConnectionsPerSource, 1024)
	num(&l.HeaderBytes, 32<<10)
	def(&l.Header, 10*time.Second)
	def(&l.Handshake, 10*time.Second)
	def(&l.Dial, 10*time.Second)
	def(&l.Response, 120*time.Second)
	def(&l.Idle, 120*time.Second)
	def(&l.Grace, 30*time.Second)
}

// limitListener bounds the connections that are open at a time, in all and from one source. A connection over the
// limit is told so and closed; it never waits. What its Accept returns counts until it is closed. Errors of Accept go
// to http.Server, which backs off from temporary ones.
type limitListener struct {
	net.Listener
	limits  *Limits
	metrics *Metrics

	mu      sync.Mutex
	total   int                // guarded by mu
	sources map[netip.Addr]int // guarded by mu; only sources with open connections
}

func newLimitListener(l net.Listener, limits *Limits, m *Metrics) *limitListener {
	return &limitListener{Listener: l, limits: limits, metrics: m, sources: map[netip.Addr]int{}}
}

// Accept returns the next connection that is within the limits.
func (l *limitListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		source := sourceOf(c.RemoteAddr())
		if l.enter(source) {
			return &limitedConn{Conn: c, leave: func() { l.leave(source) }}, nil
		}
		l.metrics.refusedConnection()
		turnAway(c)
	}
}

// busy is what a connection over the limit is told.
const busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 31\r\n" +
	"Retry-After: 1\r\nConnection: close\r\n\r\ntoo many connections; try later"

// turnAway writes busy, which fits the empty send buffer of a new connection, so that Accept is never held up.
func turnAway(c net.Conn) {
	_ = c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = c.Write([]byte(busy))
	_ = c.Close()
}

func (l *limitListener) enter(source netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= l.limits.Connections || l.sources[source] >= l.limits.ConnectionsPerSource {
		return false
	}
	l.total++
	l.sources[source]++
	l.metrics.connections(1)
	return true
}

func (l *limitListener) leave(source netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.sources[source]--; l.sources[source] == 0 {
		delete(l.sources, source)
	}
	l.metrics.connections(-1)
}

// limitedConn counts as open until it is closed for the first time.
type limitedConn struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close closes the connection and gives its place back.
func (c *limitedConn) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}

// CloseWrite says that nothing more comes, where the connection can say so.
func (c *limitedConn) CloseWrite() error {
	if cw, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return cw.CloseWrite()
	}
	return nil
}

// sourceOf returns the address without port and zone, IPv4 as such; the zero Addr if it has none.
func sourceOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().WithZone("").Unmap()
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().WithZone("").Unmap()
}
