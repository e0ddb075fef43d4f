package proxy

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/elazarl/goproxy"
)

// Proxy is the gate's enforcement point. It is safe for concurrent use.
type Proxy struct {
	cfg        Config
	guard      *Guard
	upstream   *upstream
	identifier *identifier
	goproxy    *goproxy.ProxyHttpServer
	serverTLS  *tls.Config // of intercepted connections
	clientTLS  *tls.Config // of the listener; nil is plain
	via        string      // names this process in Via

	serving  atomic.Int32
	draining atomic.Bool
}

// New returns a Proxy made of cfg. It does no I/O; the error names what is missing or wrong.
func New(cfg Config) (*Proxy, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("new proxy: %w", err)
	}
	cfg.Limits.applyDefaults()
	p := &Proxy{
		cfg:        cfg,
		guard:      NewGuard(cfg.Upstream.Allow, cfg.Upstream.Own),
		identifier: newIdentifier(),
		goproxy:    newGoproxy(cfg.Logger),
		serverTLS:  serverConfig(cfg.Issuer),
		via:        "phigate-" + rand.Text(),
	}
	p.upstream = newUpstream(&p.cfg, p.guard, p.via)
	if cfg.ClientTLS != nil {
		p.clientTLS = cfg.ClientTLS.Clone()
		p.clientTLS.NextProtos = []string{"http/1.1"}
		p.clientTLS.MinVersion = max(p.clientTLS.MinVersion, tls.VersionTLS12)
	}
	return p, nil
}

// check returns an error for each required field that is missing.
func (c *Config) check() error {
	var errs []error
	require := func(ok bool, name string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is missing", name))
		}
	}
	require(c.Policy != nil, "Policy")
	require(c.Router != nil, "Router")
	require(c.Issuer != nil, "Issuer")
	require(c.Pins != nil, "Pins")
	require(c.Log != nil, "Log")
	require(c.Fingerprint != nil, "Fingerprint")
	require(c.Inspection.Decoder != nil, "Inspection.Decoder")
	require(c.Inspection.Decompress != nil, "Inspection.Decompress")
	require(c.Inspection.Inspect != nil, "Inspection.Inspect")
	require(c.Inspection.Normalise != nil, "Inspection.Normalise")
	if u := c.Upstream.Proxy; u != nil && (u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		errs = append(errs, errors.New("Upstream.Proxy must be an http or https URL with a host"))
	}
	return errors.Join(errs...)
}

// Serve accepts connections from l until ctx ends, then drains: it takes no more, lets what is under way end within
// Limits.Grace and cuts the rest. It closes l, owns every goroutine that it starts and returns after all of them
// ended; the error is the listener's, nil for a drain. It may be called for several listeners at a time.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	p.guard.listen(l.Addr())
	p.serving.Add(1)
	defer func() {
		if p.serving.Add(-1) == 0 {
			p.upstream.closeIdle()
		}
	}()
	stop := context.AfterFunc(ctx, func() { p.draining.Store(true) })
	defer stop()
	return newServer(ctx, p, l).run(ctx, l)
}

// Draining reports whether the gate is being stopped and should get no new connections.
func (p *Proxy) Draining() bool { return p.draining.Load() }

// Guard returns what decides which addresses may be dialled. Everything else that dials an address it learned from
// traffic, such as a revocation check, must ask it too.
func (p *Proxy) Guard() *Guard { return p.guard }
