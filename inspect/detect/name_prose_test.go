package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

// TestNameInProse holds names as charts and letters write them.
func TestNameInProse(t *testing.T) {
	checkExamples(t, "person_name", map[string]example{
		"end of a sentence":      {value: "told Emily. Tylenol given", want: "Emily", likelihood: inspect.Likely},
		"sentence behind a name": {value: "told Maria Garcia. Lopez called", want: "Maria Garcia", likelihood: inspect.Likely},
		"first and initial":      {value: "34y F, Emily S. from Denver", want: "Emily S.", likelihood: inspect.Likely},
		"initial without a dot":  {value: "for John P, seen", want: "John P", likelihood: inspect.Likely},
		"initial and known last": {value: "per J. Nguyen today", want: "J. Nguyen", likelihood: inspect.Likely},
		"cue and initial":        {value: "Pt J. Qwertyson, 31", want: "J. Qwertyson", likelihood: inspect.Likely},
		"two initials":           {value: "per A. B. Ramirez", want: "A. B. Ramirez", likelihood: inspect.Likely},
		"title without a dot":    {value: "saw Dr Lopez again", want: "Lopez", likelihood: inspect.Likely},
		"apostrophe and hyphen":  {value: "told Ms. O'Neil-Garcia that", want: "O'Neil-Garcia", likelihood: inspect.Likely},
		"three parts":            {value: "told Maria Elena Garcia that", want: "Maria Elena Garcia", likelihood: inspect.Likely},
		"two last names":         {value: "told Ana Garcia Lopez that", want: "Ana Garcia Lopez", likelihood: inspect.Likely},
		"particles":              {value: "told Juan de la Cruz that", want: "Juan de la Cruz", likelihood: inspect.Likely},
		"capital particles":      {value: "saw Dr Van der Meer", want: "Van der Meer", likelihood: inspect.Likely},
		"rare last name":         {value: "told Emily Qwertyson that", want: "Emily Qwertyson", likelihood: inspect.Likely},
		"family after a cue":     {value: "her mother Kowalczyk said", want: "Kowalczyk", likelihood: inspect.Likely},
		"heading and given":      {value: "Caregiver Michael signed", want: "Michael", likelihood: inspect.Likely},
		"said by":                {value: "Seen by Zed Qwertyson for pain", want: "Zed Qwertyson", likelihood: inspect.Likely},
		"said electronically by": {value: "Signed electronically by Zed Qwertyson", want: "Zed Qwertyson", likelihood: inspect.Likely},
		"her name is":            {value: "her name is Siobhan", want: "Siobhan", likelihood: inspect.Likely},
		"credential in front":    {value: "RN: O. Qwertyson", want: "O. Qwertyson", likelihood: inspect.Likely},
		"credential behind":      {value: "per P. Qwertyson NP", want: "P. Qwertyson", likelihood: inspect.Likely},
		"last, first and number": {value: "label (Abernathy, Violet / 1265960)", want: "Abernathy, Violet", likelihood: inspect.Likely},
		"rare last, first M, MD": {value: "Ordering: Qwertyson, Layla B, MD", want: "Qwertyson, Layla B", likelihood: inspect.Likely},

		"saint":                   {value: "seen at St. Mary's and San Antonio Methodist"},
		"eponymous disease":       {value: "patient with Addison disease and Graves' disease"},
		"eponymous catheter":      {value: "patient Foley catheter changed"},
		"drug":                    {value: "treated with Metoprolol and Tylenol", want: "Metoprolol", likelihood: inspect.Unlikely},
		"vitamin":                 {value: "Vitamin D. Calcium daily"},
		"hepatitis":               {value: "Hepatitis C. Treated"},
		"bacteria":                {value: "grew E. Coli and H. Pylori"},
		"city as a family name":   {value: "moved from Jackson to Austin"},
		"month and year":          {value: "seen in New York, April 2023"},
		"may":                     {value: "May I go. Will I see"},
		"ordinary words":          {value: "Mark the Rose and Grace the Hope"},
		"street of a hero":        {value: "12 SW Martin Luther King Jr St"},
		"organisation":            {value: "reviewed by General Hospital"},
		"heading of two words":    {value: "Patient Education", want: "Education", likelihood: inspect.Unlikely},
		"given name and eponym":   {value: "James Parkinson Disease"},
		"city of two given names": {value: "in Santa Maria today"},
	})
}
