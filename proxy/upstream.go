package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/phigate/phigate/certs"
)

// upstream speaks to the organisations that jobs call. Its connections are pooled across clients, verified and pinned,
// and made only to addresses that the guard allows. It knows no cookies, follows no redirects and never asks the
// process's environment for a proxy.
type upstream struct {
	cfg     *Config
	guard   *Guard
	direct  *net.Dialer // guarded
	parent  *parent     // nil dials directly
	metrics *Metrics

	mu        sync.Mutex
	pins      *certs.Pins     // guarded by mu; what transport was made for
	transport *http.Transport // guarded by mu
}

func newUpstream(cfg *Config, guard *Guard, via string) *upstream {
	u := &upstream{cfg: cfg, guard: guard, metrics: cfg.Metrics,
		direct: guard.Dialer(cfg.Limits.Dial, cfg.Upstream.Resolver)}
	if cfg.Upstream.Proxy != nil {
		u.parent = newParent(cfg, guard, via)
	}
	return u
}

// RoundTrip sends a request and returns the answer without what ends at the gate. The request's body is closed.
func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := u.current().RoundTrip(req)
	if err != nil {
		err := &upstreamError{classify(err), err}
		u.metrics.answered(string(err.reason), time.Since(start))
		return nil, err
	}
	u.metrics.answered("ok", time.Since(start))
	if resp.StatusCode == http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		return nil, &upstreamError{ReasonUpstream, errSwitched}
	}
	stripResponse(resp.Header)
	return resp, nil
}

// errSwitched is an upstream that left HTTP although nobody asked it to.
var errSwitched = fmt.Errorf("upstream switched protocols: %w", http.ErrNotSupported)

// current returns the transport for the pins in effect. Connections that were verified against other pins end with
// the exchanges they carry.
func (u *upstream) current() *http.Transport {
	pins := u.cfg.Pins()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.transport != nil && u.pins == pins {
		return u.transport
	}
	if u.transport != nil {
		u.transport.CloseIdleConnections() // those in use are closed once idle
	}
	u.pins, u.transport = pins, u.newTransport()
	return u.transport
}

// closeIdle closes the connections that carry no exchange.
func (u *upstream) closeIdle() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.transport != nil {
		u.transport.CloseIdleConnections()
	}
}

func (u *upstream) newTransport() *http.Transport {
	l := &u.cfg.Limits
	config := certs.ClientConfig(u.cfg.Upstream.Roots, u.cfg.Pins, u.cfg.Revocation)
	config.NextProtos = []string{"h2", "http/1.1"}
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return u.dialTLS(ctx, address, config)
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // codings are undone where bodies are inspected
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    64, // the default of 2 costs nine times the CPU at 32 connections
		IdleConnTimeout:        l.Idle,
		ResponseHeaderTimeout:  l.Response,
		MaxResponseHeaderBytes: 256 << 10,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:  30 * time.Second,
			PingTimeout:      15 * time.Second,
			WriteByteTimeout: l.Idle,
		},
	}
}

// handshakeError is an upstream handshake that failed.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "upstream handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dialTLS connects to "host:port" and verifies that whoever answers is host.
func (u *upstream) dialTLS(ctx context.Context, address string, config *tls.Config) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial upstream: %w", err)
	}
	raw, err := u.dial(ctx, address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, u.cfg.Limits.Handshake)
	defer cancel()
	config = config.Clone() // shares the session cache
	config.ServerName = host
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, &handshakeError{err}
	}
	state := conn.ConnectionState()
	for _, w := range u.cfg.Pins().Warnings(host, &state) {
		u.cfg.Logger.Warn().Str("host", host).Msg(w)
	}
	return conn, nil
}

// dial connects to "host:port", through the parent proxy if there is one.
func (u *upstream) dial(ctx context.Context, address string) (net.Conn, error) {
	if to, ok := resolve(u.cfg.Upstream.Resolve, address); ok {
		address = to
	}
	if u.parent != nil {
		return u.parent.dial(ctx, address)
	}
	return u.direct.DialContext(ctx, "tcp", address)
}

// resolve looks "host:port" up in the map of patterns. An exact name wins over a pattern, a longer pattern over a
// shorter one; "*.example.com" stands for one or more labels before the suffix.
func resolve(m map[string]string, address string) (string, bool) {
	if to, ok := m[address]; ok {
		return to, true
	}
	best, to := "", ""
	for pattern, target := range m {
		suffix, wild := strings.CutPrefix(pattern, "*")
		if wild && strings.HasPrefix(suffix, ".") && len(address) > len(suffix) &&
			strings.HasSuffix(address, suffix) && len(pattern) > len(best) {
			best, to = pattern, target
		}
	}
	return to, best != ""
}
