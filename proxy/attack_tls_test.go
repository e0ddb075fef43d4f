package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestB01OldClientVersions(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		c := tls.Client(g.connect(), &tls.Config{RootCAs: g.roots, ServerName: orgHost, MinVersion: tls.VersionTLS10, MaxVersion: v})
		err := c.Handshake()
		var alert tls.AlertError
		if !errors.As(err, &alert) && (err == nil || !strings.Contains(err.Error(), "protocol version not supported")) {
			t.Errorf("%s: %v, want the alert protocol_version", tls.VersionName(v), err)
		}
	}
	g.wantRefusedTimes(ReasonTLSVersion, 2)
}

// refuseUpstream sends one request and checks that it is refused for the reason after one connection to the upstream.
func refuseUpstream(t *testing.T, reason Reason, status int, configure func(*httptest.Server)) {
	t.Helper()
	var conns atomic.Int64
	o := newOrigin(t, nil, func(s *httptest.Server) {
		configure(s)
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				conns.Add(1)
			}
		}
	})
	g := newGate(t, o, nil)
	if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != status {
		t.Errorf("%v, want %d", got, status)
	}
	g.wantRefused(reason)
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections to the upstream, want 1: nothing is tried again at a lower level", n)
	}
}

func TestB02OldUpstreamVersions(t *testing.T) {
	for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		t.Run(tls.VersionName(v), func(t *testing.T) {
			refuseUpstream(t, ReasonUpstreamTLS, 400, func(s *httptest.Server) { s.TLS.MinVersion, s.TLS.MaxVersion = tls.VersionTLS10, v })
		})
	}
}

func TestB03WeakCiphers(t *testing.T) {
	weak := map[string]uint16{
		"RC4":     tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, //nolint:gosec // offered to be refused
		"3DES":    tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,
		"CBC":     tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		"CBC-256": tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, //nolint:gosec // offered to be refused
		"RSA":     tls.TLS_RSA_WITH_AES_128_GCM_SHA256,         //nolint:gosec // offered to be refused
	}
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for name, suite := range weak {
		c := tls.Client(g.connect(), &tls.Config{RootCAs: g.roots, ServerName: orgHost,
			MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}})
		if c.Handshake() == nil {
			t.Errorf("%s: the job's handshake went on", name)
		}
	}
	g.wantRefusedTimes(ReasonHandshake, len(weak))
	t.Run("upstream", func(t *testing.T) {
		refuseUpstream(t, ReasonUpstreamTLS, 400, func(s *httptest.Server) {
			s.EnableHTTP2 = false
			s.TLS.MaxVersion, s.TLS.CipherSuites = tls.VersionTLS12, []uint16{weak["CBC"]}
		})
	})
}

func TestB04UpstreamCertificates(t *testing.T) {
	other := newUpstreamCA(t)
	tests := map[string]func(t *testing.T, s *httptest.Server, ca *upstreamCA) tls.Certificate{
		"untrusted": func(t *testing.T, _ *httptest.Server, _ *upstreamCA) tls.Certificate { return other.leaf(t, nil) },
		"expired": func(t *testing.T, _ *httptest.Server, ca *upstreamCA) tls.Certificate {
			return ca.leaf(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
		},
		"not yet valid": func(t *testing.T, _ *httptest.Server, ca *upstreamCA) tls.Certificate {
			return ca.leaf(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(30 * time.Minute) })
		},
		"wrong name": func(t *testing.T, _ *httptest.Server, ca *upstreamCA) tls.Certificate {
			return ca.leaf(t, func(c *x509.Certificate) { c.DNSNames = []string{"other.example.com"} })
		},
		"self-signed": func(*testing.T, *httptest.Server, *upstreamCA) tls.Certificate {
			return tls.Certificate{Certificate: [][]byte{other.cert.Raw}, PrivateKey: other.key}
		},
	}
	for name, leaf := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t, nil, nil)
			o.TLS.Certificates = []tls.Certificate{leaf(t, o.Server, o.ca)}
			g := newGate(t, o, nil)
			if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != 400 {
				t.Errorf("%v, want 400", got)
			}
			g.wantRefused(ReasonCertificate)
		})
	}
}

func TestB14Renegotiation(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("this test needs openssl: apt-get install openssl")
	}
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, g.authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(openssl, "s_client", "-tls1_2", "-CAfile", roots, "-verify_return_error",
		"-proxy", g.addr, "-connect", orgHost+":443", "-servername", orgHost)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return strings.Contains(out.String(), "Verify return code: 0") })
	_, _ = io.WriteString(in, "R\n")
	waitFor(t, func() bool { return strings.Contains(out.String(), "RENEGOTIATING") })
	waitFor(t, func() bool {
		return strings.Contains(out.String(), "alert") || strings.Contains(out.String(), "error:")
	})
	_ = in.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if n := o.requests.Load(); n != 0 {
		t.Errorf("the upstream saw %d requests", n)
	}
}

// A ticket of the gate never allows early data, which could be replayed.
func TestB14NoEarlyData(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	cache := &ticketCache{}
	for range 2 {
		c := tls.Client(g.connect(), &tls.Config{RootCAs: g.roots, ServerName: orgHost, ClientSessionCache: cache})
		io.WriteString(c, request("GET", restPath, "Connection: close\r\n"))
		if got := statuses(c); len(got) != 1 || got[0] != 200 {
			t.Fatalf("%v, want 200", got)
		}
		if cache.state == nil {
			t.Fatal("no ticket")
		}
		if _, session, err := cache.state.ResumptionState(); err != nil || session.EarlyData {
			t.Errorf("early data %v, %v; want none", session.EarlyData, err)
		}
		cache.resumed = append(cache.resumed, c.ConnectionState().DidResume)
	}
	if len(cache.resumed) != 2 || cache.resumed[0] || !cache.resumed[1] {
		t.Errorf("resumed %v, want the second alone: one configuration serves all connections", cache.resumed)
	}
}

type ticketCache struct {
	state   *tls.ClientSessionState
	resumed []bool
}

func (c *ticketCache) Get(string) (*tls.ClientSessionState, bool)  { return c.state, c.state != nil }
func (c *ticketCache) Put(_ string, state *tls.ClientSessionState) { c.state = state }

// The job never sees goproxy's certificate.
func TestIssuerIsNotGoproxy(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	leaf := g.tunnel().ConnectionState().PeerCertificates[0]
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})) + leaf.Subject.String() + leaf.Issuer.String()
	if strings.Contains(strings.ToLower(text), "goproxy") {
		t.Errorf("leaf %s of %s", leaf.Subject, leaf.Issuer)
	}
}

// waitFor waits for a condition, for at most 5 s.
func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("waited too long")
}
