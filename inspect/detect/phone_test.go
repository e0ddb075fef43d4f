package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestPhone(t *testing.T) {
	checkExamples(t, "phone", map[string]example{
		"parentheses":     {value: "at (415) 555-1234.", want: "(415) 555-1234", likelihood: inspect.Likely},
		"dashes":          {value: "415-555-1234", want: "415-555-1234", likelihood: inspect.Likely},
		"dots":            {value: "415.555.1234", want: "415.555.1234", likelihood: inspect.Likely},
		"spaces":          {value: "415 555 1234", want: "415 555 1234", likelihood: inspect.Possible},
		"country":         {value: "+1 415 555 1234", want: "+1 415 555 1234", likelihood: inspect.Likely},
		"one":             {value: "1-415-555-1234", want: "1-415-555-1234", likelihood: inspect.Likely},
		"E.164":           {value: "+14155551234", want: "+14155551234", likelihood: inspect.Likely},
		"bare":            {value: "4155551234", want: "4155551234", likelihood: inspect.Unlikely},
		"words":           {value: "call me: 4155551234", want: "4155551234", likelihood: inspect.VeryLikely},
		"extension":       {value: "415-555-1234 ext. 22", want: "415-555-1234 ext. 22", likelihood: inspect.Likely},
		"glued extension": {value: "415-555-1234x22", want: "415-555-1234x22", likelihood: inspect.Likely},
		"seven":           {value: "phone 555-1234", want: "555-1234", likelihood: inspect.VeryLikely},
		"seven alone":     {value: "rows 555-1234"},
		"London":          {value: "+44 20 7946 0958", want: "+44 20 7946 0958", likelihood: inspect.Likely},
		"N11":             {value: "sku 411-555-1234"},
		"N11 with words":  {value: "phone 411-555-1234", want: "411-555-1234", likelihood: inspect.Likely},
		"epoch":           {value: "1600000000"},
		"key":             {key: "MobilePhone", value: "4155551234", want: "4155551234", likelihood: inspect.VeryLikely},
		"key, anything":   {key: "Phone", value: "ask", want: "ask", likelihood: inspect.Likely},
		"key about it":    {key: "Phone_Type__c", value: "Home"},
		"longer number":   {value: "86-415-555-1234"},
	})
}

func TestFax(t *testing.T) {
	checkExamples(t, "fax", map[string]example{
		"words":       {value: "fax 415-555-1234", want: "415-555-1234", likelihood: inspect.VeryLikely},
		"key":         {key: "Fax", value: "4155551234", want: "4155551234", likelihood: inspect.VeryLikely},
		"phone":       {value: "phone 415-555-1234"},
		"nearer word": {value: "fax 415-555-1234 phone 415-555-9876", want: "415-555-1234", likelihood: inspect.VeryLikely},
	})
}
