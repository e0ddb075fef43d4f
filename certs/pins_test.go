package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// otherPin is a well-formed pin that no certificate has.
func otherPin(n byte) string {
	sum := sha256.Sum256([]byte{'x', n})
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}

func newPins(t testing.TB, hosts ...HostPins) *Pins {
	t.Helper()
	p, err := NewPins(hosts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNewPinsRefuses(t *testing.T) {
	a, b := otherPin(1), otherPin(2)
	raw := strings.TrimPrefix(a, "sha256/")
	tests := map[string]struct {
		hosts []HostPins
		want  string
	}{
		"no pins":          {[]HostPins{{Match: acme}}, "2 or more"},
		"one pin":          {[]HostPins{{Match: acme, Pins: []string{a}}}, "2 or more"},
		"one pin twice":    {[]HostPins{{Match: acme, Pins: []string{a, a}}}, "1 distinct"},
		"no prefix":        {[]HostPins{{Match: acme, Pins: []string{a, raw}}}, `pin 2: does not start with "sha256/"`},
		"another hash":     {[]HostPins{{Match: acme, Pins: []string{a, "sha1/" + raw}}}, "sha256/"},
		"curl's spelling":  {[]HostPins{{Match: acme, Pins: []string{a, "sha256//" + raw}}}, "44 characters"},
		"hexadecimal":      {[]HostPins{{Match: acme, Pins: []string{a, "sha256/" + strings.Repeat("ab", 32)}}}, "44 characters"},
		"URL alphabet":     {[]HostPins{{Match: acme, Pins: []string{a, "sha256/" + strings.Repeat("-", 43) + "="}}}, "44 characters"},
		"no padding":       {[]HostPins{{Match: acme, Pins: []string{a, strings.TrimSuffix(b, "=")}}}, "44 characters"},
		"too short":        {[]HostPins{{Match: acme, Pins: []string{a, "sha256/AAAA"}}}, "44 characters"},
		"white space":      {[]HostPins{{Match: acme, Pins: []string{a, b + "\n"}}}, "44 characters"},
		"loose last bits":  {[]HostPins{{Match: acme, Pins: []string{a, "sha256/" + strings.Repeat("A", 42) + "B="}}}, "44 characters"},
		"zeros":            {[]HostPins{{Match: acme, Pins: []string{a, "sha256/" + strings.Repeat("A", 43) + "="}}}, "pin of nothing"},
		"hash of nothing":  {[]HostPins{{Match: acme, Pins: []string{a, "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}}}, "pin of nothing"},
		"bad pattern":      {[]HostPins{{Match: "*", Pins: []string{a, b}}}, "host pattern"},
		"listed twice":     {[]HostPins{{Match: acme, Pins: []string{a, b}}, {Match: "ACME.my.salesforce.com", Pins: []string{a, b}}}, "twice"},
		"unknown mode":     {[]HostPins{{Match: acme, Pins: []string{a, b}, Mode: 9}}, "mode"},
		"hint for a name":  {[]HostPins{{Match: acme}}, "`phigate pins show " + acme + "`"},
		"hint for pattern": {[]HostPins{{Match: "*.my.salesforce.com"}}, "`phigate pins show HOST`"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewPins(tt.hosts)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.hosts[0].Match != "*" && !strings.Contains(strings.ToLower(err.Error()), tt.hosts[0].Match) {
				t.Errorf("error %v, want one that names %q and says %q", err, tt.hosts[0].Match, tt.want)
			}
		})
	}
}

func TestPinsOfDigiCert(t *testing.T) {
	newPins(t, HostPins{Match: "*.my.salesforce.com", Pins: []string{
		"sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=", "sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=",
	}})
}

// upstream is a server on loopback with a chain of three.
type upstream struct {
	root, middle *signerCA
	leaf         tls.Certificate
	addr         string
}

func newUpstream(t testing.TB, maxVersion uint16) *upstream {
	t.Helper()
	u := &upstream{root: newRoot(t)}
	u.middle = u.root.intermediate(t, nil)
	u.leaf = u.middle.leaf(t, acme, nil, u.middle.cert)
	u.addr = serveTLS(t, &tls.Config{Certificates: []tls.Certificate{u.leaf}, MaxVersion: maxVersion})
	return u
}

func TestB05PinMismatch(t *testing.T) {
	u := newUpstream(t, 0)
	want := &PinError{Host: acme, Presented: []string{SPKI(u.leaf.Leaf), SPKI(u.middle.cert), SPKI(u.root.cert)}, Expected: []string{otherPin(1), otherPin(2)}}
	pins := newPins(t, HostPins{Match: "*.my.salesforce.com", Pins: want.Expected})
	_, err := connect(t, u.addr, acme, ClientConfig(pool(u.root.cert), func() *Pins { return pins }, nil))
	var got *PinError
	if !errors.As(err, &got) {
		t.Fatalf("error %v, want a PinError", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, part := range append(got.Presented, append(got.Expected, acme)...) {
		if !strings.Contains(got.Error(), part) {
			t.Errorf("%q does not name %s", got, part)
		}
	}
}

// A certificate that the upstream sends beside its chain has no say, whatever its key.
func TestB05PinOfUnverifiedCertificate(t *testing.T) {
	u := newUpstream(t, 0)
	stranger := newRoot(t)
	leaf := u.leaf
	leaf.Certificate = append(slices.Clone(leaf.Certificate), stranger.cert.Raw)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{leaf}})
	pins := newPins(t, HostPins{Match: acme, Pins: []string{SPKI(stranger.cert), otherPin(1)}})
	_, err := connect(t, addr, acme, ClientConfig(pool(u.root.cert), func() *Pins { return pins }, nil))
	if got := new(PinError); !errors.As(err, &got) || slices.Contains(got.Presented, SPKI(stranger.cert)) {
		t.Errorf("error %v, want a PinError without the stranger", err)
	}
}

func TestB06PinsAreCheckedOnResumption(t *testing.T) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			u := newUpstream(t, version)
			var pins atomic.Pointer[Pins]
			pins.Store(newPins(t, HostPins{Match: acme, Pins: []string{SPKI(u.root.cert), otherPin(1)}}))
			cfg := ClientConfig(pool(u.root.cert), pins.Load, nil)
			var resumed bool
			var chains int
			verify := cfg.VerifyConnection
			cfg.VerifyConnection = func(cs tls.ConnectionState) error {
				resumed, chains = cs.DidResume, len(cs.VerifiedChains)
				return verify(cs)
			}
			for i, want := range []bool{false, true} {
				if _, err := connect(t, u.addr, acme, cfg); err != nil || resumed != want || chains != 1 {
					t.Fatalf("connection %d: %v, resumed %v, %d verified chains", i+1, err, resumed, chains)
				}
			}
			pins.Store(newPins(t, HostPins{Match: acme, Pins: []string{otherPin(1), otherPin(2)}}))
			_, err := connect(t, u.addr, acme, cfg)
			if got := new(PinError); !errors.As(err, &got) || !resumed {
				t.Errorf("after the reload: %v, resumed %v", err, resumed)
			}
			pins.Store(nil)
			if _, err := connect(t, u.addr, acme, cfg); err == nil {
				t.Error("no pins are loaded, and the connection goes on")
			}
		})
	}
}

func TestB07AnyCertificateOfTheChain(t *testing.T) {
	u := newUpstream(t, 0)
	for name, c := range map[string]*x509.Certificate{"root": u.root.cert, "intermediate": u.middle.cert, "leaf": u.leaf.Leaf} {
		for place, set := range map[string][]string{"first": {SPKI(c), otherPin(1)}, "backup": {otherPin(1), otherPin(2), SPKI(c)}} {
			t.Run(name+" "+place, func(t *testing.T) {
				pins := newPins(t, HostPins{Match: acme, Pins: set})
				cs, err := connect(t, u.addr, acme, ClientConfig(pool(u.root.cert), func() *Pins { return pins }, nil))
				if err != nil {
					t.Fatal(err)
				}
				warnings := pins.Warnings(acme, &cs)
				if want := name == "leaf"; (len(warnings) == 1) != want || want && !strings.Contains(warnings[0], "expires in 10 days") {
					t.Errorf("warnings %q", warnings)
				}
			})
		}
	}
}

func TestPinsReportOnly(t *testing.T) {
	u := newUpstream(t, 0)
	pins := newPins(t, HostPins{Match: acme, Pins: []string{otherPin(1), otherPin(2)}, Mode: PinReport})
	cs, err := connect(t, u.addr, acme, ClientConfig(pool(u.root.cert), func() *Pins { return pins }, nil))
	if err != nil {
		t.Fatal(err)
	}
	var got *PinError
	if err := pins.Verify(acme, &cs); !errors.As(err, &got) || !got.Report {
		t.Errorf("Verify: %v, want a PinError to report", err)
	}
	if w := pins.Warnings(acme, &cs); len(w) != 1 || !strings.Contains(w[0], "mismatch") {
		t.Errorf("warnings %q", w)
	}
}

func TestPinsLookup(t *testing.T) {
	u := newUpstream(t, 0)
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{u.leaf.Leaf, u.middle.cert, u.root.cert}}}
	good, bad := []string{SPKI(u.root.cert), otherPin(1)}, []string{otherPin(1), otherPin(2)}
	pins := newPins(t,
		HostPins{Match: "*.salesforce.com", Pins: bad},
		HostPins{Match: "*.my.salesforce.com", Pins: good},
		HostPins{Match: "pinned.my.salesforce.com", Pins: bad},
	)
	for host, want := range map[string]bool{
		acme:                       true,
		"ACME.my.salesforce.com":   true,
		"a.b.my.salesforce.com":    true,
		"pinned.my.salesforce.com": false, // the exact name wins
		"my.salesforce.com":        false, // the shorter suffix
		"login.salesforce.com":     false,
		"salesforce.com":           true, // no pins
		"evil.example":             true, // no pins
		"":                         false,
		"127.0.0.1":                false,
		acme + ".":                 false,
	} {
		if err := pins.Verify(host, cs); (err == nil) != want {
			t.Errorf("Verify(%q) = %v", host, err)
		}
	}
	if err := pins.Verify(acme, &tls.ConnectionState{PeerCertificates: []*x509.Certificate{u.root.cert}}); err == nil {
		t.Error("a connection without a verified chain passes")
	}
	if err := newPins(t).Verify(acme, cs); err != nil {
		t.Errorf("no hosts: %v", err)
	}
}

// A pin is taken if and only if it is what SPKI could have returned.
func FuzzCheckPin(f *testing.F) {
	f.Add(otherPin(1))
	f.Add("sha256/" + strings.Repeat("A", 43) + "=")
	f.Add("sha256//" + strings.Repeat("A", 42) + "B=")
	f.Fuzz(func(t *testing.T, pin string) {
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(pin, "sha256/"))
		want := err == nil && len(sum) == 32 && "sha256/"+base64.StdEncoding.EncodeToString(sum) == pin &&
			slices.ContainsFunc(sum, func(b byte) bool { return b != 0 }) && [32]byte(sum) != sha256.Sum256(nil)
		if got := checkPin(pin) == nil; got != want {
			t.Errorf("checkPin(%q) is fine: %v, want %v", pin, got, want)
		}
	})
}

func BenchmarkPinsVerify(b *testing.B) {
	u := newUpstream(b, 0)
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{u.leaf.Leaf, u.middle.cert, u.root.cert}}}
	pins := newPins(b, HostPins{Match: "*.my.salesforce.com", Pins: []string{SPKI(u.root.cert), otherPin(1)}})
	b.ReportAllocs()
	for b.Loop() {
		if err := pins.Verify(acme, cs); err != nil {
			b.Fatal(err)
		}
	}
}

// The clock of the leaf's warning is the machine's; a leaf that is about to expire says so.
func TestPinsLeafExpiresSoon(t *testing.T) {
	root := newRoot(t)
	leaf := root.leaf(t, acme, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(25 * time.Hour) })
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{leaf.Leaf, root.cert}}}
	pins := newPins(t, HostPins{Match: acme, Pins: []string{SPKI(leaf.Leaf), otherPin(1)}})
	if w := pins.Warnings(acme, cs); len(w) != 1 || !strings.Contains(w[0], "expires in 1 days") {
		t.Errorf("warnings %q", w)
	}
}
