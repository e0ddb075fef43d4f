package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestHICN(t *testing.T) {
	checkExamples(t, "us_hicn", map[string]example{
		"words":            {value: "HICN 123456789A", want: "123456789A", likelihood: inspect.VeryLikely},
		"dashes":           {value: "Medicare claim number 123-45-6789-A", want: "123-45-6789-A", likelihood: inspect.VeryLikely},
		"railroad":         {value: "HIC: WA123456", want: "WA123456", likelihood: inspect.VeryLikely},
		"no words":         {value: "order 123456789A"},
		"not a valid body": {value: "HICN 000456789A"},
		"key":              {key: "HICN__c", value: "123456789C1", want: "123456789C1", likelihood: inspect.VeryLikely},
	})
}
