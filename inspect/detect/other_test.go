package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestUniqueID(t *testing.T) {
	checkExamples(t, "unique_id", map[string]example{
		"five digits behind a label": {value: "badge number 20931 at", want: "20931", likelihood: inspect.Likely},
		"subject":                    {value: "subj# 10412 randomised", want: "10412", likelihood: inspect.Likely},
		"year near a word":           {value: "employee since 2021"},
		"key":                        {key: "Employee_ID__c", value: "E103948", want: "E103948", likelihood: inspect.VeryLikely},
		"key, anything":              {key: "Student_Number__c", value: "none yet", want: "none yet", likelihood: inspect.Likely},
		"prescription":               {key: "RxNumber", value: "6103948", want: "6103948", likelihood: inspect.VeryLikely},
		"words":                      {value: "Accession: S24-10394", want: "S24-10394", likelihood: inspect.Likely},
		"a medicine's dose":          {value: "rx 500 mg"},
		"order number":               {key: "OrderNumber", value: "6103948"},
		"alone":                      {value: "E103948"},
		"NHS number":                 {value: "NHS No: 485 777 3456, seen", want: "485 777 3456", likelihood: inspect.Likely},
		"user name":                  {value: "Username: qwerty58 and", want: "qwerty58", likelihood: inspect.Likely},
		"password":                   {value: "password: Tr0ub4dor#3.", want: "Tr0ub4dor#3", likelihood: inspect.Likely},
		"no password":                {value: "the password was sent 2021-02-03"},
	})
}
