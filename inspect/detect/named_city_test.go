package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestNamedCity(t *testing.T) {
	checkExamples(t, "place_name", map[string]example{
		"in":               {value: "lives with sister in Spokane", want: "Spokane", likelihood: inspect.Likely},
		"from":             {value: "came from Chattanooga, visiting", want: "Chattanooga", likelihood: inspect.Likely},
		"two words":        {value: "seen at our San Francisco clinic", want: "San Francisco", likelihood: inspect.Likely},
		"three words":      {value: "moved to New York City in", want: "New York City", likelihood: inspect.Likely},
		"saint":            {value: "seen in St. Louis today", want: "St. Louis", likelihood: inspect.Likely},
		"the":              {value: "living in the Bronx, alone", want: "Bronx", likelihood: inspect.Likely},
		"end of sentence":  {value: "a trip to Boise. She is", want: "Boise", likelihood: inspect.Likely},
		"name after in":    {value: "lives in Austin now", want: "Austin", likelihood: inspect.Likely},
		"name after from":  {value: "a call from Austin today", want: "Austin", likelihood: inspect.Possible},
		"name after of":    {value: "the mother of Jackson said"},
		"facility":         {value: "seen at Boston Medical Center"},
		"no preposition":   {value: "the Denver protocol"},
		"small":            {value: "in reading and in mobile"},
		"state":            {value: "lives in California"},
		"possessive":       {value: "in Houston's view"},
		"part of a word":   {value: "in Parisian style"},
		"begin of a value": {value: "Denver"},
	})
}
