package edm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// recordOf is a record of fields with the given values.
func recordOf(values ...string) *inspect.Record {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for i, v := range values {
		rec.Fields = append(rec.Fields, inspect.Field{Name: fmt.Appendf(nil, "F%d", i), Value: []byte(v)})
	}
	return rec
}

// described is the findings as text, with the bytes that each is about.
func described(rec *inspect.Record, found []inspect.Finding) []string {
	var lines []string
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%d %s %s %s %s", f.Field, rec.Fields[f.Field].Value[f.Start:f.End], f.Detector, f.Category, f.Likelihood))
	}
	return lines
}

// people are four patients, and two thousand more by the name of Smith.
func people() [][]string {
	rows := [][]string{
		{"A0012345", "536904399", "Tran", "1970-01-02"},
		{"A0067890", "536904400", "Okafor", "1970-01-02"},
		{"1234", "536904401", "Smith", "1981-05-06"},
		{"JAMES01", "", "James", "1990-09-09"},
	}
	for i := range 2000 {
		rows = append(rows, []string{fmt.Sprintf("B%07d", i), "", "Smith", fmt.Sprintf("19%02d-%02d-%02d", i%90+10, i%12+1, i%28+1)})
	}
	return rows
}

func TestInspect(t *testing.T) {
	m := NewMatcher("patients", build(t, patients, people()), upper)
	tests := map[string]struct {
		values []string
		others []inspect.Finding
		want   []string
	}{
		"nothing":            {values: []string{"", "Industry", "A0099999", "12", "nobody known"}},
		"a record number":    {values: []string{"A0012345"}, want: []string{"0 A0012345 edm_patients mrn likely"}},
		"in another place":   {values: []string{" a-0012345 "}, want: []string{"0 a-0012345 edm_patients mrn likely"}},
		"in a text":          {values: []string{"seen today, MRN#A0012345. See 536-90-4399/x"}, want: []string{"0 A0012345 edm_patients:2 mrn very_likely", "0 536-90-4399 edm_patients:2 ssn very_likely"}},
		"behind a label":     {values: []string{"note: mrn-A0012345"}, want: []string{"0 A0012345 edm_patients mrn likely"}},
		"a short number":     {values: []string{"1234", "room 1234"}, want: []string{"0 1234 edm_patients mrn possible", "1 1234 edm_patients mrn unlikely"}},
		"a name alone":       {values: []string{"Tran", "call Tran"}, want: []string{"0 Tran edm_patients name unlikely"}},
		"two of one row":     {values: []string{"Tran", "1970-01-02"}, want: []string{"0 Tran edm_patients:2 name very_likely", "1 1970-01-02 edm_patients:2 date very_likely"}},
		"two of two rows":    {values: []string{"Tran", "536904400"}, want: []string{"0 Tran edm_patients name unlikely", "1 536904400 edm_patients ssn likely"}},
		"a row and another":  {values: []string{"Okafor", "536904400", "Tran"}, want: []string{"0 Okafor edm_patients:2 name very_likely", "1 536904400 edm_patients:2 ssn very_likely", "2 Tran edm_patients name unlikely"}},
		"all four":           {values: []string{"A0012345 536904399 Tran"}, others: []inspect.Finding{}, want: []string{"0 A0012345 edm_patients:3 mrn very_likely", "0 536904399 edm_patients:3 ssn very_likely", "0 Tran edm_patients:3 name very_likely"}},
		"a common name":      {values: []string{"Smith", "1234"}, want: []string{"0 Smith edm_patients:2 name very_likely", "1 1234 edm_patients:2 mrn very_likely"}},
		"common, not theirs": {values: []string{"Smith", "A0012345"}, want: []string{"0 Smith edm_patients name unlikely", "1 A0012345 edm_patients mrn likely"}},
		"twice the same":     {values: []string{"Tran", "Tran"}, want: []string{"0 Tran edm_patients name unlikely", "1 Tran edm_patients name unlikely"}},
		"found by another": {values: []string{"ssn 536 90 4399 of someone"}, others: []inspect.Finding{{Detector: "us_ssn", Category: inspect.SSN, Start: 4, End: 15}},
			want: []string{"0 536 90 4399 edm_patients ssn likely"}},
		"a date in a text": {values: []string{"Tran came on 1970-01-02"}, others: []inspect.Finding{{Category: inspect.Date, Start: 13, End: 23}},
			want: []string{"0 Tran edm_patients:2 name very_likely", "0 1970-01-02 edm_patients:2 date very_likely"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := recordOf(tt.values...)
			got := m.Inspect(rec, tt.others, 0)[len(tt.others):]
			if diff := cmp.Diff(tt.want, described(rec, got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// One value that stands in two columns of a row is one value.
func TestOneValueOfTwoColumns(t *testing.T) {
	columns := []Column{{Name: "first", Kind: Name}, {Name: "last", Kind: Name}, {Name: "mrn", Kind: Alnum, Category: inspect.MRN}}
	m := NewMatcher("p", build(t, columns, [][]string{{"James", "James", "A0012345"}, {"Ann", "James", "A0012346"}}), upper)
	for text, want := range map[string][]string{
		"James":          {"0 James edm_p name unlikely"},
		"James James":    nil,
		"James A0012345": {"0 James edm_p:2 name very_likely", "0 A0012345 edm_p:2 mrn very_likely"},
		"Ann James":      {"0 Ann edm_p:2 name very_likely", "0 James edm_p:2 name very_likely"},
	} {
		rec := recordOf(text)
		if diff := cmp.Diff(want, described(rec, m.Inspect(rec, nil, 0))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

// A record of very many values is not joined row by row: its columns count as if they were of one row.
func TestTooManyPairs(t *testing.T) {
	var rows [][]string
	for i := range 300_000 {
		rows = append(rows, []string{fmt.Sprintf("A%07d", i), fmt.Sprintf("%09d", i+100_000_000), "", ""})
	}
	m := NewMatcher("p", build(t, patients, rows), upper)
	var values []string
	for i := range 270_000 {
		values = append(values, fmt.Sprintf("A%07d", i))
	}
	rec := recordOf(append(values, "100299999")...)
	found := m.Inspect(rec, nil, 0)
	if len(found) != len(values)+1 || found[0].Detector != "edm_p:2" {
		t.Errorf("%d findings, the first %+v", len(found), found[0])
	}
	if found = m.Inspect(recordOf(values...), nil, 0); found[0].Detector != "edm_p" {
		t.Errorf("one column is %s", found[0].Detector)
	}
}

// A number that many rows share identifies nobody.
func TestSharedNumbers(t *testing.T) {
	var rows [][]string
	for i := range fewRows + 1 {
		rows = append(rows, []string{"A0012345", fmt.Sprintf("%09d", 100_000_000+i/2), "", ""})
	}
	m := NewMatcher("p", build(t, patients, rows), upper)
	for value, want := range map[string]inspect.Likelihood{"A0012345": inspect.Unlikely, "100000000": inspect.Likely} {
		if found := m.Inspect(recordOf(value), nil, 0); len(found) != 1 || found[0].Likelihood != want {
			t.Errorf("%s: %+v, want %s", value, found, want)
		}
	}
}

// What is not of the body's content is not looked up, and what another detector reports outside of a field does no harm.
func TestInspectPassesOver(t *testing.T) {
	m := NewMatcher("patients", build(t, patients, people()), upper)
	rec := recordOf("A0012345", "A0012345", "A0012345")
	rec.Fields[0].Object, rec.Fields[1].Kind, rec.Fields[2].Kind = inspect.Control, inspect.Null, inspect.Bool
	strange := []inspect.Finding{{Field: 9}, {Field: 0, Start: 4, End: 99}, {Field: 0, Start: 4, End: 2}, {Field: -1}}
	if found := m.Inspect(rec, strange, 0); len(found) != len(strange) {
		t.Errorf("found %v", described(rec, found[len(strange):]))
	}
}

func TestReplace(t *testing.T) {
	m := NewMatcher("patients", build(t, patients, people()), upper)
	rec := recordOf("A0012345")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				if n := len(m.Inspect(rec, nil, 0)); n > 1 {
					t.Errorf("%d findings", n)
				}
			}
		})
	}
	empty := build(t, patients, nil)
	if err := m.Replace(empty); err != nil || m.Index() != empty {
		t.Fatal(err)
	}
	wg.Wait()
	if found := m.Inspect(rec, nil, 0); len(found) > 0 {
		t.Errorf("the old index answers: %v", described(rec, found))
	}
	if err := m.Replace(build(t, patients[:2], nil)); err == nil {
		t.Error("an index with other columns is taken")
	}
}

// A file that is cut while it is mapped makes the record unreadable instead of ending the process.
func TestCutWhileMapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.edm")
	var rows [][]string
	for i := range 20_000 {
		rows = append(rows, []string{fmt.Sprintf("A%07d", i), "", "", ""})
	}
	if _, err := Build(context.Background(), config(path, patients), rowsOf(rows)); err != nil {
		t.Fatal(err)
	}
	x, err := Open(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	m := NewMatcher("p", x, upper)
	if err := os.Truncate(path, 1); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	for i := range 20_000 {
		m.Inspect(recordOf(fmt.Sprintf("A%07d", i)), nil, 0)
	}
}

func BenchmarkInspect(b *testing.B) {
	m := NewMatcher("patients", build(b, patients, people()), upper)
	for name, values := range map[string][]string{
		"nothing": {"Healthcare", "2026-11-23", "003000000000001AAA", "true", "415-555-0100", "Anna"},
		"patient": {"A0012345", "536904399", "Tran", "1970-01-02", "Healthcare", "true"},
		"common":  {"Smith", "1981-05-06", "Healthcare", "true"},
		"text":    {strings.Repeat("The patient was seen on Monday and told of the results of 2026. ", 64)},
	} {
		rec := recordOf(values...)
		n := 0
		for _, v := range values {
			n += len(v)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			var found []inspect.Finding
			for b.Loop() {
				found = m.Inspect(rec, found[:0], 0)
			}
		})
	}
}
