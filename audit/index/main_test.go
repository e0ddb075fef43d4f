package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is when the tests take place.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func parsed(t testing.TB, text string) query.Query {
	t.Helper()
	q, err := query.Parse(text, now)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// config is that of an index in a new folder.
func config(t testing.TB) Config {
	t.Helper()
	dir := t.TempDir()
	return Config{
		Dir: filepath.Join(dir, "index"), Decisions: filepath.Join(dir, "audit"), Access: filepath.Join(dir, "access"),
		Now: func() time.Time { return now }, Timeout: time.Minute,
		Damaged: func(file string, err error) { t.Errorf("%s is damaged: %v", filepath.Base(file), err) },
	}
}

func openIndex(t testing.TB, cfg Config) *Index {
	t.Helper()
	x, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// project puts records into the index without a log.
func project(t testing.TB, x *Index, decisions []*audit.Decision, accesses []*audit.Access) {
	t.Helper()
	p, err := x.take(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p.more = func(context.Context) error { return nil }
	for batch := range slices.Chunk(decisions, 1000) {
		if err := p.decisions(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
	for batch := range slices.Chunk(accesses, 100) {
		if err := p.accesses(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
	p.advanced(true, time.Time{})
	if err := x.give(p); err != nil {
		t.Fatal(err)
	}
}

// The words of which test decisions are made.
var (
	actions    = []string{"allow", "allow", "allow", "allow", "allow", "mask", "block", "alert", "redact"}
	clients    = []string{"ehr-sync", "ehr-export", "Billing", "", "lab feed", "a*b"}
	objects    = []string{"Contact", "Contact", "Case", "Account", "", "Intake__c"}
	fields     = []string{"SSN__c", "Phone", "Description", "", "many, words"}
	rules      = []string{"ssn-never-leaves", "mask-phones", "combination", "mrn"}
	detectors  = []string{"us_ssn", "phone", "mrn", "field"}
	categories = []string{"ssn", "phone", "mrn", ""}
	levels     = []string{"possible", "likely", "very_likely", ""}
)

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func fingerprint(r *rand.Rand, n int) string {
	const code = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	id := r.IntN(n)
	b := []byte("AAAAAAAAAAAAAAAAAAAAAAAAAA")
	for i := range b {
		b[i] = code[(id>>(5*(i%3))+7*i)&31]
	}
	return string(b)
}

// someDecisions makes n decisions that begin at a time and are so far apart, more or less.
func someDecisions(r *rand.Rand, n int, from time.Time, apart time.Duration) []*audit.Decision {
	var list []*audit.Decision
	at := from
	for i := range n {
		at = at.Add(time.Duration(r.Int64N(int64(2 * apart))))
		when := at
		switch r.IntN(400) {
		case 0:
			when = at.Add(-2 * time.Hour) // a clock that was set
		case 1:
			when = at.Add(time.Minute)
		}
		when = when.Truncate(time.Microsecond)
		list = append(list, oneDecision(r, uint64(i+1), when))
	}
	return list
}

func oneDecision(r *rand.Rand, seq uint64, at time.Time) *audit.Decision {
	d := &audit.Decision{
		V: 1, ID: audit.NewID(at), Time: at, Node: "gate-1", Seq: seq, Kind: audit.Whole, Action: pick(r, actions), Reason: "policy",
		Mode: pick(r, []string{"enforce", "enforce", "monitor"}), Client: pick(r, clients), Source: fmt.Sprintf("10.0.0.%d", r.IntN(9)),
		Dest: audit.Dest{Host: pick(r, []string{"acme.my.salesforce.com", "*.example.org"}), Port: 443},
		API:  pick(r, []string{"rest", "bulk2", "soap"}), Op: pick(r, []string{"create", "upsert", "read"}), Object: pick(r, objects),
		Dir: pick(r, []string{"request", "response"}), HTTP: audit.HTTP{Method: "POST", Route: "/services/data/{version}/sobjects/Contact"},
		Policy: audit.Policy{Version: 1, Digest: pick(r, []string{"sha256:3f2a99", "sha256:77aa00"})}, Bytes: r.Int64N(5000), Records: 1, Cover: audit.Full,
	}
	switch r.IntN(20) {
	case 0:
		d.Kind, d.Action = audit.Admin, "allow"
	case 1:
		d.Kind = audit.Opening
	case 2:
		d.Kind, d.Of = audit.Closing, "x"
	case 3:
		d.Kind, d.Action, d.Reason, d.Cover = audit.Connect, "block", "host_not_listed", audit.None
		return d
	}
	for range r.IntN(4) {
		if d.Action == "allow" && r.IntN(2) == 0 {
			continue
		}
		f := audit.Finding{
			Detector: pick(r, detectors), Category: pick(r, categories), Likelihood: pick(r, levels), Object: pick(r, objects),
			Field: pick(r, fields), Count: 1 + r.IntN(3), Action: d.Action,
		}
		for range r.IntN(3) {
			f.Rules = append(f.Rules, pick(r, rules))
		}
		for range r.IntN(3) {
			f.Fingerprints = append(f.Fingerprints, fingerprint(r, 3000))
		}
		d.Finding = append(d.Finding, f)
		d.Rules = append(d.Rules, f.Rules...)
	}
	if r.IntN(10) == 0 {
		d.Rules = append(d.Rules, "record-as-a-whole")
	}
	return d
}

// someQuery makes a filter.
func someQuery(r *rand.Rand) string {
	terms := []string{
		"decision:block", "decision:block,alert", "-decision:allow", "decision:*a*", "client:ehr-*", "client:ehr-sync,billing", `client:""`,
		`client:"a*b"`, "-client:Billing", "object:Contact", "object:Intake__c", `-object:""`, "object:c*", "detector:us_ssn", "-detector:us_ssn",
		"detector:us_ssn,phone", `detector:""`, "category:ssn", "likelihood:*likely", "field:SSN__c", `field:"many, words"`, "rule:mrn",
		"rule:record-as-a-whole", "-rule:*", "api:bulk2", "op:read", "-op:create", "dir:request", "host:*.salesforce.com", `host:"*.example.org"`,
		"mode:monitor", "kind:connect", "-kind:decision", "kind:admin,closing", "reason:host_*", "coverage:none", "node:gate-*", "node:gate-2",
		"policy:3f2a", "policy:77aa,3f2a", "fp:" + fingerprint(r, 3000), "fp:" + fingerprint(r, 3000)[:4], "-fp:" + fingerprint(r, 3000)[:5], `fp:""`,
		"status:open", "-status:open", `status:""`, "status:decided", "verdict:*", `assignee:""`,
	}
	text := ""
	for range r.IntN(5) {
		text += " " + pick(r, terms)
	}
	switch r.IntN(6) {
	case 0: // the last seven days
	case 1:
		text += fmt.Sprintf(" before:-%dh", r.IntN(30*24))
	case 2:
		text += fmt.Sprintf(" after:-%dm", 1+r.IntN(30*24*60))
	default:
		a := 1 + r.IntN(40*24*60)
		text += fmt.Sprintf(" after:-%dm before:-%dm", a, r.IntN(a))
	}
	return text
}
