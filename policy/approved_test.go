package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

const approvedPolicy = `version: 1
hosts: [{match: "*.my.salesforce.com", pins: [sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=]}]
clients:
  - {name: sync, identify: {source: 10.0.0.1/32}}
  - {name: other, identify: {source: 10.0.0.2/32}}
rules:
  - {name: ssn, second_review: true, when: {detector: us_ssn}, then: block}
  - {name: mail, when: {detector: email}, then: block}
`

func TestApproved(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	later := now.Add(24 * time.Hour)
	sync := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Direction: inspect.Request}
	for name, tt := range map[string]struct {
		approved policy.Approved
		subject  policy.Subject
		want     policy.Action
		warning  string
	}{
		"for all":               {policy.Approved{ID: "E1", Rule: "ssn", Until: later}, sync, policy.Allow, ""},
		"for the client":        {policy.Approved{ID: "E1", Rule: "ssn", Client: "sync", Object: "Case", Field: "SSN__c", Until: later}, sync, policy.Allow, ""},
		"for another client":    {policy.Approved{ID: "E1", Rule: "ssn", Client: "other", Until: later}, sync, policy.Block, ""},
		"for another object":    {policy.Approved{ID: "E1", Rule: "ssn", Object: "Contact", Until: later}, sync, policy.Block, ""},
		"for another field":     {policy.Approved{ID: "E1", Rule: "ssn", Object: "Case", Field: "Subject", Until: later}, sync, policy.Block, ""},
		"for another rule":      {policy.Approved{ID: "E1", Rule: "mail", Until: later}, sync, policy.Block, ""},
		"over":                  {policy.Approved{ID: "E1", Rule: "ssn", Until: now}, sync, policy.Block, ""},
		"rule is gone":          {policy.Approved{ID: "E1", Rule: "ssn-before", Until: later}, sync, policy.Block, `rule "ssn-before"`},
		"client is gone":        {policy.Approved{ID: "E1", Rule: "ssn", Client: "nobody", Until: later}, sync, policy.Block, `client "nobody"`},
		"without a rule":        {policy.Approved{ID: "E1", Until: later}, sync, policy.Block, `rule ""`},
		"without a last moment": {policy.Approved{ID: "E1", Rule: "ssn"}, sync, policy.Block, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Parse("policy.yaml", []byte(approvedPolicy), policy.Vocabulary{},
				policy.WithClock(func() time.Time { return now }), policy.WithApproved([]policy.Approved{tt.approved}))
			if err != nil {
				t.Fatal(err)
			}
			rec := newRow("Case").text("Case", "SSN__c", "219-09-9999").record()
			var v policy.Verdict
			p.Plan(tt.subject).Judge(rec, []inspect.Finding{find(rec, 0, "us_ssn", inspect.SSN)}, &v)
			if diff := cmp.Diff(tt.want, v.Action); diff != "" {
				t.Errorf("action (-want +got):\n%s", diff)
			}
			for _, h := range v.Hits {
				if h.Exception > 0 && p.ExceptionName(h.Exception) != tt.approved.ID {
					t.Errorf("exception %d is called %q", h.Exception, p.ExceptionName(h.Exception))
				}
			}
			var warnings string
			for _, w := range p.Warnings() {
				warnings += w.Error()
			}
			if (tt.warning == "") != (warnings == "") || !strings.Contains(warnings, tt.warning) {
				t.Errorf("warnings %q, want %q in them", warnings, tt.warning)
			}
		})
	}
}

func TestSecondReview(t *testing.T) {
	p, err := policy.Parse("policy.yaml", []byte(approvedPolicy), policy.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ssn", "mail"}, p.Rules()); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	for rules, want := range map[string]bool{"ssn": true, "mail": false, "mail ssn": true, "": false, "gone": false} {
		if got := p.SecondReview(strings.Fields(rules)); got != want {
			t.Errorf("SecondReview(%q) is %v", rules, got)
		}
	}
}
