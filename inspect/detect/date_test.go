package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestBirthDate(t *testing.T) {
	checkExamples(t, "date_birth", map[string]example{
		"key":           {key: "PersonBirthdate", value: "1980-02-30", want: "1980-02-30", likelihood: inspect.Likely},
		"key and valid": {key: "Birthdate", value: "1980-02-03", want: "1980-02-03", likelihood: inspect.VeryLikely},
		"future":        {key: "DOB__c", value: "2031-01-01", want: "2031-01-01", likelihood: inspect.Likely},
		"glued":         {key: "dateofbirth", value: "1980-02-03", want: "1980-02-03", likelihood: inspect.VeryLikely},
		"words":         {value: "DOB: 2/3/80", want: "2/3/80", likelihood: inspect.VeryLikely},
		"born":          {value: "born on March 3, 1950", want: "March 3, 1950", likelihood: inspect.VeryLikely},
		"compact":       {value: "date of birth 19800203", want: "19800203", likelihood: inspect.VeryLikely},
		"HL7":           {key: "birthTime", value: "198002031200", want: "198002031200", likelihood: inspect.VeryLikely},
		"HL7 fraction":  {key: "birthTime", value: "19800203120000.0000", want: "19800203120000.0000", likelihood: inspect.VeryLikely},
		"HL7 zone":      {key: "birthTime", value: "19800203120000.1-0500", want: "19800203120000.1-0500", likelihood: inspect.VeryLikely},
		"no fraction":   {key: "birthTime", value: "19800203120000.12345", want: "19800203120000.12345", likelihood: inspect.Likely},
		"none":          {value: "2/3/1980"},
		"country":       {key: "CountryOfBirth", value: "Chile"},
	})
}

func TestDeathDate(t *testing.T) {
	checkExamples(t, "date_death", map[string]example{
		"key":   {key: "PersonDeceasedDate", value: "2020-01-01", want: "2020-01-01", likelihood: inspect.VeryLikely},
		"words": {value: "died on 3 May 2019", want: "3 May 2019", likelihood: inspect.VeryLikely},
		"flag":  {key: "IsDeceased", value: "true"},
	})
}

func TestServiceDate(t *testing.T) {
	checkExamples(t, "date_service", map[string]example{
		"key":          {key: "Admission_Date__c", value: "2024-01-05", want: "2024-01-05", likelihood: inspect.VeryLikely},
		"words":        {value: "Admitted 1/5/2024", want: "1/5/2024", likelihood: inspect.VeryLikely},
		"object":       {object: "HealthCondition", key: "Recorded__c", value: "2024-01-05", want: "2024-01-05", likelihood: inspect.Likely},
		"other object": {object: "Opportunity", key: "Recorded__c", value: "2024-01-05"},
	})
}

func TestDate(t *testing.T) {
	checkExamples(t, "date", map[string]example{
		"ISO":                        {value: "x 2024-01-05 y", want: "2024-01-05", likelihood: inspect.Likely},
		"slashes":                    {value: "1/5/2024", want: "1/5/2024", likelihood: inspect.Likely},
		"European":                   {value: "25.12.2023", want: "25.12.2023", likelihood: inspect.Likely},
		"month first":                {value: "Jan 5, 2024", want: "Jan 5, 2024", likelihood: inspect.Likely},
		"day first":                  {value: "5th of January 2024", want: "5th of January 2024", likelihood: inspect.Likely},
		"glued":                      {value: "5JAN2024", want: "5JAN2024", likelihood: inspect.Likely},
		"month and year":             {value: "January 2024", want: "January 2024", likelihood: inspect.Likely},
		"ordinal of a month":         {value: "on the 5th of March she", want: "5th of March", likelihood: inspect.VeryLikely},
		"day and month":              {value: "on 14 October at 10", want: "14 October", likelihood: inspect.VeryLikely},
		"day, month and time":        {value: "14 October 10:30", want: "14 October", likelihood: inspect.Likely},
		"2 May":                      {value: "tablets 2 May be given", want: "2 May", likelihood: inspect.Possible},
		"2 may":                      {value: "tablets 2 may be given"},
		"month of a year":            {value: "back in June of 1962 or", want: "June of 1962", likelihood: inspect.Likely},
		"short year":                 {value: "back Feb '22 or", want: "Feb '22", likelihood: inspect.Likely},
		"short year, old":            {value: "back Feb '62 or", want: "Feb '62", likelihood: inspect.Likely},
		"week":                       {value: "due 2021-W05.", want: "2021-W05", likelihood: inspect.VeryLikely},
		"no week":                    {value: "unit 2021-W55."},
		"no day of a month":          {value: "on 31 February"},
		"month and day":              {value: "May 12th", want: "May 12th", likelihood: inspect.Possible},
		"numbers of a day":           {value: "back on 5/31, then", want: "5/31", likelihood: inspect.VeryLikely},
		"numbers of a month":         {value: "due 01/2006", want: "01/2006", likelihood: inspect.VeryLikely},
		"named month and day":        {value: "return December 8.", want: "December 8", likelihood: inspect.VeryLikely},
		"half a tablet":              {value: "on day 3: 1/2 tablet"},
		"score":                      {value: "strength 5/5, pain 6/10"},
		"blood pressure":             {value: "on arrival 120/80"},
		"two digits":                 {value: "1/5/24", want: "1/5/24", likelihood: inspect.Likely},
		"compact":                    {value: "20240105", want: "20240105", likelihood: inspect.Unlikely},
		"time stamp":                 {value: "2024-01-05T10:11:12.000Z", want: "2024-01-05T10:11:12.000Z", likelihood: inspect.Possible},
		"compact time":               {value: "20240105101112", want: "20240105101112", likelihood: inspect.Unlikely},
		"on":                         {value: "on 1/5/2024", want: "1/5/2024", likelihood: inspect.VeryLikely},
		"not on the calendar":        {value: "2023-02-29"},
		"version":                    {value: "2026.20.9"},
		"fraction":                   {value: "1/2"},
		"year":                       {value: "in 2024"},
		"verb":                       {value: "I may 5"},
		"phone":                      {value: "2024-01-05-77"},
		"system":                     {key: "CreatedDate", value: "2024-01-05T10:11:12.000+0000"},
		"system, date only":          {key: "LastActivityDate", value: "2024-01-05"},
		"system with something else": {key: "CreatedDate", value: "born 2024-01-05"},
	})
}
