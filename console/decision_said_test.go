package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// What an exception is asked for is what brought the decision about, not what was found first.
func TestHit(t *testing.T) {
	name := audit.Finding{Detector: "person_name", Object: "Contact", Field: "LastName", Action: "allow"}
	masked := audit.Finding{Detector: "phone", Object: "Contact", Field: "Phone", Action: "mask", Rules: []string{"mask-phones"}}
	ssn := audit.Finding{Detector: "us_ssn", Field: "SSN__c", Action: "block", Rules: []string{"ssn-never-leaves"}}
	tests := map[string]struct {
		action string
		rules  []string
		found  []audit.Finding
		want   [3]string
	}{
		"the finding that was blocked": {"block", []string{"mask-phones", "ssn-never-leaves"}, []audit.Finding{name, masked, ssn}, [3]string{"ssn-never-leaves", "Contact", "SSN__c"}},
		"the record as a whole":        {"block", []string{"mask-phones", "identity-with-diagnosis"}, []audit.Finding{name, masked}, [3]string{"identity-with-diagnosis", "Contact", ""}},
		"nothing was found":            {"block", []string{"no-deletes"}, nil, [3]string{"no-deletes", "Contact", ""}},
		"no rule":                      {"block", nil, []audit.Finding{name}, [3]string{"", "Contact", ""}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			rule, object, field := Hit(&audit.Decision{Action: test.action, Object: "Contact", Rules: test.rules, Finding: test.found})
			if diff := cmp.Diff(test.want, [3]string{rule, object, field}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindingsInOrder(t *testing.T) {
	d := &audit.Decision{Action: "block", Rules: []string{"identity-with-diagnosis", "mask-phones"}, Finding: []audit.Finding{
		{Detector: "person_name", Category: "name", Field: "LastName", Path: "LastName", Action: "allow"},
		{Detector: "field", Object: "Contact", Field: "Phone", Path: "/Phone", Action: "mask", Rules: []string{"mask-phones"}},
		{Detector: "us_ssn", Category: "ssn", Object: "Contact", Field: "SSN__c", Path: "/records/[]/SSN__c", Action: "block"},
		{Detector: "icd10_cm", Category: "clinical", Field: "Diagnosis__c", Action: "alert", Rules: []string{"codes"}},
	}}
	type short struct {
		Title, Way  string
		Idle, Named bool
	}
	var got []short
	for _, v := range findings(d, true) {
		got = append(got, short{v.Title, v.Way(), v.Idle, v.Named})
	}
	want := []short{
		{"Social security number (G)", "/records/[]/SSN__c", false, false}, {"A field that a rule names", "", false, true},
		{"Clinical code", "", false, false}, {"Name (A)", "", true, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(whole{[]string{"identity-with-diagnosis"}, true}, wholeOf(d)); diff != "" {
		t.Error(diff)
	}
	d.Finding[2].Rules = []string{"ssn-never-leaves"}
	if wholeOf(d).Alone {
		t.Error("a rule about the record is said to have done alone what another did too")
	}
}

// Who reads why a record was held back is told by which rule, and not that its parts were allowed.
func TestDecisionByRecord(t *testing.T) {
	r := newRig(t)
	d := r.blocked(time.Minute)
	d.Rules, d.Bytes = []string{"identity-with-diagnosis"}, 0
	d.Finding = []audit.Finding{
		{Detector: "person_name", Category: "name", Likelihood: "likely", Object: "Contact", Field: "LastName", Path: "LastName", Count: 1, Action: "allow"},
		{Detector: "icd10_cm", Category: "clinical", Likelihood: "likely", Object: "Contact", Field: "Diagnosis__c", Path: "Diagnosis__c", Count: 1, Action: "allow"},
	}
	none := r.blocked(2 * time.Minute)
	none.Rules, none.Finding = []string{"no-deletes"}, nil
	r.append(none, d)
	page := r.as(review.Lead).show("/decisions/" + d.ID)
	page.has(t, "A rule about the whole record", "Blocked together by", "no rule of its own", "nothing released, 1 record, inspected whole",
		"/exceptions?"+strings.ReplaceAll(url.Values{"rule": {"identity-with-diagnosis"}, "client": {"ehr-sync"}, "object": {"Contact"}, "field": {""}}.Encode(), "&", "&amp;"))
	page.lacks(t, "Allowed", "<dt>Path</dt>", "0 B")
	r.as(review.Lead).show("/decisions/"+none.ID).has(t, "A rule about the transfer", "no-deletes", "Nothing was found in the body")
}
