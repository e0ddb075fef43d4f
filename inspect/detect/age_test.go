package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestAge(t *testing.T) {
	checkExamples(t, "age_over_89", map[string]example{
		"years old":         {value: "a 92-year-old man", want: "92", likelihood: inspect.VeryLikely},
		"slash":             {value: "95 y/o male", want: "95", likelihood: inspect.Likely},
		"glued":             {value: "101yo", want: "101", likelihood: inspect.Likely},
		"before":            {value: "age: 90", want: "90", likelihood: inspect.VeryLikely},
		"key":               {key: "Age__c", value: "93", want: "93", likelihood: inspect.VeryLikely},
		"key, younger":      {key: "Age__c", value: "45"},
		"days":              {value: "90 days"},
		"percent":           {value: "95 %"},
		"younger":           {value: "45 y/o"},
		"older than anyone": {value: "aged 130"},
	})
}
