package certs

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/http"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// scope returns the extension that says what a list is about.
func scope(t testing.TB, point issuingDistributionPoint) func(*x509.RevocationList) {
	t.Helper()
	value, err := asn1.Marshal(point)
	if err != nil {
		t.Fatal(err)
	}
	return with(asn1.ObjectIdentifier{2, 5, 29, 28}, true, value...)
}

// with returns an edit that puts an extension into a list.
func with(id asn1.ObjectIdentifier, critical bool, value ...byte) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		l.ExtraExtensions = []pkix.Extension{{Id: id, Critical: critical, Value: value}}
	}
}

func at(address string) distributionPointName {
	return distributionPointName{Full: []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(address)}}}
}

func TestB08CRL(t *testing.T) {
	type edit = func(*x509.RevocationList)
	tests := map[string]struct {
		list func(t *testing.T, s *site) []byte
		want verdict
	}{
		"empty":   {func(t *testing.T, s *site) []byte { return s.list(t, nil) }, passes},
		"others":  {func(t *testing.T, s *site) []byte { return s.list(t, nil, big.NewInt(1), big.NewInt(2)) }, passes},
		"revoked": {func(t *testing.T, s *site) []byte { return s.list(t, nil, big.NewInt(1), s.leaf.Leaf.SerialNumber) }, revoked},
		"expired": {func(t *testing.T, s *site) []byte {
			return s.list(t, edit(func(l *x509.RevocationList) { l.NextUpdate = time.Now().Add(-time.Minute) }))
		}, unknown},
		"of the future": {func(t *testing.T, s *site) []byte {
			return s.list(t, edit(func(l *x509.RevocationList) { l.ThisUpdate = time.Now().Add(time.Hour) }))
		}, unknown},
		"of a stranger": {func(t *testing.T, s *site) []byte { return s.listBy(t, newRoot(t), nil) }, unknown},
		"forged":        {func(t *testing.T, s *site) []byte { return s.listBy(t, newRoot(t).named(s.root.cert), nil) }, unknown},
		"of another name": {func(t *testing.T, s *site) []byte {
			return s.listBy(t, &signerCA{cert: newRoot(t).intermediate(t, nil).cert, key: s.root.key}, nil)
		}, unknown},
		"garbage":  {func(*testing.T, *site) []byte { return []byte("<html>") }, unknown},
		"too long": {func(*testing.T, *site) []byte { return make([]byte, maxCRL+1) }, unknown},
		"of its distribution point": {func(t *testing.T, s *site) []byte {
			return s.list(t, scope(t, issuingDistributionPoint{Point: at(s.URL + "/list.crl"), UserOnly: true}))
		}, passes},
		"of another distribution point": {func(t *testing.T, s *site) []byte {
			return s.list(t, scope(t, issuingDistributionPoint{Point: at(s.URL + "/2.crl")}))
		}, unknown},
		"of authorities": {func(t *testing.T, s *site) []byte {
			return s.list(t, scope(t, issuingDistributionPoint{AuthorityOnly: true}))
		}, unknown},
		"of attributes": {func(t *testing.T, s *site) []byte {
			return s.list(t, scope(t, issuingDistributionPoint{AttributeOnly: true}))
		}, unknown},
		"of others' too": {func(t *testing.T, s *site) []byte {
			return s.list(t, scope(t, issuingDistributionPoint{Indirect: true}))
		}, unknown},
		"of some reasons": {func(t *testing.T, s *site) []byte { return s.list(t, scope(t, someReasons())) }, unknown},
		"a delta": {func(t *testing.T, s *site) []byte {
			return s.list(t, with(asn1.ObjectIdentifier{2, 5, 29, 27}, true, 2, 1, 1))
		}, unknown},
		"a broken scope": {func(t *testing.T, s *site) []byte {
			return s.list(t, with(asn1.ObjectIdentifier{2, 5, 29, 28}, true, 0x30, 5))
		}, unknown},
		"an unknown note": {func(t *testing.T, s *site) []byte {
			return s.list(t, with(asn1.ObjectIdentifier{1, 2, 3}, false, 5, 0))
		}, passes},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, withCRL)
			s.crl = answer(tt.list(t, s))
			checkBoth(t, tt.want, "crl", func(r *Revocation) error { return s.check(t, r, nil) })
		})
	}
}

func TestB08CRLNotFound(t *testing.T) {
	s := newSite(t, withCRL)
	s.crl = http.NotFound
	checkBoth(t, unknown, "", func(r *Revocation) error { return s.check(t, r, nil) })
}

func someReasons() issuingDistributionPoint {
	return issuingDistributionPoint{SomeReasons: asn1.BitString{Bytes: []byte{0x40}, BitLength: 2}}
}

// named returns ca under the name and key identifier of c, but with its own key.
func (ca *signerCA) named(c *x509.Certificate) *signerCA {
	fake := *ca.cert
	fake.RawSubject, fake.SubjectKeyId = c.RawSubject, c.SubjectKeyId
	return &signerCA{cert: &fake, key: ca.key}
}

// No change of a byte turns a statement that a certificate is revoked into one that it is not.
func FuzzReadOCSP(f *testing.F) {
	s := newSite(f, nil)
	f.Add(s.response(f, ocsp.Revoked, nil))
	delegate := s.root.leaf(f, "responder.example", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} })
	f.Add(s.signed(f, ocsp.Revoked, delegate.Leaf, delegate.PrivateKey.(crypto.Signer), nil))
	f.Add(s.response(f, ocsp.Unknown, nil))
	f.Add(s.response(f, ocsp.Good, func(r *ocsp.Response) { r.SerialNumber = big.NewInt(1) }))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := readOCSP(data, s.leaf.Leaf, s.root.cert, "ocsp", time.Now()); err == nil && got.revoked == nil {
			t.Errorf("good: %x", data)
		}
	})
}

func FuzzReadCRL(f *testing.F) {
	s := newSite(f, withCRL)
	serial := s.leaf.Leaf.SerialNumber
	target := s.URL + "/list.crl"
	f.Add(s.list(f, nil, serial))
	f.Add(s.list(f, scope(f, issuingDistributionPoint{Point: at(target)}), big.NewInt(1), serial))
	f.Add(s.list(f, scope(f, issuingDistributionPoint{AuthorityOnly: true})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := readCRL(data, target, s.leaf.Leaf, s.root.cert, time.Now()); err == nil && got.revoked == nil {
			t.Errorf("good: %x", data)
		}
	})
}

func TestReadRefusesWeakSignatures(t *testing.T) {
	for algorithm, want := range map[x509.SignatureAlgorithm]bool{
		x509.UnknownSignatureAlgorithm: true, x509.MD5WithRSA: true, x509.SHA1WithRSA: true, x509.ECDSAWithSHA1: true,
		x509.SHA256WithRSA: false, x509.ECDSAWithSHA256: false, x509.SHA384WithRSAPSS: false, x509.PureEd25519: false,
	} {
		if weak(algorithm) != want {
			t.Errorf("weak(%s) = %v", algorithm, !want)
		}
	}
	s := newSite(t, nil)
	sha1 := s.response(t, ocsp.Good, func(r *ocsp.Response) { r.SignatureAlgorithm = x509.ECDSAWithSHA1 })
	if _, err := readOCSP(sha1, s.leaf.Leaf, s.root.cert, "ocsp", time.Now()); err == nil {
		t.Error("a response signed with SHA-1 is believed")
	}
}

func BenchmarkReadCRL(b *testing.B) {
	s := newSite(b, withCRL)
	serials := make([]*big.Int, 10_000)
	for i := range serials {
		n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
		if err != nil {
			b.Fatal(err)
		}
		serials[i] = n
	}
	data := s.list(b, nil, serials...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readCRL(data, "", s.leaf.Leaf, s.root.cert, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
