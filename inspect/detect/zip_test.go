package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestZIP(t *testing.T) {
	checkExamples(t, "zip_code", map[string]example{
		"state":        {value: "CA 94105", want: "94105", likelihood: inspect.Likely},
		"plus 4":       {value: "IL 62704-1234", want: "62704-1234", likelihood: inspect.Likely},
		"words":        {value: "zip code 94105", want: "94105", likelihood: inspect.VeryLikely},
		"alone":        {value: "94105"},
		"plus 4 alone": {value: "94105-1234", want: "94105-1234", likelihood: inspect.Unlikely},
		"not assigned": {value: "CA 00001"},
		"key":          {key: "MailingPostalCode", value: "94105", want: "94105", likelihood: inspect.VeryLikely},
		"foreign":      {key: "BillingPostalCode", value: "SW1A 1AA", want: "SW1A 1AA", likelihood: inspect.VeryLikely},
		"not a state":  {value: "XX 94105"},
	})
}
