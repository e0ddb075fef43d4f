package certs

import (
	"crypto/tls"
	"errors"
	"time"
)

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

// Issuer makes and keeps the leafs that jobs see. It is safe for concurrent use.
type Issuer struct{}

// NewIssuer returns an issuer of a.
func NewIssuer(a *Authority, cfg IssuerConfig) (*Issuer, error) {
	return nil, errors.New("new issuer: not built")
}

// Leaf returns a certificate for host that is valid now, from the cache or newly signed. The caller must not change
// it. A host that the authority does not cover, IP addresses among them, is an error wrapping ErrName.
func (i *Issuer) Leaf(host string) (*tls.Certificate, error) { return nil, ErrName }
