package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/inspect"
)

// An exception that has ended loosens nothing and is reported; the gate must still start with its file.
func TestAnEndedExceptionIsAWarning(t *testing.T) {
	const src = `version: 1
rules:
  - {name: ssn, when: {detector: us_ssn}, then: block}
exceptions:
  - {rule: ssn, until: 2026-01-31, reason: migration}
`
	now := func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	p, err := Parse("policy.yaml", []byte(src), Vocabulary{Detectors: []string{"us_ssn"}}, WithClock(now))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Warnings().Error(); !strings.Contains(got, "policy.yaml:5:24: the exception ended on 2026-01-31") {
		t.Errorf("the warnings are %q", got)
	}
	var v Verdict
	rec := &inspect.Record{
		Raw: []byte("536-90-4399"), Nodes: []inspect.Node{{Parent: -1}},
		Fields: []inspect.Field{{Name: []byte("Note"), End: 11, Value: []byte("536-90-4399")}},
	}
	found := []inspect.Finding{{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely, End: 11}}
	p.Plan(Subject{}).Judge(rec, found, &v)
	if v.Action != Block {
		t.Errorf("the action is %s, want block", v.Action)
	}
}

// What stands around the rows is judged as a whole too: rows in an unexpected place would be part of it.
func TestACombinationHoldsInAnEnvelope(t *testing.T) {
	const src = `version: 1
rules:
  - {name: both, when: {record: {all: [{detector: us_ssn}, {category: name}]}}, then: block}
`
	p, err := Parse("policy.yaml", []byte(src), Vocabulary{Detectors: []string{"us_ssn"}})
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte("536-90-4399Ashby")
	rec := &inspect.Record{
		Raw: raw, Role: inspect.Envelope, Nodes: []inspect.Node{{Parent: -1}},
		Fields: []inspect.Field{{Name: []byte("a"), End: 11, Value: raw[:11]}, {Name: []byte("b"), Start: 11, End: 16, Value: raw[11:]}},
	}
	found := []inspect.Finding{
		{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely, End: 11},
		{Detector: "person_name", Category: inspect.Name, Likelihood: inspect.Likely, Field: 1, End: 5},
	}
	var v Verdict
	p.Plan(Subject{}).Judge(rec, found, &v)
	if v.Action != Block {
		t.Errorf("the action is %s, want block", v.Action)
	}
}
