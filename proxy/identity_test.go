package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/phigate/phigate/policy"
)

// hashOf is slow on purpose; the tests hash each password once.
func hashOf(t testing.TB, password string) string {
	t.Helper()
	h, err := policy.HashPassword([]byte(password))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestIdentify(t *testing.T) {
	spiffe, err := url.Parse("spiffe://example.org/loader")
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{URIs: []*url.URL{spiffe}, DNSNames: []string{"Loader.example.org"}, EmailAddresses: []string{"ops@example.org"}}
	verified := tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}, VerifiedChains: [][]*x509.Certificate{{cert}}}
	claimed := tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
	office := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	clients := []policy.Client{
		{Name: "ehr", Basic: policy.Basic{User: "ehr", Hash: hashOf(t, "right")}},
		{Name: "both", Basic: policy.Basic{User: "both", Hash: hashOf(t, "right too")}, Source: office},
		{Name: "loader", Certificate: []string{"spiffe://example.org/loader"}},
		{Name: "mail", Certificate: []string{"other@example.org"}},
		{Name: "office", Source: office},
		{Name: "nothing"},
	}
	inside, outside := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("10.2.0.1")
	tests := map[string]struct {
		auth   []string
		source netip.Addr
		state  tls.ConnectionState
		want   string
		reason Reason
	}{
		"password":                           {[]string{basic("ehr", "right")}, outside, tls.ConnectionState{}, "ehr", ""},
		"password, lower-case scheme":        {[]string{"b" + basic("ehr", "right")[1:]}, outside, tls.ConnectionState{}, "ehr", ""},
		"wrong password":                     {[]string{basic("ehr", "wrong")}, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"wrong password, right source":       {[]string{basic("ehr", "wrong")}, inside, verified, "", ReasonIdentity},
		"another's password":                 {[]string{basic("ehr", "right too")}, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"unknown user":                       {[]string{basic("nobody", "right")}, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"empty user":                         {[]string{basic("", "")}, inside, tls.ConnectionState{}, "", ReasonIdentity},
		"two of them":                        {[]string{basic("ehr", "right"), basic("ehr", "right")}, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"other scheme":                       {[]string{"Bearer x"}, inside, tls.ConnectionState{}, "", ReasonIdentity},
		"no base64":                          {[]string{"Basic !!!"}, inside, tls.ConnectionState{}, "", ReasonIdentity},
		"password and source":                {[]string{basic("both", "right too")}, inside, tls.ConnectionState{}, "both", ""},
		"password without the source":        {[]string{basic("both", "right too")}, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"certificate":                        {nil, outside, verified, "loader", ""},
		"certificate that nobody verified":   {nil, outside, claimed, "", ReasonIdentity},
		"source":                             {nil, inside, tls.ConnectionState{}, "office", ""},
		"another source":                     {nil, outside, tls.ConnectionState{}, "", ReasonIdentity},
		"no source":                          {nil, netip.Addr{}, tls.ConnectionState{}, "", ReasonIdentity},
		"certificate before source, in file": {nil, inside, verified, "loader", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, reason := newIdentifier().identify(clients, http.Header{"Proxy-Authorization": tt.auth}, tt.source, tt.state)
			got := ""
			if c != nil {
				got = c.Name
			}
			if got != tt.want || reason != tt.reason {
				t.Errorf("%q (%s), want %q (%s)", got, reason, tt.want, tt.reason)
			}
		})
	}
	if c, reason := newIdentifier().identify(nil, http.Header{"Proxy-Authorization": {"Basic x"}}, outside, claimed); c != nil || reason != "" {
		t.Errorf("without clients: %v (%s), want everyone accepted", c, reason)
	}
}

func TestCarries(t *testing.T) {
	u, err := url.Parse("spiffe://example.org/a")
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{URIs: []*url.URL{u}, DNSNames: []string{"A.example.org"}, EmailAddresses: []string{"a@example.org"}}
	for name, want := range map[string]bool{
		"spiffe://example.org/a": true, "a.example.org": true, "a@example.org": true,
		"spiffe://example.org": false, "spiffe://example.org/a/b": false, "example.org": false, "": false,
	} {
		if got := carries(cert, name); got != want {
			t.Errorf("carries(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestIdentifyRemembers(t *testing.T) {
	now := time.Now()
	id := newIdentifier()
	id.now = func() time.Time { return now }
	clients := []policy.Client{{Name: "ehr", Basic: policy.Basic{User: "ehr", Hash: hashOf(t, "right")}}}
	source, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8:0:1::1")
	try := func(password string, from netip.Addr) Reason {
		_, reason := id.identify(clients, http.Header{"Proxy-Authorization": {basic("ehr", password)}}, from, tls.ConnectionState{})
		return reason
	}
	if r := try("right", source); r != "" {
		t.Fatal(r)
	}
	start := time.Now()
	for range 1000 {
		if r := try("right", source); r != "" {
			t.Fatal(r)
		}
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("1000 remembered logins took %v", d)
	}
	for i := range loginFailures {
		if r := try("wrong", source); r != ReasonIdentity {
			t.Fatalf("failure %d: %s", i, r)
		}
	}
	if r := try("wrong", source.Next()); r != ReasonRateLimited {
		t.Errorf("one failure more, from the same /64: %q, want %q", r, ReasonRateLimited)
	}
	if r := try("right", source); r != "" {
		t.Errorf("a remembered login: %q, want it believed", r)
	}
	if r := try("wrong", other); r != ReasonIdentity {
		t.Errorf("another source: %q, want %q", r, ReasonIdentity)
	}
	now = now.Add(loginLifetime + time.Second)
	if r := try("right", source); r != "" {
		t.Errorf("after the window: %q", r)
	}
	clients[0].Basic.Hash = hashOf(t, "changed")
	if r := try("right", other); r != ReasonIdentity {
		t.Errorf("the password changed: %q, want %q", r, ReasonIdentity)
	}
}

// Attempts at the same time are not more than those one after the other.
func TestIdentifyConcurrentGuesses(t *testing.T) {
	id := newIdentifier()
	clients := []policy.Client{{Name: "ehr", Basic: policy.Basic{User: "ehr", Hash: hashOf(t, "right")}}}
	var mu sync.Mutex
	looked := 0
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, reason := id.identify(clients, http.Header{"Proxy-Authorization": {basic("ehr", "wrong")}},
				netip.MustParseAddr("192.0.2.1"), tls.ConnectionState{})
			mu.Lock()
			defer mu.Unlock()
			if reason == ReasonIdentity {
				looked++
			}
		})
	}
	wg.Wait()
	if looked != loginFailures {
		t.Errorf("%d guesses were looked at, want %d", looked, loginFailures)
	}
}

const clientsPolicy = testPolicy + `clients:
  - name: ehr
    identify: {basic: {user: ehr, hash: "%s"}}
    may: {hosts: [acme.my.salesforce.com]}
`
