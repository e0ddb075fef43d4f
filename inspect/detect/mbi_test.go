package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestMBI(t *testing.T) {
	checkExamples(t, "us_mbi", map[string]example{
		"dashed":           {value: "1EG4-TE5-MK73", want: "1EG4-TE5-MK73", likelihood: inspect.VeryLikely},
		"plain":            {value: "id 1EG4TE5MK73,", want: "1EG4TE5MK73", likelihood: inspect.VeryLikely},
		"small":            {value: "1eg4te5mk73", want: "1eg4te5mk73", likelihood: inspect.VeryLikely},
		"spaced":           {value: "1EG4 TE5 MK73", want: "1EG4 TE5 MK73", likelihood: inspect.Likely},
		"key":              {key: "Medicare_Number__c", value: "unknown", want: "unknown", likelihood: inspect.Likely},
		"key and valid":    {key: "MBI__c", value: "1EG4TE5MK73", want: "1EG4TE5MK73", likelihood: inspect.VeryLikely},
		"first 0":          {value: "0EG4TE5MK73"},
		"letter S":         {value: "1SG4TE5MK73"},
		"half dashed":      {value: "1EG4-TE5MK73", want: "1EG4-TE5MK73", likelihood: inspect.VeryLikely},
		"longer":           {value: "1EG4TE5MK735"},
		"inside of a word": {value: "A1EG4TE5MK73"},
	})
}

func TestMBILetters(t *testing.T) {
	for c := byte('A'); c <= 'Z'; c++ {
		value := []byte("1EG4TE5MK73")
		value[1] = c
		_, ok := mbiAt(&text{b: value}, token{end: len(value)})
		if want := !contains("SLOIBZ", c); ok != want {
			t.Errorf("an MBI with the letter %c is found: %v, want %v", c, ok, want)
		}
	}
}
