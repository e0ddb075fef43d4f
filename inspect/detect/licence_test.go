package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestLicence(t *testing.T) {
	checkExamples(t, "us_driver_license", map[string]example{
		"lic":             {value: "Medical Lic. #A98765 expires", want: "A98765", likelihood: inspect.Likely},
		"nurse":           {value: "RN Lic RN-123456 verified", want: "RN-123456", likelihood: inspect.Likely},
		"certificate":     {value: "NP cert number 4401-22345", want: "4401-22345", likelihood: inspect.Likely},
		"operator":        {value: "OLN 987654321 TX", want: "987654321", likelihood: inspect.Likely},
		"registration":    {value: "Pharmacist registration no. RPH-22110", want: "RPH-22110", likelihood: inspect.Likely},
		"words":           {value: "driver's license D1234567", want: "D1234567", likelihood: inspect.Likely},
		"key":             {key: "Drivers_License__c", value: "D1234567", want: "D1234567", likelihood: inspect.VeryLikely},
		"key, anything":   {key: "DL_Number__c", value: "n/a", want: "n/a", likelihood: inspect.Likely},
		"groups":          {value: "driver lic L 634 573 309 567.", want: "L 634 573 309 567", likelihood: inspect.Likely},
		"short groups":    {value: "driver license: 68 096 816", want: "68 096 816", likelihood: inspect.Likely},
		"sentence before": {value: "for Medicaid application. Driver's license P8041190 (SD)", want: "P8041190", likelihood: inspect.Likely},
		"column":          {key: "DRIVERS", value: "S99963594", want: "S99963594", likelihood: inspect.VeryLikely},
		"golf":            {key: "Drivers", value: "none, uses a cart"},
		"alone":           {value: "D1234567"},
	})
}
