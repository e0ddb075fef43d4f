package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestAccount(t *testing.T) {
	checkExamples(t, "account_number", map[string]example{
		"words": {value: "account number 12345678", want: "12345678", likelihood: inspect.Likely},
		"key":   {key: "AccountNumber", value: "12345678", want: "12345678", likelihood: inspect.VeryLikely},
		"claim": {key: "ClaimNumber", value: "C-2024-1", want: "C-2024-1", likelihood: inspect.VeryLikely},
		"alone": {value: "12345678"},
		"order": {key: "OrderNumber", value: "00000100"},
	})
}
