package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestURL(t *testing.T) {
	checkExamples(t, "url", map[string]example{
		"plain":                    {value: "see https://example.org/p/1?id=2.", want: "https://example.org/p/1?id=2", likelihood: inspect.Likely},
		"www":                      {value: "www.example.org/x", want: "www.example.org/x", likelihood: inspect.Likely},
		"key":                      {key: "Website", value: "example.org", want: "example.org", likelihood: inspect.VeryLikely},
		"path of the API":          {key: "url", value: "/services/data/v60.0/sobjects/Contact/0035e00000abcdeAAA"},
		"path of the API and more": {key: "url", value: "/services/data?ssn", want: "/services/data?ssn", likelihood: inspect.Likely},
		"terminology":              {value: "http://hl7.org/fhir/us/core"},
		"code system":              {value: "http://loinc.org"},
		"terminology with a query": {value: "http://loinc.org/?name=x", want: "http://loinc.org/?name=x", likelihood: inspect.Likely},
		"no authority":             {value: "urn:oid:1.2"},
		"double colon":             {value: "a://"},
	})
}
