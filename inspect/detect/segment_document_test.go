package detect

import (
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestDocuments(t *testing.T) {
	tests := map[string]struct {
		object, parent, name, value string
		want                        string
	}{
		"patient's identifier":      {"Patient", "id", "extension", "x1", "mrn"},
		"encounter's identifier":    {"Encounter", "id", "extension", "x1", "account_number"},
		"policy's identifier":       {"Coverage", "id", "extension", "x1", "health_plan_id"},
		"identifier of a statement": {"Condition", "id", "extension", "x1", ""},
		"time of care":              {"Encounter", "low", "value", "20260105103000.0000-0500", "date_service"},
		"onset":                     {"Condition", "low", "value", "20260105", "date_service"},
		"limit of a dose":           {"MedicationStatement", "low", "value", "3.5", ""},
		"limit of a result":         {"Observation", "high", "value", "140", ""},
		"number":                    {"Patient", "telecom", "value", "(217) 555-0134", "phone"},
		"mail where a number is":    {"Patient", "telecom", "value", "mary.tran@example.org", "email"},
		"person":                    {"RelatedPerson", "guardianPerson", "name", "Xyz", "person_name"},
		"organisation":              {"Organization", "representedOrganization", "name", "Xyz", ""},
		"what a code is called":     {"Patient", "maritalStatusCode", "displayName", "Married", ""},
		"what its system is called": {"Patient", "raceCode", "codeSystemName", "CDC Race", ""},
		"display name of something": {"", "owner", "displayName", "Married", "person_name"},
	}
	s := newScanner(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := steerRecord(tt.object, []inspect.Node{node(0, tt.parent, false)}, field(1, tt.name, tt.value))
			rec.Nodes[1].Object = tt.object
			got := ""
			for _, f := range s.Inspect(rec, nil) {
				got = f.Detector
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDocumentVocabulary holds the entries to the table of detectors.
func TestDocumentVocabulary(t *testing.T) {
	for detector, places := range documentVocabulary {
		if indexOf(strings.TrimPrefix(detector, "~")) < 0 {
			t.Errorf("no detector %q", detector)
		}
		for _, p := range places {
			if len(p) > maxSystem {
				t.Errorf("%s is too long to be looked up", p)
			}
		}
	}
}
