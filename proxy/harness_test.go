package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// orgHost is the org that the tests' policy lists and the origin answers for.
const orgHost = "acme.my.salesforce.com"

// restPath is a path that the router knows.
const restPath = "/services/data/v60.0/sobjects/Contact/003000000000001AAA"

const testPolicy = `version: 1
hosts:
  - match: "*.my.salesforce.com"
    pins: [sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=]
unreadable: block
rules:
  - name: never
    when: {object: Nothing__c, field: Nothing__c}
    then: block
`

// upstreamCA signs the certificates of origins.
type upstreamCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newUpstreamCA(t testing.TB) *upstreamCA {
	t.Helper()
	key := newKey(t)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test upstream CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &upstreamCA{cert, key, pool}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// leaf signs a certificate for the org; change may make it a bad one.
func (ca *upstreamCA) leaf(t testing.TB, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := newKey(t)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"*.my.salesforce.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if change != nil {
		change(tmpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// origin is an upstream that counts what reaches it.
type origin struct {
	*httptest.Server
	ca       *upstreamCA
	requests atomic.Int64 // whose header arrived
	complete atomic.Int64 // whose body arrived to its end
}

// newOrigin starts an origin. A nil handler answers with an empty JSON object; configure may change the server before
// it starts.
func newOrigin(t testing.TB, h http.HandlerFunc, configure func(*httptest.Server)) *origin {
	t.Helper()
	o := &origin{ca: newUpstreamCA(t)}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests.Add(1)
		if h != nil {
			h(w, r)
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			o.complete.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	}))
	o.EnableHTTP2 = true
	o.TLS = &tls.Config{Certificates: []tls.Certificate{o.ca.leaf(t, nil)}}
	o.Config.ErrorLog = newTestLog()
	if configure != nil {
		configure(o.Server)
	}
	o.StartTLS()
	t.Cleanup(o.Close)
	return o
}

// lockedBuffer is a buffer that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// gate is a Proxy on loopback with everything it needs.
type gate struct {
	t         testing.TB
	proxy     *Proxy
	origin    *origin
	addr      string
	authority *certs.Authority
	roots     *x509.CertPool // what a job trusts
	auditDir  string
	log       *lockedBuffer
	stop      context.CancelFunc // begins the drain
	served    chan error         // Serve's result, once
}

// passDecoder lets everything pass as what stands between records.
type passDecoder struct{}

func (passDecoder) Decode(buf []byte, _ bool, rec *inspect.Record) (int, error) {
	rec.Reset()
	rec.Raw, rec.Role = buf, inspect.Envelope
	return len(buf), nil
}

// newConfig returns a configuration that reaches o under every name of the policy. Bodies are not inspected.
func newConfig(t testing.TB, o *origin, policyText string) (Config, *gate) {
	t.Helper()
	g := &gate{t: t, origin: o, auditDir: filepath.Join(t.TempDir(), "audit"), log: &lockedBuffer{}}
	pol, err := policy.Parse("policy.yaml", []byte(policyText), policy.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, h := range pol.Hosts() {
		names = append(names, h.Match)
	}
	g.authority, err = certs.OpenAuthority(certs.AuthorityConfig{Dir: t.TempDir(), Names: names})
	if err != nil {
		t.Fatal(err)
	}
	g.roots = x509.NewCertPool()
	g.roots.AppendCertsFromPEM(g.authority.PEM())
	issuer, err := certs.NewIssuer(g.authority, certs.IssuerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	pins, err := certs.NewPins(nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(audit.Config{Dir: g.auditDir, Node: "test", SegmentBytes: 1 << 20, Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	prints, err := audit.OpenFingerprinter(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Policy: func() *policy.Policy { return pol }, Router: salesforce.New(salesforce.Config{}),
		Issuer: issuer, Pins: func() *certs.Pins { return pins }, Log: log, Fingerprint: prints,
		Inspection: Inspection{
			Decoder: func(string, string, []byte, inspect.Shape) (inspect.Decoder, error) { return passDecoder{}, nil },
			Decompress: func(string, io.Reader) (io.ReadCloser, error) {
				return nil, &inspect.UnreadableError{Reason: inspect.ReasonCoding}
			},
			Inspect:   func(_ *inspect.Record, dst []inspect.Finding) []inspect.Finding { return dst },
			Normalise: func(_ string, dst, value []byte) []byte { return append(dst, value...) },
		},
		Upstream: Upstream{
			Resolve: map[string]string{"*.my.salesforce.com:443": o.Listener.Addr().String()},
			Roots:   o.ca.pool, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		},
		Limits: Limits{Grace: 5 * time.Second},
		Logger: zerolog.New(g.log),
	}, g
}

// newGate starts a gate in front of o. configure may change its configuration.
func newGate(t testing.TB, o *origin, configure func(*Config)) *gate {
	t.Helper()
	cfg, g := newConfig(t, o, testPolicy)
	if configure != nil {
		configure(&cfg)
	}
	return g.start(cfg)
}

func (g *gate) start(cfg Config) *gate {
	g.t.Helper()
	p, err := New(cfg)
	if err != nil {
		g.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.t.Fatal(err)
	}
	var ctx context.Context
	ctx, g.stop = context.WithCancel(context.Background())
	g.proxy, g.addr, g.served = p, l.Addr().String(), make(chan error, 1)
	go func() { g.served <- p.Serve(ctx, l); close(g.served) }()
	g.t.Cleanup(func() {
		g.stop()
		select {
		case err := <-g.served:
			if err != nil {
				g.t.Errorf("Serve = %v", err)
			}
		case <-time.After(20 * time.Second):
			g.t.Error("Serve does not return")
		}
	})
	return g
}

// client returns a job's HTTP client; it is closed with the test.
func (g *gate) client(h2 bool) *http.Client {
	tr := &http.Transport{
		Proxy:             http.ProxyURL(&url.URL{Scheme: "http", Host: g.addr}),
		TLSClientConfig:   &tls.Config{RootCAs: g.roots},
		ForceAttemptHTTP2: h2,
	}
	if !h2 {
		tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	g.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 15 * time.Second}
}

// dial connects to the gate; the connection ends with the test and reads for at most 10 s.
func (g *gate) dial() net.Conn {
	g.t.Helper()
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	g.t.Cleanup(func() { _ = c.Close() })
	return c
}

// send writes raw bytes to a new connection and returns the statuses of what is answered until the gate closes.
func (g *gate) send(raw string) []int {
	g.t.Helper()
	c := g.dial()
	_, _ = io.WriteString(c, raw)
	return statuses(c)
}

// statuses reads responses until the connection ends.
func statuses(c io.Reader) []int {
	r := bufio.NewReader(c)
	var codes []int
	for {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return codes
		}
		codes = append(codes, resp.StatusCode)
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return codes
		}
	}
}

// connect opens a tunnel to the org and returns it bare.
func (g *gate) connect() net.Conn {
	g.t.Helper()
	c := g.dial()
	if _, err := fmt.Fprintf(c, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", orgHost, orgHost); err != nil {
		g.t.Fatal(err)
	}
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil || resp.StatusCode != http.StatusOK {
		g.t.Fatalf("CONNECT: %v %v", resp, err)
	}
	return c
}

// tunnel opens a tunnel to the org and ends its TLS with the given protocols.
func (g *gate) tunnel(protos ...string) *tls.Conn {
	g.t.Helper()
	c := tls.Client(g.connect(), &tls.Config{RootCAs: g.roots, ServerName: orgHost, NextProtos: protos})
	if err := c.Handshake(); err != nil {
		g.t.Fatal(err)
	}
	return c
}

// inside sends raw bytes through a tunnel and returns the statuses of what is answered until the gate closes.
func (g *gate) inside(raw string) []int {
	g.t.Helper()
	c := g.tunnel("http/1.1")
	_, _ = io.WriteString(c, raw)
	return statuses(c)
}

// decisions reads the log.
func (g *gate) decisions() []*audit.Decision {
	g.t.Helper()
	var all []*audit.Decision
	for d, err := range audit.Read(g.auditDir) {
		if err != nil {
			g.t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// wantRefused checks that the upstream saw nothing and that the last decision of the log is the only one that gives
// this reason. Handshakes and closed connections are recorded behind the client's back, so that it waits for it.
func (g *gate) wantRefused(reason Reason) {
	g.t.Helper()
	g.wantRefusedTimes(reason, 1)
}

// wantRefusedTimes is wantRefused for n refusals.
func (g *gate) wantRefusedTimes(reason Reason, n int) {
	g.t.Helper()
	g.wantDecisions(reason, n)
	if n := g.origin.requests.Load(); n != 0 {
		g.t.Errorf("the upstream saw %d requests", n)
	}
}

// wantDecisions waits until n decisions with the reason are recorded.
func (g *gate) wantDecisions(reason Reason, n int) {
	g.t.Helper()
	var reasons []string
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		found := 0
		reasons = reasons[:0]
		for _, d := range g.decisions() {
			if reasons = append(reasons, d.Reason); d.Reason == string(reason) {
				found++
			}
		}
		if found == n {
			return
		}
	}
	g.t.Errorf("decisions %q, want %d with reason %q", strings.Join(reasons, " "), n, reason)
}

// request is a well-formed request to the org, with more header lines.
func request(method, target, header string) string {
	return method + " " + target + " HTTP/1.1\r\nHost: " + orgHost + "\r\n" + header + "\r\n"
}

// dialTo dials one address whatever it is asked for.
func dialTo(d *net.Dialer, address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "udp", address) }
}
