package proxy

import (
	"net/netip"
	"strconv"
	"strings"
)

// splitAuthority divides "host:port" as CONNECT and Host spell it. The host comes back in lower case and without a
// trailing dot; reason says why it is not a host name. defaultPort is used if there is none; if that is empty, the
// port is required. Nothing is resolved: a name may carry out what it is made of already in a DNS query.
func splitAuthority(s, defaultPort string) (host string, port int, reason Reason) {
	host, digits, found := cutPort(s)
	if strings.ContainsAny(host, "[]") {
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			return "", 0, ReasonAddress
		}
		return "", 0, ReasonAuthority
	}
	if !found {
		digits = defaultPort
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if reason = checkHost(host); reason != "" {
		return "", 0, reason
	}
	if port = parsePort(digits); port == 0 {
		return "", 0, ReasonPort
	}
	return host, port, ""
}

// cutPort cuts s at its last colon outside of brackets.
func cutPort(s string) (host, port string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.IndexByte(s[i:], ']') >= 0 {
		return s, "", false
	}
	if host = s[:i]; strings.IndexByte(host, ':') >= 0 && !strings.HasPrefix(host, "[") {
		return "[" + s + "]", "", false // an IPv6 address without brackets
	}
	return host, s[i+1:], true
}

// parsePort returns the port, 0 if it is none. "+443", "0443" and "443443" are none.
func parsePort(s string) int {
	if len(s) == 0 || len(s) > 5 || s[0] < '1' || s[0] > '9' {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// checkHost reports why s, in lower case, is not a host name of RFC 1123 with at least two labels. A name whose last
// label begins with a digit is an address to some resolvers ("127.1", "0x7f.1", "2130706433"), whatever it is to
// others. Underscores are allowed: some Salesforce sandboxes have them.
func checkHost(s string) Reason {
	if len(s) == 0 || len(s) > 253 {
		return ReasonAuthority
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	if last != "" && '0' <= last[0] && last[0] <= '9' {
		return ReasonAddress
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return ReasonAuthority
		}
		for i := range len(label) {
			c := label[i]
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return ReasonAuthority
			}
		}
	}
	return ""
}
