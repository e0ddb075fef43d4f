package detect

// wholeNames are names of fields that say too little as a part of a longer one, and whom or what a value is of when they
// stand alone: the columns First and Last of a roster (Synthea writes FIRST, LAST and DRIVERS), the roles that EHRs and
// Health Cloud put a person's name into. A value of theirs is typed only if it passes the detector's Check.
var wholeNames = map[string]string{
	"first": "person_name", "last": "person_name", "middle": "person_name", "maiden": "person_name",
	"emergency contact": "person_name", "next of kin": "person_name", "nok": "person_name", "guarantor": "person_name",
	"guardian": "person_name", "legal guardian": "person_name", "caregiver": "person_name", "spouse": "person_name",
	"mother": "person_name", "father": "person_name", "attending": "person_name", "attending provider": "person_name",
	"attending physician": "person_name", "primary care physician": "person_name", "primary care provider": "person_name",
	"pcp": "person_name", "physician": "person_name", "surgeon": "person_name", "implanting surgeon": "person_name",
	"referring physician": "person_name", "referring provider": "person_name", "rendering provider": "person_name",
	"ordering provider": "person_name", "prescriber": "person_name", "passenger": "person_name", "driver": "person_name",
	"registered owner": "person_name", "cardholder": "person_name", "card holder": "person_name", "account holder": "person_name",
	"name on card": "person_name", "responsible party": "person_name", "patient": "person_name", "implant patient": "person_name",
	"subscriber": "person_name", "insured": "person_name", "beneficiary": "person_name", "known as": "person_name",
	"drivers": "us_driver_license", "dl": "us_driver_license",
	"condition": "clinical_text", "drug": "clinical_text",
	"work": "phone", "home": "phone", "cell": "phone", "mobile": "phone",
}

// wholeName returns the detector that the words of a field's name decide for together, -1 if there is none.
func wholeName(w *words) int {
	var joined []byte
	for i := range w.n {
		if i > 0 {
			joined = append(joined, ' ')
		}
		joined = append(joined, w.word(i)...)
	}
	if name, known := wholeNames[string(joined)]; known {
		return indexOf(name)
	}
	return -1
}
