package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
)

// known is a span as the scorer sees it.
func known(t *testing.T, start, end int, typ string) span {
	meaning, err := knownLabels().of(typ)
	if err != nil {
		t.Fatal(err)
	}
	return span{corpus.Span{Start: start, End: end, Type: typ}, meaning}
}

func TestScore(t *testing.T) {
	name := func(start, end int) span { return known(t, start, end, "person_name") }
	found := func(detector, category string, start, end int) finding {
		return finding{Detector: detector, Category: category, Start: start, End: end}
	}
	tests := map[string]struct {
		spans    []span
		findings []finding
		want     tally
	}{
		"found": {
			[]span{name(0, 10)}, []finding{found("person_name", "name", 0, 10)},
			tally{Spans: 1, Found: 1, Strict: 1, Findings: 1, Right: 1, LabelledBytes: 10, CoveredBytes: 10, FindingBytes: 10, RightBytes: 10},
		},
		"missed": {
			[]span{name(0, 10)}, nil,
			tally{Spans: 1, LabelledBytes: 10},
		},
		"wrong": {
			nil, []finding{found("person_name", "name", 0, 10)},
			tally{Findings: 1, FindingBytes: 10},
		},
		"another category": {
			[]span{name(0, 10)}, []finding{found("city", "geographic", 0, 10)},
			tally{Spans: 1, LabelledBytes: 10, Findings: 1, FindingBytes: 10},
		},
		"another detector of the category": {
			[]span{known(t, 0, 9, "us_mbi")}, []finding{found("health_plan_id", "plan", 0, 9)},
			tally{Spans: 1, Found: 1, Findings: 1, Right: 1, LabelledBytes: 9, CoveredBytes: 9, FindingBytes: 9, RightBytes: 9},
		},
		"in two parts": {
			[]span{name(0, 10)}, []finding{found("person_name", "name", 0, 4), found("person_name", "name", 5, 10)},
			tally{Spans: 1, Found: 1, Strict: 1, Findings: 2, Right: 2, LabelledBytes: 10, CoveredBytes: 9, FindingBytes: 9, RightBytes: 9},
		},
		"two in one": {
			[]span{name(0, 4), name(5, 10)}, []finding{found("person_name", "name", 0, 10)},
			tally{Spans: 2, Found: 2, Strict: 2, Findings: 1, Right: 1, LabelledBytes: 9, CoveredBytes: 9, FindingBytes: 10, RightBytes: 9},
		},
		"less than half of the shorter": {
			[]span{name(0, 10)}, []finding{found("person_name", "name", 6, 20)},
			tally{Spans: 1, LabelledBytes: 10, Findings: 1, FindingBytes: 14},
		},
		"half of the shorter": {
			[]span{name(0, 10)}, []finding{found("person_name", "name", 5, 20)},
			tally{Spans: 1, Found: 1, Strict: 1, Findings: 1, Right: 1, LabelledBytes: 10, CoveredBytes: 5, FindingBytes: 15, RightBytes: 5},
		},
		"optional, found": {
			[]span{known(t, 0, 10, "HOSPITAL")}, []finding{found("city", "geographic", 0, 10)},
			tally{},
		},
		"optional, missed": {
			[]span{known(t, 0, 10, "PROFESSION")}, nil,
			tally{},
		},
		"a category that is not labelled": {
			nil, []finding{found("icd10_cm", "clinical", 0, 10)},
			tally{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &scorer{scored: map[inspect.Category]bool{inspect.Name: true, inspect.Geographic: true, inspect.Plan: true}}
			got := newScores()
			c.text(&corpus.Text{Text: strings.Repeat("x", 30)}, test.spans, test.findings, got)
			if diff := cmp.Diff(test.want, *at(got.Carriers, "text")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNotesAreProse checks that free text in a field is not counted for the field's carrier.
func TestNotesAreProse(t *testing.T) {
	text := &corpus.Text{Text: strings.Repeat("x", 30), Carrier: "json", Notes: []corpus.Range{{Start: 10, End: 20}}}
	spans := []span{known(t, 2, 6, "person_name"), known(t, 12, 16, "person_name")}
	got := newScores()
	(&scorer{scored: map[inspect.Category]bool{}}).text(text, spans, nil, got)
	if at(got.Carriers, "json").Spans != 1 || at(got.Carriers, "prose").Spans != 1 {
		t.Errorf("%+v", got.Carriers)
	}
	if fields := got.fields(); fields.Spans != 1 {
		t.Errorf("fields: %+v", fields)
	}
}

func TestRates(t *testing.T) {
	got := tally{Spans: 10, Found: 8, Findings: 5, Right: 4}
	if got.recall() != 0.8 || got.precision() != 0.8 || got.f2() < 0.7999 || got.f2() > 0.8001 {
		t.Errorf("%v %v %v", got.recall(), got.precision(), got.f2())
	}
	lean := tally{Spans: 10, Found: 5, Findings: 5, Right: 5} // F2 = 5·1·0.5/(4·1+0.5)
	if f2 := lean.f2(); f2 < 0.5555 || f2 > 0.5556 {
		t.Errorf("F2 %v", f2)
	}
	if none := (&tally{}); none.recall() != 1 || none.precision() != 1 {
		t.Error("nothing to find is no failure")
	}
	if blind := (&tally{Spans: 1, Findings: 1}); blind.f2() != 0 {
		t.Errorf("F2 of nothing right is %v", blind.f2())
	}
}

func TestLabels(t *testing.T) {
	tests := map[string]struct {
		name     string
		optional bool
	}{
		"us_ssn": {"us_ssn", false}, "US_SSN": {"us_ssn", false}, "B-PATIENT": {"person_name", false}, "PHONE_NUMBER": {"phone", false},
		"MEDICALRECORD": {"mrn", false}, "DATE_TIME": {"date", false}, "US_DRIVER_LICENSE": {"us_driver_license", false},
		"HOSPITAL": {"optional", true}, "facility": {"facility", true}, "I-LOCATION": {"street_address", false}, "IP_ADDRESS": {"ip_address", false},
		"medical_record_number": {"mrn", false}, "health_plan_beneficiary_number": {"health_plan_id", false},
	}
	all := knownLabels()
	for typ, want := range tests {
		got, err := all.of(typ)
		if err != nil || got.name != want.name || got.optional != want.optional {
			t.Errorf("%s: %+v, %v", typ, got, err)
		}
	}
	if _, err := all.of("COLOUR_OF_SHOES"); err == nil {
		t.Error("a type that nobody knows was understood")
	}
}

func TestRead(t *testing.T) {
	const lines = `{"id":"a","text":"é Xu","spans":[{"start":2,"end":4,"type":"NAME"}]}` + "\n\n" + `{"id":7,"text":"none"}` + "\n"
	texts, err := read(strings.NewReader(lines), true)
	if err != nil || len(texts) != 2 {
		t.Fatalf("%v %v", texts, err)
	}
	if s := texts[0].Spans[0]; texts[0].Text[s.Start:s.End] != "Xu" {
		t.Errorf("characters 2 to 4 are %q", texts[0].Text[s.Start:s.End])
	}
	if texts, err = read(strings.NewReader(lines), false); err != nil || texts[0].Text[2:4] != " X" || texts[0].Spans[0].Start != 2 {
		t.Errorf("%+v, %v", texts, err)
	}
	for name, line := range map[string]string{
		"not JSON":         `{`,
		"behind the text":  `{"id":1,"text":"abc","spans":[{"start":1,"end":9,"type":"NAME"}]}`,
		"backwards":        `{"id":1,"text":"abc","spans":[{"start":2,"end":1,"type":"NAME"}]}`,
		"before the start": `{"id":1,"text":"abc","spans":[{"start":-1,"end":1,"type":"NAME"}]}`,
	} {
		for _, runes := range []bool{false, true} {
			if _, err := read(strings.NewReader(line), runes); err == nil {
				t.Errorf("%s was read", name)
			}
		}
	}
}

// TestVerdict checks that poor detectors fail.
func TestVerdict(t *testing.T) {
	good := newScores()
	for c := inspect.Name; c <= inspect.Other; c++ {
		at(good.Categories, c.String()).Spans = 1
	}
	*at(good.Carriers, "json") = tally{Spans: 100, Found: 97, Findings: 100, Right: 95}
	*at(good.Carriers, "prose") = tally{Spans: 100, Found: 85, Findings: 100, Right: 90}
	verdict := func(change func(*scores)) error {
		r := &report{minimum: inspect.Likely, parts: []part{{levels: map[inspect.Likelihood]*scores{inspect.Likely: good}}}}
		copied := r.total(inspect.Likely)
		change(copied)
		r.parts[0].levels[inspect.Likely] = copied
		return r.verdict()
	}
	for name, change := range map[string]func(*scores){
		"recall over fields":    func(s *scores) { s.Carriers["json"].Found-- },
		"precision over fields": func(s *scores) { s.Carriers["json"].Right-- },
		"recall in prose":       func(s *scores) { s.Carriers["prose"].Found-- },
		"precision in prose":    func(s *scores) { s.Carriers["prose"].Right-- },
		"no biometric":          func(s *scores) { s.Categories["biometric"].Spans = 0 },
	} {
		if err := verdict(change); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := verdict(func(*scores) {}); err != nil {
		t.Error(err)
	}
}
