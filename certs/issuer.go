package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cloudflare/cfssl/config"
	"github.com/cloudflare/cfssl/csr"
	"github.com/cloudflare/cfssl/signer"
	"github.com/cloudflare/cfssl/signer/local"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Defaults of [IssuerConfig].
const (
	DefaultLeafLifetime = 72 * time.Hour
	DefaultLeafBackdate = time.Hour
	DefaultLeafCache    = 1024
)

// maxLeafLifetime is the longest validity that clients accept from an authority they were told to trust: Apple's take
// no more than 825 days, and the public rule of 398 is what others will follow.
const maxLeafLifetime = 398 * 24 * time.Hour

// IssuerConfig says how leafs are made.
type IssuerConfig struct {
	// Lifetime is how long a leaf is valid from its making. Zero means 72 h.
	Lifetime time.Duration
	// Backdate is how far a leaf's validity starts in the past, for jobs whose clock is late. Zero means 1 h.
	Backdate time.Duration
	// CacheSize is the number of leafs that are kept. Zero means 1024.
	CacheSize int
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Issuer makes and keeps the leafs that jobs see. Each leaf has its own key, which lives in memory only. It is safe
// for concurrent use.
type Issuer struct {
	authority *Authority
	cfg       IssuerConfig
	signer    *local.Signer
	leafs     *lru.TwoQueueCache[string, *leaf] // a flood of names that are asked for once does not push out the rest
	making    singleflight.Group
	signed    atomic.Int64 // signatures made
}

// leaf is a certificate and when it is used: outside of that another is made.
type leaf struct {
	certificate  *tls.Certificate
	since, renew time.Time
}

// NewIssuer returns an issuer of a.
func NewIssuer(a *Authority, cfg IssuerConfig) (*Issuer, error) {
	if cfg.Lifetime == 0 {
		cfg.Lifetime = DefaultLeafLifetime
	}
	if cfg.Backdate == 0 {
		cfg.Backdate = DefaultLeafBackdate
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = DefaultLeafCache
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	switch {
	case a == nil:
		return nil, errors.New("new issuer: no authority")
	case cfg.Lifetime < time.Minute || cfg.Lifetime+cfg.Backdate > maxLeafLifetime:
		return nil, fmt.Errorf("new issuer: leaf lifetime %s; it should be between one minute and %s", cfg.Lifetime, maxLeafLifetime)
	case cfg.Backdate < 0:
		return nil, fmt.Errorf("new issuer: leafs backdated by %s; it should not be negative", cfg.Backdate)
	case cfg.CacheSize < 2:
		return nil, fmt.Errorf("new issuer: a cache of %d leafs; it should hold 2 or more", cfg.CacheSize)
	}
	leafs, err := lru.New2Q[string, *leaf](cfg.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("new issuer: %w", err)
	}
	profile := &config.SigningProfile{
		Usage:         []string{"digital signature", "server auth"},
		Expiry:        cfg.Lifetime,
		Backdate:      cfg.Backdate,
		NameWhitelist: a.names.whitelist(),
		CSRWhitelist:  &config.CSRWhitelist{PublicKey: true, PublicKeyAlgorithm: true, SignatureAlgorithm: true},
	}
	sign, err := local.NewSigner(a.key, a.Certificate(), signer.DefaultSigAlgo(a.key), &config.Signing{Default: profile})
	if err != nil {
		return nil, fmt.Errorf("new issuer: %w", err)
	}
	i := &Issuer{authority: a, cfg: cfg, signer: sign, leafs: leafs}
	if err := i.probe(); err != nil {
		return nil, fmt.Errorf("new issuer: %w", err)
	}
	return i, nil
}

// probe signs a leaf for each pattern and verifies it as a job would, so that an authority whose chain jobs do not
// accept, such as one with narrower constraints further up, is found at the start and not by the jobs.
func (i *Issuer) probe() error {
	chain := i.authority.chain
	roots, above := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(chain[len(chain)-1])
	for _, c := range chain[:len(chain)-1] {
		above.AddCert(c)
	}
	for _, p := range i.authority.names.all {
		name := p.base
		if p.wildcard {
			name = "probe." + name
		}
		l, err := i.make(name)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		opts := x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: above, CurrentTime: i.cfg.Now()}
		if _, err := l.certificate.Leaf.Verify(opts); err != nil {
			return fmt.Errorf("jobs would not accept a leaf for %s: %w", p, err)
		}
	}
	return nil
}

// Authority returns the authority that signs the leafs.
func (i *Issuer) Authority() *Authority { return i.authority }

// Leaf returns a certificate for host that is valid now, from the cache or newly signed. The caller must not change
// it. A host that the authority does not cover, IP addresses among them, is an error wrapping ErrName.
func (i *Issuer) Leaf(host string) (*tls.Certificate, error) {
	name, err := i.authority.covered(host) // before anything that costs time or memory
	if err != nil {
		return nil, fmt.Errorf("leaf: %w", err)
	}
	if l, ok := i.leafs.Get(name); ok && i.good(l) {
		return l.certificate, nil
	}
	made, err, _ := i.making.Do(name, func() (any, error) {
		if l, ok := i.leafs.Peek(name); ok && i.good(l) { // made while this call came here
			return l.certificate, nil
		}
		l, err := i.make(name)
		if err != nil {
			return nil, err
		}
		i.leafs.Add(name, l)
		return l.certificate, nil
	})
	if err != nil {
		return nil, fmt.Errorf("leaf: %w", err)
	}
	return made.(*tls.Certificate), nil
}

// good reports whether l can be used and need not be replaced yet.
func (i *Issuer) good(l *leaf) bool {
	now := i.cfg.Now()
	return now.Before(l.renew) && !now.Before(l.since)
}

// make returns a new leaf with a new key for name, which the authority covers.
func (i *Issuer) make(name string) (*leaf, error) {
	now := i.cfg.Now().UTC()
	notBefore, notAfter := now.Add(-i.cfg.Backdate), now.Add(i.cfg.Lifetime)
	since, renew := notBefore, notAfter.Add(-i.cfg.Lifetime/3)
	if first := i.authority.Certificate().NotBefore; notBefore.Before(first) {
		notBefore = first
	}
	if last := i.authority.Expires(); notAfter.After(last) {
		notAfter = last
		renew = last // a new one would not live longer
	}
	if !now.Before(notAfter) {
		return nil, fmt.Errorf("the authority expired on %s", notAfter.Format(time.DateOnly))
	}
	// The key is fresh randomness, not derived from the authority's key: goproxy derives it and two authorities can
	// come out with the same one (PROXY, section 1.3; stripe/goproxy#36).
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	request, err := csr.Generate(key, &csr.CertificateRequest{KeyRequest: csr.NewKeyRequest()})
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	der, err := i.sign(signer.SignRequest{
		Hosts:     []string{name},
		Request:   string(request),
		Subject:   &signer.Subject{Names: []csr.Name{{O: "phigate"}}}, // no common name: clients look at the SAN alone
		NotBefore: notBefore,
		NotAfter:  notAfter,
	})
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parse certificate: %w", err)
	}
	chain := append([][]byte{der}, i.authority.served()...)
	return &leaf{certificate: &tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: parsed}, since: since, renew: renew}, nil
}

// sign has request signed and returns the certificate in DER. The signer names keys by their SHA-1, as RFC 5280,
// section 4.2.1.2 has it; that is an identifier and no security function, but fips140=only would panic.
func (i *Issuer) sign(request signer.SignRequest) (der []byte, err error) {
	var encoded []byte
	fips140.WithoutEnforcement(func() { encoded, err = i.signer.Sign(request) })
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	i.signed.Add(1)
	block, _ := pem.Decode(encoded)
	if block == nil {
		return nil, errors.New("sign: no PEM")
	}
	return block.Bytes, nil
}
