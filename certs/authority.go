// Package certs holds everything the gate knows about certificates: the authority that jobs trust, the issuer of the
// leafs they see, the pins and the revocation checks that upstreams must pass. It imports nothing else of this module.
package certs

import (
	"crypto/x509"
	"errors"
	"time"
)

// ErrName is wrapped by the error of a name that the authority may not sign.
var ErrName = errors.New("name outside of the authority")

// AuthorityConfig says where the authority is kept and what it may sign.
type AuthorityConfig struct {
	// Dir holds authority.pem and authority-key.pem (0600); they are made there on first start. Not used if
	// Certificate and Key are given.
	Dir string
	// Names are the hosts the authority may sign: exact names and patterns such as "*.my.salesforce.com", which stands
	// for one or more labels below the suffix. They become critical name constraints of an authority that is made, and
	// one that is loaded must permit them.
	Names []string
	// Certificate and Key are PEM files of a platform's own issuing authority. Certificate may hold the chain above
	// it, in order; it is served to jobs.
	Certificate, Key string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Authority signs the certificates that jobs see. It is safe for concurrent use and does not change.
type Authority struct{}

// OpenAuthority loads and checks the authority, or makes one on first start.
func OpenAuthority(cfg AuthorityConfig) (*Authority, error) {
	return nil, errors.New("open authority: not built")
}

// Certificate returns the signing certificate. The caller must not change it.
func (a *Authority) Certificate() *x509.Certificate { return nil }

// PEM returns the signing certificate and the chain above it: what a job must trust.
func (a *Authority) PEM() []byte { return nil }

// Made reports whether OpenAuthority made the certificate, so that nobody can trust it yet.
func (a *Authority) Made() bool { return false }

// Fingerprint returns the SHA-256 of the certificate as `openssl x509 -fingerprint -sha256` spells it.
func (a *Authority) Fingerprint() string { return "" }

// Covers returns nil if the authority may sign host, and an error wrapping ErrName if not.
func (a *Authority) Covers(host string) error { return ErrName }

// Expires returns when the first certificate of the authority's chain ends.
func (a *Authority) Expires() time.Time { return time.Time{} }

// Warnings returns what an operator should do soon, one sentence each.
func (a *Authority) Warnings() []string { return nil }
