package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestDEA(t *testing.T) {
	checkExamples(t, "us_dea", map[string]example{
		"words":              {value: "DEA# AB1234563", want: "AB1234563", likelihood: inspect.VeryLikely},
		"alone":              {value: "AB1234563", want: "AB1234563", likelihood: inspect.Possible},
		"check digit":        {value: "serial AB1234567"},
		"words, check digit": {value: "DEA number AB1234567", want: "AB1234567", likelihood: inspect.Likely},
		"nine":               {value: "prescriber A91234563", want: "A91234563", likelihood: inspect.VeryLikely},
		"letter":             {value: "DEA NB1234563"},
		"key":                {key: "DEA_Number__c", value: "AB1234563", want: "AB1234563", likelihood: inspect.VeryLikely},
	})
}
