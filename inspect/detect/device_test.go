package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestDevice(t *testing.T) {
	checkExamples(t, "device_id", map[string]example{
		"ser no":    {value: "Ser. No. NKE402233H", want: "NKE402233H", likelihood: inspect.Likely},
		"ser":       {value: "CPAP ser# 20133489111", want: "20133489111", likelihood: inspect.Likely},
		"in base64": {value: "device Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4/NKE402233H+Zm9vYmFyYmF6cXV4"},
		"words":     {value: "serial number SN12345678", want: "SN12345678", likelihood: inspect.Likely},
		"key":       {key: "SerialNumber", value: "A1", want: "A1", likelihood: inspect.Likely},
		"alone":     {value: "SN12345678"},
	})
}

func TestUDI(t *testing.T) {
	checkExamples(t, "device_udi", map[string]example{
		"whole":        {value: "(01)10884521062856(11)141231(17)150707(10)A213B1(21)1234", want: "(01)10884521062856(11)141231(17)150707(10)A213B1(21)1234", likelihood: inspect.VeryLikely},
		"product only": {value: "(01)10884521062856", want: "(01)10884521062856", likelihood: inspect.Possible},
		"check digit":  {value: "(01)10884521062857"},
	})
}
