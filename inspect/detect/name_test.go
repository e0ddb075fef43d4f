package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestName(t *testing.T) {
	checkExamples(t, "person_name", map[string]example{
		"title":               {value: "saw Dr. Xu Qwerty today", want: "Xu Qwerty", likelihood: inspect.Likely},
		"common names":        {value: "with Maria Garcia at", want: "Maria Garcia", likelihood: inspect.Likely},
		"initial":             {value: "John Q. Smith", want: "John Q. Smith", likelihood: inspect.Likely},
		"unknown, initial":    {value: "with Zed J. Qwerty on", want: "Zed J. Qwerty", likelihood: inspect.Likely},
		"particles":           {value: "saw Dr. van der Qwerty today", want: "van der Qwerty", likelihood: inspect.Likely},
		"seen by":             {value: "Seen by Maria Qwerty today", want: "Maria Qwerty", likelihood: inspect.Likely},
		"no initial":          {value: "Hepatitis B. Tamiflu given"},
		"roster":              {key: "FIRST", value: "Zed", want: "Zed", likelihood: inspect.VeryLikely},
		"first page":          {key: "first", value: "https://example.org/?page=1"},
		"role":                {key: "Guarantor", value: "Zed Qwerty", want: "Zed Qwerty", likelihood: inspect.VeryLikely},
		"reference":           {key: "patient", value: "Patient/1234"},
		"telephone of a role": {key: "Emergency_Contact_Phone__c", value: "(512) 555-0100"},
		"last first":          {value: "Smith, John A", want: "Smith, John A", likelihood: inspect.Likely},
		"capitals":            {value: "SMITH, JOHN", want: "SMITH, JOHN", likelihood: inspect.Likely},
		"cue":                 {value: "patient Xu Qwerty", want: "Xu Qwerty", likelihood: inspect.Likely},
		"cue and common":      {value: "Patient: Maria Qwerty", want: "Maria Qwerty", likelihood: inspect.Likely},
		"credential":          {value: "Zed Qwertyson, MD", want: "Zed Qwertyson", likelihood: inspect.Likely},
		"accents":             {value: "José García", want: "José García", likelihood: inspect.Likely},
		"apostrophe":          {value: "Mary O'Brien", want: "Mary O'Brien", likelihood: inspect.Possible},
		"month":               {value: "in April May", want: "April May", likelihood: inspect.Possible},
		"city":                {value: "San Jose"},
		"eponym":              {value: "Parkinson Disease"},
		"eponym with names":   {value: "James Parkinson Disease"},
		"first name alone":    {value: "Jordan"},
		"small":               {value: "john smith"},
		"key":                 {key: "LastName", value: "Qwerty", want: "Qwerty", likelihood: inspect.VeryLikely},
		"Name of a contact":   {object: "Contact", key: "Name", value: "Qq Ww", want: "Qq Ww", likelihood: inspect.VeryLikely},
		"Name of a product":   {object: "Product2", key: "Name", value: "Qq Ww"},
		"Name of an account":  {object: "Account", key: "Name", value: "Qq Ww"},
		"user name":           {key: "UserName", value: "qqq"},
		"file name":           {key: "FileName", value: "abc"},
		"supplied":            {object: "Case", key: "SuppliedName", value: "abc", want: "abc", likelihood: inspect.VeryLikely},
	})
}
