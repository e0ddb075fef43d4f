package policy_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// typicalContact is a record of the size that integration jobs write: 24 fields, about 1 KB.
func typicalContact() *inspect.Record {
	r := newRow("Contact").text("Contact", "Id", "003000000000001AAA").text("Contact", "LastName", "Lee")
	for i := range 22 {
		r.text("Contact", fmt.Sprintf("Attribute_%02d__c", i), "some value of usual length")
	}
	return r.record()
}

const benchRules = head + `
rules:
  - {name: a, when: {category: ssn, likelihood: likely}, then: block}
  - {name: b, when: {object: Contact, field: [Phone, MobilePhone, "*Fax*"]}, then: {mask: {keep_last: 4}}}
  - {name: c, when: {field: ["SSN__c", "*_SSN__c"]}, then: block}
  - {name: d, when: {direction: response, field: Email}, then: mask}
  - {name: e, when: {record: {all: [{category: name}, {detector: icd10_cm}]}}, then: block}
  - {name: f, when: {category: date, unless: {field: Consent__c, equals: true}}, then: redact}
`

// TestJudgeAllocatesNothing is the promise of Judge where no rule matches, findings or not, for whichever client.
func TestJudgeAllocatesNothing(t *testing.T) {
	p := parse(t, benchRules+"exceptions: [{rule: a, until: 2027-01-31, reason: x}]")
	rec := typicalContact()
	findings := []inspect.Finding{find(rec, 1, "person_name", inspect.Name)}
	for _, d := range []inspect.Direction{inspect.Request, inspect.Response} {
		s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Direction: d, Operation: "update", Object: "Contact"}
		var v policy.Verdict
		p.Plan(s).Judge(rec, findings, &v)
		if len(v.Hits) > 0 {
			t.Fatalf("hits %v", v.Hits)
		}
		if n := testing.AllocsPerRun(100, func() { p.Plan(s).Judge(rec, findings, &v) }); n > 0 {
			t.Errorf("a %s without a match allocates %v times", d, n)
		}
	}
}

// TestMatchesAllocateLittle: a Verdict that is used again has the memory for hits and edits.
func TestMatchesAllocateLittle(t *testing.T) {
	p := parse(t, head+"rules: [{name: r, when: {field: SSN__c}, then: mask}, {name: q, when: {category: ssn}, then: redact}]")
	rec := newRow("Contact").text("Contact", "SSN__c", "219-09-9999").record()
	findings := []inspect.Finding{find(rec, 0, "us_ssn", inspect.SSN)}
	s := policy.Subject{Client: "sync", Direction: inspect.Response}
	var v policy.Verdict
	p.Plan(s).Judge(rec, findings, &v)
	if n := testing.AllocsPerRun(100, func() { p.Plan(s).Judge(rec, findings, &v) }); n > 0 {
		t.Errorf("a match allocates %v times", n)
	}
}

// TestBoundedCaches: names and objects that a client makes up do not fill the memory, and do not change decisions.
func TestBoundedCaches(t *testing.T) {
	p := parse(t, head+`rules: [{name: r, when: {field: "*_SSN__c"}, then: block}]`)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			var v policy.Verdict
			for i := range 3000 {
				object := fmt.Sprintf("O%d__c", i%700)
				name, want := fmt.Sprintf("F%d_%d_SSN__c", g, i), policy.Block
				if i%2 == 0 {
					name, want = fmt.Sprintf("F%d_%d__c", g, i), policy.Allow
				}
				pl := p.Plan(policy.Subject{Host: "a.my.salesforce.com", Object: object})
				pl.Judge(newRow(object).text(object, name, "x").record(), nil, &v)
				if v.Action != want {
					t.Errorf("%s is judged %v", name, v.Action)
				}
			}
		})
	}
	wg.Wait()
	p = parse(t, head+`rules: [{name: r, when: {object: "*1__c", field: SSN__c}, then: block}]`)
	pl := p.Plan(policy.Subject{Host: "a.my.salesforce.com"})
	var v policy.Verdict
	for i := range 3000 {
		object := fmt.Sprintf("O%d__c", i%900)
		pl.Judge(newRow(object).text(object, "SSN__c", "x").record(), nil, &v)
		if blocked := v.Action == policy.Block; blocked != (i%900%10 == 1) {
			t.Fatalf("%s is judged %v", object, v.Action)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	p := parse(b, benchRules)
	rec := typicalContact()
	s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Operation: "update", Object: "Contact"}
	for name, findings := range map[string][]inspect.Finding{
		"no findings": nil,
		"name":        {find(rec, 1, "person_name", inspect.Name)},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(rec.Raw)))
			b.ReportAllocs()
			var v policy.Verdict
			pl := p.Plan(s)
			for b.Loop() {
				pl.Judge(rec, findings, &v)
			}
		})
	}
	masked := newRow("Contact").text("Contact", "Phone", "(212) 555-0123").text("Contact", "Email", "m.lee@example.org").record()
	s.Direction = inspect.Response
	b.Run("masks", func(b *testing.B) {
		b.ReportAllocs()
		var v policy.Verdict
		pl := p.Plan(s)
		for b.Loop() {
			pl.Judge(masked, nil, &v)
		}
	})
}

func BenchmarkPlan(b *testing.B) {
	p := parse(b, benchRules)
	s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Operation: "update", Object: "Contact"}
	b.ReportAllocs()
	for b.Loop() {
		p.Plan(s)
	}
}
