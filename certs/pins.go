package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
)

// PinMode says what a mismatch does. The zero mode refuses the connection.
type PinMode uint8

// The modes of a pin set.
const (
	PinEnforce PinMode = iota // a mismatch refuses the connection
	PinReport                 // a mismatch is reported and passes
)

// HostPins are the pins of the hosts that Match stands for.
type HostPins struct {
	// Match is an exact name or a pattern such as "*.my.salesforce.com", one or more labels below the suffix. Of
	// several that match, the longest counts.
	Match string
	// Pins are at least two SPKI pins as SPKI spells them; any of them may be any certificate of a verified chain.
	Pins []string
	// Mode says what a mismatch does.
	Mode PinMode
}

// Pins is a set of pinned hosts. It does not change and is safe for concurrent use.
type Pins struct{}

// PinError is a connection none of whose verified certificates has a pin of its host.
type PinError struct {
	// Host is the upstream's name.
	Host string
	// Presented and Expected are SPKI pins: those of the verified chains, and those of the host.
	Presented, Expected []string
	// Report says that the host's pins only report, so that the connection may go on.
	Report bool
}

// Error names the pins, which are public.
func (e *PinError) Error() string { return "pin mismatch for " + e.Host }

// SPKI returns the pin of c's public key: "sha256/" and the base64 of its SubjectPublicKeyInfo's SHA-256.
func SPKI(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}

// NewPins checks and compiles hosts. Without any, no host is pinned.
func NewPins(hosts []HostPins) (*Pins, error) { return nil, errors.New("new pins: not built") }

// Verify returns nil if host has no pins or a certificate of a verified chain has one of them, and a *PinError if not;
// its Report says whether the connection may go on. Call it from tls.Config.VerifyConnection, which also runs on resumption.
func (p *Pins) Verify(host string, cs *tls.ConnectionState) error { return &PinError{Host: host} }

// Warnings returns what an operator should know about a connection that Verify let pass, one sentence each: a pin
// that hangs on the leaf alone, and a mismatch that is only reported.
func (p *Pins) Warnings(host string, cs *tls.ConnectionState) []string { return nil }
