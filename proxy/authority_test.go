package proxy

import (
	"net/netip"
	"strings"
	"testing"
)

func TestSplitAuthority(t *testing.T) {
	tests := map[string]struct {
		in     string
		host   string
		port   int
		reason Reason
	}{
		"plain":             {"login.salesforce.com:443", "login.salesforce.com", 443, ""},
		"upper case":        {"LOGIN.Salesforce.COM:443", "login.salesforce.com", 443, ""},
		"trailing dot":      {"login.salesforce.com.:443", "login.salesforce.com", 443, ""},
		"other port":        {"login.salesforce.com:8443", "login.salesforce.com", 8443, ""},
		"sandbox":           {"acme--dev_1.sandbox.my.salesforce.com:443", "acme--dev_1.sandbox.my.salesforce.com", 443, ""},
		"two dots":          {"login.salesforce.com..:443", "", 0, ReasonAuthority},
		"no port":           {"login.salesforce.com", "", 0, ReasonPort},
		"empty port":        {"login.salesforce.com:", "", 0, ReasonPort},
		"port 0":            {"login.salesforce.com:0", "", 0, ReasonPort},
		"port 65536":        {"login.salesforce.com:65536", "", 0, ReasonPort},
		"port 443443":       {"login.salesforce.com:443443", "", 0, ReasonPort},
		"signed port":       {"login.salesforce.com:+443", "", 0, ReasonPort},
		"octal port":        {"login.salesforce.com:0443", "", 0, ReasonPort},
		"port with letters": {"login.salesforce.com:443x", "", 0, ReasonPort},
		"user info":         {"a@login.salesforce.com:443", "", 0, ReasonAuthority},
		"percent":           {"login.salesforce.com%00:443", "", 0, ReasonAuthority},
		"space":             {"login.salesforce.com :443", "", 0, ReasonAuthority},
		"NUL":               {"login.salesforce.com\x00:443", "", 0, ReasonAuthority},
		"bracketed name":    {"[login.salesforce.com]:443", "", 0, ReasonAuthority},
		"homoglyph":         {"login.sаlesforce.com:443", "", 0, ReasonAuthority},
		"fullwidth dot":     {"login。salesforce.com:443", "", 0, ReasonAuthority},
		"slash":             {"login.salesforce.com/:443", "", 0, ReasonAuthority},
		"two colons":        {"login.salesforce.com:443:443", "", 0, ReasonAuthority},
		"empty":             {"", "", 0, ReasonAuthority},
		"empty host":        {":443", "", 0, ReasonAuthority},
		"empty label":       {"login..com:443", "", 0, ReasonAuthority},
		"long label":        {strings.Repeat("a", 64) + ".com:443", "", 0, ReasonAuthority},
		"long name":         {strings.Repeat("a.", 127) + "com:443", "", 0, ReasonAuthority},
		"leading hyphen":    {"-a.com:443", "", 0, ReasonAuthority},
		"IPv4":              {"1.2.3.4:443", "", 0, ReasonAddress},
		"IPv6":              {"[::1]:443", "", 0, ReasonAddress},
		"IPv6 and zone":     {"[fe80::1%25lo]:443", "", 0, ReasonAddress},
		"IPv6 bare":         {"::1:443", "", 0, ReasonAddress},
		"mapped":            {"[::ffff:127.0.0.1]:443", "", 0, ReasonAddress},
		"hexadecimal":       {"0x7f.1:443", "", 0, ReasonAddress},
		"hexadecimal last":  {"a.0x7f:443", "", 0, ReasonAddress},
		"one number":        {"2130706433:443", "", 0, ReasonAddress},
		"short":             {"127.1:443", "", 0, ReasonAddress},
		"octal":             {"0177.0.0.1:443", "", 0, ReasonAddress},
		"IPv4 and dot":      {"127.0.0.1.:443", "", 0, ReasonAddress},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			host, port, reason := splitAuthority(tt.in, "")
			if host != tt.host || port != tt.port || reason != tt.reason {
				t.Errorf("splitAuthority(%q) = %q, %d, %q; want %q, %d, %q", tt.in, host, port, reason, tt.host, tt.port, tt.reason)
			}
		})
	}
}

// What is accepted is a name and nothing else, and is accepted again as it came out.
func FuzzSplitAuthority(f *testing.F) {
	for _, s := range []string{"login.salesforce.com:443", "[::1]:443", "127.1:443", "a@b:1", "A.b.:443", "::1", "a_b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, reason := splitAuthority(s, "443")
		if reason != "" {
			if host != "" || port != 0 {
				t.Fatalf("%q: refused (%s) with %q %d", s, reason, host, port)
			}
			return
		}
		if _, err := netip.ParseAddr(host); err == nil {
			t.Fatalf("%q: address %q accepted as a name", s, host)
		}
		if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || port < 1 || port > 65535 {
			t.Fatalf("%q: %q %d accepted", s, host, port)
		}
		again, _, reason := splitAuthority(host+portSuffix(port), "")
		if reason != "" || again != host {
			t.Fatalf("%q: %q is not accepted again: %s", s, host, reason)
		}
	})
}
