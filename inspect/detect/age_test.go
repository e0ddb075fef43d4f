package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestAge(t *testing.T) {
	checkExamples(t, "age_over_89", map[string]example{
		"y.o.":              {value: "92 y.o. male", want: "92", likelihood: inspect.Likely},
		"y. o.":             {value: "is 94 y. o., alone", want: "94", likelihood: inspect.Likely},
		"y-old":             {value: "101-y-old woman", want: "101", likelihood: inspect.Likely},
		"sex":               {value: "Age/Sex: 93/F", want: "93", likelihood: inspect.VeryLikely},
		"male":              {value: "a 95 male here", want: "95", likelihood: inspect.Likely},
		"M with":            {value: "93M with CHF", want: "93", likelihood: inspect.Likely},
		"turned":            {value: "turned 95 last week", want: "95", likelihood: inspect.Likely},
		"age is":            {value: "her age is 91", want: "91", likelihood: inspect.VeryLikely},
		"metres":            {value: "93M apart"},
		"of 93":             {value: "a total of 93 beds"},
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
