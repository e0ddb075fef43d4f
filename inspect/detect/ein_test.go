package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestEIN(t *testing.T) {
	checkExamples(t, "us_ein", map[string]example{
		"dashed":              {value: "vendor 12-3456789", want: "12-3456789", likelihood: inspect.Possible},
		"words":               {value: "EIN 12-3456789", want: "12-3456789", likelihood: inspect.VeryLikely},
		"prefix not assigned": {value: "07-1234567"},
		"key":                 {key: "FEIN__c", value: "123456789", want: "123456789", likelihood: inspect.VeryLikely},
		"date":                {value: "12-1231999-1", want: "12-1231999", likelihood: inspect.Possible},
	})
}
