package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v4"

	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/proxy"
)

// config is the configuration file. Every key has a default, so that `phigate serve` works without a file. Relative
// paths are relative to the file.
type config struct {
	// Listen is the address that jobs name in HTTPS_PROXY. Who reaches it can ask for any listed host: keep it on the
	// loopback of a pod, or name clients in the policy. Default 127.0.0.1:3128.
	Listen string `yaml:"listen"`
	// Admin is the address of /metrics, /healthz and /readyz. It tells names of clients and rules, never values.
	// Default 127.0.0.1:3129; "" turns it off.
	Admin *string `yaml:"admin"`
	// Data is the folder of the authority, the fingerprint key and the decision log. Who reads it can issue
	// certificates that the jobs trust. Default ./phigate-data.
	Data string `yaml:"data"`
	// Policy is the policy file; it is watched and reloaded. Default: the starter policy, written to Data on first
	// start.
	Policy string `yaml:"policy"`
	// Node names this gate in the decision log. Default: the host's name.
	Node string `yaml:"node"`
	// Upstream says how Salesforce is reached.
	Upstream upstreamConfig `yaml:"upstream"`
	// Authority is a platform's own issuing CA. Default: one is made in Data on first start.
	Authority authorityConfig `yaml:"authority"`
	// ClientTLS makes the listener speak TLS and asks jobs for certificates.
	ClientTLS clientTLSConfig `yaml:"client_tls"`
	// Decisions is the decision log.
	Decisions decisionsConfig `yaml:"decisions"`
	// Console is the analysts' pages.
	Console consoleConfig `yaml:"console"`
	// Inspect bounds what is read.
	Inspect inspectConfig `yaml:"inspect"`
	// EDM are indexes of exact data, such as this organisation's own patients, that `phigate edm build` made. Default: none.
	EDM []edmConfig `yaml:"edm"`
	// Limits bounds what a client can take.
	Limits limitsConfig `yaml:"limits"`
	// Log is the operational log on standard error.
	Log logConfig `yaml:"log"`

	dir string // of the file
}

// upstreamConfig says how Salesforce is reached.
type upstreamConfig struct {
	// Resolve maps "host pattern:port" to an address that is dialled instead. The name is still the one verified. Who
	// sets it can send every transfer elsewhere, but not without a certificate for the name.
	Resolve map[string]string `yaml:"resolve"`
	// Roots is a PEM file of the only authorities trusted for upstreams. Default: the system's.
	Roots string `yaml:"roots"`
	// Allow lists ranges that may be dialled although they are private, loopback or otherwise guarded.
	Allow []string `yaml:"allow"`
	// Proxy is a parent proxy, such as http://user:password@proxy.example.org:3128. The environment is never asked.
	Proxy string `yaml:"proxy"`
	// Revocation is off, soft (unknown passes) or hard (unknown fails). Default soft.
	Revocation string `yaml:"revocation"`
}

// authorityConfig names a platform's own issuing CA, both files in PEM.
type authorityConfig struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// clientTLSConfig makes jobs prove who they are by certificate.
type clientTLSConfig struct {
	// Certificate and Key are the listener's own, in PEM.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	// Clients is a PEM file of the authorities that sign the jobs' certificates.
	Clients string `yaml:"clients"`
}

// decisionsConfig is the decision log in Data.
type decisionsConfig struct {
	// Wait is how long an exchange waits for its decision to be durable before it is refused with 503. Longer hides a
	// slow disk from the jobs, and lets more of them wait. Default 250ms.
	Wait time.Duration `yaml:"wait"`
	// Segment is the size at which a file of the log ends, in bytes; that much is allocated at once. Default 64 MiB.
	Segment int64 `yaml:"segment"`
	// MinFree is the free space in bytes below which exchanges are refused. Default 0: when nothing can be allocated.
	MinFree int64 `yaml:"min_free"`
	// Keep is how long decisions are kept, counted from the day they were taken or from the last day on which their policy
	// was in effect, whichever is later. Default 52596h: six years (45 CFR 164.316(b)(2)(i)).
	Keep time.Duration `yaml:"keep"`
	// Witness is a folder for the latest signed checkpoints of both logs. On another volume than Data, or one that only the
	// gate may write, it shows when Data was taken back to an earlier state. Default: witness in Data.
	Witness string `yaml:"witness"`
}

// inspectConfig bounds what is read. Zero values mean the defaults of package inspect.
type inspectConfig struct {
	// Window is how much of a body is decided before any of it is released, in bytes. Default 1 MiB.
	Window int `yaml:"window"`
	// MaxRecord is the largest record that is read, in bytes; what is larger is unreadable. Default 8 MiB.
	MaxRecord int `yaml:"max_record"`
	// Disabled are detectors that report nothing.
	Disabled []string `yaml:"disabled_detectors"`
}

// limitsConfig bounds what a client can take. Zero values mean the defaults of package proxy.
type limitsConfig struct {
	Connections          int           `yaml:"connections"`
	ConnectionsPerSource int           `yaml:"connections_per_source"`
	HeaderBytes          int           `yaml:"header_bytes"`
	Header               time.Duration `yaml:"header_timeout"`
	Handshake            time.Duration `yaml:"handshake_timeout"`
	Dial                 time.Duration `yaml:"dial_timeout"`
	Response             time.Duration `yaml:"response_timeout"`
	Idle                 time.Duration `yaml:"idle_timeout"`
	Grace                time.Duration `yaml:"grace"`
}

// logConfig is the operational log.
type logConfig struct {
	// Level is debug, info, warn or error. Default info.
	Level string `yaml:"level"`
}

// loadConfig reads the configuration file; an empty path means the defaults.
func loadConfig(path string) (*config, error) {
	cfg := &config{dir: "."}
	var src []byte
	if path != "" {
		var err error
		if src, err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		cfg.dir = filepath.Dir(path)
		if err := cfg.decode(path, src); err != nil {
			return nil, err
		}
	}
	cfg.applyDefaults()
	if err := cfg.validate(); err != nil {
		return nil, placed(path, src, err)
	}
	return cfg, nil
}

// decode reads src strictly: an unknown key is an error with its place.
func (c *config) decode(path string, src []byte) error {
	if err := yaml.Load(src, c, yaml.WithKnownFields(true)); err != nil {
		return configProblems(path, err)
	}
	return nil
}

func (c *config) applyDefaults() {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:3128"
	}
	if c.Admin == nil {
		admin := "127.0.0.1:3129"
		c.Admin = &admin
	}
	if c.Data == "" {
		c.Data = "phigate-data"
	}
	if c.Upstream.Revocation == "" {
		c.Upstream.Revocation = "soft"
	}
	if c.Log.Level == "" {
		c.Log.Level = "info"
	}
	c.applyConsoleDefaults()
	paths := []*string{&c.Data, &c.Policy, &c.Upstream.Roots, &c.Authority.Certificate, &c.Authority.Key,
		&c.ClientTLS.Certificate, &c.ClientTLS.Key, &c.ClientTLS.Clients, &c.Console.Certificate, &c.Console.Key, &c.Decisions.Witness}
	if c.Console.OIDC != nil {
		paths = append(paths, &c.Console.OIDC.SecretFile)
	}
	for i := range c.EDM {
		paths = append(paths, &c.EDM[i].File, &c.EDM[i].Key)
	}
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(c.dir, *p)
		}
	}
}

// validate checks what can be checked without touching anything.
func (c *config) validate() error {
	for key, address := range map[string]string{"listen": c.Listen, "admin": *c.Admin} {
		if address == "" && key == "admin" {
			continue
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			return fmt.Errorf("%s: %q is not host:port, such as 127.0.0.1:3128", key, address)
		}
	}
	if (c.Authority.Certificate == "") != (c.Authority.Key == "") {
		return errors.New("authority: certificate and key go together")
	}
	t := c.ClientTLS
	if (t.Certificate == "") != (t.Key == "") || (t.Certificate == "") != (t.Clients == "") {
		return errors.New("client_tls: certificate, key and clients go together")
	}
	if _, err := zerolog.ParseLevel(c.Log.Level); err != nil {
		return fmt.Errorf("log.level: %q is not debug, info, warn or error", c.Log.Level)
	}
	if c.Decisions.Wait < 0 || c.Decisions.Segment < 0 || c.Decisions.MinFree < 0 || c.Decisions.Keep < 0 {
		return errors.New("decisions: wait, segment, min_free and keep cannot be negative")
	}
	if c.Inspect.Window < 0 || c.Inspect.MaxRecord < 0 {
		return errors.New("inspect: window and max_record are sizes in bytes and cannot be negative")
	}
	if _, err := c.revocationMode(); err != nil {
		return err
	}
	_, err := c.upstream()
	return firstError(c.validateIndexes(), c.validateConsole(), err)
}

// upstream is the part of proxy.Config that the configuration decides, without files.
func (c *config) upstream() (proxy.Upstream, error) {
	u := proxy.Upstream{Resolve: c.Upstream.Resolve}
	for from, to := range c.Upstream.Resolve {
		for _, address := range []string{from, to} {
			if _, _, err := net.SplitHostPort(address); err != nil {
				return u, fmt.Errorf(`upstream.resolve: %q is not host:port, such as "*.my.salesforce.com:443"`, address)
			}
		}
	}
	for _, s := range c.Upstream.Allow {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return u, fmt.Errorf("upstream.allow: %q is not a range, such as 10.0.0.0/8", s)
		}
		u.Allow = append(u.Allow, prefix)
	}
	if c.Upstream.Proxy != "" {
		parent, err := url.Parse(c.Upstream.Proxy)
		if err != nil || parent.Host == "" || parent.Scheme != "http" && parent.Scheme != "https" {
			return u, errors.New("upstream.proxy: not a URL such as http://user:password@proxy.example.org:3128")
		}
		u.Proxy = parent
	}
	return u, nil
}

// revocationMode returns upstream.revocation.
func (c *config) revocationMode() (certs.RevocationMode, error) {
	switch c.Upstream.Revocation {
	case "off":
		return certs.RevocationOff, nil
	case "soft":
		return certs.RevocationSoft, nil
	case "hard":
		return certs.RevocationHard, nil
	}
	return certs.RevocationOff, fmt.Errorf("upstream.revocation: %q is not off, soft or hard", c.Upstream.Revocation)
}

// limits returns the limits section.
func (c *config) limits() proxy.Limits {
	l := c.Limits
	return proxy.Limits{
		Connections: l.Connections, ConnectionsPerSource: l.ConnectionsPerSource, HeaderBytes: l.HeaderBytes, Header: l.Header,
		Handshake: l.Handshake, Dial: l.Dial, Response: l.Response, Idle: l.Idle, Grace: l.Grace,
	}
}

// certificatePool reads a PEM file of authorities.
func certificatePool(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read authorities: %s holds no certificate in PEM", path)
	}
	return pool, nil
}
