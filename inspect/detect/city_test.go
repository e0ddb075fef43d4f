package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestCity(t *testing.T) {
	checkExamples(t, "city", map[string]example{
		"key":         {key: "MailingCity", value: "Springfield", want: "Springfield", likelihood: inspect.VeryLikely},
		"text":        {value: "to San Jose, CA 95113", want: "San Jose", likelihood: inspect.Likely},
		"state alone": {value: "Austin, TX"},
		"county":      {key: "County__c", value: "Cook", want: "Cook", likelihood: inspect.VeryLikely},
	})
}
