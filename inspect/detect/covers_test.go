package detect

import (
	"slices"
	"testing"
)

// TestNothingHidesBehindASureFinding has identifiers inside of or against others, where somebody might put them who wants
// them to pass: what is sure of a place does not keep others from being asked about it.
func TestNothingHidesBehindASureFinding(t *testing.T) {
	s := newScanner(t)
	tests := map[string]struct{ value, detector, text string }{
		"number before an at sign":            {"her SSN 412536123@a.co", "us_ssn", "412536123"},
		"number behind an at sign":            {"her SSN x@412536123.com", "us_ssn", "412536123"},
		"dashes behind an at sign":            {"her SSN x@412-53-6123.com", "us_ssn", "412-53-6123"},
		"dashes before an at sign":            {"her SSN 412-53-6123@a.co", "us_ssn", "412-53-6123"},
		"record number in an address of mail": {"MRN: A1234567@a.co", "mrn", "A1234567"},
		"number as a flat":                    {"12 Main St Apt 412-53-6123", "us_ssn", "412-53-6123"},
		"number as a word of a street":        {"her SSN 12 412536123 Main St", "us_ssn", "412536123"},
		"number as an extension":              {"call (212) 755-1234 ext 453582 MRN", "mrn", "453582"},
		"number like an extension":            {"call 212-755-1234 #412-53-6123", "us_ssn", "412-53-6123"},
		"number behind a city":                {"Salem, IL 412-53-6123", "us_ssn", "412-53-6123"},
		"number behind a name":                {"Maria Garcia 412-53-6123", "us_ssn", "412-53-6123"},
		"number behind a date":                {"2024-03-05 412-53-6123", "us_ssn", "412-53-6123"},
		"number behind a code":                {"Dx E11.9 412-53-6123", "us_ssn", "412-53-6123"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := findings(s, row("Contact", "Description", test.value))
			if !slices.ContainsFunc(got, func(f found) bool { return f.Detector == test.detector && f.Text == test.text }) {
				t.Errorf("%s %q in %q is not found: %v", test.detector, test.text, test.value, got)
			}
		})
	}
}
