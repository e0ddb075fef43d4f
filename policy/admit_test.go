package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

func admit(p *policy.Policy, s policy.Subject, reads ...policy.Ref) (string, []string) {
	var v policy.Verdict
	p.Plan(s).Admit(reads, &v)
	var rules []string
	for _, h := range v.Hits {
		rules = append(rules, h.Rule+"="+h.Applied.String())
	}
	return v.Action.String(), rules
}

func TestAdmit(t *testing.T) {
	query := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", API: "query", Operation: "read"}
	narrow := query
	narrow.Client = "narrow"
	limited := query
	limited.Client = "limited"
	with := func(s policy.Subject, op, object string) policy.Subject { s.Operation, s.Object = op, object; return s }
	for name, tt := range map[string]struct {
		rules   string
		subject policy.Subject
		reads   []policy.Ref
		action  string
		hits    []string
	}{
		"nothing to say": {subject: query, reads: []policy.Ref{{Object: "Contact", Field: "*"}}, action: "allow"},
		"may":            {subject: narrow, reads: []policy.Ref{{Object: "Contact", Field: "LastName"}, {Object: "contact", Field: "id"}}, action: "allow"},
		"may not read the field": {subject: narrow, reads: []policy.Ref{{Object: "Contact", Field: "Phone"}}, action: "block",
			hits: []string{"may.read=block"}},
		"all of an object needs all": {subject: narrow, reads: []policy.Ref{{Object: "Contact", Field: "*"}}, action: "block",
			hits: []string{"may.read=block"}},
		"all of an object":        {subject: narrow, reads: []policy.Ref{{Object: "Case", Field: "*"}}, action: "allow"},
		"may not read the object": {subject: narrow, reads: []policy.Ref{{Object: "Lead", Field: "Id"}}, action: "block", hits: []string{"may.read=block"}},
		"an alias is not granted": {subject: narrow, reads: []policy.Ref{{Object: "ContactHistory", Field: "LastName"}}, action: "block",
			hits: []string{"may.read=block"}},
		"cursor fields are granted with the object": {subject: narrow, reads: []policy.Ref{{Object: "Contact", Field: "SystemModstamp"}}, action: "allow"},
		"may not do it":            {subject: with(narrow, "delete", "Contact"), action: "block", hits: []string{"may.operations=block"}},
		"may not write the object": {subject: with(narrow, "update", "Lead"), action: "block", hits: []string{"may.write=block"}},
		"parts are judged later":   {subject: with(narrow, "mixed", ""), action: "allow"},
		"may not go there": {subject: policy.Subject{Client: "narrow", Host: "login.salesforce.com", Operation: "read"}, action: "block",
			hits: []string{"may.hosts=block"}},
		"query of a blocked field": {rules: `- {name: r, when: {direction: response, object: Contact, field: "SSN*"}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "Id"}, {Object: "Contact", Field: "SSN__c"}}, action: "block",
			hits: []string{"r=block"}},
		"query of an alias": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "ContactChangeEvent", Field: "SSN__c"}}, action: "block", hits: []string{"r=block"}},
		"query of all fields": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "*"}}, action: "block", hits: []string{"r=block"}},
		"query of another field": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "Id"}, {Object: "Case", Field: "SSN__c"}}, action: "allow"},
		"what is masked may be asked for": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: mask}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "SSN__c"}}, action: "allow"},
		"what depends on the row": {rules: `- {name: r, when: {field: SSN__c, unless: {field: Consent__c, equals: true}}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "SSN__c"}}, action: "allow"},
		"request rules do not concern answers": {rules: `- {name: r, when: {direction: request, field: SSN__c}, then: block}`,
			subject: query, reads: []policy.Ref{{Object: "Contact", Field: "SSN__c"}}, action: "allow"},
		"operation": {rules: `- {name: r, when: {operation: delete}, then: block}`, subject: with(query, "delete", "Contact"), action: "block",
			hits: []string{"r=block"}},
		"operation on an object": {rules: `- {name: r, when: {operation: delete, object: Contact}, then: block}`, subject: with(query, "delete", "Contact"),
			action: "block", hits: []string{"r=block"}},
		"operation on another object": {rules: `- {name: r, when: {operation: delete, object: Contact}, then: block}`, subject: with(query, "delete", "Case"),
			action: "allow"},
		"operation of a part is judged later": {rules: `- {name: r, when: {operation: delete}, then: block}`, subject: with(query, "mixed", ""),
			action: "allow"},
		"may touch the object":         {subject: with(limited, "update", "Contact"), action: "allow"},
		"may not touch the object":     {subject: with(limited, "update", "Lead"), action: "block", hits: []string{"may.objects=block"}},
		"may not read from the object": {subject: limited, reads: []policy.Ref{{Object: "Lead", Field: "Id"}}, action: "block", hits: []string{"may.objects=block"}},
		"host": {rules: `- {name: r, when: {host: "*.sandbox.my.salesforce.com"}, then: alert}`,
			subject: policy.Subject{Host: "a.sandbox.my.salesforce.com"}, action: "alert", hits: []string{"r=alert"}},
		"API and client": {rules: `- {name: r, when: {api: [soap, query], client: sync}, then: block}`, subject: query, action: "block", hits: []string{"r=block"}},
		"another client": {rules: `- {name: r, when: {api: query, client: narrow}, then: block}`, subject: query, action: "allow"},
		"monitor": {rules: "- {name: r, when: {api: query}, then: block}\nmode: monitor", subject: narrow,
			reads: []policy.Ref{{Object: "Lead", Field: "Id"}}, action: "alert", hits: []string{"may.read=alert", "r=alert"}},
		"unknown client": {subject: policy.Subject{Client: "who"}, action: "block", hits: []string{"client=block"}},
	} {
		t.Run(name, func(t *testing.T) {
			src := head
			if tt.rules != "" {
				src += "rules:\n  " + tt.rules + "\n"
			}
			action, hits := admit(parse(t, src), tt.subject, tt.reads...)
			if diff := cmp.Diff(append([]string{tt.action}, tt.hits...), append([]string{action}, hits...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	clock := now
	p, err := policy.Parse("policy.yaml", []byte(head+`
rules:
  - {name: ssn, when: {category: ssn}, then: block}
  - {name: del, when: {operation: delete}, then: block}
exceptions:
  - {rule: ssn, client: narrow, until: 2027-01-31, reason: another client's}
  - {rule: ssn, client: sync, object: Case, field: "*_c", until: 2027-01-31, reason: approved}
  - {rule: del, object: Case, until: 2027-01-31, reason: approved}
`), policy.Vocabulary{}, policy.WithClock(func() time.Time { return clock }))
	if err != nil {
		t.Fatal(err)
	}
	lastMoment := time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC)
	for name, tt := range map[string]struct {
		at            time.Time
		client        string
		object, field string
		want          int
	}{
		"holds":              {now, "sync", "Case", "SSN__c", 2},
		"holds on that day":  {lastMoment, "sync", "Case", "SSN__c", 2},
		"is over":            {lastMoment.Add(time.Second), "sync", "Case", "SSN__c", 0},
		"another object":     {now, "sync", "Contact", "SSN__c", 0},
		"unknown object":     {now, "sync", "", "SSN__c", 0},
		"another field":      {now, "sync", "Case", "Subject", 0},
		"the other client's": {now, "narrow", "Contact", "Subject", 1},
		"nobody's":           {now, "", "Case", "SSN__c", 0},
	} {
		t.Run(name, func(t *testing.T) {
			clock = tt.at
			rec := newRow(tt.object).text(tt.object, tt.field, "219-09-9999").record()
			var v policy.Verdict
			s := policy.Subject{Client: tt.client, Host: "a.my.salesforce.com", Direction: inspect.Response}
			p.Plan(s).Judge(rec, []inspect.Finding{find(rec, 0, "us_ssn", inspect.SSN)}, &v)
			want := policy.Hit{Rule: "ssn", Action: policy.Block, Applied: policy.Block, Exception: tt.want}
			if tt.want > 0 {
				want.Applied = policy.Allow
			}
			got := v.Hits[len(v.Hits)-1]
			for _, h := range v.Hits {
				if h.Rule == "ssn" {
					got = h
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.want > 0 && p.ExceptionName(tt.want) != fmt.Sprintf("policy:%d", tt.want) {
				t.Errorf("exception %d is called %q", tt.want, p.ExceptionName(tt.want))
			}
		})
	}
	clock = now
	if action, _ := admit(p, policy.Subject{Operation: "delete", Object: "Case"}); action != "allow" {
		t.Errorf("the exception for a record does not hold: %s", action)
	}
	if action, _ := admit(p, policy.Subject{Operation: "delete", Object: "Lead"}); action != "block" {
		t.Errorf("the exception for a record holds elsewhere: %s", action)
	}
}

func TestPreservesLength(t *testing.T) {
	response := policy.Subject{Client: "sync", Direction: inspect.Response}
	for name, tt := range map[string]struct {
		rules   string
		subject policy.Subject
		want    bool
	}{
		"no rules":            {"", response, true},
		"mask":                {"rules: [{name: r, when: {category: ssn}, then: mask}]", response, true},
		"redact":              {"rules: [{name: r, when: {category: ssn}, then: redact}]", response, false},
		"redact a field":      {"rules: [{name: r, when: {field: A}, then: redact}]", response, false},
		"generalise":          {"rules: [{name: r, when: {category: date}, then: generalise}]", response, false},
		"the other direction": {"rules: [{name: r, when: {category: ssn, direction: request}, then: redact}]", response, true},
		"monitor":             {"rules: [{name: r, mode: monitor, when: {category: ssn}, then: redact}]", response, true},
		"monitored file":      {"mode: monitor\nrules: [{name: r, when: {category: ssn}, then: redact}]", response, true},
		"may read":            {"", policy.Subject{Client: "narrow", Direction: inspect.Response}, false},
		"may write":           {"", policy.Subject{Client: "narrow"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, head+tt.rules).Plan(tt.subject).PreservesLength(); got != tt.want {
				t.Errorf("PreservesLength is %v", got)
			}
		})
	}
}

func TestContainers(t *testing.T) {
	p := parse(t, head+"rules: [{name: r, when: {object: Contact, field: [SSN__c, Tags__c]}, then: redact}]")
	s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Direction: inspect.Response}
	for name, tt := range map[string]struct {
		build func(r *row)
		want  string
	}{
		"value in an object": {func(r *row) {
			r.addIn(r.nest(0, "SSN__c", "", false), "Contact", "value", `"1"`, "1")
		}, "redact"},
		"value of the same row": {func(r *row) {
			r.addIn(r.nest(r.nest(0, "SSN__c", "Contact", false), "inner", "Contact", false), "Contact", "value", `"1"`, "1")
		}, "redact"},
		"element of an array": {func(r *row) { r.addIn(r.nest(0, "Tags__c", "", true), "Contact", "", `"1"`, "1") }, "redact"},
		"row of another object": {func(r *row) {
			r.addIn(r.nest(0, "SSN__c", "Account", false), "Account", "value", `"1"`, "1")
		}, "allow"},
		"row in an array": {func(r *row) {
			r.addIn(r.nest(r.nest(0, "SSN__c", "", true), "", "Contact", false), "Contact", "Name", `"1"`, "1")
		}, "allow"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRow("Contact")
			tt.build(r)
			if got := judge(t, p, s, r.record()); got.Action != tt.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestContainersHitOnce: a value that a rule matches by two names is one hit, and a row inside another is not part of it.
func TestContainersHitOnce(t *testing.T) {
	s := policy.Subject{Client: "sync", Direction: inspect.Response}
	r := newRow("Contact")
	r.addIn(r.nest(0, "SSN__c", "", false), "Contact", "value", `"1"`, "1")
	got := judge(t, parse(t, head+`rules: [{name: r, when: {object: Contact, field: "*"}, then: mask}]`), s, r.record())
	if diff := cmp.Diff([]string{"r=mask"}, got.Rules); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	r = newRow("Contact")
	r.addIn(r.nest(r.nest(0, "Account", "Account", false), "Owner", "User", false), "User", "Name", `"1"`, "1")
	if got := judge(t, parse(t, head+`rules: [{name: r, when: {field: Account}, then: mask}]`), s, r.record()); got.Action != "allow" {
		t.Errorf("the owner is part of the account: %+v", got)
	}
}

// TestConsentOfOneRow: the consent of one child does not count for another, nor for the parent.
func TestConsentOfOneRow(t *testing.T) {
	p := parse(t, head+"rules: [{name: r, when: {field: Birthdate, unless: {field: Consent__c, equals: true}}, then: redact}]")
	r := newRow("Contact").text("Contact", "Birthdate", "1980-05-06")
	for _, consent := range []string{"true", "false"} {
		child := r.nest(0, "", "Contact", false)
		r.addIn(child, "Contact", "Birthdate", `"1990-05-06"`, "1990-05-06")
		r.addIn(child, "Contact", "Consent__c", consent, consent)
	}
	got := judge(t, p, policy.Subject{Direction: inspect.Response}, r.record())
	want := `{"Birthdate":null,"Birthdate":"1990-05-06","Consent__c":true,"Birthdate":null,"Consent__c":false}`
	if got.Out != want {
		t.Errorf("got %s", got.Out)
	}
}

// TestHeader: the names of columns are no values of a field, but what is found in them counts.
func TestHeader(t *testing.T) {
	p := parse(t, head+"rules:\n  - {name: r, when: {object: Contact}, then: redact}\n  - {name: q, when: {category: ssn}, then: block}")
	rec := newRow("Contact").text("Contact", "", "219-09-9999").record()
	rec.Role = inspect.Header
	s := policy.Subject{Client: "sync", Direction: inspect.Response}
	if got := judge(t, p, s, rec); got.Action != "allow" {
		t.Errorf("without a finding: %+v", got)
	}
	if got := judge(t, p, s, rec, find(rec, 0, "us_ssn", inspect.SSN)); got.Action != "block" {
		t.Errorf("with a finding: %+v", got)
	}
}

func TestMonitoredFile(t *testing.T) {
	p := parse(t, head+"mode: monitor\nrules:\n  - {name: r, when: {field: SSN__c}, then: redact}\n  - {name: q, when: {field: A}, then: allow}")
	got := judge(t, p, policy.Subject{Client: "narrow", Operation: "update", Object: "Contact"},
		newRow("Contact").text("Contact", "SSN__c", "219-09-9999").text("Contact", "A", "b").record())
	want := outcome{"alert", []string{"may.write=alert", "r=alert", "may.write=alert", "q=allow"}, `{"SSN__c":"219-09-9999","A":"b"}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
