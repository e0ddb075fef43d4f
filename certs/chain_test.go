package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func fetch(t *testing.T, addr, host string, roots *x509.CertPool) (*ChainReport, error) {
	t.Helper()
	_, portText, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return Fetch(ctx, func(ctx context.Context, network, address string) (net.Conn, error) {
		if want := net.JoinHostPort(host, portText); address != want {
			t.Errorf("dials %s, want %s", address, want)
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}, host, port, roots)
}

func TestFetch(t *testing.T) {
	u := newUpstream(t, 0)
	entry := func(c *x509.Certificate, edit func(*ChainCertificate)) ChainCertificate {
		e := ChainCertificate{Subject: c.Subject.String(), Issuer: c.Issuer.String(), NotBefore: c.NotBefore, NotAfter: c.NotAfter, SPKI: SPKI(c), Authority: c.IsCA}
		edit(&e)
		return e
	}
	presented := func(e *ChainCertificate) { e.Presented = true }
	both := func(e *ChainCertificate) { e.Presented, e.Verified = true, true }
	tests := map[string]struct {
		host     string
		roots    *x509.CertPool
		problem  string
		expected []ChainCertificate
	}{
		"verified": {acme, pool(u.root.cert), "", []ChainCertificate{
			entry(u.leaf.Leaf, both), entry(u.middle.cert, both), entry(u.root.cert, func(e *ChainCertificate) { e.Root, e.Verified = true, true }),
		}},
		"untrusted":    {acme, pool(), "unknown authority", []ChainCertificate{entry(u.leaf.Leaf, presented), entry(u.middle.cert, presented)}},
		"another name": {"other.example", pool(u.root.cert), "valid for", []ChainCertificate{entry(u.leaf.Leaf, presented), entry(u.middle.cert, presented)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fetch(t, u.addr, tt.host, tt.roots)
			if err != nil {
				t.Fatal(err)
			}
			if got.Verified != (tt.problem == "") || !strings.Contains(got.Problem, tt.problem) || got.Verified && got.Problem != "" {
				t.Errorf("verified %v, problem %q", got.Verified, got.Problem)
			}
			if got.Host != tt.host || got.Version != "TLS 1.3" || got.Cipher == "" {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(tt.expected, got.Certificates, cmpopts.EquateApproxTime(time.Second)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("220 smtp.example\r\n"))
			conn.Close()
		}
	}()
	old := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{newRoot(t).leaf(t, acme, nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	for name, addr := range map[string]string{"no TLS": plain.Addr().String(), "TLS 1.1": old, "nobody there": "127.0.0.1:1"} {
		if _, err := fetch(t, addr, acme, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Fetch(context.Background(), nil, "10.0.0.1", 443, nil); err == nil {
		t.Error("an address: no error")
	}
}

func TestDescribe(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	got := Describe(a.Certificate())
	for _, want := range []string{"subject:     CN=phigate authority", "ECDSA P-256", "pathlen:0", "login.salesforce.com, my.salesforce.com (critical)", a.Fingerprint(), SPKI(a.Certificate())} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	l, err := newIssuer(t, a, IssuerConfig{}).Leaf(acme)
	if err != nil {
		t.Fatal(err)
	}
	if got := Describe(l.Leaf); !strings.Contains(got, "names:       "+acme) || strings.Contains(got, "authority:") {
		t.Errorf("leaf:\n%s", got)
	}
	u := newUpstream(t, 0)
	if got := Describe(u.root.cert); !strings.Contains(got, "any number of authorities") {
		t.Errorf("root:\n%s", got)
	}
}
