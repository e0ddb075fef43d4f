package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestForeignStreet(t *testing.T) {
	checkExamples(t, "street_address", map[string]example{
		"German":              {value: "wohnt Hauptstrasse 5, Berlin", want: "Hauptstrasse 5", likelihood: inspect.Likely},
		"sharp s":             {value: "wohnt Hauptstraße 5a.", want: "Hauptstraße 5a", likelihood: inspect.Likely},
		"two words":           {value: "at Villacher Strasse 89, now", want: "Villacher Strasse 89", likelihood: inspect.Likely},
		"Dutch":               {value: "at Parijsstraat 8, Gent", want: "Parijsstraat 8", likelihood: inspect.Likely},
		"Swedish":             {value: "to Storgatan 14", want: "Storgatan 14", likelihood: inspect.Likely},
		"Spanish":             {value: "lives on Calle Mayor 12, there", want: "Calle Mayor 12", likelihood: inspect.VeryLikely},
		"Italian":             {value: "Via Roma 3, Milano", want: "Via Roma 3", likelihood: inspect.Likely},
		"Portuguese":          {value: "Rua das Flores 27, Porto", want: "Rua das Flores 27", likelihood: inspect.Likely},
		"French":              {value: "au 12 rue de la Paix, Paris", want: "12 rue de la Paix", likelihood: inspect.Likely},
		"French, comma":       {value: "au 8, avenue Victor Hugo.", want: "8, avenue Victor Hugo", likelihood: inspect.Likely},
		"prefix, Spanish":     {value: "at 4410 Camino del Sol today", want: "4410 Camino del Sol", likelihood: inspect.Likely},
		"announced":           {value: "Address: 5638 Qwerty 43, there", want: "5638 Qwerty 43", likelihood: inspect.Likely},
		"lives at":            {value: "lives at 3750 Kamehameha with", want: "3750 Kamehameha", likelihood: inspect.Likely},
		"abbreviated":         {value: "88 Westmoreland Ave., Columbus", want: "88 Westmoreland Ave.", likelihood: inspect.Likely},
		"brigade":             {value: "the Brigade 12, which"},
		"dose":                {value: "via Central Line 2 mg"},
		"a count":             {value: "Section Platz 5 mg"},
		"route":               {value: "given 2 via Port, then"},
		"time":                {value: "at 11:42 AM via Ambulance Drive"},
		"announced, no words": {value: "lives at 3750 and"},
	})
}

func TestTownOfAddress(t *testing.T) {
	checkExamples(t, "city", map[string]example{
		"behind a street":     {value: "at 45 Hospital Road, Lagos.", want: "Lagos", likelihood: inspect.Likely},
		"two words":           {value: "at 4 Elm St, Eagle Mountain.", want: "Eagle Mountain", likelihood: inspect.Likely},
		"code and town":       {value: "Hauptstrasse 5, 10827 Berlin, Tel", want: "Berlin", likelihood: inspect.Likely},
		"British":             {value: "221B Baker Street, London NW1 6XE", want: "London", likelihood: inspect.Likely},
		"Canadian":            {value: "in Vancouver, BC V5Z 1M9.", want: "Vancouver", likelihood: inspect.Likely},
		"name of a state":     {value: "from Springfield, Illinois and", want: "Springfield", likelihood: inspect.Likely},
		"state of two words":  {value: "in Albuquerque, New Mexico and", want: "Albuquerque", likelihood: inspect.Likely},
		"a person":            {value: "Garcia, Virginia"},
		"new something":       {value: "Diagnosis, New Onset"},
		"behind a street, no": {value: "at 4 Elm St, Call first"},
	})
	checkExamples(t, "zip_code", map[string]example{
		"German":          {value: "Hauptstrasse 5, 10827 Berlin", want: "10827", likelihood: inspect.Likely},
		"Portuguese":      {value: "Rua das Flores 27, 4050-262 Porto", want: "4050-262", likelihood: inspect.Likely},
		"Swedish":         {value: "Storgatan 14, 114 55 Stockholm", want: "114 55", likelihood: inspect.Likely},
		"British":         {value: "London NW1 6XE", want: "NW1 6XE", likelihood: inspect.Likely},
		"Canadian":        {value: "Vancouver, BC V5Z 1M9.", want: "V5Z 1M9", likelihood: inspect.Likely},
		"alone":           {value: "seen NW1 6XE", want: "NW1 6XE", likelihood: inspect.Possible},
		"no postcode":     {value: "Levels T4 2IV today"},
		"code of service": {value: "visit 99213 Office"},
	})
	checkExamples(t, "place_name", map[string]example{
		"lives in":      {value: "she lives in Kano with", want: "Kano", likelihood: inspect.Likely},
		"resident of":   {value: "a resident of Eagle Mountain.", want: "Eagle Mountain", likelihood: inspect.Likely},
		"a state":       {value: "she lives in Ohio with"},
		"a country":     {value: "was born in Germany and"},
		"a thing":       {value: "interest in Qwerty with"},
		"a small thing": {value: "she lives in fear"},
	})
}
