package detect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/phigate/phigate/inspect"
)

func TestInspectNote(t *testing.T) {
	s := newScanner(t)
	got := findings(s, row("Contact", "Description", "Patient John Smith, DOB 01/02/1960, SSN 123-45-6789, MRN: A1234567, "+
		"MBI 1EG4-TE5-MK73, call (415) 555-1234 or fax 415-555-9999. Lives at 123 Main St Apt 4, Springfield, IL 62704. "+
		"Dx E11.9 on 2024-03-05. 92 y/o. email j.smith@example.org"))
	want := []found{
		{"person_name", "John Smith", inspect.Likely},
		{"date_birth", "01/02/1960", inspect.VeryLikely},
		{"us_ssn", "123-45-6789", inspect.VeryLikely},
		{"mrn", "A1234567", inspect.Likely},
		{"us_mbi", "1EG4-TE5-MK73", inspect.VeryLikely},
		{"phone", "(415) 555-1234", inspect.VeryLikely},
		{"fax", "415-555-9999", inspect.VeryLikely},
		{"street_address", "123 Main St Apt 4", inspect.VeryLikely},
		{"city", "Springfield", inspect.Likely},
		{"zip_code", "62704", inspect.Likely},
		{"icd10_cm", "E11.9", inspect.VeryLikely},
		{"date", "2024-03-05", inspect.VeryLikely},
		{"age_over_89", "92", inspect.Likely},
		{"email", "j.smith@example.org", inspect.VeryLikely},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestNewRefusesUnknownDetectors(t *testing.T) {
	if _, err := New(Config{Disabled: []string{"us_ssn", "none"}}); err == nil {
		t.Error("a detector that does not exist was disabled")
	}
}

func TestDisabled(t *testing.T) {
	s := newScanner(t, "us_ssn", "fax", "person_name")
	got := findings(s, row("Contact", "SSN__c", "123-45-6789", "Fax", "415-555-1234", "LastName", "Qwerty", "Description", "Qwerty"))
	if diff := cmp.Diff([]found{{"phone", "415-555-1234", inspect.Likely}}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestRecord(t *testing.T) {
	tests := map[string]struct {
		record *inspect.Record
		want   []found
	}{
		"names recur in text": {
			row("Case", "Description", "Spoke with Qwerty and qwerty.", "ContactLastName", "Qwerty"),
			[]found{{"person_name", "Qwerty", inspect.Likely}, {"person_name", "qwerty", inspect.Likely}, {"person_name", "Qwerty", inspect.VeryLikely}},
		},
		"a common word recurs with a capital only": {
			row("Contact", "LastName", "Young", "Description", "a young man, Young"),
			[]found{{"person_name", "Young", inspect.VeryLikely}, {"person_name", "Young", inspect.Likely}},
		},
		"no part of an address": {
			row("Contact", "LastName", "Qwerty", "Description", "x.qwerty@example.org"),
			[]found{{"person_name", "Qwerty", inspect.VeryLikely}, {"email", "x.qwerty@example.org", inspect.VeryLikely}},
		},
		"account of a person": {
			row("Account", "Name", "Qq Ww", "PersonContactId", "0035e00000abcdeAAA"),
			[]found{{"person_name", "Qq Ww", inspect.VeryLikely}},
		},
		"account of a company": {row("Account", "Name", "Qq Ww", "Industry", "Steel"), nil},
		"null and bool": {
			record("Contact", cell{"SSN__c", "", inspect.Null}, cell{"SSN__c", "true", inspect.Bool}, cell{"SSN__c", " ", inspect.String}), nil,
		},
		"number":              {record("Contact", cell{"SSN__c", "123456789", inspect.Number}), []found{{"us_ssn", "123456789", inspect.VeryLikely}}},
		"element of an array": {record("", cell{name: "ssns/", value: "x"}), []found{{"us_ssn", "x", inspect.Likely}}},
		"record Id in a text": {row("Case", "Description", "see 0035e00000abcdeAAA"), nil},
		"another identifier in a field of a type": {
			row("Contact", "Phone", "SSN 123-45-6789"),
			[]found{{"phone", "SSN 123-45-6789", inspect.Likely}, {"us_ssn", "123-45-6789", inspect.VeryLikely}},
		},
		"identifier in a URL": {
			row("Contact", "Description", "https://example.org/?ssn=123-45-6789"),
			[]found{{"url", "https://example.org/?ssn=123-45-6789", inspect.Likely}, {"us_ssn", "123-45-6789", inspect.VeryLikely}},
		},
		"date, not a date of birth": {
			row("Contact", "Birthdate", "1980-02-03"), []found{{"date_birth", "1980-02-03", inspect.VeryLikely}},
		},
	}
	s := newScanner(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, findings(s, tt.record)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTooManyFindings(t *testing.T) {
	s := newScanner(t)
	defer func() {
		if recover() == nil {
			t.Error("a record with more findings than are reported was inspected")
		}
	}()
	s.Inspect(row("", "x", strings.Repeat("E11.9 ", MaxFindings+1)), nil)
}

func TestRecordID(t *testing.T) {
	tests := map[string]bool{
		"0035e00000abcdeAAA": true, "0129A000003BPF1QAO": true, "0129A000003BPF1QAP": false, "0035e00000abcDE": true,
		"a0B5e00000abcDE": true, "500000000000001": false, "123456789012345678": false, "zzz5e00000abcDE": false, "003": false,
	}
	for id, want := range tests {
		if got := recordID([]byte(id)); got != want {
			t.Errorf("recordID(%s) = %v, want %v", id, got, want)
		}
	}
}

func TestInspectIsSafeForConcurrentUse(t *testing.T) {
	s := newScanner(t)
	r := contact(notes["dense"])
	want := s.Inspect(r, nil)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			for range 50 {
				if diff := cmp.Diff(want, s.Inspect(r, nil)); diff != "" {
					return errors.New(diff)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Errorf("findings (-want +got):\n%v", err)
	}
}
