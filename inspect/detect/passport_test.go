package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestPassport(t *testing.T) {
	checkExamples(t, "passport", map[string]example{
		"words":  {value: "passport 123456789", want: "123456789", likelihood: inspect.VeryLikely},
		"letter": {value: "Passport No. A12345678", want: "A12345678", likelihood: inspect.VeryLikely},
		"alone":  {value: "A12345678"},
		"key":    {key: "PassportNumber", value: "C01X00T47", want: "C01X00T47", likelihood: inspect.VeryLikely},
	})
}
