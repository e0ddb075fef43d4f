package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestSSN(t *testing.T) {
	checkExamples(t, "us_ssn", map[string]example{
		"behind the label of a record":    {value: "MRN: 123-45-6780"},
		"behind the label of a plan":      {value: "plan ID #123-45-6780"},
		"a label further away":            {value: "MRN given, and 123-45-6780", want: "123-45-6780", likelihood: inspect.Likely},
		"its own label behind another":    {value: "MRN and SSN: 123-45-6780", want: "123-45-6780", likelihood: inspect.VeryLikely},
		"dashed":                          {value: "number 123-45-6789.", want: "123-45-6789", likelihood: inspect.Likely},
		"dashed with words":               {value: "his SSN is 123-45-6789", want: "123-45-6789", likelihood: inspect.VeryLikely},
		"word behind":                     {value: "123-45-6789 (SSN)", want: "123-45-6789", likelihood: inspect.VeryLikely},
		"spaced":                          {value: "id 123 45 6789 ok", want: "123 45 6789", likelihood: inspect.Possible},
		"spaces around dashes":            {value: "ssn 123 - 45 - 6789", want: "123 - 45 - 6789", likelihood: inspect.VeryLikely},
		"dotted":                          {value: "123.45.6789", want: "123.45.6789", likelihood: inspect.Possible},
		"bare":                            {value: "lot 123456789", want: "123456789", likelihood: inspect.Unlikely},
		"bare with words":                 {value: "Social Security Number: 123456789", want: "123456789", likelihood: inspect.VeryLikely},
		"bare with abbreviation":          {value: "soc. sec. no. 123456789", want: "123456789", likelihood: inspect.VeryLikely},
		"underscore beside dashes":        {value: "x_123-45-6789"},
		"key":                             {key: "SSN__c", value: "123456789", want: "123456789", likelihood: inspect.VeryLikely},
		"key, not valid":                  {key: "SSN__c", value: "000-00-0000", want: "000-00-0000", likelihood: inspect.Likely},
		"key, anything":                   {key: "Social_Security_Number__c", value: "on file", want: "on file", likelihood: inspect.Likely},
		"key, last four":                  {key: "Last_4_digits_of_SSN__pc", value: "6789", want: "6789", likelihood: inspect.Likely},
		"key, glued":                      {key: "patientssn", value: "masked", want: "masked", likelihood: inspect.Likely},
		"key, plural":                     {key: "SSNs", value: "123-45-6789", want: "123-45-6789", likelihood: inspect.VeryLikely},
		"key about it":                    {key: "SSN_Verified__c", value: "yes"},
		"key about it, but a number":      {key: "SSN_Type__c", value: "123-45-6789", want: "123-45-6789", likelihood: inspect.VeryLikely},
		"fullwidth and dashes of Unicode": {value: "１２３‑45‑6789", want: "１２３‑45‑6789", likelihood: inspect.Likely},
		"Arabic digits":                   {value: "SSN ١٢٣-٤٥-٦٧٨٩", want: "١٢٣-٤٥-٦٧٨٩", likelihood: inspect.VeryLikely},
		"zero width":                      {value: "123-\u200b45-67\u00ad89", want: "123-\u200b45-67\u00ad89", likelihood: inspect.Likely},
		"no-break spaces":                 {value: "SSN 123\u00a045\u00a06789", want: "123\u00a045\u00a06789", likelihood: inspect.VeryLikely},
		"percent":                         {value: "q=123%2D45%2D6789", want: "123%2D45%2D6789", likelihood: inspect.Likely},
		"references":                      {value: "&#49;23-45-6789", want: "&#49;23-45-6789", likelihood: inspect.Likely},
		"percent behind it":               {value: "123-45-6789%41", want: "123-45-6789", likelihood: inspect.Likely},
		"area 666":                        {value: "666-45-6789", want: "666-45-6789", likelihood: inspect.Unlikely},
		"group 00":                        {value: "nr 123-00-6789", want: "123-00-6789", likelihood: inspect.Unlikely},
		"mixed separators":                {value: "123-45 6789"},
		"in an OID":                       {value: "1.123.45.6789.2"},
		"ten digits":                      {value: "1234567890"},
		"behind a digit":                  {value: "1-123-45-6789"},
		"in a UUID":                       {value: "12345678-1234-1234-1234-123456789012"},
	})
}
