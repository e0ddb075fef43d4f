package policy_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// TestZeroBlocks is the law that what nobody decided does not leave.
func TestZeroBlocks(t *testing.T) {
	if policy.Action(0) != policy.Block {
		t.Error("the zero Action is not Block")
	}
	var none policy.Verdict
	if none.Action != policy.Block {
		t.Error("the zero Verdict does not block")
	}
	rec := newRow("Contact").text("Contact", "LastName", "Lee").record()
	for name, pl := range map[string]*policy.Plan{"zero": {}, "nil": nil} {
		v := policy.Verdict{Action: policy.Allow, Hits: []policy.Hit{{}}, Edits: []inspect.Edit{{}}}
		pl.Judge(rec, nil, &v)
		if v.Action != policy.Block || len(v.Edits) > 0 {
			t.Errorf("the %s plan judges %v", name, v.Action)
		}
		v.Action = policy.Allow
		if pl.Admit(nil, &v); v.Action != policy.Block {
			t.Errorf("the %s plan admits", name)
		}
		if pl.Unreadable() != policy.Block {
			t.Errorf("the %s plan lets pass what is unreadable", name)
		}
	}
}

var (
	fieldNames = []string{"LastName", "Birthdate", "MailingPostalCode", "Description", "Email", "Id", "Age__c"}
	categories = []string{"name", "ssn", "date", "geographic", "email", "other"}
	detectors  = []string{"us_ssn", "date_birth", "zip_code", "geo", "age_over_89", "person_name"}
)

// drawPolicy draws a policy of up to five rules.
func drawPolicy(t *rapid.T) string {
	var b strings.Builder
	b.WriteString(head)
	if rapid.IntRange(0, 9).Draw(t, "monitored") == 0 {
		b.WriteString("mode: monitor\n")
	}
	b.WriteString("rules:\n")
	pick := func(from []string, label string) string { return rapid.SampledFrom(from).Draw(t, label) }
	for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
		when := pick([]string{
			"category: " + pick(categories, "category"),
			"detector: " + pick(detectors, "detector"),
			"field: " + pick(append([]string{`"*"`}, fieldNames[:5]...), "field"),
			"object: Contact, category: [" + pick(categories, "category") + ", date]",
			"category: " + pick(categories, "category") + ", unless: {field: LastName, equals: Lee}",
			"category: " + pick(categories, "category") + ", record: {all: [{detector: us_ssn}, {field: Email}]}",
		}, "when")
		then := pick([]string{"redact", "mask", "{mask: {keep_last: 3}}", "{mask: {keep_first: 1, char: x}}", "generalise",
			"{generalise: {as: zip}}", "{generalise: {as: year}}", "alert", "allow", "block"}, "then")
		// The client condition keeps the conditions of two rules from being the same.
		fmt.Fprintf(&b, "  - {name: r%d, when: {%s, likelihood: possible, client: [sync%s]}, then: %s}\n", i, when,
			strings.Repeat(", sync", i), then)
	}
	src := b.String()
	// A rule on fields takes no likelihood: it would be one on findings.
	lines := strings.Split(src, "\n")
	for i, l := range lines {
		if strings.Contains(l, "when: {field:") {
			lines[i] = strings.Replace(l, ", likelihood: possible", "", 1)
		}
	}
	return strings.Join(lines, "\n")
}

// drawRecord draws a record of Contact and findings in it.
func drawRecord(t *rapid.T) (*inspect.Record, []inspect.Finding) {
	r := newRow("Contact")
	for _, name := range fieldNames {
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			r.add("Contact", name, "null", "")
		case 1:
			n := fmt.Sprint(rapid.IntRange(-999, 99999).Draw(t, "number"))
			r.add("Contact", name, n, n)
		case 2:
			r.add("Contact", name, "true", "true")
		default:
			value := rapid.SampledFrom([]string{"", "219-09-9999", "Lee", "1980-05-06", "02139", "m.l@example.org", "93",
				"104", "2026-01-02T03:04:05.000+0000", "café \"x\"\n😀", "call 212 555 0123 now", "***-**-9999"}).Draw(t, "value")
			raw, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "escaped") {
				raw = bytes.ReplaceAll(raw, []byte("é"), []byte(`\u00e9`))
				raw = bytes.ReplaceAll(raw, []byte("😀"), []byte(`\ud83d\ude00`))
			}
			r.add("Contact", name, string(raw), value)
		}
	}
	rec := r.record()
	var findings []inspect.Finding
	for range rapid.IntRange(0, 6).Draw(t, "findings") {
		findings = append(findings, drawFinding(t, rec))
	}
	return rec, findings
}

func drawFinding(t *rapid.T, rec *inspect.Record) inspect.Finding {
	i := rapid.IntRange(0, len(rec.Fields)-1).Draw(t, "field")
	start := rapid.IntRange(0, len(rec.Fields[i].Value)).Draw(t, "start")
	c, _ := inspect.ParseCategory(rapid.SampledFrom(categories).Draw(t, "category"))
	return inspect.Finding{Detector: rapid.SampledFrom(detectors).Draw(t, "detector"), Category: c, Field: i, Start: start,
		End:        rapid.IntRange(start, len(rec.Fields[i].Value)).Draw(t, "end"),
		Likelihood: rapid.SampledFrom([]inspect.Likelihood{inspect.Unlikely, inspect.Possible, inspect.Likely}).Draw(t, "likelihood")}
}

func drawSubject(t *rapid.T) policy.Subject {
	return policy.Subject{Client: "sync", Host: "a.my.salesforce.com", API: "rest", Object: "Contact", Operation: "update",
		Direction: rapid.SampledFrom([]inspect.Direction{inspect.Request, inspect.Response}).Draw(t, "direction")}
}

// TestFindingNeverLoosens is law 3: one finding more makes no action milder and uncovers no byte.
func TestFindingNeverLoosens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pl := parse(t, drawPolicy(rt)).Plan(drawSubject(rt))
		rec, findings := drawRecord(rt)
		var before, after policy.Verdict
		pl.Judge(rec, findings, &before)
		at := rapid.IntRange(0, len(findings)).Draw(rt, "at")
		more := append(append(append([]inspect.Finding(nil), findings[:at]...), drawFinding(rt, rec)), findings[at:]...)
		pl.Judge(rec, more, &after)
		if after.Action > before.Action {
			rt.Fatalf("%v became %v", before.Action, after.Action)
		}
		if after.Action == policy.Block {
			return
		}
		for _, e := range before.Edits {
			if !covered(e, after.Edits) {
				rt.Fatalf("edit %d:%d is in none of %v", e.Start, e.End, after.Edits)
			}
		}
	})
}

func covered(e inspect.Edit, edits []inspect.Edit) bool {
	for _, o := range edits {
		if o.Start <= e.Start && e.End <= o.End {
			return true
		}
	}
	return false
}

// TestEditsStayInside is law 2: edits lie in the fields that were hit, are sorted, and leave JSON that parses with the
// same names; where all that was done keeps lengths, so does the result.
func TestEditsStayInside(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pl := parse(t, drawPolicy(rt)).Plan(drawSubject(rt))
		rec, findings := drawRecord(rt)
		var v policy.Verdict
		pl.Judge(rec, findings, &v)
		checkHits(rt, &v)
		at := 0
		for _, e := range v.Edits {
			if e.Start < at || !inField(rec, &v, e) {
				rt.Fatalf("edit %d:%d", e.Start, e.End)
			}
			at = e.End
		}
		out := inspect.Splice(nil, rec.Raw, v.Edits)
		if pl.PreservesLength() && len(out) != len(rec.Raw) {
			rt.Fatalf("%d bytes became %d", len(rec.Raw), len(out))
		}
		var was, is map[string]json.RawMessage
		if err := json.Unmarshal(out, &is); err != nil {
			rt.Fatalf("%s: %v", out, err)
		}
		if err := json.Unmarshal(rec.Raw, &was); err != nil {
			rt.Fatal(err)
		}
		for name, raw := range was {
			if got, ok := is[name]; !ok || !sameType(raw, got) {
				rt.Fatalf("%s: %s became %s", name, raw, got)
			}
		}
	})
}

func checkHits(t *rapid.T, v *policy.Verdict) {
	strictest := policy.Allow
	for _, h := range v.Hits {
		strictest = policy.Stricter(strictest, h.Applied)
	}
	if strictest != v.Action {
		t.Fatalf("action %v, hits %v", v.Action, v.Hits)
	}
	if v.Action == policy.Block && len(v.Edits) > 0 {
		t.Fatal("edits of what is blocked")
	}
}

func inField(rec *inspect.Record, v *policy.Verdict, e inspect.Edit) bool {
	for _, h := range v.Hits {
		if h.Field < 0 {
			continue
		}
		f := &rec.Fields[h.Field]
		quote := 0
		if f.Encoding == inspect.JSONString {
			quote = 1
		}
		if f.Start-quote <= e.Start && e.End <= f.End+quote {
			return true
		}
	}
	return false
}

func sameType(was, is json.RawMessage) bool {
	class := func(b byte) string {
		switch b {
		case '"', 'n':
			return string(b)
		case 't', 'f':
			return "bool"
		}
		return "number"
	}
	return string(is) == "null" || class(was[0]) == class(is[0])
}

// TestJudgeIsPure: a verdict does not depend on what the Verdict or the Plan judged before.
func TestJudgeIsPure(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		src := drawPolicy(rt)
		s := drawSubject(rt)
		pl := parse(t, src).Plan(s)
		var used policy.Verdict
		for range 3 {
			rec, findings := drawRecord(rt)
			var fresh policy.Verdict
			pl.Judge(rec, findings, &used)
			parse(t, src).Plan(s).Judge(rec, findings, &fresh)
			if fresh.Action != used.Action || cmp.Diff(fresh.Hits, used.Hits) != "" && len(fresh.Hits)+len(used.Hits) > 0 ||
				!bytes.Equal(inspect.Splice(nil, rec.Raw, fresh.Edits), inspect.Splice(nil, rec.Raw, used.Edits)) {
				rt.Fatalf("fresh %v %v, used %v %v", fresh.Action, fresh.Hits, used.Action, used.Hits)
			}
		}
	})
}

// csvRow builds a row of a CSV file; a value that begins with a quote is spelt as a quoted cell.
func csvRow(names []string, cells ...string) *inspect.Record {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1, Object: "Contact"}}}
	for i, c := range cells {
		if i > 0 {
			rec.Raw = append(rec.Raw, ',')
		}
		f := inspect.Field{Object: "Contact", Name: []byte(names[i])}
		value := c
		if strings.HasPrefix(c, `"`) {
			f.Encoding = inspect.CSVQuoted
			value = strings.ReplaceAll(c[1:len(c)-1], `""`, `"`)
			rec.Raw = append(rec.Raw, '"')
			c = c[1 : len(c)-1]
		}
		f.Start = len(rec.Raw)
		rec.Raw = append(rec.Raw, c...)
		f.End, f.Value = len(rec.Raw), []byte(value)
		if f.Encoding == inspect.CSVQuoted {
			rec.Raw = append(rec.Raw, '"')
		}
		rec.Fields = append(rec.Fields, f)
	}
	rec.Raw = append(rec.Raw, '\n')
	return rec
}

func TestCSVEdits(t *testing.T) {
	names := []string{"LastName", "SSN__c", "Note__c"}
	s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Direction: inspect.Response, Operation: "read"}
	for name, tt := range map[string]struct {
		then  string
		cells []string
		want  string
	}{
		"mask":              {"mask", []string{"Lee", "219-09-9999", `"a ""b"", c"`}, "Lee,***-**-****,\"**********\"\n"},
		"redact":            {"redact", []string{"Lee", "219-09-9999", `"a ""b"", c"`}, "Lee,,\n"},
		"redact quoted":     {"redact", []string{"Lee", `"219-09-9999"`, ``}, "Lee,,\n"},
		"redact both sides": {"redact", []string{`"Lee, Ann"`, "x", "y"}, "\"Lee, Ann\",,\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, head+"rules: [{name: r, when: {field: [SSN__c, Note__c]}, then: "+tt.then+"}]")
			got := judge(t, p, s, csvRow(names, tt.cells...))
			if got.Out != tt.want {
				t.Errorf("got %q, want %q", got.Out, tt.want)
			}
			if row, err := csv.NewReader(strings.NewReader(got.Out)).Read(); err != nil || len(row) != len(tt.cells) {
				t.Errorf("%q: %v", row, err)
			}
		})
	}
	p := parse(t, head+"rules: [{name: r, when: {field: SSN__c}, then: redact}]")
	for _, cell := range []string{"219-09-9999", `"219-09-9999"`} {
		got := judge(t, p, s, csvRow(names[1:], cell))
		if got.Out != "\"\"\n" {
			t.Errorf("the only cell of a row becomes %q: an empty line is no row", got.Out)
		}
	}
}

func TestFormAndTextEdits(t *testing.T) {
	p := parse(t, head+"rules:\n  - {name: r, when: {field: SSN__c}, then: redact}\n  - {name: q, when: {category: ssn}, then: redact}")
	s := policy.Subject{Client: "sync", Host: "a.my.salesforce.com", Operation: "create"}
	form := &inspect.Record{Raw: []byte("SSN__c=219%2D09&b=c"), Fields: []inspect.Field{{Object: "Contact", Name: []byte("SSN__c"),
		Encoding: inspect.FormValue, Start: 7, End: 15, Value: []byte("219-09")}}}
	if got := judge(t, p, s, form); got.Out != "SSN__c=&b=c" {
		t.Errorf("form: %+v", got)
	}
	part := judge(t, p, s, &inspect.Record{Raw: []byte("n=a%20219-09-9999+b"), Fields: []inspect.Field{{Name: []byte("n"),
		Encoding: inspect.FormValue, Start: 2, End: 19, Value: []byte("a 219-09-9999 b")}}},
		inspect.Finding{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely, Start: 2, End: 13})
	if part.Out != "n=a%20%5Bredacted%5D+b" {
		t.Errorf("part of a form: %+v", part)
	}
	text := &inspect.Record{Raw: []byte("219-09-9999"), Fields: []inspect.Field{{End: 11, Value: []byte("219-09-9999")}}}
	if got := judge(t, p, s, text, find(text, 0, "us_ssn", inspect.SSN)); got.Out != "[redacted]" {
		t.Errorf("text: %+v", got)
	}
}

// TestOverlappingFields: two fields over the same bytes cannot both be edited, so the record is blocked.
func TestOverlappingFields(t *testing.T) {
	p := parse(t, head+"rules: [{name: r, when: {field: [A, B]}, then: mask}]")
	rec := &inspect.Record{Raw: []byte("abcdef"), Fields: []inspect.Field{
		{Name: []byte("A"), Start: 0, End: 4, Value: []byte("abcd")}, {Name: []byte("B"), Start: 2, End: 6, Value: []byte("cdef")}}}
	got := judge(t, p, policy.Subject{Host: "a.my.salesforce.com", Direction: inspect.Response}, rec)
	if got.Action != "block" || got.Rules[len(got.Rules)-1] != "edits=block" {
		t.Errorf("got %+v", got)
	}
}

// TestUpsertWritesItsKey: the external id in the path of an upsert is written, that of another request is not.
func TestUpsertWritesItsKey(t *testing.T) {
	p := parse(t, head)
	for _, tt := range []struct{ operation, field, want string }{
		{"upsert", "MRN__c", "allow"}, {"upsert", "Other__c", "block"}, {"read", "Other__c", "allow"}, {"update", "Other__c", "allow"},
	} {
		rec := &inspect.Record{Raw: []byte("/M1"), Fields: []inspect.Field{{Object: "Contact", Name: []byte(tt.field),
			Carrier: inspect.InPath, Encoding: inspect.PathSegment, Start: 1, End: 3, Value: []byte("M1")}}}
		s := policy.Subject{Client: "narrow", Host: "a.my.salesforce.com", Operation: tt.operation, Object: "Contact"}
		if got := judge(t, p, s, rec); got.Action != tt.want {
			t.Errorf("%s by %s: %+v, want %s", tt.operation, tt.field, got, tt.want)
		}
	}
}

// TestOutsideOfBody: a value in a path, a query or a header cannot be changed, so an action that would is a block.
func TestOutsideOfBody(t *testing.T) {
	for then, want := range map[string]string{"mask": "block", "redact": "block", "generalise": "block", "alert": "alert",
		"allow": "allow", "block": "block"} {
		for _, c := range []inspect.Carrier{inspect.InPath, inspect.InQuery, inspect.InHeader} {
			p := parse(t, head+"rules:\n  - {name: r, when: {field: MRN__c}, then: "+then+"}\n"+
				"  - {name: q, when: {field: MRN__c, carrier: body}, then: block}")
			rec := &inspect.Record{Raw: []byte("/M1"), Fields: []inspect.Field{{Object: "Contact", Name: []byte("MRN__c"),
				Carrier: c, Encoding: inspect.PathSegment, Start: 1, End: 3, Value: []byte("M1")}}}
			got := judge(t, p, policy.Subject{Host: "a.my.salesforce.com", Operation: "upsert", Object: "Contact"}, rec)
			if got.Action != want || len(got.Rules) != 1 {
				t.Errorf("%s of a value in the %s: %+v, want %s", then, c, got, want)
			}
		}
	}
}
