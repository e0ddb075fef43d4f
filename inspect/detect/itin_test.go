package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestITIN(t *testing.T) {
	checkExamples(t, "us_itin", map[string]example{
		"dashed":             {value: "900-70-1234", want: "900-70-1234", likelihood: inspect.Likely},
		"key":                {key: "ITIN__c", value: "900701234", want: "900701234", likelihood: inspect.VeryLikely},
		"tax id":             {key: "TaxId", value: "123-45-6789", want: "123-45-6789", likelihood: inspect.Likely},
		"group not assigned": {value: "900-01-1234"},
		"not 9":              {value: "800-70-1234"},
		"bare":               {value: "900701234", want: "900701234", likelihood: inspect.Unlikely},
	})
}
