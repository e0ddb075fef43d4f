package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
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

// minPins is the smallest set: the pin in use and one to move to. With a single one, the day that the upstream changes
// its authority is an outage.
const minPins = 2

// pinPrefix names the hash of a pin; the rest is standard base64.
const pinPrefix = "sha256/"

// Pins is a set of pinned hosts. It does not change and is safe for concurrent use.
type Pins struct {
	exact     map[string]*pinSet
	wildcards []*pinSet // longest suffix first
}

// pinSet is the pins of one pattern.
type pinSet struct {
	pattern pattern
	pins    []string
	mode    PinMode
}

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
func (e *PinError) Error() string {
	presented := "no verified certificate"
	if len(e.Presented) > 0 {
		presented = strings.Join(e.Presented, " ")
	}
	return fmt.Sprintf("pin mismatch for %s: presented %s; expected one of %s", e.Host, presented, strings.Join(e.Expected, " "))
}

// SPKI returns the pin of c's public key: "sha256/" and the base64 of its SubjectPublicKeyInfo's SHA-256 (the form of
// RFC 7469, section 2.1.1 and of curl).
func SPKI(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return pinPrefix + base64.StdEncoding.EncodeToString(sum[:])
}

// NewPins checks and compiles hosts. Without any, no host is pinned.
func NewPins(hosts []HostPins) (*Pins, error) {
	p := &Pins{exact: make(map[string]*pinSet)}
	seen := make(map[pattern]bool)
	for _, host := range hosts {
		set, err := newPinSet(host)
		if err != nil {
			return nil, fmt.Errorf("pins: %w", err)
		}
		if seen[set.pattern] {
			return nil, fmt.Errorf("pins: host %q: is listed twice; put all its pins into one entry", host.Match)
		}
		seen[set.pattern] = true
		if set.pattern.wildcard {
			p.wildcards = append(p.wildcards, set)
		} else {
			p.exact[set.pattern.base] = set
		}
	}
	slices.SortFunc(p.wildcards, func(a, b *pinSet) int { return len(b.pattern.base) - len(a.pattern.base) })
	return p, nil
}

func newPinSet(host HostPins) (*pinSet, error) {
	pat, err := parsePattern(host.Match)
	if err != nil {
		return nil, err
	}
	hint := fmt.Sprintf("`phigate pins show %s` prints those in use", strings.TrimPrefix(host.Match, "*."))
	if pat.wildcard {
		hint = fmt.Sprintf("`phigate pins show HOST`, with a host that %s stands for, prints those in use", host.Match)
	}
	if host.Mode > PinReport {
		return nil, fmt.Errorf("host %q: unknown pin mode %d", host.Match, host.Mode)
	}
	set := &pinSet{pattern: pat, mode: host.Mode}
	for n, pin := range host.Pins {
		if err := checkPin(pin); err != nil {
			return nil, fmt.Errorf("host %q: pin %d: %w; %s", host.Match, n+1, err, hint)
		}
		if !slices.Contains(set.pins, pin) {
			set.pins = append(set.pins, pin)
		}
	}
	if len(set.pins) < minPins {
		return nil, fmt.Errorf("host %q: %d distinct pins; it should have %d or more, one of them of an authority that is not in use yet; %s",
			host.Match, len(set.pins), minPins, hint)
	}
	return set, nil
}

// checkPin wants the exact form that SPKI returns, so that pins can be compared as strings.
func checkPin(pin string) error {
	encoded, ok := strings.CutPrefix(pin, pinPrefix)
	if !ok {
		return errors.New(`does not start with "sha256/"`)
	}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(sum) != sha256.Size || base64.StdEncoding.EncodeToString(sum) != encoded {
		return errors.New(`is not "sha256/" and 44 characters of standard base64`)
	}
	if [sha256.Size]byte(sum) == [sha256.Size]byte{} || [sha256.Size]byte(sum) == sha256.Sum256(nil) {
		return errors.New("is the pin of nothing")
	}
	return nil
}

// lookup returns the pins of host; nil if it has none.
func (p *Pins) lookup(host string) *pinSet {
	if set, ok := p.exact[host]; ok {
		return set
	}
	for _, set := range p.wildcards {
		if set.pattern.match(host) {
			return set
		}
	}
	return nil
}

// Verify returns nil if host has no pins or a certificate of a verified chain has one of them, and a *PinError if not;
// its Report says whether the connection may go on. Call it from tls.Config.VerifyConnection, which also runs on resumption.
func (p *Pins) Verify(host string, cs *tls.ConnectionState) error {
	name, err := hostName(host)
	if err != nil {
		return fmt.Errorf("verify pins: the host %w", err)
	}
	set := p.lookup(name)
	if set == nil {
		return nil
	}
	var presented []string
	for _, chain := range cs.VerifiedChains {
		for _, c := range chain {
			pin := SPKI(c)
			if slices.Contains(set.pins, pin) {
				return nil
			}
			if !slices.Contains(presented, pin) {
				presented = append(presented, pin)
			}
		}
	}
	return &PinError{Host: name, Presented: presented, Expected: slices.Clone(set.pins), Report: set.mode == PinReport}
}

// Warnings returns what an operator should know about a connection that Verify let pass, one sentence each: a pin
// that hangs on the leaf alone, and a mismatch that is only reported.
func (p *Pins) Warnings(host string, cs *tls.ConnectionState) []string {
	var mismatch *PinError
	if err := p.Verify(host, cs); errors.As(err, &mismatch) {
		return []string{mismatch.Error()}
	}
	name, err := hostName(host)
	if err != nil {
		return nil
	}
	set := p.lookup(name)
	if set == nil {
		return nil
	}
	var leaf *x509.Certificate
	for _, chain := range cs.VerifiedChains {
		for i, c := range chain {
			switch {
			case !slices.Contains(set.pins, SPKI(c)):
			case i > 0:
				return nil // an authority is pinned: a new leaf changes nothing
			default:
				leaf = c
			}
		}
	}
	if leaf == nil {
		return nil
	}
	days := int(time.Until(leaf.NotAfter) / (24 * time.Hour))
	return []string{fmt.Sprintf("only the leaf of %s is pinned (%s), and it expires in %d days: pin its issuer or root", name, SPKI(leaf), days)}
}
