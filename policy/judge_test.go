package policy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// row is a record of one JSON object, built without a decoder.
type row struct {
	rec inspect.Record
}

// newRow begins a record; object is the sObject of its root.
func newRow(object string) *row {
	r := &row{rec: inspect.Record{Raw: []byte("{")}}
	r.rec.Nodes = append(r.rec.Nodes, inspect.Node{Parent: -1, Object: object})
	return r
}

// add appends a member. raw is the value as JSON spells it; value is what it stands for.
func (r *row) add(object, name, raw, value string) *row { return r.addIn(0, object, name, raw, value) }

func (r *row) addIn(node int, object, name, raw, value string) *row {
	if len(r.rec.Raw) > 1 {
		r.rec.Raw = append(r.rec.Raw, ',')
	}
	r.rec.Raw = append(r.rec.Raw, `"`+name+`":`...)
	f := inspect.Field{Object: object, Name: []byte(name), Node: node, Start: len(r.rec.Raw), Value: []byte(value)}
	r.rec.Raw = append(r.rec.Raw, raw...)
	f.End = len(r.rec.Raw)
	switch raw[0] {
	case '"':
		f.Start, f.End, f.Encoding = f.Start+1, f.End-1, inspect.JSONString
	case 't', 'f':
		f.Kind = inspect.Bool
	case 'n':
		f.Kind, f.Value = inspect.Null, nil
	default:
		f.Kind = inspect.Number
	}
	r.rec.Fields = append(r.rec.Fields, f)
	return r
}

func (r *row) text(object, name, value string) *row { return r.add(object, name, `"`+value+`"`, value) }

// nest adds a container.
func (r *row) nest(parent int, key, object string, array bool) int {
	r.rec.Nodes = append(r.rec.Nodes, inspect.Node{Parent: parent, Key: []byte(key), Object: object, Array: array})
	return len(r.rec.Nodes) - 1
}

func (r *row) record() *inspect.Record {
	rec := r.rec
	rec.Raw = append(append([]byte(nil), rec.Raw...), '}')
	return &rec
}

// find makes a finding over a whole field.
func find(rec *inspect.Record, field int, detector string, c inspect.Category) inspect.Finding {
	return inspect.Finding{Detector: detector, Category: c, Likelihood: inspect.Likely, Field: field,
		End: len(rec.Fields[field].Value)}
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func parse(t testing.TB, src string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte(src), policy.Vocabulary{Canonical: canonical},
		policy.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return p
}

func canonical(object string) string {
	switch object {
	case "ContactHistory", "ContactChangeEvent":
		return "Contact"
	}
	return object
}

const head = `
version: 1
hosts:
  - match: "*.my.salesforce.com"
    pins: [sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=]
clients:
  - {name: sync, identify: {source: 10.0.0.0/8}}
  - name: narrow
    identify: {certificate: spiffe://example.org/narrow}
    may:
      hosts: ["*.my.salesforce.com"]
      operations: [read, update, upsert]
      write: {Contact: [LastName, MRN__c]}
      read: {Contact: [Id, LastName], Case: ["*"]}
  - {name: limited, identify: {source: 11.0.0.0/8}, may: {objects: [Contact, "X*__c"]}}
`

// outcome is what a test compares of a verdict.
type outcome struct {
	Action string
	Rules  []string
	Out    string
}

func judge(t testing.TB, p *policy.Policy, s policy.Subject, rec *inspect.Record, findings ...inspect.Finding) outcome {
	t.Helper()
	var v policy.Verdict
	p.Plan(s).Judge(rec, findings, &v)
	o := outcome{Action: v.Action.String()}
	for _, h := range v.Hits {
		o.Rules = append(o.Rules, h.Rule+"="+h.Applied.String())
	}
	if v.Action != policy.Block {
		o.Out = string(inspect.Splice(nil, rec.Raw, v.Edits))
	} else if len(v.Edits) > 0 {
		t.Errorf("a blocked record has edits")
	}
	return o
}

func TestJudge(t *testing.T) {
	request := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", API: "rest", Operation: "update", Object: "Contact"}
	response := request
	response.Direction, response.Operation = inspect.Response, "read"
	as := func(s policy.Subject, client string) policy.Subject { s.Client = client; return s }
	with := func(s policy.Subject, op string) policy.Subject { s.Operation = op; return s }
	contact := func() *row { return newRow("Contact") }
	ssn := contact().text("Contact", "SSN__c", "219-09-9999")
	for name, tt := range map[string]struct {
		rules    string
		subject  policy.Subject
		row      *row
		findings func(*inspect.Record) []inspect.Finding
		want     outcome
	}{
		"nothing matches": {rules: `- {name: r, when: {field: Other__c}, then: block}`, subject: request, row: ssn,
			want: outcome{"allow", nil, `{"SSN__c":"219-09-9999"}`}},
		"field": {rules: `- {name: r, when: {object: contact, field: ssn__C}, then: block}`, subject: request, row: ssn,
			want: outcome{"block", []string{"r=block"}, ""}},
		"other object": {rules: `- {name: r, when: {object: Case, field: SSN__c}, then: block}`, subject: request, row: ssn,
			want: outcome{"allow", nil, `{"SSN__c":"219-09-9999"}`}},
		"unknown object is taken for the rule's": {rules: `- {name: r, when: {object: Case, field: SSN__c}, then: block}`,
			subject: request, row: newRow("").text("", "SSN__c", "219-09-9999"),
			want: outcome{"block", []string{"r=block"}, ""}},
		"control is no field": {rules: `- {name: r, when: {field: "*"}, then: block}`, subject: request,
			row: newRow("").text(policy.Control, "referenceId", "a"), want: outcome{"allow", nil, `{"referenceId":"a"}`}},
		"alias of the object": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: block}`, subject: request,
			row:  newRow("ContactChangeEvent").text("ContactChangeEvent", "SSN__c", "219-09-9999"),
			want: outcome{"block", []string{"r=block"}, ""}},
		"history": {rules: `- {name: r, when: {object: Contact, field: SSN__c}, then: mask}`, subject: response,
			row:  newRow("ContactHistory").text("ContactHistory", "Field", "SSN__c").text("ContactHistory", "OldValue", "219-09-9999"),
			want: outcome{"mask", []string{"r=mask"}, `{"Field":"SSN__c","OldValue":"***-**-****"}`}},
		"null and empty are no values": {rules: `- {name: r, when: {field: "*"}, then: block}`, subject: request,
			row: contact().add("Contact", "A", "null", "").add("Contact", "B", `""`, ""), want: outcome{"allow", nil, `{"A":null,"B":""}`}},
		"finding": {rules: `- {name: r, when: {category: ssn}, then: {mask: {keep_last: 4}}}`, subject: response, row: ssn,
			findings: func(r *inspect.Record) []inspect.Finding { return []inspect.Finding{find(r, 0, "us_ssn", inspect.SSN)} },
			want:     outcome{"mask", []string{"r=mask"}, `{"SSN__c":"***-**-9999"}`}},
		"finding below the likelihood": {rules: `- {name: r, when: {category: ssn, likelihood: very_likely}, then: block}`,
			subject: response, row: ssn,
			findings: func(r *inspect.Record) []inspect.Finding { return []inspect.Finding{find(r, 0, "us_ssn", inspect.SSN)} },
			want:     outcome{"allow", nil, `{"SSN__c":"219-09-9999"}`}},
		"category and detector": {rules: `- {name: r, when: {category: ssn, detector: us_itin}, then: block}`,
			subject: response, row: ssn,
			findings: func(r *inspect.Record) []inspect.Finding { return []inspect.Finding{find(r, 0, "us_ssn", inspect.SSN)} },
			want:     outcome{"allow", nil, `{"SSN__c":"219-09-9999"}`}},
		"part of a text": {rules: `- {name: r, when: {category: ssn}, then: redact}`, subject: response,
			row: contact().add("Contact", "Description", `"caf\u00e9 219-09-9999 \u2019"`, "café 219-09-9999 ’"),
			findings: func(r *inspect.Record) []inspect.Finding {
				return []inspect.Finding{{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely, Start: 6, End: 17}}
			},
			want: outcome{"redact", []string{"r=redact"}, `{"Description":"caf\u00e9 [redacted] \u2019"}`}},
		"overlapping parts take the stricter": {rules: "- {name: m, when: {detector: a}, then: {mask: {keep_last: 2}}}\n" +
			"  - {name: n, when: {detector: b}, then: mask}", subject: response,
			row: contact().text("Contact", "Description", "abcdefghij"),
			findings: func(*inspect.Record) []inspect.Finding {
				return []inspect.Finding{{Detector: "a", Likelihood: inspect.Likely, Start: 0, End: 6},
					{Detector: "b", Likelihood: inspect.Likely, Start: 5, End: 8}}
			},
			want: outcome{"mask", []string{"m=mask", "n=mask"}, `{"Description":"********ij"}`}},
		"strictest wins and all are named": {rules: "- {name: a, when: {field: SSN__c}, then: alert}\n" +
			"  - {name: b, when: {category: ssn}, then: redact}\n  - {name: c, when: {field: SSN__c, client: sync}, then: mask}",
			subject: response, row: ssn,
			findings: func(r *inspect.Record) []inspect.Finding { return []inspect.Finding{find(r, 0, "us_ssn", inspect.SSN)} },
			want:     outcome{"redact", []string{"a=alert", "c=mask", "b=redact"}, `{"SSN__c":null}`}},
		"a second finding uncovers nothing": {rules: "- {name: a, when: {category: name}, then: generalise}\n" +
			"  - {name: b, when: {detector: geo}, then: generalise}", subject: response,
			row: contact().text("Contact", "Note__c", "42"),
			findings: func(r *inspect.Record) []inspect.Finding {
				return []inspect.Finding{find(r, 0, "person_name", inspect.Name), find(r, 0, "geo", inspect.Geographic)}
			},
			want: outcome{"generalise", []string{"a=generalise", "b=generalise"}, `{"Note__c":"**"}`}},
		"number, bool and null": {rules: `- {name: r, when: {field: "*"}, then: mask}`, subject: response,
			row:  contact().add("Contact", "N", "12345", "12345").add("Contact", "B", "true", "true").add("Contact", "Z", "null", ""),
			want: outcome{"mask", []string{"r=mask", "r=alert"}, `{"N":0    ,"B":true,"Z":null}`}},
		"redacted bool": {rules: `- {name: r, when: {field: "*"}, then: redact}`, subject: response,
			row: contact().add("Contact", "B", "true", "true"), want: outcome{"redact", []string{"r=redact"}, `{"B":null}`}},
		"cursor fields stay": {rules: `- {name: r, when: {field: "*"}, then: redact}`, subject: response,
			row:  contact().text("Contact", "Id", "003000000000001AAA").text("Contact", "SystemModstamp", "2026-01-02T03:04:05.000+0000"),
			want: outcome{"alert", []string{"r=alert", "r=alert"}, `{"Id":"003000000000001AAA","SystemModstamp":"2026-01-02T03:04:05.000+0000"}`}},
		"a cursor's name is no hiding place": {rules: `- {name: r, when: {field: "*"}, then: redact}`, subject: response,
			row: contact().text("Contact", "Id", "219-09-9999"), want: outcome{"redact", []string{"r=redact"}, `{"Id":null}`}},
		"consent": {rules: `- {name: r, when: {field: Birthdate, unless: {field: Consent__c, equals: true}}, then: redact}`,
			subject: response, row: contact().text("Contact", "Birthdate", "1980-05-06").add("Contact", "Consent__c", "true", "true"),
			want: outcome{"allow", nil, `{"Birthdate":"1980-05-06","Consent__c":true}`}},
		"no consent": {rules: `- {name: r, when: {field: Birthdate, unless: {field: Consent__c, in: [yes, ja]}}, then: redact}`,
			subject: response, row: contact().text("Contact", "Birthdate", "1980-05-06").text("Contact", "Consent__c", "no"),
			want: outcome{"redact", []string{"r=redact"}, `{"Birthdate":null,"Consent__c":"no"}`}},
		"combination": {rules: `- {name: r, when: {record: {all: [{category: name}, {field: Code__c}]}}, then: block}`,
			subject: response, row: contact().text("Contact", "LastName", "Lee").text("Contact", "Code__c", "E11.9"),
			findings: func(r *inspect.Record) []inspect.Finding {
				return []inspect.Finding{find(r, 0, "person_name", inspect.Name)}
			},
			want: outcome{"block", []string{"r=block"}, ""}},
		"half a combination": {rules: `- {name: r, when: {record: {all: [{category: name}, {field: Code__c}]}}, then: block}`,
			subject: response, row: contact().text("Contact", "LastName", "Lee").add("Contact", "Code__c", "null", ""),
			findings: func(r *inspect.Record) []inspect.Finding {
				return []inspect.Finding{find(r, 0, "person_name", inspect.Name)}
			},
			want: outcome{"allow", nil, `{"LastName":"Lee","Code__c":null}`}},
		"combination on a field": {rules: `- {name: r, when: {category: name, record: {any: [{detector: icd10_cm}, {field: Code__c}]}}, then: redact}`,
			subject: response, row: contact().text("Contact", "LastName", "Lee").text("Contact", "Code__c", "E11.9"),
			findings: func(r *inspect.Record) []inspect.Finding {
				return []inspect.Finding{find(r, 0, "person_name", inspect.Name)}
			},
			want: outcome{"redact", []string{"r=redact"}, `{"LastName":null,"Code__c":"E11.9"}`}},
		"monitor rule": {rules: `- {name: r, mode: monitor, when: {field: SSN__c}, then: block}`, subject: request, row: ssn,
			want: outcome{"alert", []string{"r=alert"}, `{"SSN__c":"219-09-9999"}`}},
		"masked value comes back": {rules: `- {name: r, when: {direction: response, field: SSN__c}, then: {mask: {keep_last: 4}}}`,
			subject: request, row: contact().text("Contact", "SSN__c", "***-**-9999"),
			want: outcome{"block", []string{"masked-value=block"}, ""}},
		"masked finding comes back": {rules: `- {name: r, when: {direction: response, category: ssn}, then: mask}`,
			subject: request, row: contact().text("Contact", "SSN__c", "***-**-****"),
			findings: func(r *inspect.Record) []inspect.Finding { return []inspect.Finding{find(r, 0, "us_ssn", inspect.SSN)} },
			want:     outcome{"block", []string{"masked-value=block"}, ""}},
		"masked e-mail comes back": {rules: `- {name: r, when: {direction: response, operation: read, field: Email}, then: mask}`,
			subject: request, row: contact().text("Contact", "Email", "xxx.xx@xxxxxxx.xxx"),
			want: outcome{"block", []string{"masked-value=block"}, ""}},
		"a real value is no mask": {rules: `- {name: r, when: {direction: response, field: SSN__c}, then: {mask: {keep_last: 4}}}`,
			subject: request, row: ssn, want: outcome{"allow", nil, `{"SSN__c":"219-09-9999"}`}},
		"may write": {subject: as(request, "narrow"), row: contact().text("Contact", "Id", "003000000000001").text("Contact", "LastName", "Lee"),
			want: outcome{"allow", nil, `{"Id":"003000000000001","LastName":"Lee"}`}},
		"may not write the field": {subject: as(request, "narrow"), row: contact().add("Contact", "Phone", "null", ""),
			want: outcome{"block", []string{"may.write=block"}, ""}},
		"may not write the object": {subject: as(request, "narrow"), row: newRow("Lead").text("Lead", "LastName", "Lee"),
			want: outcome{"block", []string{"may.write=block"}, ""}},
		"may not write what is unknown": {subject: as(request, "narrow"), row: newRow("").text("", "LastName", "Lee"),
			want: outcome{"block", []string{"may.write=block"}, ""}},
		"may read": {subject: as(response, "narrow"), row: contact().text("Contact", "Id", "003000000000001").text("Contact", "LastName", "Lee").text("Contact", "Phone", "555"),
			want: outcome{"redact", []string{"may.read=redact"}, `{"Id":"003000000000001","LastName":"Lee","Phone":null}`}},
		"may read all of an object": {subject: as(response, "narrow"), row: newRow("Case").text("Case", "Subject", "x"),
			want: outcome{"allow", nil, `{"Subject":"x"}`}},
		"errors may be read": {subject: as(response, "narrow"), row: newRow("").text("", "errorCode", "MALFORMED_QUERY"),
			want: outcome{"allow", nil, `{"errorCode":"MALFORMED_QUERY"}`}},
		"a cursor's name grants nothing else": {subject: as(response, "narrow"), row: contact().text("Contact", "SystemModstamp", "219-09-9999").
			text("Contact", "Id", "219-09-9999").text("Contact", "CreatedDate", "2026-01-02T03:04:05.000+0000"),
			want: outcome{"redact", []string{"may.read=redact"}, `{"SystemModstamp":null,"Id":"219-09-9999","CreatedDate":"2026-01-02T03:04:05.000+0000"}`}},
		"may not touch the object": {subject: as(request, "limited"), row: newRow("Lead").text("Lead", "LastName", "Lee"),
			want: outcome{"block", []string{"may.objects=block"}, ""}},
		"may touch the object": {subject: as(request, "limited"), row: newRow("X1__c").text("X1__c", "Name", "Lee"),
			want: outcome{"allow", nil, `{"Name":"Lee"}`}},
		"a monitored mask leaves no product": {rules: `- {name: r, mode: monitor, when: {direction: response, field: SSN__c}, then: mask}`,
			subject: request, row: contact().text("Contact", "SSN__c", "***-**-****"), want: outcome{"allow", nil, `{"SSN__c":"***-**-****"}`}},
		"a part that does not say what it does": {rules: `- {name: r, when: {operation: delete}, then: block}`, subject: with(request, "mixed"),
			row: newRow("").text(policy.Control, "referenceId", "a"), want: outcome{"block", []string{"r=block"}, ""}},
		"finding behind its value": {subject: request, row: ssn,
			findings: func(*inspect.Record) []inspect.Finding { return []inspect.Finding{{End: 12}} },
			want:     outcome{"block", []string{"finding=block"}, ""}},
		"unknown client": {subject: as(request, "stranger"), row: contact(), want: outcome{"block", []string{"client=block"}, ""}},
		"a part that deletes": {rules: `- {name: r, when: {operation: delete}, then: block}`, subject: with(request, "mixed"),
			row: newRow("").text(policy.Control, "method", "DELETE"), want: outcome{"block", []string{"r=block"}, ""}},
		"a part that does not delete": {rules: `- {name: r, when: {operation: delete}, then: block}`, subject: with(request, "mixed"),
			row: newRow("").text(policy.Control, "method", "GET"), want: outcome{"allow", nil, `{"method":"GET"}`}},
		"a part that may not": {subject: as(with(request, "mixed"), "narrow"), row: newRow("").text(policy.Control, "method", "DELETE"),
			want: outcome{"block", []string{"may.operations=block"}, ""}},
		"finding outside of the record": {subject: request, row: ssn,
			findings: func(*inspect.Record) []inspect.Finding { return []inspect.Finding{{Field: 7}} },
			want:     outcome{"block", []string{"finding=block"}, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			src := head
			if tt.rules != "" {
				src += "rules:\n  " + tt.rules + "\n"
			}
			rec := tt.row.record()
			var findings []inspect.Finding
			if tt.findings != nil {
				findings = tt.findings(rec)
			}
			if diff := cmp.Diff(tt.want, judge(t, parse(t, src), tt.subject, rec, findings...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
