package certs

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// ErrStatusUnknown is wrapped by the error of a certificate whose revocation status could not be learned.
var ErrStatusUnknown = errors.New("revocation status unknown")

// RevocationMode says what an unknown status does. The zero mode refuses it.
type RevocationMode uint8

// The modes of revocation checks. A revoked certificate is refused in each but the last.
const (
	RevocationHard RevocationMode = iota // an unknown status refuses the connection
	RevocationSoft                       // an unknown status passes
	RevocationOff                        // nothing is checked
)

// Defaults of [RevocationConfig].
const (
	DefaultRevocationTimeout = 2 * time.Second
	DefaultRevocationCache   = 1024
)

const (
	// refreshAfter is how long a status is used before it is asked for again. Responders publish for days; an hour
	// bounds how long a revocation goes unnoticed at the price of one small request.
	refreshAfter = time.Hour
	// retryAfter is how long after a failure nobody asks again: a dead responder must not cost each handshake its timeout.
	retryAfter = time.Minute
	// clockSkew is how far the clocks of the gate and of a responder may differ.
	clockSkew = 5 * time.Minute
	// noNextUpdate is how long a response counts that does not say when the next one comes.
	noNextUpdate = 24 * time.Hour
	// maxChains is the number of verified chains that are looked at.
	maxChains = 4
)

// RevocationConfig says how revocation is checked.
type RevocationConfig struct {
	// Mode says what an unknown status does.
	Mode RevocationMode
	// Dial connects to OCSP responders and CRL servers, whose addresses come out of certificates: it must be the
	// guarded dialer. Without it nothing is fetched.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds a check, fetches included. Zero means 2 s.
	Timeout time.Duration
	// CacheSize is the number of certificates whose status is kept. Zero means 1024.
	CacheSize int
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Revocation learns whether upstream certificates are revoked: from the stapled OCSP response, from the OCSP
// responder, from the revocation list, in this order. It is safe for concurrent use. A nil Revocation checks nothing.
type Revocation struct {
	cfg    RevocationConfig
	client *http.Client
	known  *lru.Cache[certificateID, status]
	asking singleflight.Group
	list   chan struct{} // holds a token while a revocation list is in memory, so that it is one at a time
}

// certificateID is the SHA-256 of an issuer's key and a serial number.
type certificateID [sha256.Size]byte

// status is what was learned about a certificate.
type status struct {
	known   bool
	revoked *RevokedError // nil if it is not
	refresh time.Time     // when to ask again
	expires time.Time     // until when it may be used if asking fails
}

// RevokedError is a certificate that its authority revoked.
type RevokedError struct {
	// Subject is the certificate's subject, Serial its serial number.
	Subject string
	Serial  *big.Int
	// At is when it was revoked.
	At time.Time
	// Reason is the CRLReason code of RFC 5280, section 5.3.1.
	Reason int
	// Source is where it was learned: "stapled", "ocsp" or "crl".
	Source string
}

// Error names the certificate.
func (e *RevokedError) Error() string {
	return fmt.Sprintf("certificate revoked: %s (serial %X) on %s, reason %d, according to %s", e.Subject, e.Serial, e.At.UTC().Format(time.RFC3339), e.Reason, e.Source)
}

// NewRevocation returns a checker with an empty cache.
func NewRevocation(cfg RevocationConfig) *Revocation {
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultRevocationTimeout
	}
	if cfg.CacheSize <= 0 {
		cfg.CacheSize = DefaultRevocationCache
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Dial == nil {
		cfg.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no dialer") }
	}
	known, err := lru.New[certificateID, status](cfg.CacheSize)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	client := &http.Client{
		Transport: &http.Transport{ // no Proxy: the process's environment is not asked
			DialContext:            cfg.Dial,
			DisableKeepAlives:      true, // one request an hour
			DisableCompression:     true,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Revocation{cfg: cfg, client: client, known: known, list: make(chan struct{}, 1)}
}

// Check returns nil if no certificate of a verified chain but its root is revoked; one such chain is enough. Else it
// returns a *RevokedError, or in hard mode one wrapping ErrStatusUnknown.
func (r *Revocation) Check(ctx context.Context, cs *tls.ConnectionState) error {
	if r == nil || r.cfg.Mode == RevocationOff {
		return nil
	}
	if len(cs.VerifiedChains) == 0 {
		return fmt.Errorf("%w: no verified chain", ErrStatusUnknown)
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	var failed error
	for _, chain := range cs.VerifiedChains[:min(len(cs.VerifiedChains), maxChains)] {
		err := r.checkChain(ctx, cs, chain)
		if err == nil {
			return nil
		}
		var revoked *RevokedError
		if failed == nil || errors.As(err, &revoked) {
			failed = err
		}
	}
	return failed
}

// checkChain asks about all certificates of a chain at once and returns the worst that was learned.
func (r *Revocation) checkChain(ctx context.Context, cs *tls.ConnectionState, chain []*x509.Certificate) error {
	answers := make([]func() status, 0, len(chain))
	for i, c := range chain[:len(chain)-1] {
		if i == 0 {
			stapled, err := r.stapled(cs, c, chain[1])
			if err != nil {
				return err
			}
			if stapled {
				continue
			}
		}
		answers = append(answers, r.ask(ctx, c, chain[i+1]))
	}
	unknown := 0
	for _, answer := range answers {
		switch s := answer(); {
		case s.known && s.revoked != nil:
			return s.revoked
		case !s.known:
			unknown++
		}
	}
	if unknown > 0 && r.cfg.Mode == RevocationHard {
		return fmt.Errorf("%w: neither OCSP nor CRL told of %d certificates of the chain of %s", ErrStatusUnknown, unknown, chain[0].Subject)
	}
	return nil
}

// stapled reports whether the handshake itself carried the status of the leaf. It returns an error if the leaf is
// revoked, or if it has to carry one, does not, and mode is hard.
func (r *Revocation) stapled(cs *tls.ConnectionState, leaf, issuer *x509.Certificate) (bool, error) {
	if len(cs.OCSPResponse) > 0 {
		if s, err := readOCSP(cs.OCSPResponse, leaf, issuer, "stapled", r.cfg.Now()); err == nil {
			if s.revoked != nil {
				return true, s.revoked
			}
			return true, nil
		}
	}
	// A resumed session repeats the response of its first handshake, which may have expired: then the responder is asked.
	if r.cfg.Mode == RevocationHard && mustStaple(leaf) && !cs.DidResume {
		return false, fmt.Errorf("%w: %s must staple its status (RFC 7633) and has no valid one", ErrStatusUnknown, leaf.Subject)
	}
	return false, nil
}

// ask starts to find out the status of c and returns a function that waits for it. What is in the cache costs nothing.
// Who gives up waiting does not stop the others: the question goes on until its own timeout.
func (r *Revocation) ask(ctx context.Context, c, issuer *x509.Certificate) func() status {
	id := identify(c, issuer)
	if s, ok := r.known.Get(id); ok && r.cfg.Now().Before(s.refresh) {
		return func() status { return s }
	}
	answer := r.asking.DoChan(string(id[:]), func() (any, error) {
		if s, ok := r.known.Peek(id); ok && r.cfg.Now().Before(s.refresh) { // learned while this call came here
			return s, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Timeout)
		defer cancel()
		s := r.learn(ctx, id, c, issuer)
		r.known.Add(id, s)
		return s, nil
	})
	return func() status {
		select {
		case result := <-answer:
			return result.Val.(status)
		case <-ctx.Done():
			return r.kept(id)
		}
	}
}

// learn asks the sources that c names, and falls back on what is kept.
func (r *Revocation) learn(ctx context.Context, id certificateID, c, issuer *x509.Certificate) status {
	again := refreshAfter
	s, err := r.fetch(ctx, c, issuer)
	if err != nil {
		s, again = r.kept(id), retryAfter
	}
	s.refresh = r.cfg.Now().Add(again)
	if s.known && s.expires.Before(s.refresh) {
		s.refresh = s.expires
	}
	return s
}

// kept returns the status in the cache while it may be used, else an unknown one.
func (r *Revocation) kept(id certificateID) status {
	if s, ok := r.known.Peek(id); ok && s.known && r.cfg.Now().Before(s.expires) {
		return s
	}
	return status{}
}

// fetch asks the OCSP responders, then the revocation lists that c names.
func (r *Revocation) fetch(ctx context.Context, c, issuer *x509.Certificate) (status, error) {
	if hasExtension(c, noRevAvail()) {
		return status{known: true, expires: c.NotAfter}, nil
	}
	for _, url := range c.OCSPServer[:min(len(c.OCSPServer), maxSources)] {
		if s, err := r.fetchOCSP(ctx, url, c, issuer); err == nil {
			return s, nil
		}
	}
	for _, url := range c.CRLDistributionPoints[:min(len(c.CRLDistributionPoints), maxSources)] {
		if s, err := r.fetchCRL(ctx, url, c, issuer); err == nil {
			return s, nil
		}
	}
	return status{}, ErrStatusUnknown
}

// identify returns the cache key of c.
func identify(c, issuer *x509.Certificate) certificateID {
	key := sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
	return sha256.Sum256(append(key[:], c.SerialNumber.Bytes()...))
}

// current returns until when a statement counts, and an error if that is past or it is from the future.
func current(thisUpdate, nextUpdate, now time.Time) (time.Time, error) {
	if nextUpdate.IsZero() {
		nextUpdate = thisUpdate.Add(noNextUpdate)
	}
	if thisUpdate.After(now.Add(clockSkew)) || !now.Before(nextUpdate) {
		return time.Time{}, fmt.Errorf("%w: a statement from %s to %s", ErrStatusUnknown, thisUpdate.UTC().Format(time.RFC3339), nextUpdate.UTC().Format(time.RFC3339))
	}
	return nextUpdate, nil
}

// weak reports whether statements signed with a are not believed: SHA-1 and MD5 collide, and x509's CheckSignature
// takes SHA-1.
func weak(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.UnknownSignatureAlgorithm, x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// tlsFeature is the extension that says what a server must offer (RFC 7633).
func tlsFeature() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24} }

// noRevAvail is the extension of a certificate so short-lived that its status is published nowhere (RFC 9608).
func noRevAvail() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 29, 56} }

func hasExtension(c *x509.Certificate, id asn1.ObjectIdentifier) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(id) {
			return true
		}
	}
	return false
}

// mustStaple reports whether c demands a stapled OCSP response. An extension that cannot be read demands it too.
func mustStaple(c *x509.Certificate) bool {
	const statusRequest = 5 // RFC 6066, section 8
	for _, e := range c.Extensions {
		if !e.Id.Equal(tlsFeature()) {
			continue
		}
		var features []int
		rest, err := asn1.Unmarshal(e.Value, &features)
		return err != nil || len(rest) > 0 || slices.Contains(features, statusRequest)
	}
	return false
}
