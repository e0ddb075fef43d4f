package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestEmail(t *testing.T) {
	checkExamples(t, "email", map[string]example{
		"plain":            {value: "to j.smith+x@mail.example.org.", want: "j.smith+x@mail.example.org", likelihood: inspect.VeryLikely},
		"key":              {key: "PersonEmail", value: "none", want: "none", likelihood: inspect.Likely},
		"key and valid":    {key: "Email", value: "a@example.org", want: "a@example.org", likelihood: inspect.VeryLikely},
		"brackets":         {value: "<a_b@example.co.uk>", want: "a_b@example.co.uk", likelihood: inspect.VeryLikely},
		"no domain":        {value: "user@host"},
		"number as domain": {value: "a@1.2"},
		"type":             {value: "@type"},
		"no local part":    {value: "x @example.org"},
		"international":    {value: "josé@exämple.org", want: "josé@exämple.org", likelihood: inspect.VeryLikely},
		"percent":          {value: "a%40example.org", want: "a%40example.org", likelihood: inspect.VeryLikely},
		"plus":             {value: "ab%example@x"},
	})
}
