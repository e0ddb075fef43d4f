package policy

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// DefaultPort is the port of a host that names none.
const DefaultPort = 443

// Host is an upstream that may be reached.
type Host struct {
	// Match is a host name in lower case, or "*." and a suffix, which matches one or more labels before the suffix and
	// never the suffix alone.
	Match string
	// Pins are SPKI pins, "sha256/" and base64; one certificate of the verified chain must match one of them.
	Pins []string
	// PinMode says what a chain without a match does.
	PinMode PinMode
	// Ports are the ports that may be reached.
	Ports []int
}

// PinMode says what happens when no pin matches.
type PinMode uint8

// The pin modes. The zero mode enforces.
const (
	PinEnforce PinMode = iota // the connection fails
	PinReport                 // it goes on and is reported
)

var pinModeNames = [...]string{PinEnforce: "enforce", PinReport: "report"}

// String returns the pin mode's name as the policy file spells it.
func (m PinMode) String() string { return pinModeNames[m] }

// Hosts returns the hosts of the policy in the order of the file. The caller must not change it.
func (p *Policy) Hosts() []Host { return p.hosts }

// Host returns the entry for a host and port: an exact name before a pattern, and a longer pattern before a shorter
// one. name is a host name without a port and without a trailing dot, in any case.
func (p *Policy) Host(name string, port int) (*Host, bool) {
	name = strings.ToLower(name)
	var best *Host
	for i := range p.hosts {
		h := &p.hosts[i]
		if matchesHost(h.Match, name) && (best == nil || closer(h.Match, best.Match)) {
			best = h
		}
	}
	if best == nil || !slices.Contains(best.Ports, port) {
		return nil, false
	}
	return best, true
}

// matchesHost reports whether a host pattern matches a name, both in lower case.
func matchesHost(match, name string) bool {
	suffix, wild := strings.CutPrefix(match, "*")
	if !wild {
		return match == name
	}
	// ".example.com" itself and "..example.com" are no names below example.com.
	return len(name) > len(suffix) && strings.HasSuffix(name, suffix) && name[0] != '.'
}

func matchesAnyHost(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matchesHost(p, name) })
}

func closer(a, b string) bool {
	if wild := strings.HasPrefix(b, "*"); wild != strings.HasPrefix(a, "*") {
		return wild
	}
	return len(a) > len(b)
}

// host reads an entry of hosts.
func (f *file) host(n *yaml.Node) {
	h := Host{}
	seen := f.mapping(n, "host",
		key{"match", func(n *yaml.Node) { h.Match, _ = f.hostPattern(n) }},
		key{"pins", func(n *yaml.Node) { f.each(n, "pins", func(n *yaml.Node) { f.pin(n, &h) }) }},
		key{"pin_mode", func(n *yaml.Node) {
			if s, ok := f.word(n, "pin mode", pinModeNames[:]); ok {
				h.PinMode = PinMode(slices.Index(pinModeNames[:], s))
			}
		}},
		key{"ports", func(n *yaml.Node) {
			f.each(n, "ports", func(n *yaml.Node) {
				if port, ok := f.number(n, "port", 1, 65535); ok {
					h.Ports = append(h.Ports, port)
				}
			})
		}})
	if seen == nil {
		return
	}
	if seen["match"] == nil {
		f.report(n, `match: "*.my.salesforce.com"`, "a host without match")
		return
	}
	if seen["pins"] == nil || len(h.Pins) == 1 {
		f.report(n, "name the key in use and one to move to; phigate pins show HOST prints them",
			"a host with fewer than two pins")
	}
	if slices.ContainsFunc(f.policy.hosts, func(o Host) bool { return o.Match == h.Match }) && h.Match != "" {
		f.report(seen["match"], "", "host %q is there twice", h.Match)
	}
	if h.Ports == nil {
		h.Ports = []int{DefaultPort}
	}
	f.policy.hosts = append(f.policy.hosts, h)
}

func (f *file) pin(n *yaml.Node, h *Host) {
	s, ok := f.text(n, "pin")
	if !ok {
		return
	}
	b64, ok := strings.CutPrefix(s, "sha256/")
	if sum, err := base64.StdEncoding.Strict().DecodeString(b64); !ok || err != nil || len(sum) != 32 {
		f.report(n, "sha256/ and the base64 of the SHA-256 of a public key; phigate pins show HOST prints it",
			"%q is no pin", s)
		return
	}
	if slices.Contains(h.Pins, s) {
		f.report(n, "the second pin is for the day the first key is replaced", "the same pin twice")
		return
	}
	h.Pins = append(h.Pins, s)
}

// hostPattern reads a host name or "*." and a suffix of at least two labels.
func (f *file) hostPattern(n *yaml.Node) (string, bool) {
	s, ok := f.text(n, "host pattern")
	if !ok {
		return "", false
	}
	s = strings.ToLower(s)
	name, wild := strings.CutPrefix(s, "*.")
	if _, err := netip.ParseAddr(s); err == nil {
		f.report(n, "give the name that its certificate has", "%q is an address", s)
		return "", false
	}
	if !validHost(name) {
		f.report(n, `a name such as login.salesforce.com, or "*." and a suffix`, "%q is no host pattern", s)
		return "", false
	}
	if wild && strings.Count(name, ".") < 1 {
		f.report(n, "name the organisation too, as in *.my.salesforce.com", "%q matches all of a top-level domain", s)
		return "", false
	}
	return s, true
}

// validHost reports whether s is a host name of letters, digits and hyphens in labels of 1 to 63 bytes (RFC 1123).
func validHost(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return true
}
