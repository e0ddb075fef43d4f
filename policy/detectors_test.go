package policy_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// defined is a policy with one detector.
func defined(t testing.TB, detector string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("f", []byte("version: 1\ndetectors:\n  - "+detector), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func fieldsOf(values ...string) *inspect.Record {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for i, v := range values {
		rec.Fields = append(rec.Fields, inspect.Field{Name: fmt.Appendf(nil, "F%d", i), Value: []byte(v)})
	}
	return rec
}

func told(rec *inspect.Record, found []inspect.Finding) []string {
	var lines []string
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", rec.Fields[f.Field].Value[f.Start:f.End], f.Detector, f.Category, f.Likelihood, f.Evidence))
	}
	return lines
}

func TestDefinedDetectors(t *testing.T) {
	tests := map[string]struct {
		detector string
		field    string // the name of the field; F0 if empty
		value    string
		want     []string
	}{
		"a match":            {detector: `{name: org, category: mrn, pattern: 'AC\d{8}'}`, value: "see AC12345678.", want: []string{"AC12345678 org mrn possible shape"}},
		"no match":           {detector: `{name: org, category: mrn, pattern: 'AC\d{8}'}`, value: "see AC1234567"},
		"two":                {detector: `{name: org, pattern: 'AC\d+'}`, value: "AC1 AC22", want: []string{"AC1 org other possible shape", "AC22 org other possible shape"}},
		"in any case":        {detector: `{name: org, pattern: '(?i)ac\d+'}`, value: "Ac1", want: []string{"Ac1 org other possible shape"}},
		"another literal":    {detector: `{name: org, pattern: '\d{8}', literal: [chart, "MR "]}`, value: "mr 12345678", want: []string{"12345678 org other possible shape"}},
		"without it":         {detector: `{name: org, pattern: '\d{8}', literal: [chart, "MR "]}`, value: "12345678"},
		"luhn":               {detector: `{name: org, pattern: 'AC[\d-]+', check: luhn}`, value: "AC7992-7398713 AC79927398714", want: []string{"AC7992-7398713 org other possible shape+validity"}},
		"mod11":              {detector: `{name: org, pattern: 'NHS [\dX]+', check: mod11}`, value: "NHS 9434765919 NHS 9434765918 NHS 080442957X", want: []string{"NHS 9434765919 org other possible shape+validity", "NHS 080442957X org other possible shape+validity"}},
		"no check":           {detector: `{name: org, pattern: 'AC\d+', check: none}`, value: "AC1", want: []string{"AC1 org other possible shape"}},
		"words before":       {detector: `{name: org, pattern: 'AC\d+', context: [Chart]}`, value: "chart: AC1", want: []string{"AC1 org other likely shape+context"}},
		"words behind":       {detector: `{name: org, pattern: 'AC\d+', context: chart, likelihood: unlikely, with_context: very_likely}`, value: "AC1 is the CHART", want: []string{"AC1 org other very_likely shape+context"}},
		"a part of a word":   {detector: `{name: org, pattern: 'AC\d+', context: chart}`, value: "charts AC1", want: []string{"AC1 org other possible shape"}},
		"words far away":     {detector: `{name: org, pattern: 'AC\d+', context: chart}`, value: "chart" + strings.Repeat(" ", 64) + "AC1", want: []string{"AC1 org other possible shape"}},
		"the field's name":   {detector: `{name: org, pattern: 'AC\d+', context: chart}`, field: "Chart_No__c", value: "AC1", want: []string{"AC1 org other likely shape+key"}},
		"only with words":    {detector: `{name: org, pattern: 'AC\d+', context: chart, likelihood: very_unlikely}`, value: "AC1" + strings.Repeat(" ", 32) + "chart AC2", want: []string{"AC2 org other likely shape+context"}},
		"at the end":         {detector: `{name: org, pattern: 'AC'}`, value: "AC", want: []string{"AC org other possible shape"}},
		"alternatives":       {detector: `{name: org, pattern: '(?:AC|MRN)\d'}`, value: "MRN1 AC2", want: []string{"MRN1 org other possible shape", "AC2 org other possible shape"}},
		"beside a boundary":  {detector: `{name: org, pattern: '\bAC\d\b'}`, value: "xAC1 AC2 AC33", want: []string{"AC2 org other possible shape"}},
		"an empty value":     {detector: `{name: org, pattern: 'AC'}`, value: ""},
		"the longest is cut": {detector: `{name: org, pattern: 'AC\d+'}`, value: "AC" + strings.Repeat("1", 100<<10)[:65534], want: []string{"AC" + strings.Repeat("1", 65534) + " org other possible shape"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := defined(t, tt.detector).Detectors()
			rec := fieldsOf(tt.value)
			if tt.field != "" {
				rec.Fields[0].Name = []byte(tt.field)
			}
			if diff := cmp.Diff(tt.want, told(rec, d.Inspect(rec, nil))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// In a value larger than a window the same is found as in one look, wherever it lies.
func TestWindows(t *testing.T) {
	d := defined(t, `{name: org, pattern: '\bAC\d{2,9}\b'}`).Detectors()
	pattern := regexp.MustCompile(`\bAC\d{2,9}\b`)
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for range 40 {
		fill := pick(" ", "x", "1", "AC1 ", "xAC12 ")
		value := bytes.Repeat([]byte(fill), (70<<10)/len(fill))
		for range r.IntN(8) { // near the edges of windows
			edge := []int{32, 60 << 10, 64 << 10}[r.IntN(3)]
			copy(value[edge-24+r.IntN(48):], pick(" AC12 ", "AC123456789", " AC1234567890 ", "xAC12 "))
		}
		var got [][]int
		for _, f := range d.Inspect(fieldsOf(string(value)), nil) {
			got = append(got, []int{f.Start, f.End})
		}
		want := pattern.FindAllIndex(value, -1)
		if !slices.EqualFunc(want, got, slices.Equal) {
			t.Fatalf("-want +got:\n%s", cmp.Diff(want, got))
		}
	}
}

// A match longer than a window is found too, if not whole.
func TestAMatchLongerThanAWindow(t *testing.T) {
	d := defined(t, `{name: org, pattern: 'AC\d+'}`).Detectors()
	rec := fieldsOf("AC" + strings.Repeat("7", 200<<10))
	if found := d.Inspect(rec, nil); len(found) == 0 || found[0].Start != 0 {
		t.Errorf("found %v", found)
	}
}

// A literal that is derived stands in all that the pattern matches: what is skipped would not have matched.
func TestDerivedLiterals(t *testing.T) {
	for pattern, matches := range map[string][]string{
		`(?i)mask\d`: {"mask1", "MASK1", "maſ\u212a1"}, `(?:AC|AD)\d`: {"AC1", "AD1"}, `x?(ab|cde)+\d`: {"ab1", "xcdeab1"},
		`[A-Z](?:foo){1,3}bar`: {"Afoobar", "Zfoofoobar"}, `\d+-MRN`: {"12-MRN"}, `(?:FIN#?|ENC)[0-9]{4}`: {"FIN1234", "FIN#1234", "ENC1234"},
	} {
		p, err := policy.Parse("f", fmt.Appendf(nil, "version: 1\ndetectors:\n  - {name: org, pattern: '%s'}", pattern), vocabulary)
		if err != nil {
			if !strings.Contains(err.Error(), "no literal stands in all that the pattern matches") {
				t.Errorf("%s: %v", pattern, err)
			}
			continue
		}
		for _, m := range matches {
			rec := fieldsOf("." + m)
			if len(p.Detectors().Inspect(rec, nil)) != 1 {
				t.Errorf("%s does not find %s", pattern, m)
			}
		}
	}
}

func TestDefinedDetectorsPassOver(t *testing.T) {
	p := defined(t, `{name: org, pattern: 'AC\d+'}`)
	rec := fieldsOf("AC1", "AC1", "AC1")
	rec.Fields[0].Kind, rec.Fields[1].Kind, rec.Fields[2].Object = inspect.Null, inspect.Bool, inspect.Control
	if found := p.Detectors().Inspect(rec, nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	none := parse(t, head).Detectors()
	if none != nil || len(none.Inspect(fieldsOf("AC1"), nil)) > 0 {
		t.Error("a policy without detectors has some")
	}
	again := defined(t, `{pattern: 'AC\d+', name: org}`).Detectors()
	if !p.Detectors().Equal(again) || p.Detectors().Equal(none) || again.Equal(defined(t, `{name: org, pattern: 'AC\d'}`).Detectors()) {
		t.Error("Equal is wrong")
	}
}

// Rules speak of detectors that the policy defines, and of indexes by their detectors.
func TestRulesOnDefinedDetectors(t *testing.T) {
	const src = `version: 1
rules:
  - {name: org, when: {detector: org_mrn}, then: {mask: {keep_last: 2}}}
  - {name: exact, when: {edm: {index: patients, columns: 3}}, then: redact}
  - {name: any-exact, when: {detector: edm_patients, likelihood: unlikely}, then: alert}
  - {name: two, when: {record: {edm: {index: patients, columns: 2}}}, then: alert}
  - {name: with-code, when: {record: {all: [{edm: {index: patients, columns: 2}}, {detector: icd10_cm}]}}, then: block}
detectors:
  - {name: org_mrn, category: mrn, pattern: 'AC\d{4}'}
`
	p := parse(t, src)
	exact := func(columns string, l inspect.Likelihood) inspect.Finding {
		return inspect.Finding{Detector: "edm_patients" + columns, Category: inspect.MRN, Likelihood: l, Start: 0, End: 6}
	}
	tests := map[string]struct {
		findings []inspect.Finding
		rules    []string
	}{
		"one column":    {[]inspect.Finding{exact("", inspect.Unlikely)}, []string{"org", "any-exact"}},
		"two columns":   {[]inspect.Finding{exact(":2", inspect.VeryLikely)}, []string{"org", "any-exact", "two"}},
		"three columns": {[]inspect.Finding{exact(":3", inspect.VeryLikely)}, []string{"org", "exact", "any-exact", "two"}},
		"four columns":  {[]inspect.Finding{exact(":4", inspect.VeryLikely)}, []string{"org", "exact", "any-exact", "two"}},
		"and a code": {[]inspect.Finding{exact(":2", inspect.VeryLikely), {Detector: "icd10_cm", Category: inspect.Clinical, Likelihood: inspect.Likely}},
			[]string{"org", "any-exact", "two", "with-code"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := fieldsOf("AC1234")
			rec.Raw, rec.Fields[0].End = []byte("AC1234"), 6
			var v policy.Verdict
			p.Plan(policy.Subject{}).Judge(rec, append(p.Detectors().Inspect(rec, nil), tt.findings...), &v)
			var rules []string
			for _, h := range v.Hits {
				rules = append(rules, h.Rule)
			}
			if diff := cmp.Diff(tt.rules, rules); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Where it is not known which indexes there are, any name will do; where there are none, none will.
func TestUnknownIndexes(t *testing.T) {
	src := []byte("version: 1\nrules:\n  - {name: x, when: {edm: {index: anything, columns: 16}}, then: block}\n" +
		"  - {name: y, when: {detector: edm_anything}, then: alert}\n")
	v := vocabulary
	v.Indexes = nil
	if _, err := policy.Parse("f", src, v); err != nil {
		t.Error(err)
	}
	v.Indexes = map[string]int{}
	_, err := policy.Parse("f", src, v)
	if err == nil || !strings.Contains(err.Error(), `f:3:35: unknown index "anything"`) || !strings.Contains(err.Error(), `f:4:32: unknown detector "edm_anything"`) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkDefinedDetectors(b *testing.B) {
	var src strings.Builder
	src.WriteString("version: 1\ndetectors:\n")
	for i := range 64 {
		fmt.Fprintf(&src, "  - {name: d%d, pattern: '%c%c\\d{8}'}\n", i, 'A'+i%26, 'A'+i/26)
	}
	p, err := policy.Parse("f", []byte(src.String()), vocabulary)
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("The patient was seen on Monday and told of the results. ", 64)
	for name, d := range map[string]*policy.Detectors{"none": nil, "one": defined(b, `{name: org, pattern: 'AC\d{8}'}`).Detectors(), "sixty-four": p.Detectors()} {
		rec := fieldsOf(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				d.Inspect(rec, nil)
			}
		})
	}
}
