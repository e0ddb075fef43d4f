package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestICD(t *testing.T) {
	checkExamples(t, "icd10_cm", map[string]example{
		"dotted":           {value: "has E11.9 now", want: "E11.9", likelihood: inspect.Likely},
		"covid":            {value: "U07.1", want: "U07.1", likelihood: inspect.Likely},
		"seventh":          {value: "S72.001A", want: "S72.001A", likelihood: inspect.Likely},
		"placeholder":      {value: "T36.0X1A", want: "T36.0X1A", likelihood: inspect.Likely},
		"short":            {value: "I10"},
		"short with words": {value: "Dx: I10", want: "I10", likelihood: inspect.VeryLikely},
		"key":              {key: "ICD10_Code__c", value: "I10", want: "I10", likelihood: inspect.VeryLikely},
		"narrower":         {key: "Diagnosis__c", value: "E11.9", want: "E11.9", likelihood: inspect.VeryLikely},
		"no dot":           {value: "diagnosis E119", want: "E119", likelihood: inspect.VeryLikely},
		"chapter":          {value: "U50.1"},
		"vitamin":          {value: "B12"},
		"longer":           {value: "E11.90000"},
		"version":          {value: "v1.2"},
		"key about text":   {key: "Diagnosis_Code__c", value: "x", want: "x", likelihood: inspect.Likely},
	})
}
