package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestStreet(t *testing.T) {
	checkExamples(t, "street_address", map[string]example{
		"telephone of France": {value: "+33 6 12 34 56 78 is his"},
		"score and doctor":    {value: "Pain 2/10. Dr. Green to review"},
		"age and sex":         {value: "for a 50yo M pt, here"},
		"suffix":              {value: "at 123 Main St.", want: "123 Main St", likelihood: inspect.Likely},
		"unit":                {value: "1200 N. Michigan Ave, Apt 4B", want: "1200 N. Michigan Ave, Apt 4B", likelihood: inspect.Likely},
		"hash":                {value: "12 Oak Lane #7", want: "12 Oak Lane #7", likelihood: inspect.Likely},
		"direction":           {value: "55 First Street NW", want: "55 First Street NW", likelihood: inspect.Likely},
		"two suffixes":        {value: "12 Park Avenue", want: "12 Park Avenue", likelihood: inspect.Likely},
		"box":                 {value: "P.O. Box 123", want: "P.O. Box 123", likelihood: inspect.Likely},
		"box alone":           {value: "in box 12", want: "box 12", likelihood: inspect.Possible},
		"dosage":              {value: "10 mg IV push"},
		"date":                {value: "on 5 Feb 2019. Dr. Xu"},
		"month":               {value: "5 March Ave", want: "5 March Ave", likelihood: inspect.Likely},
		"way":                 {value: "2 ways"},
		"key":                 {key: "MailingStreet", value: "1 Elm", want: "1 Elm", likelihood: inspect.VeryLikely},
		"e-mail address":      {key: "Email_Address__c", value: "x"},
		"line":                {key: "Address1Line1", value: "somewhere", want: "somewhere", likelihood: inspect.Likely},
	})
}
