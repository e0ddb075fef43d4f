package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/inspect/format"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/internal/leakguard"
	"github.com/phigate/phigate/policy"
	"github.com/phigate/phigate/proxy"
)

// gate is a configured gate: everything that serve and demo run, wired in one place.
type gate struct {
	cfg       *config
	logger    zerolog.Logger
	indexes   *indexFiles
	archive   *policyArchive
	policies  *policyFile
	authority *certs.Authority
	scanner   *detect.Scanner
	evidence  *evidence
	registry  *prometheus.Registry
	proxy     *proxy.Proxy
}

// openGate opens what the configuration names. It makes what is missing: the data folder, the starter policy, the
// authority, the keys and the logs. The caller closes the gate.
func openGate(cfg *config, logger zerolog.Logger) (*gate, error) {
	g := &gate{cfg: cfg, logger: logger, registry: prometheus.NewRegistry()}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	var err error
	if g.indexes, err = openIndexes(cfg.EDM, logger); err != nil {
		return nil, err
	}
	g.indexes.loaded = func() { g.note("index_loaded") }
	if err := g.openPolicy(); err != nil {
		return nil, err
	}
	if err := g.openAuthority(); err != nil {
		return nil, err
	}
	if g.scanner, err = detect.New(detect.Config{Disabled: cfg.Inspect.Disabled}); err != nil {
		return nil, fmt.Errorf("inspect.disabled_detectors: %w", err)
	}
	if err := g.openEvidence(); err != nil {
		return nil, err
	}
	if err := g.openProxy(); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

// Close closes the logs and the index. It is called after run.
func (g *gate) Close() error { return g.evidence.Close() }

// openEvidence opens the logs, and lets approved exceptions take part in the policy.
func (g *gate) openEvidence() error {
	guard := g.scanner
	if len(g.cfg.Inspect.Disabled) > 0 { // what is let through is still not written down
		var err error
		if guard, err = detect.New(detect.Config{}); err != nil {
			return err
		}
	}
	e, err := openEvidence(g.cfg, leakguard.New(guard), func(rules []string) bool { return g.policies.Policy().SecondReview(rules) }, g.logger)
	if err != nil {
		return err
	}
	g.evidence = e
	e.register(g.registry)
	return nil
}

// openPolicy reads the policy; without one the starter policy is written to the data folder first.
func (g *gate) openPolicy() error {
	if g.cfg.Policy == "" {
		g.cfg.Policy = filepath.Join(g.cfg.Data, "policy.yaml")
		if _, err := os.Stat(g.cfg.Policy); errors.Is(err, os.ErrNotExist) {
			if err := os.WriteFile(g.cfg.Policy, policy.Starter(), 0o600); err != nil {
				return fmt.Errorf("write the starter policy: %w", err)
			}
		}
	}
	var err error
	if g.archive, err = openPolicyArchive(filepath.Join(g.cfg.Data, "policies")); err != nil {
		return err
	}
	if g.policies, err = openPolicyFile(g.cfg.Policy, g.indexes.columns(), g.archive, g.logger); err != nil {
		return err
	}
	g.policies.warn(g.policies.Policy())
	g.policies.loaded = func(p *policy.Policy) {
		g.policies.warn(p)
		g.logger.Info().Str("policy", g.cfg.Policy).Str("digest", p.Digest()).Msg("policy in effect")
		g.note("policy_loaded")
	}
	return nil
}

// openAuthority opens the authority, or makes one for the hosts of the policy.
func (g *gate) openAuthority() error {
	a, err := certs.OpenAuthority(certs.AuthorityConfig{
		Dir: g.cfg.Data, Names: hostNames(g.policies.Policy()),
		Certificate: g.cfg.Authority.Certificate, Key: g.cfg.Authority.Key,
	})
	if err != nil {
		return err
	}
	if a.Made() {
		g.logger.Info().Str("fingerprint", a.Fingerprint()).Time("expires", a.Expires()).Msg("authority made")
	}
	for _, w := range a.Warnings() {
		g.logger.Warn().Msg(w)
	}
	g.authority, g.policies.authority = a, a
	return nil
}

// openProxy joins the rooms.
func (g *gate) openProxy() error {
	issuer, err := certs.NewIssuer(g.authority, certs.IssuerConfig{})
	if err != nil {
		return err
	}
	find := newFinder(g.scanner, g.policies.defined, g.indexes.matchers())
	prints, err := audit.OpenFingerprinter(filepath.Join(g.cfg.Data, "fingerprint-key"))
	if err != nil {
		return err
	}
	upstream, err := g.upstream()
	if err != nil {
		return err
	}
	clientTLS, err := g.cfg.clientTLS()
	if err != nil {
		return err
	}
	g.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	g.proxy, err = proxy.New(proxy.Config{
		Policy: g.policies.Policy, Router: salesforce.New(salesforce.Config{}),
		Issuer: issuer, Pins: g.policies.Pins, Revocation: g.revocation(upstream),
		Log: g.evidence.decisions, Fingerprint: prints, Inspection: inspection(find, g.cfg.Inspect), Upstream: upstream,
		Limits: g.cfg.limits(), ClientTLS: clientTLS, Logger: g.logger, Metrics: proxy.NewMetrics(g.registry),
	})
	return err
}

// inspection is how bodies are read: formats, codings and detectors.
func inspection(find *finder, cfg inspectConfig) proxy.Inspection {
	return proxy.Inspection{
		Decoder: func(name, mediaType string, prefix []byte, shape inspect.Shape) (inspect.Decoder, error) {
			f, err := format.Choose(name, mediaType, prefix)
			if err != nil {
				return nil, err
			}
			return f.New(shape, format.Limits{}), nil
		},
		Decompress: func(coding string, r io.Reader) (io.ReadCloser, error) {
			return format.Decompress(coding, r, format.CodingLimits{})
		},
		Inspect: find.Inspect, Normalise: spellFinding, Window: cfg.Window, MaxRecord: cfg.MaxRecord,
	}
}

// upstream adds to the configuration what needs files and addresses.
func (g *gate) upstream() (proxy.Upstream, error) {
	u, err := g.cfg.upstream()
	if err != nil {
		return u, err
	}
	for _, address := range []string{g.cfg.Listen, *g.cfg.Admin} {
		if own, err := netip.ParseAddrPort(address); err == nil {
			u.Own = append(u.Own, own)
		}
	}
	if g.cfg.Upstream.Roots != "" {
		u.Roots, err = certificatePool(g.cfg.Upstream.Roots)
	}
	return u, err
}

// revocation checks upstream certificates. It fetches through the same guard as everything else.
func (g *gate) revocation(u proxy.Upstream) *certs.Revocation {
	mode, _ := g.cfg.revocationMode() // validated
	if mode == certs.RevocationOff {
		return nil
	}
	return certs.NewRevocation(certs.RevocationConfig{Mode: mode, Dial: dialer(u)})
}

// dialer dials over the way that exchanges take.
func dialer(u proxy.Upstream) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) { return proxy.Dial(ctx, u, address) }
}

// clientTLS is the listener's own TLS, nil if it speaks plain.
func (c *config) clientTLS() (*tls.Config, error) {
	if c.ClientTLS.Certificate == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.ClientTLS.Certificate, c.ClientTLS.Key)
	if err != nil {
		return nil, fmt.Errorf("client_tls: %w", err)
	}
	clients, err := certificatePool(c.ClientTLS.Clients)
	if err != nil {
		return nil, fmt.Errorf("client_tls: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair},
		ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: clients,
	}, nil
}

// note puts an event of the gate itself on the decision log.
func (g *gate) note(reason string) {
	p := g.policies.Policy()
	d := &audit.Decision{
		Kind: audit.Admin, Action: policy.Allow.String(), Reason: reason, Mode: p.Mode().String(), Cover: audit.None,
		Policy: audit.Policy{Version: p.Version(), Digest: p.Digest()},
	}
	if err := g.evidence.decisions.Append(context.Background(), d); err != nil {
		g.logger.Error().Err(err).Str("event", reason).Msg("the event could not be recorded")
	}
}

// listen opens a TCP listener; the error says which key names the address.
func listen(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return l, nil
}

// newServer is an HTTP server for the platform's own use, with bounds on every wait.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
}
