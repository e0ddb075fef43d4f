package proxy

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestGuardRanges(t *testing.T) {
	g := NewGuard(nil, nil)
	tests := map[string]struct {
		addr string
		want string // the range; empty is allowed
	}{
		"public":                 {"13.108.0.1", ""},
		"public v6":              {"2600:1f18::1", ""},
		"unspecified":            {"0.0.0.0", "unspecified"},
		"this network":           {"0.1.2.3", "unspecified"},
		"loopback":               {"127.0.0.1", "loopback"},
		"loopback, far":          {"127.255.255.254", "loopback"},
		"private 10":             {"10.0.0.1", "private"},
		"private 172":            {"172.31.255.255", "private"},
		"behind private 172":     {"172.32.0.0", ""},
		"private 192":            {"192.168.0.1", "private"},
		"CGNAT":                  {"100.64.0.1", "shared"},
		"CGNAT end":              {"100.127.255.255", "shared"},
		"behind CGNAT":           {"100.128.0.0", ""},
		"Alibaba metadata":       {"100.100.100.200", "shared"},
		"metadata":               {"169.254.169.254", "link-local"},
		"EC2 metadata v6":        {"fd00:ec2::254", "unique-local"},
		"multicast":              {"224.0.0.1", "multicast"},
		"broadcast":              {"255.255.255.255", "reserved"},
		"class E":                {"240.0.0.1", "reserved"},
		"loopback v6":            {"::1", "loopback"},
		"unspecified v6":         {"::", "unspecified"},
		"mapped loopback":        {"::ffff:127.0.0.1", "loopback"},
		"mapped public":          {"::ffff:13.108.0.1", ""},
		"IPv4-compatible":        {"::127.0.0.1", "IPv4-compatible"},
		"NAT64":                  {"64:ff9b::7f00:1", "NAT64"},
		"local NAT64":            {"64:ff9b:1::7f00:1", "local NAT64"},
		"6to4":                   {"2002:7f00:1::", "6to4"},
		"Teredo":                 {"2001:0:4136:e378::1", "protocol assignments"},
		"link-local v6":          {"fe80::1", "link-local"},
		"link-local v6 and zone": {"fe80::1%eth0", "link-local"},
		"loopback v6 and zone":   {"::1%lo", "loopback"},
		"unique-local":           {"fc00::1", "unique-local"},
		"site-local":             {"fec0::1", "site-local"},
		"multicast v6":           {"ff02::1", "multicast"},
		"documentation v6":       {"2001:db8::1", "documentation"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := g.Check(netip.AddrPortFrom(netip.MustParseAddr(tt.addr), 443))
			var refused *GuardError
			if got := errors.As(err, &refused); got != (tt.want != "") {
				t.Fatalf("Check(%s) = %v, want range %q", tt.addr, err, tt.want)
			}
			if refused != nil && refused.Range != tt.want {
				t.Errorf("Check(%s): range %q, want %q", tt.addr, refused.Range, tt.want)
			}
		})
	}
}

func TestGuardAllowAndOwn(t *testing.T) {
	allow := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16")}
	g := NewGuard(allow, []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:3128"), netip.MustParseAddrPort("[::]:9090")})
	tests := map[string]struct {
		to string
		ok bool
	}{
		"allowed":                    {"10.1.2.3:443", true},
		"allowed mapped":             {"[::ffff:10.1.2.3]:443", true},
		"not allowed":                {"10.2.0.1:443", false},
		"own":                        {"127.0.0.1:3128", false},
		"own mapped":                 {"[::ffff:127.0.0.1]:3128", false},
		"own address, other port":    {"127.0.0.1:443", true},
		"other address, own port":    {"127.0.0.2:3128", true},
		"everywhere, by loopback":    {"127.0.0.1:9090", false},
		"everywhere, not by public":  {"13.108.0.1:9090", true},
		"everywhere, by its own v4":  {ownAddress(t) + ":9090", false},
		"its own v4, on other ports": {"127.9.9.9:443", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if err := g.Check(netip.MustParseAddrPort(tt.to)); (err == nil) != tt.ok {
				t.Errorf("Check(%s) = %v, want ok %v", tt.to, err, tt.ok)
			}
		})
	}
}

// ownAddress returns an IPv4 address of this machine.
func ownAddress(t *testing.T) string {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			return p.Addr().String()
		}
	}
	return "127.0.0.1"
}

// What IPv6 spells in terms of IPv4 is never dialled unless the IPv4 address itself would be.
func TestGuardTranslationLaw(t *testing.T) {
	g := NewGuard(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		var v4 [4]byte
		copy(v4[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4"))
		plain := g.Check(netip.AddrPortFrom(netip.AddrFrom4(v4), 443))
		mapped := g.Check(netip.AddrPortFrom(netip.AddrFrom16(netip.AddrFrom4(v4).As16()), 443))
		if (plain == nil) != (mapped == nil) {
			t.Fatalf("%v: plain %v, mapped %v", v4, plain, mapped)
		}
		for _, prefix := range []string{"64:ff9b::", "64:ff9b:1::", "::"} {
			wide := netip.MustParseAddr(prefix).As16()
			copy(wide[12:], v4[:])
			if g.Check(netip.AddrPortFrom(netip.AddrFrom16(wide), 443)) == nil {
				t.Fatalf("%s with %v is dialled", prefix, v4)
			}
		}
	})
}
