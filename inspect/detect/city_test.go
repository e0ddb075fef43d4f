package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestCity(t *testing.T) {
	checkExamples(t, "city", map[string]example{
		"key":         {key: "MailingCity", value: "Springfield", want: "Springfield", likelihood: inspect.VeryLikely},
		"text":        {value: "to San Jose, CA 95113", want: "San Jose", likelihood: inspect.Likely},
		"state":       {value: "moved to Bent Fork, TX last year", want: "Bent Fork", likelihood: inspect.VeryLikely},
		"state alone": {value: "Austin, TX", want: "Austin", likelihood: inspect.Likely},
		"credential":  {value: "Xu, MD", want: "Xu", likelihood: inspect.Unlikely},
		"answer":      {value: "Yes, OK"},
		"county":      {key: "County__c", value: "Cook", want: "Cook", likelihood: inspect.VeryLikely},
	})
}
