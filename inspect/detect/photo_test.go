package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestPhoto(t *testing.T) {
	checkExamples(t, "photo", map[string]example{
		"JPEG":              {value: "/9j/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", want: "/9j/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", likelihood: inspect.Likely},
		"PDF in a data URL": {value: "data:application/pdf;base64,JVBERi0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", want: "JVBERi0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", likelihood: inspect.Likely},
		"DICOM":             {value: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABESUNNAAAAAAAAAAAAAAAAAAAA", want: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABESUNNAAAAAAAAAAAAAAAAAAAA", likelihood: inspect.Likely},
		"short":             {value: "/9j/AA"},
		"key":               {key: "VersionData", value: "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD", want: "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD", likelihood: inspect.VeryLikely},
		"key, an address":   {key: "PhotoUrl", value: "/services/images/x"},
	})
}

func TestBiometric(t *testing.T) {
	checkExamples(t, "biometric", map[string]example{
		"key":  {key: "Fingerprint__c", value: "AABB", want: "AABB", likelihood: inspect.Likely},
		"text": {value: "fingerprint taken"},
		"kept": {value: "voiceprint FP-65338051 did not match", want: "FP-65338051", likelihood: inspect.Likely},
	})
}
