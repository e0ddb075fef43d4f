package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestPlate(t *testing.T) {
	checkExamples(t, "license_plate", map[string]example{
		"words":    {value: "license plate 7ABC123", want: "7ABC123", likelihood: inspect.Likely},
		"two runs": {value: "plate ABC 1234", want: "ABC 1234", likelihood: inspect.Likely},
		"letters":  {value: "plate T40-VNO.", want: "T40-VNO", likelihood: inspect.Likely},
		"alone":    {value: "7ABC123"},
		"key":      {key: "License_Plate__c", value: "7ABC123", want: "7ABC123", likelihood: inspect.VeryLikely},
	})
}
