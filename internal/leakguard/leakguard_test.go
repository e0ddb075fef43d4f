package leakguard

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect/detect"
)

func testGuard(t testing.TB) *Guard {
	t.Helper()
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return New(scanner)
}

// typical is a decision as the gate writes it every day.
func typical() *audit.Decision {
	return &audit.Decision{
		V: 1, ID: "01KAX3M9T0V5Q2Z8R4B6C7D8E9", Time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Node: "gate-1", Seq: 4711, Kind: audit.Whole,
		Action: "block", Reason: "rule", Mode: "enforce", Client: "ehr-sync", Source: "10.1.2.3",
		Dest: audit.Dest{Host: "acme--uat.sandbox.my.salesforce.com", Port: 443}, API: "rest", Op: "create", Object: "HealthCloudGA__EhrPatient__c",
		Dir: "request", HTTP: audit.HTTP{Method: "POST", Route: "/services/data/v62.0/sobjects/{object}/{id}"},
		TLS:    audit.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Upstream: "i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY="},
		Policy: audit.Policy{Version: 1, Digest: "sha256:" + strings.Repeat("0123456789abcdef", 4)}, Rules: []string{"ssn-never-leaves"},
		Finding: []audit.Finding{{Detector: "us_ssn", Category: "ssn", Likelihood: "very_likely", Evidence: "shape,key", Object: "Contact",
			Field: "SSN__c", Path: "records[].Contact.PersonMailingStreet", Count: 3, Fingerprints: []string{"7KQ2M4ABCDEFGHIJKLMNOPQRST"}, Action: "block"}},
		Bytes: 1024, Records: 1, Cover: audit.Full, Micros: 900,
	}
}

func TestLine(t *testing.T) {
	g := testGuard(t)
	for name, tt := range map[string]struct {
		change func(*audit.Decision)
		want   string
	}{
		"a typical decision":     {func(*audit.Decision) {}, ""},
		"a number in the route":  {func(d *audit.Decision) { d.HTTP.Route = "/services/apexrest/ssn/219-09-9999" }, "us_ssn"},
		"an address in the host": {func(d *audit.Decision) { d.Dest.Host = "anna.miller@example.org" }, "email"},
		"a phone as a field":     {func(d *audit.Decision) { d.Finding[0].Field = "call (212) 867-5309" }, "phone"},
		"a number in a path":     {func(d *audit.Decision) { d.Finding[0].Path = "records[].219-09-9999" }, "us_ssn"},
		"a number as an object":  {func(d *audit.Decision) { d.Object = "ssn 219-09-9999" }, "us_ssn"},
	} {
		t.Run(name, func(t *testing.T) {
			d := typical()
			tt.change(d)
			line, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if got := g.Line(line); got != tt.want {
				t.Errorf("the guard says %q, want %q", got, tt.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	g := testGuard(t)
	for text, want := range map[string]string{
		"false positive: an order number, see ticket OPS-17": "",
		"approved by the privacy office for the migration":   "",
		"the patient's ssn is 219-09-9999":                   "us_ssn",
		"mail anna.miller@example.org about it":              "email",
	} {
		if got := g.Text(text); got != want {
			t.Errorf("the guard says %q, want %q", got, want)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	g := testGuard(b)
	line, err := json.Marshal(typical())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		g.Line(line)
	}
}
