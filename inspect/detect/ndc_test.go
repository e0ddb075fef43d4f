package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestNDC(t *testing.T) {
	checkExamples(t, "ndc", map[string]example{
		"dashed":          {value: "0777-3105-02", want: "0777-3105-02", likelihood: inspect.Possible},
		"words":           {value: "NDC 00777-3105-02", want: "00777-3105-02", likelihood: inspect.VeryLikely},
		"bare":            {value: "00777310502"},
		"bare with words": {value: "NDC 00777310502", want: "00777310502", likelihood: inspect.Likely},
		"shape":           {value: "NDC 777-310-02"},
		"key":             {key: "NDC__c", value: "00777310502", want: "00777310502", likelihood: inspect.VeryLikely},
	})
}
