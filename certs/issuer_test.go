package certs

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudflare/cfssl/csr"
	"github.com/cloudflare/cfssl/signer"
	"github.com/google/go-cmp/cmp"
)

const acme = "acme.my.salesforce.com"

// opensslVerify has openssl judge leaf as strictly as it can.
func opensslVerify(t *testing.T, root, leaf *x509.Certificate, names []string, chain ...*x509.Certificate) (string, error) {
	t.Helper()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("this test needs the openssl command: apt-get install openssl")
	}
	dir := t.TempDir()
	write := func(name string, cs ...*x509.Certificate) string {
		var data []byte
		for _, c := range cs {
			data = append(data, encodeCertificate(c.Raw)...)
		}
		path := filepath.Join(dir, name)
		writeFile(t, path, data, 0o600)
		return path
	}
	args := []string{"verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslserver", "-no-CApath", "-CAfile", write("root.pem", root)}
	for _, name := range names {
		args = append(args, "-verify_hostname", name)
	}
	if len(chain) > 0 {
		args = append(args, "-untrusted", write("chain.pem", chain...))
	}
	out, err := exec.Command(openssl, append(args, write("leaf.pem", leaf))...).CombinedOutput()
	return string(out), err
}

func TestB10TwoAuthoritiesTwoKeys(t *testing.T) {
	keys := make(map[string]bool)
	for range 2 {
		issuer := newIssuer(t, openAuthority(t, AuthorityConfig{}), IssuerConfig{})
		for range 2 {
			l, err := issuer.Leaf(acme)
			if err != nil {
				t.Fatal(err)
			}
			keys[SPKI(l.Leaf)] = true
			if name := l.Leaf.Issuer.String() + l.Leaf.Subject.String(); strings.Contains(strings.ToLower(name), "goproxy") {
				t.Errorf("the leaf says %s", name)
			}
			issuer.leafs.Purge() // the same host again under the same authority
		}
	}
	if len(keys) != 4 {
		t.Errorf("%d distinct keys in 4 leafs", len(keys))
	}
}

func TestB11MintGuard(t *testing.T) {
	issuer := newIssuer(t, openAuthority(t, AuthorityConfig{}), IssuerConfig{})
	request, err := csr.Generate(newTestKey(t), &csr.CertificateRequest{KeyRequest: csr.NewKeyRequest()})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(hosts ...string) error {
		_, err := issuer.sign(signer.SignRequest{Hosts: hosts, Request: string(request)})
		return err
	}
	if err := sign(acme); err != nil {
		t.Errorf("a name of the authority: %v", err)
	}
	for _, host := range []string{"evil.example", "my.salesforce.com", acme + ".evil.example", acme + "\nevil.example", "a@" + acme, "https://" + acme + "/"} {
		if err := sign(host); err == nil || !strings.Contains(err.Error(), "whitelist") {
			t.Errorf("the signer on %q: %v, want an error of its whitelist", host, err)
		}
		if err := sign(acme, host); err == nil {
			t.Errorf("the signer on %q beside a good name: no error", host)
		}
	}
}

func TestLeaf(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	issuer := newIssuer(t, a, IssuerConfig{})
	probes := issuer.signed.Load()
	l, err := issuer.Leaf("ACME.my.salesforce.com")
	if err != nil {
		t.Fatal(err)
	}
	c := l.Leaf
	if diff := cmp.Diff([]string{acme}, c.DNSNames); diff != "" {
		t.Error(diff)
	}
	if c.Subject.CommonName != "" || len(c.IPAddresses)+len(c.EmailAddresses)+len(c.URIs) != 0 {
		t.Errorf("further names: %+v", c.Subject)
	}
	if diff := cmp.Diff([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, c.ExtKeyUsage); diff != "" || c.KeyUsage != x509.KeyUsageDigitalSignature || c.IsCA {
		t.Errorf("usage %v %b, CA %v", c.ExtKeyUsage, c.KeyUsage, c.IsCA)
	}
	if len(c.SubjectKeyId) == 0 || cmp.Diff(a.Certificate().SubjectKeyId, c.AuthorityKeyId) != "" {
		t.Errorf("key identifiers %X, %X", c.SubjectKeyId, c.AuthorityKeyId)
	}
	if key, ok := c.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve.Params().Name != "P-256" || c.SerialNumber.BitLen() < 64 {
		t.Errorf("key %T, serial of %d bits", c.PublicKey, c.SerialNumber.BitLen())
	}
	if d := c.NotAfter.Sub(c.NotBefore); d != 73*time.Hour {
		t.Errorf("valid for %s", d)
	}
	if len(l.Certificate) != 1 {
		t.Errorf("%d certificates are served; the root is not to be", len(l.Certificate))
	}
	if again, err := issuer.Leaf(acme); err != nil || again != l || issuer.signed.Load()-probes != 1 {
		t.Errorf("the second time: %p, %v, %d signatures; want %p from the cache", again, err, issuer.signed.Load()-probes, l)
	}
}

func TestB16StrictVerify(t *testing.T) {
	root := newRoot(t)
	middle := root.intermediate(t, func(c *x509.Certificate) { c.Subject.CommonName = "Test Policy CA" })
	given := middle.intermediate(t, func(c *x509.Certificate) {
		givenTemplate(c)
		c.Subject.CommonName = "Test Issuing CA"
	})
	certificate, key := writeAuthority(t, given.key, given.cert, middle.cert, root.cert)
	long := strings.Repeat("a", 60) + "." + strings.Repeat("b", 60) + ".my.salesforce.com"
	for name, tt := range map[string]struct {
		authority *Authority
		root      *x509.Certificate // nil is the authority itself
		chain     []*x509.Certificate
	}{
		"made":  {authority: openAuthority(t, AuthorityConfig{})},
		"given": {authority: openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key}), root: root.cert, chain: []*x509.Certificate{given.cert, middle.cert}},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.root == nil {
				tt.root = tt.authority.Certificate()
			}
			issuer := newIssuer(t, tt.authority, IssuerConfig{})
			for _, host := range []string{acme, "login.salesforce.com", long} {
				l, err := issuer.Leaf(host)
				if err != nil {
					t.Fatal(err)
				}
				if out, err := opensslVerify(t, tt.root, l.Leaf, []string{host}, tt.chain...); err != nil {
					t.Errorf("openssl: %v\n%s", err, out)
				}
				if out, err := opensslVerify(t, tt.root, l.Leaf, []string{"evil.example"}, tt.chain...); err == nil {
					t.Errorf("openssl takes it for another name\n%s", out)
				}
				addr := serveTLS(t, ServerConfig(issuer))
				if _, err := connect(t, addr, host, &tls.Config{RootCAs: pool(tt.root)}); err != nil {
					t.Errorf("a client that trusts the root alone: %v", err)
				}
				if len(l.Certificate) != len(tt.chain)+1 {
					t.Errorf("%d certificates are served, want %d", len(l.Certificate), len(tt.chain)+1)
				}
			}
		})
	}
}

func TestB16RSAAuthority(t *testing.T) {
	dir := t.TempDir()
	certificate, key := filepath.Join(dir, "a.pem"), filepath.Join(dir, "a-key.pem")
	rsaAuthority(t, certificate, key, 2048)
	a := openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key})
	l, err := newIssuer(t, a, IssuerConfig{}).Leaf(acme)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := opensslVerify(t, a.Certificate(), l.Leaf, []string{acme}); err != nil {
		t.Errorf("openssl: %v\n%s", err, out)
	}
}

func TestG09NameFloodIsRefusedAndBounded(t *testing.T) {
	issuer := newIssuer(t, openAuthority(t, AuthorityConfig{}), IssuerConfig{CacheSize: 4})
	probes := issuer.signed.Load()
	for _, host := range []string{"", "evil.example", "my.salesforce.com", "a.login.salesforce.com", "127.0.0.1", "::1", "[::1]", "2130706433", acme + ".", "a@" + acme, "*.my.salesforce.com"} {
		if _, err := issuer.Leaf(host); !errors.Is(err, ErrName) {
			t.Errorf("Leaf(%q): %v", host, err)
		}
	}
	for i := range 100_000 {
		if _, err := issuer.Leaf(fmt.Sprintf("h%d.evil.example", i)); !errors.Is(err, ErrName) {
			t.Fatal(err)
		}
	}
	if issuer.signed.Load() != probes || issuer.leafs.Len() != 0 {
		t.Errorf("%d signatures, %d leafs kept", issuer.signed.Load()-probes, issuer.leafs.Len())
	}
	// Under the wildcard each name is signed; what stays is bounded, and a leaf in use is not pushed out.
	busy := func() *tls.Certificate {
		l, err := issuer.Leaf(acme)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	want := busy()
	busy()
	for i := range 100 {
		if _, err := issuer.Leaf(fmt.Sprintf("h%d.my.salesforce.com", i)); err != nil {
			t.Fatal(err)
		}
	}
	if issuer.leafs.Len() > 4 || busy() != want {
		t.Errorf("%d leafs kept, want 4 at most and the busy one among them", issuer.leafs.Len())
	}
}

func TestG08LeafIsRenewedBeforeItExpires(t *testing.T) {
	now := time.Now()
	a := openAuthority(t, AuthorityConfig{})
	issuer := newIssuer(t, a, IssuerConfig{Lifetime: 72 * time.Hour, Now: func() time.Time { return now }})
	at := func(d time.Duration) *tls.Certificate {
		t.Helper()
		now = now.Add(d)
		l, err := issuer.Leaf(acme)
		if err != nil {
			t.Fatal(err)
		}
		if now.Before(l.Leaf.NotBefore) || now.After(l.Leaf.NotAfter) {
			t.Fatalf("not valid now: %s to %s", l.Leaf.NotBefore, l.Leaf.NotAfter)
		}
		return l
	}
	first := at(0)
	if at(47*time.Hour) != first {
		t.Error("replaced after 47 of 72 hours")
	}
	second := at(2 * time.Hour)
	if second == first || SPKI(second.Leaf) == SPKI(first.Leaf) {
		t.Error("not replaced, or with the same key, after 49 of 72 hours")
	}
	if at(-2*time.Hour) == second {
		t.Error("a leaf of the future is served after the clock was set back")
	}

	now = a.Expires().Add(-time.Hour)
	last := at(0)
	if !last.Leaf.NotAfter.Equal(a.Expires()) {
		t.Errorf("ends on %s, its authority on %s", last.Leaf.NotAfter, a.Expires())
	}
	if at(59*time.Minute) != last {
		t.Error("replaced, although the new one ends at the same time")
	}
	now = a.Expires()
	if _, err := issuer.Leaf(acme); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after the end of the authority: %v", err)
	}
}

func TestLeafConcurrentFirstUse(t *testing.T) {
	issuer := newIssuer(t, openAuthority(t, AuthorityConfig{}), IssuerConfig{})
	probes := issuer.signed.Load()
	var wg sync.WaitGroup
	leafs := make([]*tls.Certificate, 64)
	for i := range leafs {
		wg.Go(func() {
			l, err := issuer.Leaf(acme)
			if err != nil {
				t.Error(err)
			}
			leafs[i] = l
		})
	}
	wg.Wait()
	for _, l := range leafs {
		if l != leafs[0] {
			t.Fatal("different leafs")
		}
	}
	if n := issuer.signed.Load() - probes; n != 1 {
		t.Errorf("%d signatures, want 1", n)
	}
}

// What is wrong further up in a given chain is found when the gate starts.
func TestNewIssuerProbes(t *testing.T) {
	for name, edit := range map[string]func(*x509.Certificate){
		"narrower constraints": func(c *x509.Certificate) {
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"my.salesforce.com"}
		},
		"narrower for the wildcard": func(c *x509.Certificate) {
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"login.salesforce.com"}
		},
		"for clients":   func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
		"path too long": func(c *x509.Certificate) { c.MaxPathLenZero = true },
	} {
		t.Run(name, func(t *testing.T) {
			root := newRoot(t)
			middle := root.intermediate(t, edit)
			given := middle.intermediate(t, givenTemplate)
			certificate, key := writeAuthority(t, given.key, given.cert, middle.cert, root.cert)
			a := openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key})
			if _, err := NewIssuer(a, IssuerConfig{}); err == nil || !strings.Contains(err.Error(), "jobs would not accept") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestNewIssuerConfig(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	for name, cfg := range map[string]IssuerConfig{
		"too short":         {Lifetime: time.Second},
		"negative":          {Lifetime: -time.Hour},
		"too long":          {Lifetime: 399 * 24 * time.Hour},
		"from the future":   {Backdate: -time.Hour},
		"no room":           {CacheSize: 1},
		"a negative cache":  {CacheSize: -5},
		"long by backdated": {Lifetime: 398 * 24 * time.Hour, Backdate: time.Hour},
	} {
		if _, err := NewIssuer(a, cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewIssuer(nil, IssuerConfig{}); err == nil {
		t.Error("no authority: no error")
	}
}

// cfssl writes a line to standard error for each signature, and SHA-1 panics in the strictest FIPS mode: a process of
// its own shows that neither happens.
func TestIssuerIsQuietAndFIPS(t *testing.T) {
	if os.Getenv("PHIGATE_TEST_MINT") != "" {
		if _, err := newIssuer(t, openAuthority(t, AuthorityConfig{}), IssuerConfig{}).Leaf(acme); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, mode := range []string{"off", "on", "only"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestIssuerIsQuietAndFIPS$")
		cmd.Env = append(os.Environ(), "PHIGATE_TEST_MINT=1", "GODEBUG=fips140="+mode)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || stderr.String() != "" {
			t.Errorf("fips140=%s: %v, stdout %q, stderr %q", mode, err, out, stderr.String())
		}
	}
}

func BenchmarkLeafNew(b *testing.B) {
	issuer := newIssuer(b, openAuthority(b, AuthorityConfig{}), IssuerConfig{})
	b.ReportAllocs()
	for b.Loop() {
		issuer.leafs.Purge()
		if _, err := issuer.Leaf(acme); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLeafCached(b *testing.B) {
	issuer := newIssuer(b, openAuthority(b, AuthorityConfig{}), IssuerConfig{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := issuer.Leaf(acme); err != nil {
			b.Fatal(err)
		}
	}
}
