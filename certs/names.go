package certs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// pattern is an exact host name, or all names one or more labels below a suffix.
type pattern struct {
	base     string // lower case, without "*."
	wildcard bool
}

// parsePattern reads "login.salesforce.com" or "*.my.salesforce.com".
func parsePattern(s string) (pattern, error) {
	base, wildcard := strings.CutPrefix(s, "*.")
	base, err := hostName(base)
	if err != nil {
		return pattern{}, fmt.Errorf(`host pattern %q: %w; it is a name such as "login.salesforce.com" or "*.my.salesforce.com"`, s, err)
	}
	// An exact name counts too: name constraints permit what is below it.
	if registry(base) || wildcard && !strings.Contains(base, ".") {
		return pattern{}, fmt.Errorf("host pattern %q: stands for everybody's names below %s; name the domain below it", s, base)
	}
	return pattern{base: base, wildcard: wildcard}, nil
}

// registry reports whether anybody may register names below base, such as com or co.uk.
func registry(base string) bool {
	suffix, icann := publicsuffix.PublicSuffix(base)
	return icann && suffix == base
}

// match reports whether p stands for host, which is in the form that hostName returns.
func (p pattern) match(host string) bool {
	if !p.wildcard {
		return host == p.base
	}
	n := len(host) - len(p.base) - 1
	return n > 0 && host[n] == '.' && host[n+1:] == p.base
}

// String returns the pattern as it is written.
func (p pattern) String() string {
	if p.wildcard {
		return "*." + p.base
	}
	return p.base
}

// The errors of hostName. They do not repeat the name: what a client asks for may be made of what it wants to carry out.
var (
	errHostLength = errors.New("is not 1 to 253 bytes long")
	errHostLabel  = errors.New("has a label that is empty, longer than 63 bytes, or starts or ends with a hyphen")
	errHostByte   = errors.New("holds a byte other than letters, digits, hyphens and dots (an international name goes by its xn-- form)")
	errHostIP     = errors.New("is an IP address, not a name")
)

// hostName returns the lower-case form of a host name: LDH labels (RFC 1123, section 2.1), 253 bytes at most, no dot
// at the end. A name whose last label is a number is an address to some resolvers (WHATWG URL, "ends in a number")
// and is refused, as every IP address is.
func hostName(s string) (string, error) {
	if s == "" || len(s) > 253 {
		return "", errHostLength
	}
	upper := false
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.':
		case 'A' <= c && c <= 'Z':
			upper = true
		case c == ':' || c == '[' || c == '%':
			return "", errHostIP
		default:
			return "", errHostByte
		}
	}
	if upper {
		s = strings.ToLower(s)
	}
	last := ""
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "", errHostLabel
		}
		last = label
	}
	if '0' <= last[0] && last[0] <= '9' && numeric(last) {
		return "", errHostIP
	}
	return s, nil
}

// numeric reports whether label, which starts with a digit, is a decimal, octal or hexadecimal number.
func numeric(label string) bool {
	digits := "0123456789"
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		label, digits = hex, "0123456789abcdef"
	}
	return strings.Trim(label, digits) == ""
}

// nameSet is what an authority may sign.
type nameSet struct {
	exact     map[string]bool
	wildcards []pattern
	all       []pattern
}

func newNameSet(names []string) (*nameSet, error) {
	if len(names) == 0 {
		return nil, errors.New(`no names: an authority needs the hosts it may sign, such as "*.my.salesforce.com"`)
	}
	set := &nameSet{exact: make(map[string]bool)}
	for _, name := range names {
		p, err := parsePattern(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(set.all, p) {
			continue
		}
		set.all = append(set.all, p)
		if p.wildcard {
			set.wildcards = append(set.wildcards, p)
		} else {
			set.exact[p.base] = true
		}
	}
	return set, nil
}

// match reports whether a pattern of the set stands for host, which is in the form that hostName returns.
func (s *nameSet) match(host string) bool {
	if s.exact[host] {
		return true
	}
	return slices.ContainsFunc(s.wildcards, func(p pattern) bool { return p.match(host) })
}

// constraints returns the set as dNSName constraints. One without a leading dot, as RFC 5280, section 4.2.1.10 has it,
// permits the name itself and all below: wider than an exact pattern, which the issuer narrows.
func (s *nameSet) constraints() []string {
	bases := make([]string, 0, len(s.all))
	for _, p := range s.all {
		bases = append(bases, p.base)
	}
	slices.Sort(bases)
	bases = slices.Compact(bases)
	return slices.DeleteFunc(slices.Clone(bases), func(base string) bool {
		return slices.ContainsFunc(bases, func(other string) bool { return other != base && below(base, other) })
	})
}

// whitelist returns a regular expression of the names that match, for the signer's own check.
func (s *nameSet) whitelist() *regexp.Regexp {
	alternatives := make([]string, 0, len(s.all))
	for _, p := range s.all {
		expr := regexp.QuoteMeta(p.base)
		if p.wildcard {
			expr = `(?:[a-z0-9-]+\.)+` + expr
		}
		alternatives = append(alternatives, expr)
	}
	return regexp.MustCompile(`\A(?:` + strings.Join(alternatives, "|") + `)\z`)
}

// below reports whether name is base or a name under it.
func below(name, base string) bool {
	return name == base || strings.HasSuffix(name, "."+base)
}
