package detect

import (
	"math/rand/v2"
	"strings"
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

// TestPlainNames compares the names that are read the short way with how all are read.
func TestPlainNames(t *testing.T) {
	s := newScanner(t)
	rng := rand.New(rand.NewPCG(9, 10)) //nolint:gosec // the same values in each run
	words := strings.Fields("Maria John James Linda Garcia Smith Nguyen Lopez Will May Austin Rose St. Dr. the patient with seen by in from said San " +
		"and reports denies RN, MD de van disease catheter Street Jr 12 J. lives 's called - Thomas Davis,")
	plain := 0
	for range 150000 {
		var value strings.Builder
		for range 3 + rng.IntN(5) {
			value.WriteString(words[rng.IntN(len(words))])
			value.WriteString([]string{" ", " ", " ", ", ", ". ", ") "}[rng.IntN(6)])
		}
		txt := text{b: []byte(value.String()), lex: s.lex, near: new(masks), classify: classifyByTable}
		for i := 0; i < len(txt.b); {
			k := txt.word(i)
			if i = max(k.end, i+1); txt.class(k.start)&isUpper == 0 {
				continue
			}
			if m, ok := plainName(&txt, k, txt.traits(k)); ok {
				plain++
				if want, found := otherName(&txt, k, txt.traits(k)); !found || m != want {
					t.Fatalf("in %q: %v, want %v %v", value.String(), m, want, found)
				}
			}
		}
	}
	if plain < 1000 {
		t.Errorf("%d names are plain, too few to tell", plain)
	}
}
