package policy_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/policy"
)

func TestHost(t *testing.T) {
	pins := "[sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=]"
	p := parse(t, `
version: 1
hosts:
  - {match: "*.salesforce.com", pins: `+pins+`}
  - {match: "*.my.Salesforce.com", pins: `+pins+`, pin_mode: report}
  - {match: a.my.salesforce.com, pins: `+pins+`, ports: [443, 8443]}
  - {match: localhost, pins: `+pins+`, ports: 8443}
`)
	for name, tt := range map[string]struct {
		host  string
		port  int
		match string
	}{
		"exact wins":          {"a.my.salesforce.com", 443, "a.my.salesforce.com"},
		"its other port":      {"a.my.salesforce.com", 8443, "a.my.salesforce.com"},
		"longer pattern wins": {"b.my.salesforce.com", 443, "*.my.salesforce.com"},
		"several labels":      {"a.b.my.salesforce.com", 443, "*.my.salesforce.com"},
		"upper case":          {"LOGIN.SALESFORCE.COM", 443, "*.salesforce.com"},
		"bare suffix":         {"salesforce.com", 443, ""},
		"suffix of a name":    {"evilsalesforce.com", 443, ""},
		"two empty labels":    {"..salesforce.com", 443, ""},
		"empty label":         {".salesforce.com", 443, ""},
		"other port":          {"b.my.salesforce.com", 8443, ""},
		"no default port":     {"localhost", 443, ""},
		"longer name":         {"a.my.salesforce.com.example.org", 443, ""},
		"nothing":             {"", 443, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h, ok := p.Host(tt.host, tt.port)
			if ok != (tt.match != "") || ok && h.Match != tt.match {
				t.Errorf("Host(%q, %d) = %v, %v", tt.host, tt.port, h, ok)
			}
		})
	}
	if m := p.Hosts()[1].PinMode; m != policy.PinReport || m.String() != "report" {
		t.Errorf("pin mode %v", m)
	}
	if m := p.Hosts()[0].PinMode; m != policy.PinEnforce {
		t.Errorf("pin mode %v where nothing is said", m)
	}
}

func TestClients(t *testing.T) {
	p := parse(t, head)
	c := p.Clients()
	if len(c) != 3 || !c[0].Source[0].Contains(netip.MustParseAddr("10.1.2.3")) || c[1].Certificate[0] != "spiffe://example.org/narrow" {
		t.Fatalf("clients %+v", c)
	}
	if !c[0].MayReach("login.salesforce.com") || !c[1].MayReach("a.my.salesforce.com") || c[1].MayReach("login.salesforce.com") {
		t.Error("MayReach")
	}
	empty := parse(t, head+"  - {name: none, identify: {source: 192.0.2.7}, may: {hosts: [], operations: [], write: {}, read: {}}}").Clients()[3]
	if empty.MayReach("a.my.salesforce.com") || empty.May.Write == nil || empty.Source[0].Bits() != 32 {
		t.Error("an empty list allows something")
	}
}

func TestPassword(t *testing.T) {
	hash, err := policy.HashPassword([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	other, err := policy.HashPassword([]byte("correct horse"))
	if err != nil || other == hash {
		t.Error("two hashes share their salt")
	}
	// From the test vectors of RFC 9106's reference implementation: password "password", salt "somesalt".
	const vector = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, tt := range map[string]struct {
		hash, password string
		want           bool
	}{
		"right":          {hash, "correct horse", true},
		"wrong":          {hash, "correct horsf", false},
		"empty":          {hash, "", false},
		"vector":         {vector, "password", true},
		"no hash":        {"", "", false},
		"another scheme": {strings.Replace(hash, "argon2id", "argon2i", 1), "correct horse", false},
		"other version":  {strings.Replace(hash, "v=19", "v=16", 1), "correct horse", false},
		"too costly":     {strings.Replace(hash, "m=19456", "m=4000000000", 1), "correct horse", false},
		"no passes":      {strings.Replace(hash, "t=2", "t=0", 1), "correct horse", false},
		"cut":            {hash[:len(hash)-30], "correct horse", false},
		"no hash part":   {hash[:strings.LastIndex(hash, "$")+1], "correct horse", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := policy.VerifyPassword(tt.hash, []byte(tt.password)); got != tt.want {
				t.Errorf("VerifyPassword = %v", got)
			}
		})
	}
	if _, err := policy.HashPassword(nil); err == nil {
		t.Error("an empty password has a hash")
	}
}

func TestParseTests(t *testing.T) {
	got, err := policy.ParseTests("p_test.yaml", []byte(`
- name: an SSN does not leave
  client: ehr-sync
  request: PATCH https://a.my.salesforce.com/services/data/v60.0/sobjects/Contact/003000000000001
  content_type: application/json
  body: '{"SSN__c":"219-09-9999"}'
  expect: {action: block, rules: [ssn-never-leaves], fields: Contact.SSN__c}
- name: a phone is masked in answers
  request: GET https://a.my.salesforce.com/services/data/v60.0/query?q=SELECT+Phone+FROM+Contact
  response: true
  body: ""
  expect: {action: mask, rules: [], edits: '{}'}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.TestCase{
		{File: "p_test.yaml", Line: 2, Column: 3, Name: "an SSN does not leave", Client: "ehr-sync", Method: "PATCH",
			URL:         "https://a.my.salesforce.com/services/data/v60.0/sobjects/Contact/003000000000001",
			ContentType: "application/json", Body: []byte(`{"SSN__c":"219-09-9999"}`),
			Expect: policy.Expectation{Action: policy.Block, Rules: []string{"ssn-never-leaves"}, Fields: []string{"Contact.SSN__c"}}},
		{File: "p_test.yaml", Line: 8, Column: 3, Name: "a phone is masked in answers", Method: "GET",
			URL:  "https://a.my.salesforce.com/services/data/v60.0/query?q=SELECT+Phone+FROM+Contact",
			Body: []byte{}, Response: true, Expect: policy.Expectation{Action: policy.Mask, Rules: []string{}, Edited: []byte("{}")}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestVerifyPasswordTakesHashesAsTheyAreWritten(t *testing.T) {
	hash, err := policy.HashPassword([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if !policy.VerifyPassword(hash, []byte("correct horse")) {
		t.Error("the hash does not hold for its password")
	}
	for name, spelt := range map[string]string{
		"a line break": hash[:len(hash)-4] + "\n" + hash[len(hash)-4:],
		"a zero":       strings.Replace(hash, "t=2", "t=02", 1),
	} {
		if policy.VerifyPassword(spelt, []byte("correct horse")) {
			t.Errorf("a hash with %s in it is taken", name)
		}
	}
}
