package query

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func parsed(t *testing.T, text string) Query {
	t.Helper()
	q, err := Parse(text, now)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

func TestCanonical(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"nothing":            {"  ", ""},
		"order of the table": {"after:-7d object:Contact  decision:block", "decision:block object:Contact after:-7d"},
		"action":             {"action:BLOCK", "decision:block"},
		"alternatives":       {"client:b,a,b", "client:a,b"},
		"twice":              {"client:a client:a", "client:a"},
		"both":               {"client:a* client:*b -client:c", "client:*b client:a* -client:c"},
		"quotes":             {`client:"a"*"b c"`, `client:a*"b c"`},
		"literal star":       {`host:"*.example.com"`, `host:"*.example.com"`},
		"stars":              {"client:a**b***", "client:a*b*"},
		"escapes":            {`client:"a\"b\\c"`, `client:"a\"b\\c"`},
		"none":               {`client:""`, `client:""`},
		"zone":               {"after:2026-11-01T02:00:00+02:00", "after:2026-11-01T00:00:00Z"},
		"lower-case time":    {"after:2026-11-01t02:00:00z before:NOW", "after:2026-11-01T02:00:00Z before:now"},
		"weeks":              {"after:-02w", "after:-2w"},
		"shown fingerprint":  {"fp:3f2a…", "fp:3f2a"},
		"digest":             {"policy:sha256:3F2A", "policy:3f2a"},
		"beginning of an ID": {"id:01KAX*", "id:01KAX*"},
		"case":               {"case:9F86D081884C7D65", "case:9f86d081884c7d65"},
		"pattern of a list":  {"decision:*a*", "decision:*a*"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := parsed(t, tt.text)
			if got := q.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if again := parsed(t, q.String()); again.String() != q.String() {
				t.Errorf("read again it is %s", again)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct {
		text   string
		column int
		hint   string
	}{
		"misspelt key":       {"decisio:block", 1, "did you mean decision:?"},
		"key of others":      {"client:a type:us_ssn", 10, "write detector:"},
		"no such key":        {"zzzzzzzz:1", 1, "the keys are decision, detector,"},
		"misspelt value":     {"decision:blok", 10, "did you mean block?"},
		"second value":       {"decision:block,alret", 16, "did you mean alert?"},
		"impossible pattern": {"decision:x*", 10, "one of block,"},
		"bare word":          {"client:a contact", 10, "client:contact"},
		"bare value":         {"block", 1, "write decision:block"},
		"bare ID":            {"01KAX3M9T0V5Q2Z8R4B6C7D8E9", 1, "id:01KAX"},
		"bare time":          {"-7d", 1, "after:-7d"},
		"key without value":  {"client", 1, "client:ehr-*"},
		"no value":           {"client: object:a", 8, "client:ehr-*"},
		"no second value":    {"client:a,", 10, "client:ehr-*"},
		"open quote":         {`client:"a b`, 8, `\"`},
		"future":             {"after:7d", 7, "did you mean after:-7d?"},
		"no zone":            {"before:2026-11-01T10:00:00", 8, "2026-11-01T10:00:00Z"},
		"no date":            {"after:2026-13-01", 7, "-7d"},
		"too long ago":       {"after:-999999999d", 7, "-7d"},
		"outside of the era": {"after:1969-12-31", 7, "-7d"},
		"two times":          {"after:-7d,-8d", 7, "after:-7d"},
		"not a time":         {"-after:-7d", 8, "after:-7d"},
		"time twice":         {"after:-7d after:-8d", 11, "one is enough"},
		"never":              {"after:-1d before:-2d", 11, "earlier"},
		"short fingerprint":  {"fp:3f2", 4, "fp:3F2A"},
		"glob fingerprint":   {"fp:*3f2a", 4, "fp:3F2A"},
		"glob ID":            {"id:0*K", 4, "id:01KAX*"},
		"no case":            {"case:123", 6, "case:9f86"},
		"control character":  {"client:a\x07b", 9, ""},
		"not UTF-8":          {"client:\xff", 1, ""},
		"long":               {"client:" + strings.Repeat("a", MaxLength), 1, ""},
		"many terms":         {strings.Repeat("client:a ", maxTerms+1), 577, ""},
		"many values":        {"client:a" + strings.Repeat(",a", maxValues), 1, ""},
		"only a minus":       {"- client:a", 1, "client:ehr-sync"},
		"after umlauts":      {`client:"äöü" x`, 14, "client:x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(tt.text, now)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if e.Column != tt.column || !strings.Contains(e.Hint, tt.hint) || e.What == "" {
				t.Errorf("column %d, want %d; %v", e.Column, tt.column, e)
			}
			if !strings.Contains(err.Error(), e.What) || !strings.Contains(err.Error(), e.Hint) {
				t.Errorf("the text says less: %v", err)
			}
		})
	}
}

func sample() *audit.Decision {
	return &audit.Decision{
		ID: "01KAX3M9T0V5Q2Z8R4B6C7D8E9", Time: now.Add(-time.Hour), Node: "gate-1", Seq: 7, Kind: audit.Whole, Action: "block",
		Reason: "policy", Mode: "enforce", Client: "EHR-sync", Dest: audit.Dest{Host: "*.example.com"}, API: "bulk2", Op: "upsert",
		Object: "Contact", Dir: "request", Policy: audit.Policy{Digest: "sha256:3f2a99"}, Rules: []string{"combination"}, Cover: audit.Full,
		Finding: []audit.Finding{
			{Detector: "us_ssn", Category: "ssn", Likelihood: "likely", Object: "Contact", Field: "SSN__c", Fingerprints: []string{"3F2AXY"},
				Rules: []string{"ssn-never-leaves"}},
			{Detector: "email", Category: "email", Likelihood: "possible", Object: "Case", Field: "Web Email"},
		},
	}
}

func TestMatch(t *testing.T) {
	tests := map[string]struct {
		text string
		want bool
	}{
		"all":               {"", true},
		"action":            {"decision:block", true},
		"another action":    {"decision:alert", false},
		"or":                {"decision:alert,block", true},
		"not":               {"-decision:block", false},
		"not the others":    {"-decision:alert,mask", true},
		"any finding":       {"detector:us_ssn detector:email", true},
		"no finding":        {`-detector:""`, true},
		"has none":          {`detector:""`, false},
		"letter case":       {"object:contact client:ehr-SYNC", true},
		"object of finding": {"object:Case", true},
		"wildcards":         {"client:e*-s*nc host:*.example.*", true},
		"literal star":      {`host:"*.example.com"`, true},
		"literal fails":     {`client:"EHR*"`, false},
		"space":             {`field:"web email"`, true},
		"rules of both":     {"rule:combination rule:ssn-*", true},
		"category":          {"category:ssn likelihood:possible", true},
		"meaning":           {"api:bulk2 op:upsert dir:request mode:enforce kind:decision reason:policy coverage:full node:gate-1", true},
		"fingerprint":       {"fp:3f2a", true},
		"other fingerprint": {"fp:3f2b", false},
		"digest":            {"policy:3f2a", true},
		"name of the hash":  {"policy:sha256", false},
		"ID":                {"id:01kax3m9t0v5q2z8r4b6c7d8e9", true},
		"beginning":         {"id:01KAX*", true},
		"beginning is all":  {"id:01KAX", false},
		"after":             {"after:-1h", true},
		"not after":         {"after:-59m", false},
		"before":            {"before:2026-11-23T11:00:00.000001Z", true},
		"not before":        {"before:-1h", false},
		"index only":        {"status:decided verdict:benign assignee:kim case:0000000000000000", true},
	}
	d := sample()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := parsed(t, tt.text).Match(d); got != tt.want {
				t.Errorf("%s: %v", tt.text, got)
			}
		})
	}
	if !parsed(t, `client:"" detector:"" object:"" fp:""`).Match(&audit.Decision{}) {
		t.Error("an empty decision has something")
	}
}

func TestWith(t *testing.T) {
	tests := map[string]struct{ text, key, value, want string }{
		"adds":         {"client:a", "object", "Contact", "client:a object:Contact"},
		"replaces":     {"client:a,b client:c* -client:d", "client", "e", "client:e -client:d"},
		"excludes":     {"client:a* -client:ab", "-client", "ac", "client:a* -client:ac"},
		"literal":      {"", "host", "*.example.com", `host:"*.example.com"`},
		"with a comma": {"", "client", "a,b", `client:"a,b"`},
		"none":         {"", "client", "", `client:""`},
		"time":         {"after:-7d", "after", "-1d", "after:-1d"},
		"no such key":  {"client:a", "colour", "red", "client:a"},
		"no such time": {"client:a", "after", "red", "client:a"},
		"alias":        {"decision:block", "action", "mask", "decision:mask"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := parsed(t, tt.text)
			if got := q.With(tt.key, tt.value).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if q.String() != parsed(t, tt.text).String() {
				t.Error("the query itself was changed")
			}
		})
	}
	q := parsed(t, "client:a -client:b object:c status:open")
	if got := q.Without("client").String(); got != "object:c status:open" {
		t.Error(got)
	}
	if got := q.Without("-client").String(); got != "client:a object:c status:open" {
		t.Error(got)
	}
	if !q.NeedsIndex() || q.Without("status").NeedsIndex() {
		t.Error("only the index knows a status")
	}
}

func TestTermsAndSpan(t *testing.T) {
	q := parsed(t, `-client:b,"c d" fp:3F2A after:-1d before:now id:x,01KA*`)
	var got []string
	for _, term := range q.Terms() {
		got = append(got, term.text())
	}
	if diff := cmp.Diff([]string{`-client:"c d",b`, "fp:3F2A", "id:01KA*,x", "after:-1d", "before:now"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Range{{"01ka", false}, {"x", true}}, q.Terms()[2].Ranges()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Range{{"3f2a", false}}, q.Terms()[1].Ranges()); diff != "" || q.Terms()[0].Ranges() != nil {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"c d", "b"}, q.Terms()[0].Literals()); diff != "" || q.Terms()[1].Literals() != nil {
		t.Error(diff)
	}
	if from, to := q.Span(); !from.Equal(now.AddDate(0, 0, -1)) || !to.Equal(now) {
		t.Errorf("%s to %s", from, to)
	}
	if from, to := (Query{}).Span(); !from.IsZero() || !to.IsZero() {
		t.Error("the zero query has a span")
	}
}

// The fixed lists are those of the packages that make the values, which this one may not import.
func TestListsAgree(t *testing.T) {
	want := map[string][]string{"category": inspect.Categories(), "dir": {inspect.Request.String(), inspect.Response.String()}}
	for l := inspect.VeryUnlikely; l <= inspect.VeryLikely; l++ {
		want["likelihood"] = append(want["likelihood"], l.String())
	}
	for _, k := range Keys() {
		if list, ok := want[k.Name]; ok && !cmp.Equal(list, k.Values) {
			t.Errorf("%s: %s", k.Name, cmp.Diff(list, k.Values))
		}
		if _, err := Parse(k.Example, now); err != nil || k.Doc == "" {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
}

// match against the regular expression that means the same.
func TestPatternAgreesWithRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[abA*]{0,8}`).Draw(t, "pattern")
		value := rapid.StringMatching(`[abA]{0,10}`).Draw(t, "value")
		parts := strings.Split(text, "*")
		quoted := make([]string, len(parts))
		for i, part := range parts {
			quoted[i] = regexp.QuoteMeta(part)
		}
		want := regexp.MustCompile(`(?i)^` + strings.Join(quoted, ".*") + `$`).MatchString(value)
		if got := newPattern(parts...).match(fold(value)); got != want {
			t.Errorf("%q %q: %v", text, value, got)
		}
	})
}

// What Parse takes, it takes again in its canonical spelling, with the same meaning; and With keeps any value.
func FuzzParse(f *testing.F) {
	for _, k := range Keys() {
		f.Add(k.Example, "a b")
	}
	f.Add(`-client:"a\"b"*,c host:"*.x" after:-7d before:2026-11-23T00:00:00+01:00 fp:abcd…`, `"\*,`)
	f.Fuzz(func(t *testing.T, text, value string) {
		q, err := Parse(text, now)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len([]rune(text))+1 {
				t.Fatalf("error %v", err)
			}
			return
		}
		again, err := Parse(q.String(), now)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, q, err)
		}
		d := sample()
		d.Client, d.Dest.Host = value, text
		if again.String() != q.String() || q.Match(d) != again.Match(d) {
			t.Fatalf("%q became %q, and then %q", text, q, again)
		}
		from, to := q.Span()
		if from2, to2 := again.Span(); !from.Equal(from2) || !to.Equal(to2) {
			t.Fatalf("%q has another span", text)
		}
		narrowed := q.Without("client").With("client", value)
		if _, err := Parse(narrowed.String(), now); err != nil && len(narrowed.String()) <= MaxLength {
			t.Fatalf("%q cannot be read: %v", narrowed, err)
		}
		if narrowed.String() == q.Without("client").String() {
			return // not a value
		}
		if m := narrowed.Without("after").Without("before"); q.Without("client").Without("after").Without("before").Match(d) != m.Match(d) {
			t.Fatalf("%q does not match its own client", narrowed)
		}
	})
}
