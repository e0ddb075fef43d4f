package certs

import (
	"errors"
	"strings"
	"testing"
)

func TestHostName(t *testing.T) {
	long := strings.Repeat("a", 63)
	tests := map[string]struct {
		in, want string
		err      error
	}{
		"plain":          {in: "login.salesforce.com", want: "login.salesforce.com"},
		"upper":          {in: "LOGIN.Salesforce.COM", want: "login.salesforce.com"},
		"sandbox":        {in: "acme--uat.sandbox.my.salesforce.com", want: "acme--uat.sandbox.my.salesforce.com"},
		"single label":   {in: "localhost", want: "localhost"},
		"digits":         {in: "1.na1.example", want: "1.na1.example"},
		"longest label":  {in: long + ".example", want: long + ".example"},
		"empty":          {err: errHostLength},
		"too long":       {in: strings.Repeat("a.", 127), err: errHostLength},
		"label too long": {in: long + "a.example", err: errHostLabel},
		"dot at the end": {in: "example.org.", err: errHostLabel},
		"empty label":    {in: "a..example", err: errHostLabel},
		"hyphen first":   {in: "-a.example", err: errHostLabel},
		"hyphen last":    {in: "a-.example", err: errHostLabel},
		"IPv4":           {in: "127.0.0.1", err: errHostIP},
		"IPv4 short":     {in: "127.1", err: errHostIP},
		"IPv4 decimal":   {in: "2130706433", err: errHostIP},
		"IPv4 hex":       {in: "0x7f.0x1", err: errHostIP},
		"IPv4 empty hex": {in: "a.0x", err: errHostIP},
		"IPv6":           {in: "::1", err: errHostIP},
		"IPv6 brackets":  {in: "[::1]", err: errHostIP},
		"zone":           {in: "fe80%eth0", err: errHostIP},
		"wildcard":       {in: "*.example.org", err: errHostByte},
		"e-mail":         {in: "a@example.org", err: errHostByte},
		"URI":            {in: "spiffe/x", err: errHostByte},
		"underscore":     {in: "a_b.example.org", err: errHostByte},
		"space":          {in: "a b", err: errHostByte},
		"NUL":            {in: "login.salesforce.com\x00.example", err: errHostByte},
		"new line":       {in: "login.salesforce.com\n", err: errHostByte},
		"homoglyph":      {in: "lоgin.salesforce.com", err: errHostByte},
		"kelvin sign":    {in: "\u212a.example", err: errHostByte},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := hostName(tt.in)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("hostName(%q) = %q, %v; want %q, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

func TestParsePattern(t *testing.T) {
	tests := map[string]struct {
		in   string
		want pattern
		err  string
	}{
		"exact":           {in: "login.salesforce.com", want: pattern{base: "login.salesforce.com"}},
		"wildcard":        {in: "*.My.Salesforce.com", want: pattern{base: "my.salesforce.com", wildcard: true}},
		"localhost":       {in: "localhost", want: pattern{base: "localhost"}},
		"everything":      {in: "*", err: "holds a byte"},
		"a TLD":           {in: "*.com", err: "everybody's"},
		"a TLD, exact":    {in: "com", err: "everybody's"},
		"a registry":      {in: "*.co.uk", err: "everybody's"},
		"a private label": {in: "*.internal", err: "everybody's"},
		"inner wildcard":  {in: "a.*.example.org", err: "holds a byte"},
		"partial label":   {in: "*a.example.org", err: "holds a byte"},
		"two wildcards":   {in: "*.*.example.org", err: "holds a byte"},
		"address":         {in: "10.0.0.1", err: "IP address"},
		"port":            {in: "example.org:443", err: "IP address"},
		"empty":           {err: "253"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parsePattern(tt.in)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want one with %q", err, tt.err)
			}
		})
	}
}

func TestNameSet(t *testing.T) {
	set, err := newNameSet([]string{"*.my.salesforce.com", "login.salesforce.com", "*.my.salesforce.com", "a.my.salesforce.com", "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(set.constraints(), " "), "localhost login.salesforce.com my.salesforce.com"; got != want {
		t.Errorf("constraints %q, want %q", got, want)
	}
	for host, want := range map[string]bool{
		"acme.my.salesforce.com":             true,
		"acme--x.sandbox.my.salesforce.com":  true,
		"login.salesforce.com":               true,
		"localhost":                          true,
		"my.salesforce.com":                  false,
		"salesforce.com":                     false,
		"a.login.salesforce.com":             false,
		"a.localhost":                        false,
		"evilmy.salesforce.com":              false,
		"login.salesforce.com.evil.example":  false,
		"acme.my.salesforce.com.evil.tld":    false,
		"evil.example":                       false,
		".my.salesforce.com":                 false,
		"acme.my.salesforce.com\nevil.a":     false,
		"acme.my-salesforce.com":             false,
		"loginxsalesforce.com":               false,
		"evil.example.acme.mysalesforce.com": false,
	} {
		if got := set.match(host); got != want && strings.Trim(host, ".\n") == host {
			t.Errorf("match(%q) = %v", host, got)
		}
		if got := set.whitelist().MatchString(host); got != want {
			t.Errorf("whitelist of %q: %v", host, got)
		}
	}
}

// The pattern and the signer's regular expression are two spellings of one rule: for each host name they must agree.
func FuzzNames(f *testing.F) {
	f.Add("*.my.salesforce.com", "acme.my.salesforce.com")
	f.Add("login.salesforce.com", "login.salesforce.com")
	f.Add("*.example.org", "127.0.0.1")
	f.Add("*.xn--bcher-kva.example", "A.xn--bcher-kva.example")
	f.Fuzz(func(t *testing.T, name, host string) {
		set, err := newNameSet([]string{name})
		if err != nil {
			return
		}
		canonical, err := hostName(host)
		if err != nil {
			return
		}
		if again, err := hostName(canonical); err != nil || again != canonical {
			t.Fatalf("hostName(%q) = %q, %v", canonical, again, err)
		}
		got := set.match(canonical)
		if want := set.whitelist().MatchString(canonical); got != want {
			t.Errorf("pattern %q, host %q: match %v, whitelist %v", name, canonical, got, want)
		}
		if got && !below(canonical, set.constraints()[0]) {
			t.Errorf("pattern %q, host %q: matches outside of the constraint", name, canonical)
		}
	})
}
