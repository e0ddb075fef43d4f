package certs

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// signerCA is an authority made in a test.
type signerCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newTestKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func authorityTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

func newRoot(t testing.TB) *signerCA {
	t.Helper()
	root := &signerCA{cert: authorityTemplate("Test Root"), key: newTestKey(t)}
	root.cert = root.sign(t, authorityTemplate("Test Root"), root.key)
	return root
}

// intermediate returns an authority below ca; edit, if not nil, changes its template.
func (ca *signerCA) intermediate(t testing.TB, edit func(*x509.Certificate)) *signerCA {
	t.Helper()
	template := authorityTemplate("Test Intermediate")
	if edit != nil {
		edit(template)
	}
	key := newTestKey(t)
	return &signerCA{cert: ca.sign(t, template, key), key: key}
}

// sign returns a certificate of ca for template, with a random serial number.
func (ca *signerCA) sign(t testing.TB, template *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = serial
	parent := ca.cert
	if parent.Raw == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// leaf returns a server certificate of ca for host, with chain behind it; edit, if not nil, changes its template.
func (ca *signerCA) leaf(t testing.TB, host string, edit func(*x509.Certificate), chain ...*x509.Certificate) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: host},
		DNSNames:    []string{host},
		NotBefore:   time.Now().Add(-time.Hour),
		NotAfter:    time.Now().Add(10*24*time.Hour + time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if edit != nil {
		edit(template)
	}
	key := newTestKey(t)
	c := ca.sign(t, template, key)
	out := tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}
	for _, above := range chain {
		out.Certificate = append(out.Certificate, above.Raw)
	}
	return out
}

func pool(certificates ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certificates {
		p.AddCert(c)
	}
	return p
}

// serveTLS accepts connections on loopback until the test ends. Each gets a byte after its handshake.
func serveTLS(t testing.TB, cfg *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(10 * time.Second))
				if s := tls.Server(conn, cfg); s.Handshake() == nil {
					s.Write([]byte{1})
					s.Read(make([]byte, 1))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// connect makes a handshake with addr and reads a byte, so that session tickets arrive.
func connect(t testing.TB, addr, host string, cfg *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	cfg = cfg.Clone()
	cfg.ServerName = host
	c := tls.Client(conn, cfg)
	if err := c.HandshakeContext(context.Background()); err != nil {
		return tls.ConnectionState{}, err
	}
	if _, err := c.Read(make([]byte, 1)); err != nil {
		return tls.ConnectionState{}, err
	}
	return c.ConnectionState(), nil
}

// writeAuthority writes an authority's files and returns their paths.
func writeAuthority(t testing.TB, key any, chain ...*x509.Certificate) (certificate, keyPath string) {
	t.Helper()
	dir := t.TempDir()
	certificate, keyPath = filepath.Join(dir, "issuing.pem"), filepath.Join(dir, "issuing-key.pem")
	var encoded []byte
	for _, c := range chain {
		encoded = append(encoded, encodeCertificate(c.Raw)...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, certificate, encoded, 0o644)
	writeFile(t, keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
	return certificate, keyPath
}

func writeFile(t testing.TB, path string, data []byte, perm os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, data, perm); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, perm); err != nil {
		t.Fatal(err)
	}
}

// testNames are what most tests intercept.
func testNames() []string { return []string{"*.my.salesforce.com", "login.salesforce.com"} }

func openAuthority(t testing.TB, cfg AuthorityConfig) *Authority {
	t.Helper()
	if cfg.Dir == "" && cfg.Certificate == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Names == nil {
		cfg.Names = testNames()
	}
	a, err := OpenAuthority(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newIssuer(t testing.TB, a *Authority, cfg IssuerConfig) *Issuer {
	t.Helper()
	i, err := NewIssuer(a, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return i
}
