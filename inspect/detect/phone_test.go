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
		"British":         {value: "Tel: 020 7946 0018", want: "020 7946 0018", likelihood: inspect.VeryLikely},
		"British mobile":  {value: "mobile 07700 900123.", want: "07700 900123", likelihood: inspect.VeryLikely},
		"Australian":      {value: "Phone:\n(02) 9876 5432", want: "(02) 9876 5432", likelihood: inspect.VeryLikely},
		"French":          {value: "call me on 01.84.17.61.18", want: "01.84.17.61.18", likelihood: inspect.VeryLikely},
		"Danish":          {value: "Mobile: 60-56-85-91", want: "60-56-85-91", likelihood: inspect.VeryLikely},
		"Indian":          {value: "reach me at 98765 43210", want: "98765 43210", likelihood: inspect.VeryLikely},
		"local":           {value: "Phone: 5550178", want: "5550178", likelihood: inspect.VeryLikely},
		"local, far":      {value: "call about item 5550178"},
		"00":              {value: "phone 0044 20 7946 0958", want: "0044 20 7946 0958", likelihood: inspect.VeryLikely},
		"00 alone":        {value: "ring 0044 20 7946 0958", want: "0044 20 7946 0958", likelihood: inspect.Possible},
		"groups alone":    {value: "counts 020 7946 0018"},
		"date":            {value: "call on 2023-06-05"},
		"date, dots":      {value: "call on 05.06.2023"},
		"time":            {value: "call at 10 11:30 today"},
		"range":           {value: "call if 12 13 14"},
		"SSN":             {value: "call about 123-45-6789"},
		"too long":        {value: "phone 1234 5678 9012 3456"},
		"other label":     {value: "call about MRN 98765 43210"},
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
