package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

// The numbers are the examples of the IBAN registry.
func TestIBAN(t *testing.T) {
	checkExamples(t, "iban", map[string]example{
		"alone":        {value: "to GB29NWBK60161331926819.", want: "GB29NWBK60161331926819", likelihood: inspect.Likely},
		"groups":       {value: "DE89 3704 0044 0532 0130 00 is it", want: "DE89 3704 0044 0532 0130 00", likelihood: inspect.Likely},
		"words":        {value: "IBAN NO9386011117947", want: "NO9386011117947", likelihood: inspect.VeryLikely},
		"key":          {key: "IBAN__c", value: "GB29NWBK60161331926819", want: "GB29NWBK60161331926819", likelihood: inspect.VeryLikely},
		"key, invalid": {key: "IBAN__c", value: "GB30NWBK60161331926819", want: "GB30NWBK60161331926819", likelihood: inspect.Likely},
		"check digits": {value: "to GB30NWBK60161331926819."},
		"short":        {value: "GB29NWBK6016"},
	})
}
