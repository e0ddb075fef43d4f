package certs

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestB12AuthorityIsConstrained(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "certs")
	a := openAuthority(t, AuthorityConfig{Dir: dir})
	if !a.Made() {
		t.Error("Made is false after the first start")
	}
	c := a.Certificate()
	if !c.IsCA || c.MaxPathLen != 0 || !c.MaxPathLenZero || c.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign {
		t.Errorf("CA %v, path length %d (%v), key usage %b", c.IsCA, c.MaxPathLen, c.MaxPathLenZero, c.KeyUsage)
	}
	if diff := cmp.Diff([]string{"login.salesforce.com", "my.salesforce.com"}, c.PermittedDNSDomains); diff != "" {
		t.Error(diff)
	}
	if !c.PermittedDNSDomainsCritical || len(c.ExcludedIPRanges) != 2 {
		t.Errorf("constraints critical %v, %d excluded ranges", c.PermittedDNSDomainsCritical, len(c.ExcludedIPRanges))
	}
	if years := c.NotAfter.Sub(c.NotBefore).Hours() / 24 / 365; years < 4.99 || years > 5.01 {
		t.Errorf("valid for %.2f years", years)
	}
	for name, want := range map[string]os.FileMode{"authority-key.pem": 0o600, "authority.pem": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: permission %#o, want %#o", name, info.Mode().Perm(), want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files, want 2: temporary ones are left", len(entries))
	}
	if strings.Contains(string(a.PEM()), "PRIVATE") {
		t.Error("PEM holds the key")
	}
	out, err := exec.Command("openssl", "x509", "-in", filepath.Join(dir, "authority.pem"), "-noout", "-fingerprint", "-sha256").Output()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "="+a.Fingerprint()) {
		t.Errorf("openssl prints %q, %v; want %s", out, err, a.Fingerprint())
	}
	again := openAuthority(t, AuthorityConfig{Dir: dir})
	if again.Made() || again.Fingerprint() != a.Fingerprint() {
		t.Errorf("second start: made %v, fingerprint %s, want %s", again.Made(), again.Fingerprint(), a.Fingerprint())
	}
	if !again.Expires().Equal(c.NotAfter) || again.Warnings() != nil {
		t.Errorf("expires %s, warnings %q", again.Expires(), again.Warnings())
	}
}

// Whoever takes the key can still not be another server: clients enforce the constraints.
func TestB12ConstraintsBindTheKey(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	issuer := newIssuer(t, a, IssuerConfig{})
	good, err := issuer.Leaf("acme.my.salesforce.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*x509.Certificate){
		"another name": func(c *x509.Certificate) { c.DNSNames = []string{"evil.example"} },
		"an address":   func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, []net.IP{{192, 0, 2, 1}} },
		"an authority": func(c *x509.Certificate) {
			c.BasicConstraintsValid, c.IsCA, c.KeyUsage = true, true, x509.KeyUsageCertSign
		},
	} {
		t.Run(name, func(t *testing.T) {
			template := *good.Leaf
			edit(&template)
			key := newTestKey(t)
			der, err := x509.CreateCertificate(rand.Reader, &template, a.Certificate(), key.Public(), a.key)
			if err != nil {
				t.Fatal(err)
			}
			stolen, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if stolen.IsCA { // it may exist, but nothing below it counts
				ca := &signerCA{cert: stolen, key: key}
				stolen = ca.leaf(t, "acme.my.salesforce.com", nil).Leaf
				_, err = stolen.Verify(x509.VerifyOptions{Roots: pool(a.Certificate()), Intermediates: pool(ca.cert)})
			} else {
				_, err = stolen.Verify(x509.VerifyOptions{Roots: pool(a.Certificate())})
			}
			var invalid x509.CertificateInvalidError
			if !errors.As(err, &invalid) || invalid.Reason != x509.CANotAuthorizedForThisName && invalid.Reason != x509.TooManyIntermediates {
				t.Errorf("a client's verification says: %v", err)
			}
			out, err := opensslVerify(t, a.Certificate(), stolen, template.DNSNames)
			if err == nil && name != "an authority" {
				t.Errorf("openssl accepts it: %s", out)
			}
		})
	}
}

// givenTemplate is what a platform's issuing authority should look like.
func givenTemplate(c *x509.Certificate) {
	c.MaxPathLenZero = true
	c.PermittedDNSDomainsCritical = true
	c.PermittedDNSDomains = []string{"salesforce.com"}
}

func TestB12AuthorityRefused(t *testing.T) {
	root := newRoot(t)
	tests := map[string]struct {
		edit func(*x509.Certificate)
		want string
	}{
		"not an authority":        {func(c *x509.Certificate) { c.IsCA, c.MaxPathLenZero, c.KeyUsage = false, false, 0 }, "CA:FALSE"},
		"path length 1":           {func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 1, false }, "pathlen:0"},
		"no path length":          {func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = -1, false }, "pathlen:0"},
		"no key usage":            {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }, "keyCertSign"},
		"client certificates":     {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, "serverAuth"},
		"expired":                 {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "expired"},
		"not yet valid":           {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, "clock"},
		"no constraints":          {func(c *x509.Certificate) { c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = nil, false }, "no name constraints"},
		"not critical":            {func(c *x509.Certificate) { c.PermittedDNSDomainsCritical = false }, "not critical"},
		"all names":               {func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"com"} }, "everybody"},
		"all names of a registry": {func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"salesforce.com", ".co.uk"} }, "everybody"},
		"one name not permitted":  {func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"my.salesforce.com"} }, "login.salesforce.com"},
		"permitted only below": {func(c *x509.Certificate) {
			c.PermittedDNSDomains = []string{".login.salesforce.com", "my.salesforce.com"}
		}, "login.salesforce.com"},
		"excluded":       {func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"login.salesforce.com"} }, "exclude"},
		"excluded below": {func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"prod.my.salesforce.com"} }, "exclude"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ca := root.intermediate(t, func(c *x509.Certificate) { givenTemplate(c); tt.edit(c) })
			certificate, key := writeAuthority(t, ca.key, ca.cert)
			_, err := OpenAuthority(AuthorityConfig{Certificate: certificate, Key: key, Names: testNames()})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), certificate) {
				t.Errorf("error %v, want one that names %s and says %q", err, certificate, tt.want)
			}
		})
	}
	t.Run("as it should be", func(t *testing.T) {
		ca := root.intermediate(t, func(c *x509.Certificate) {
			givenTemplate(c)
			c.ExcludedDNSDomains = []string{"x.login.salesforce.com"} // below an exact name, which does not stand for it
		})
		certificate, key := writeAuthority(t, ca.key, ca.cert)
		openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key})
	})
}

func TestB12AuthorityFilesRefused(t *testing.T) {
	root := newRoot(t)
	ca := root.intermediate(t, givenTemplate)
	encode := func(kind string) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte("secret")}) }
	tests := map[string]struct {
		edit func(t *testing.T, certificate, key string)
		want string
	}{
		"key the group writes":  {func(t *testing.T, _, key string) { os.Chmod(key, 0o660) }, "0660"},
		"key for all":           {func(t *testing.T, _, key string) { os.Chmod(key, 0o604) }, "chmod 0600"},
		"no key":                {func(t *testing.T, _, key string) { os.Remove(key) }, "issuing-key.pem"},
		"no certificate":        {func(t *testing.T, certificate, _ string) { os.Remove(certificate) }, "issuing.pem"},
		"an empty key":          {func(t *testing.T, _, key string) { writeFile(t, key, nil, 0o600) }, "no private key"},
		"an empty certificate":  {func(t *testing.T, certificate, _ string) { writeFile(t, certificate, nil, 0o644) }, "no certificate"},
		"a broken key":          {func(t *testing.T, _, key string) { writeFile(t, key, encode("PRIVATE KEY"), 0o600) }, "broken"},
		"a broken EC key":       {func(t *testing.T, _, key string) { writeFile(t, key, encode("EC PRIVATE KEY"), 0o600) }, "broken"},
		"a broken RSA key":      {func(t *testing.T, _, key string) { writeFile(t, key, encode("RSA PRIVATE KEY"), 0o600) }, "broken"},
		"an encrypted key":      {func(t *testing.T, _, key string) { writeFile(t, key, encode("ENCRYPTED PRIVATE KEY"), 0o600) }, "encrypted"},
		"a certificate as key":  {func(t *testing.T, _, key string) { writeFile(t, key, encode("CERTIFICATE"), 0o600) }, "PKCS #8"},
		"a broken certificate":  {func(t *testing.T, certificate, _ string) { writeFile(t, certificate, encode("CERTIFICATE"), 0o644) }, "certificate 1"},
		"a key in its place":    {func(t *testing.T, certificate, _ string) { writeFile(t, certificate, encode("PRIVATE KEY"), 0o644) }, "certificates only"},
		"the key of another":    {func(t *testing.T, _, key string) { copyKey(t, newTestKey(t), key) }, "is not the one in"},
		"an Ed25519 key":        {func(t *testing.T, certificate, key string) { ed25519Authority(t, certificate, key) }, "Ed25519"},
		"an RSA key too short":  {func(t *testing.T, certificate, key string) { rsaAuthority(t, certificate, key, 1024) }, "1024 bits"},
		"a chain out of order":  {func(t *testing.T, certificate, _ string) { appendPEM(t, certificate, newRoot(t).cert) }, "not signed by certificate 2"},
		"an expired chain":      {func(t *testing.T, certificate, _ string) { appendPEM(t, certificate, expiredRoot(t)) }, "certificate 2 expired"},
		"a file of other stuff": {func(t *testing.T, certificate, _ string) { writeFile(t, certificate, make([]byte, 2<<20), 0o644) }, "no certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			certificate, key := writeAuthority(t, ca.key, ca.cert)
			tt.edit(t, certificate, key)
			_, err := OpenAuthority(AuthorityConfig{Certificate: certificate, Key: key, Names: testNames()})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// Kubernetes mounts a secret with 0440: owned by root, readable for the pod's group.
func TestGivenKeyMayBeReadByTheGroup(t *testing.T) {
	ca := newRoot(t).intermediate(t, givenTemplate)
	certificate, key := writeAuthority(t, ca.key, ca.cert)
	if err := os.Chmod(key, 0o440); err != nil {
		t.Fatal(err)
	}
	openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key})
}

func TestB12OwnKeyIsForItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	openAuthority(t, AuthorityConfig{Dir: dir})
	if err := os.Chmod(filepath.Join(dir, keyFile), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(AuthorityConfig{Dir: dir, Names: testNames()}); err == nil || !strings.Contains(err.Error(), "chmod 0600") {
		t.Errorf("error %v, want one that says chmod 0600", err)
	}
}

func copyKey(t *testing.T, key any, path string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func appendPEM(t *testing.T, path string, c *x509.Certificate) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, append(data, encodeCertificate(c.Raw)...), 0o644)
}

func expiredRoot(t *testing.T) *x509.Certificate {
	t.Helper()
	root := &signerCA{cert: &x509.Certificate{}, key: newTestKey(t)}
	template := authorityTemplate("Old Root")
	template.NotAfter = time.Now().Add(-time.Minute)
	return root.sign(t, template, root.key)
}

func ed25519Authority(t *testing.T, certificate, keyPath string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := authorityTemplate("Ed25519")
	givenTemplate(template)
	template.SerialNumber = big.NewInt(1)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, certificate, encodeCertificate(der), 0o644)
	copyKey(t, key, keyPath)
}

func rsaAuthority(t *testing.T, certificate, keyPath string, bits int) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	template := authorityTemplate("RSA")
	givenTemplate(template)
	template.SerialNumber = big.NewInt(1)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, certificate, encodeCertificate(der), 0o644)
	copyKey(t, key, keyPath)
}

func TestOpenAuthorityConfig(t *testing.T) {
	for name, cfg := range map[string]AuthorityConfig{
		"nothing":      {Names: testNames()},
		"no key":       {Names: testNames(), Certificate: "a.pem"},
		"no cert":      {Names: testNames(), Key: "a.pem", Dir: t.TempDir()},
		"no names":     {Dir: t.TempDir()},
		"a bad name":   {Dir: t.TempDir(), Names: []string{"*"}},
		"an address":   {Dir: t.TempDir(), Names: []string{"127.0.0.1"}},
		"not writable": {Dir: "/proc/phigate", Names: testNames()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenAuthority(cfg); err == nil {
				t.Error("no error")
			}
		})
	}
}

// A start that ended between the two files is finished by the next; the key stays, and so does what trusts it.
func TestAuthorityMakingIsFinished(t *testing.T) {
	dir := t.TempDir()
	a := openAuthority(t, AuthorityConfig{Dir: dir})
	leaf, err := newIssuer(t, a, IssuerConfig{}).Leaf("acme.my.salesforce.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, certificateFile)); err != nil {
		t.Fatal(err)
	}
	b := openAuthority(t, AuthorityConfig{Dir: dir})
	if !b.Made() || b.Fingerprint() == a.Fingerprint() {
		t.Errorf("made %v, fingerprint %s as before", b.Made(), b.Fingerprint())
	}
	if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: pool(b.Certificate()), DNSName: "acme.my.salesforce.com"}); err != nil {
		t.Errorf("who trusts the new certificate does not trust a leaf of the old: %v", err)
	}
}

func TestAuthorityWithoutItsKey(t *testing.T) {
	dir := t.TempDir()
	openAuthority(t, AuthorityConfig{Dir: dir})
	if err := os.Remove(filepath.Join(dir, keyFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(AuthorityConfig{Dir: dir, Names: testNames()}); err == nil || !strings.Contains(err.Error(), "restore the key") {
		t.Errorf("error %v, want one that says what to do", err)
	}
	if _, err := os.Stat(filepath.Join(dir, keyFile)); err == nil {
		t.Error("a new key is put beside the old certificate")
	}
}

func TestAuthorityMadeByManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	fingerprints := make([]string, 8)
	for i := range fingerprints {
		wg.Go(func() {
			a, err := OpenAuthority(AuthorityConfig{Dir: dir, Names: testNames()})
			if err != nil {
				t.Error(err)
				return
			}
			fingerprints[i] = a.Fingerprint()
		})
	}
	wg.Wait()
	for _, f := range fingerprints {
		if f != fingerprints[0] {
			t.Errorf("fingerprints %q", fingerprints)
		}
	}
}

func TestAuthorityOfOtherNames(t *testing.T) {
	dir := t.TempDir()
	openAuthority(t, AuthorityConfig{Dir: dir})
	_, err := OpenAuthority(AuthorityConfig{Dir: dir, Names: []string{"*.force.com"}})
	if err == nil || !strings.Contains(err.Error(), "*.force.com") {
		t.Errorf("error %v, want one that names *.force.com", err)
	}
	narrower := openAuthority(t, AuthorityConfig{Dir: dir, Names: []string{"login.salesforce.com"}})
	if narrower.Covers("acme.my.salesforce.com") == nil {
		t.Error("covers a name that only the constraints permit")
	}
}

func TestAuthorityWarns(t *testing.T) {
	dir := t.TempDir()
	a := openAuthority(t, AuthorityConfig{Dir: dir})
	at := func(left time.Duration) []string {
		return openAuthority(t, AuthorityConfig{Dir: dir, Now: func() time.Time { return a.Expires().Add(-left) }}).Warnings()
	}
	if got := at(31 * 24 * time.Hour); got != nil {
		t.Errorf("warnings a month before: %q", got)
	}
	if got := at(29*24*time.Hour + time.Minute); len(got) != 1 || !strings.Contains(got[0], "29 days") {
		t.Errorf("warnings 29 days before: %q", got)
	}
}

// No leaf outlives what its chain needs.
func TestAuthorityExpiresWithItsChain(t *testing.T) {
	root := newRoot(t)
	soon := time.Now().Add(29*24*time.Hour + time.Minute).Truncate(time.Second)
	middle := root.intermediate(t, func(c *x509.Certificate) { c.NotAfter = soon })
	given := middle.intermediate(t, givenTemplate)
	certificate, key := writeAuthority(t, given.key, given.cert, middle.cert)
	a := openAuthority(t, AuthorityConfig{Certificate: certificate, Key: key})
	if !a.Expires().Equal(soon) || len(a.Warnings()) != 1 {
		t.Errorf("expires %s, want %s; warnings %q", a.Expires(), soon, a.Warnings())
	}
}

func TestCovers(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	if err := a.Covers("ACME.my.salesforce.com"); err != nil {
		t.Error(err)
	}
	for _, host := range []string{"my.salesforce.com", "evil.example", "127.0.0.1", "::1", "", "a@acme.my.salesforce.com", "http://acme.my.salesforce.com"} {
		err := a.Covers(host)
		if !errors.Is(err, ErrName) {
			t.Errorf("Covers(%q) = %v", host, err)
		}
		if err != nil && host != "" && strings.Contains(err.Error(), host) {
			t.Errorf("the error repeats the host: %v", err)
		}
	}
}
