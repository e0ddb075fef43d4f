package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	tests := map[string]string{
		"FirstName":               "first name",
		"SSN__c":                  "ssn",
		"SSNs":                    "ssns",
		"MRNNumber":               "mrn number",
		"patientID":               "patient id",
		"Address1Line2":           "address 1 line 2",
		"HealthCloudGA__Age__pc":  "health cloud ga age",
		"Last_4_digits_of_SSN__c": "last 4 digits of ssn",
		"ICD-10 CM":               "icd 10 cm",
		"éSSN":                    "ssn",
		"__c":                     "c",
		"":                        "",
		strings.Repeat("aB", 40):  "a" + strings.Repeat(" ba", 15),
	}
	for name, want := range tests {
		var w words
		w.split(cutSuffix([]byte(name)))
		var got []string
		for i := range w.n {
			got = append(got, string(w.word(i)))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWordsBoundTheirRoom(t *testing.T) {
	var w words
	for range 10 {
		w.split([]byte(strings.Repeat("abcdefghijklmnop ", 20)))
	}
	if w.n > maxWords || w.used() > len(w.buf) {
		t.Errorf("%d words in %d bytes", w.n, w.used())
	}
}
