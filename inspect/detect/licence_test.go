package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestLicence(t *testing.T) {
	checkExamples(t, "us_driver_license", map[string]example{
		"words":         {value: "driver's license D1234567", want: "D1234567", likelihood: inspect.Likely},
		"key":           {key: "Drivers_License__c", value: "D1234567", want: "D1234567", likelihood: inspect.VeryLikely},
		"key, anything": {key: "DL_Number__c", value: "n/a", want: "n/a", likelihood: inspect.Likely},
		"alone":         {value: "D1234567"},
	})
}
