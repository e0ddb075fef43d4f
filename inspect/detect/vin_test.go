package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestVIN(t *testing.T) {
	checkExamples(t, "vin", map[string]example{
		"words":                  {value: "VIN 1HGCM82633A004352", want: "1HGCM82633A004352", likelihood: inspect.VeryLikely},
		"alone":                  {value: "1HGCM82633A004352", want: "1HGCM82633A004352", likelihood: inspect.Possible},
		"check digit":            {value: "1HGCM82643A004352"},
		"check digit with words": {value: "vehicle 1HGCM82643A004352", want: "1HGCM82643A004352", likelihood: inspect.Likely},
		"letter O":               {value: "VIN 1HGCM82633AO04352"},
		"key":                    {key: "VIN__c", value: "unknown", want: "unknown", likelihood: inspect.Likely},
	})
}
