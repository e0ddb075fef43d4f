package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// parent dials through another proxy. Its address comes from the configuration and not from traffic, so that it may
// lie in a private network; only the gate's own listeners are refused. The name of the upstream is resolved by the
// parent, and verified here, in the handshake that follows.
type parent struct {
	url    *url.URL
	dialer *net.Dialer
	config *tls.Config // for an https parent; nil for http
	limit  time.Duration
	via    string
}

// parentError is a parent proxy that did not open the tunnel.
type parentError struct {
	status int // of its answer; 0 if it gave none that could be read
	err    error
}

func (e *parentError) Error() string {
	if e.err != nil {
		return "parent proxy: " + e.err.Error()
	}
	return fmt.Sprintf("parent proxy answered %d", e.status)
}

func (e *parentError) Unwrap() error { return e.err }

func newParent(cfg *Config, guard *Guard, via string) *parent {
	p := &parent{url: cfg.Upstream.Proxy, limit: cfg.Limits.Handshake, via: via}
	p.dialer = guard.Dialer(cfg.Limits.Dial, cfg.Upstream.Resolver)
	p.dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return &GuardError{Range: "not an address"}
		}
		return guard.checkOwn(netip.AddrPortFrom(to.Addr().WithZone("").Unmap(), to.Port()))
	}
	if p.url.Scheme == "https" {
		p.config = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Upstream.Roots,
			ServerName: p.url.Hostname(), NextProtos: []string{"http/1.1"}}
	}
	return p
}

// dial opens a tunnel to "host:port".
func (p *parent) dial(ctx context.Context, address string) (net.Conn, error) {
	port := p.url.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[p.url.Scheme]
	}
	conn, err := p.dialer.DialContext(ctx, "tcp", net.JoinHostPort(p.url.Hostname(), port))
	if err != nil {
		return nil, &parentError{err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	tunnel, err := p.open(ctx, conn, address)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		if pe := (*parentError)(nil); errors.As(err, &pe) {
			return nil, err
		}
		return nil, &parentError{err: err}
	}
	return tunnel, nil
}

// open asks for the tunnel on a connection to the parent.
func (p *parent) open(ctx context.Context, conn net.Conn, address string) (net.Conn, error) {
	if p.config != nil {
		t := tls.Client(conn, p.config)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = t
	}
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address,
		Header: http.Header{"Via": {"1.1 " + p.via}, "User-Agent": {"phigate"}}}
	if u := p.url.User; u != nil {
		password, _ := u.Password()
		credentials := base64.StdEncoding.EncodeToString([]byte(u.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+credentials)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	// The upstream speaks only after our ClientHello, so that nothing may follow the parent's answer.
	r := bufio.NewReader(io.LimitReader(conn, 16<<10))
	resp, err := http.ReadResponse(r, req) //nolint:bodyclose // the answer to a CONNECT has no body
	if err != nil {
		return nil, errors.New("malformed answer")
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &parentError{status: resp.StatusCode}
	}
	if r.Buffered() > 0 {
		return nil, errors.New("bytes behind the answer")
	}
	return conn, nil
}
