package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestCard(t *testing.T) {
	checkExamples(t, "credit_card", map[string]example{
		"Maestro":      {value: "card 6759649826438453", want: "6759649826438453", likelihood: inspect.VeryLikely},
		"grouped":      {value: "4111-1111-1111-1111", want: "4111-1111-1111-1111", likelihood: inspect.Likely},
		"words":        {value: "Visa 4111111111111111", want: "4111111111111111", likelihood: inspect.VeryLikely},
		"bare":         {value: "4111111111111111", want: "4111111111111111", likelihood: inspect.Possible},
		"Amex":         {value: "3782 822463 10005", want: "3782 822463 10005", likelihood: inspect.Likely},
		"check digit":  {value: "4111-1111-1111-1112"},
		"issuer":       {value: "7111111111111116"},
		"milliseconds": {value: "1600000000000"},
		"key":          {key: "Credit_Card_Number__c", value: "x", want: "x", likelihood: inspect.Likely},
	})
}
