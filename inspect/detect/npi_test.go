package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestNPI(t *testing.T) {
	checkExamples(t, "us_npi", map[string]example{
		"words":                 {value: "NPI 1234567893", want: "1234567893", likelihood: inspect.VeryLikely},
		"alone":                 {value: "1234567893", want: "1234567893", likelihood: inspect.Possible},
		"epoch":                 {value: "1600000004"},
		"epoch that is valid":   {value: "1600000008", want: "1600000008", likelihood: inspect.Unlikely},
		"check digit":           {value: "NPI 1234567890", want: "1234567890", likelihood: inspect.Likely},
		"check digit, no label": {value: "with NPI of the 1234567890"},
		"key":                   {key: "NPI__c", value: "1234567890", want: "1234567890", likelihood: inspect.Likely},
		"key and valid":         {key: "Rendering_Provider_NPI__c", value: "1234567893", want: "1234567893", likelihood: inspect.VeryLikely},
		"alike":                 {value: "by a 2222222222"},
	})
}
