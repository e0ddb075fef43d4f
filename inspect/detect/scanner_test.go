package detect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
