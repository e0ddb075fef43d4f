package detect

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// TestFindingCarriesNoValue is the law that a finding cannot carry what was found: it has only numbers and the name of
// a detector, and that comes from the table.
func TestFindingCarriesNoValue(t *testing.T) {
	var text []string
	for f := range reflect.TypeFor[inspect.Finding]().Fields() {
		switch f.Type.Kind() {
		case reflect.Int, reflect.Uint8:
		case reflect.String:
			text = append(text, f.Name)
		default:
			t.Errorf("Finding.%s is a %v, which may carry a value", f.Name, f.Type)
		}
	}
	if diff := cmp.Diff([]string{"Detector"}, text); diff != "" {
		t.Errorf("strings in Finding (-want +got):\n%s", diff)
	}
}

// parts are pieces of values that detectors find, are confused by, or are told by.
var parts = []string{
	"123-45-6789", "900-70-1234", "1EG4-TE5-MK73", "1234567893", "AB1234563", "4111-1111-1111-1111", "12-3456789",
	"(415) 555-1234", "+44 20 7946 0958", "j.smith@example.org", "1980-02-03", "2/3/1980", "March 3, 1950", "92 y/o",
	"A123456", "1HGCM82633A004352", "7ABC123", "https://example.org/p", "8.8.4.4", "fe80::1:2", "00:1a:2b:3c:4d:5e", "E11.9",
	"0777-3105-02", "2093-3", "73211009", "99213", "John Smith", "Dr. Xu", "123 Main St", "CA 94105", "37.7749, -122.4194",
	"0035e00000abcdeAAA", "12345678-1234-1234-1234-123456789012", "2.16.840.1.113883", "ssn", "MRN:", "DOB", "fax", "passport",
	"member id", "patient", "Dx", "the", "１２３", "é", "\u200b", "%2D", "&#45;", "-", ".", "/", "@", ":", "(", "+", "#", "\n", "0", "99",
}

// names are names of fields; none of them changes what other fields mean.
var names = []string{
	"Description", "SSN__c", "MRN__c", "Phone", "Email", "Birthdate", "MailingStreet", "Comments__c", "Notes", "CreatedDate",
	"AccountNumber", "Age__c", "Website", "x", "", "address/city", "identifier//value", "ICD10__c", "DL_Number__c",
}

// personNames are names of fields that say of other fields that they are about a person.
var personNames = []string{"FirstName", "LastName", "Name", "PersonBirthdate"}

func genCell(from []string) *rapid.Generator[cell] {
	return rapid.Custom(func(t *rapid.T) cell {
		c := cell{name: rapid.SampledFrom(from).Draw(t, "name")}
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(parts), 0, 8).Draw(t, "parts") {
			c.value += p + rapid.SampledFrom([]string{" ", "", ", "}).Draw(t, "gap")
		}
		if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
			c.kind = inspect.Null
		}
		return c
	})
}

// byField returns the findings of each field, without its place.
func byField(s *Scanner, r *inspect.Record) [][]inspect.Finding {
	out := make([][]inspect.Finding, len(r.Fields))
	for _, f := range s.Inspect(r, nil) {
		i := f.Field
		f.Field = 0
		out[i] = append(out[i], f)
	}
	return out
}

func TestFindingsOfAFieldDependOnNoOther(t *testing.T) {
	s := newScanner(t)
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(genCell(names), 1, 5).Draw(t, "cells")
		together := byField(s, record("Case", cells...))
		for i, c := range cells {
			alone := byField(s, record("Case", c))[0]
			if diff := cmp.Diff(alone, together[i]); diff != "" {
				t.Errorf("findings in %q (-alone +together):\n%s", c.value, diff)
			}
		}
	})
}

func TestFindingsDoNotDependOnOrder(t *testing.T) {
	s := newScanner(t)
	all := slices.Concat(names, personNames)
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(genCell(all), 2, 5).Draw(t, "cells")
		before := byField(s, record("Account", cells...))
		order := rapid.Permutation([]int{0, 1, 2, 3, 4}[:len(cells)]).Draw(t, "order")
		moved := make([]cell, len(cells))
		for i, from := range order {
			moved[i] = cells[from]
		}
		after := byField(s, record("Account", moved...))
		for i, from := range order {
			if diff := cmp.Diff(before[from], after[i]); diff != "" {
				t.Errorf("findings in %q (-before +after):\n%s", moved[i].value, diff)
			}
		}
	})
}

// TestMoreFieldsFindMore is the law that a field more never hides what was found without it.
func TestMoreFieldsFindMore(t *testing.T) {
	s := newScanner(t)
	all := slices.Concat(names, personNames)
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(genCell(all), 1, 4).Draw(t, "cells")
		more := append(slices.Clone(cells), genCell(all).Draw(t, "more"))
		after := byField(s, record("Account", more...))
		for i, fs := range byField(s, record("Account", cells...)) {
			for _, f := range fs {
				if !slices.ContainsFunc(after[i], func(g inspect.Finding) bool { return covers(g, f) }) {
					t.Errorf("%s in %q is lost with %q", f.Detector, cells[i].value, more[len(more)-1].name)
				}
			}
		}
	})
}

// covers reports whether g says at least what f says: the same bytes are found, and no less likely.
func covers(g, f inspect.Finding) bool {
	return g.Start <= f.Start && f.End <= g.End && g.Likelihood >= f.Likelihood
}

// checkRanges fails unless the findings lie in their fields, name detectors of the table, and follow in order.
func checkRanges(t interface{ Errorf(string, ...any) }, r *inspect.Record, all []inspect.Finding) {
	for i, f := range all {
		if f.Field < 0 || f.Field >= len(r.Fields) {
			t.Errorf("field %d of %d", f.Field, len(r.Fields))
			continue
		}
		if f.Start < 0 || f.Start >= f.End || f.End > len(r.Fields[f.Field].Value) {
			t.Errorf("%s has the range [%d:%d] of %d bytes", f.Detector, f.Start, f.End, len(r.Fields[f.Field].Value))
		}
		d := indexOf(f.Detector)
		if d < 0 || table[d].Category != f.Category || f.Evidence == 0 || f.Likelihood == inspect.VeryUnlikely {
			t.Errorf("finding %+v is none that a detector makes", f)
		}
		if i > 0 && (f.Field < all[i-1].Field || f.Field == all[i-1].Field && f.Start < all[i-1].Start) {
			t.Errorf("finding %d comes before the one before it", i)
		}
		for _, g := range all[:i] {
			if g.Field == f.Field && g.Detector == f.Detector && g.Start == f.Start && g.End == f.End {
				t.Errorf("%s is found twice at [%d:%d]", f.Detector, f.Start, f.End)
			}
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, p := range parts {
		f.Add("Description", p)
		f.Add("SSN__c", p+" "+p)
	}
	f.Add("Name", "\xff\xfe%E2%80%8B&#x110000;&#")
	f.Add("identifier//value", "http://a@b.c:1/?q=%31%32%33-45-6789")
	s := newScanner(f)
	f.Fuzz(func(t *testing.T, name, value string) {
		for _, object := range []string{"", "Account"} {
			r := record(object, cell{name: "LastName", value: "Qwerty"}, cell{name: name, value: value})
			all := s.Inspect(r, nil)
			checkRanges(t, r, all)
			for _, f := range all {
				Normalise(f.Detector, nil, r.Fields[f.Field].Value[f.Start:f.End])
			}
		}
	})
}
