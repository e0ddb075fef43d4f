package detect

import "github.com/phigate/phigate/inspect"

// loinc recognises codes of observations.
var loinc = Detector{
	Name:     "loinc",
	Category: inspect.Clinical,
	Doc:      "LOINC code: up to seven digits, a hyphen and a Luhn check digit (Regenstrief), that a name or words near it call one",
	Keys:     []string{"loinc", "loinc code", "observation code", "lab code"},
	Anchors:  atDigits,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := loincAt(&t, t.word(0)); ok && m.end == len(v) && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   loincAt,
	Normal: normalAlnum,
}

func loincAt(t *text, k token) (match, bool) {
	if k.len() < 3 || k.len() > 7 || t.at(k.end) != '-' || !t.exactly(k.end+1, 1) || !t.bounded(k.start, k.end+2) {
		return match{}, false
	}
	return match{start: k.start, end: k.end + 2, valid: luhn(t.b[k.start:k.end+2], 0)}, true
}

// snomed recognises concepts of SNOMED CT.
var snomed = Detector{
	Name:     "snomed_ct",
	Category: inspect.Clinical,
	Doc:      "SNOMED CT identifier: 6 to 18 digits with a partition and a Verhoeff check digit, that a name or words near it call one",
	Keys:     []string{"snomed", "snomed code", "snomed ct", "sctid", "sct id", "snomed ct code"},
	Anchors:  atDigits,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := snomedAt(&t, t.word(0)); ok && m.end == len(v) && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   snomedAt,
	Normal: normalDigits,
}

func snomedAt(t *text, k token) (match, bool) {
	n := k.len()
	if n < 6 || n > 18 || t.at(k.start) == '0' || !t.exactly(k.start, n) || !t.bounded(k.start, k.end) {
		return match{}, false
	}
	b := t.b[k.start:k.end]
	partition := (b[n-3] == '0' || b[n-3] == '1') && b[n-2] <= '2'
	return match{start: k.start, end: k.end, valid: partition && verhoeff(b)}, true
}

// verhoeff reports whether the digits in b satisfy the check of Verhoeff, the dihedral group D5.
func verhoeff(b []byte) bool {
	const multiply = "0123456789" + "1234067895" + "2340178956" + "3401289567" + "4012395678" +
		"5987604321" + "6598710432" + "7659821043" + "8765932104" + "9876543210"
	const permute = "0123456789" + "1576283094" + "5803796142" + "8916043527" +
		"9453126870" + "4286573901" + "2793806415" + "7046913258"
	c := 0
	for i := range b {
		d := int(b[len(b)-1-i] - '0')
		c = int(multiply[10*c+int(permute[10*(i%8)+d]-'0')] - '0')
	}
	return c == 0
}

// cpt recognises codes of procedures.
var cpt = Detector{
	Name:     "cpt",
	Category: inspect.Clinical,
	Doc:      "CPT code: five digits, or four and F, T or U (AMA), that a name or words near it call one",
	Keys:     []string{"cpt", "cpt code", "procedure code", "cpt 4"},
	Anchors:  atDigits | atMixed,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := cptAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape
		}
		return 0
	},
	Find:   cptAt,
	Normal: normalAlnum,
}

func cptAt(t *text, k token) (match, bool) {
	if k.len() != 5 || t.digits(k.start, 4) != 4 || !t.bounded(k.start, k.end) {
		return match{}, false
	}
	if c := upper(t.at(k.start + 4)); classes[c]&isDigit == 0 && c != 'F' && c != 'T' && c != 'U' {
		return match{}, false
	}
	return match{start: k.start, end: k.end}, true
}

// hcpcs recognises codes of services and supplies.
var hcpcs = Detector{
	Name:     "hcpcs",
	Category: inspect.Clinical,
	Doc:      "HCPCS level II code: a letter from A to V and four digits (CMS), that a name or words near it call one",
	Keys:     []string{"hcpcs", "hcpcs code", "hcpc", "service code", "j code"},
	Anchors:  atMixed,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := hcpcsAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   hcpcsAt,
	Normal: normalAlnum,
}

func hcpcsAt(t *text, k token) (match, bool) {
	c := upper(t.at(k.start))
	ok := k.len() == 5 && 'A' <= c && c <= 'V' && t.exactly(k.start+1, 4) && t.bounded(k.start, k.end)
	return match{start: k.start, end: k.end, valid: true}, ok
}

// clinicalText recognises what a field says of a person's health in words.
var clinicalText = Detector{
	Name:     "clinical_text",
	Category: inspect.Clinical,
	Doc:      "statement about health: the value of a field whose name is of a diagnosis, medication, allergy, result or the like",
	Keys: []string{"diagnosis", "diagnoses", "primary diagnosis", "diagnosis description", "dx", "medication", "medication name",
		"medications", "allergy", "allergies", "prognosis", "member prognosis", "member condition", "symptom", "chief complaint",
		"medical history", "medical condition", "health condition", "lab result", "test result", "treatment plan", "clinical note",
		"clinical summary", "progress note", "admission notes", "disposition notes", "medical director notes", "drug name",
		"dosage", "patient instruction", "observed value text", "immunization", "vaccine", "procedure description",
		"condition status", "medication instructions", "rxcui", "rxnorm", "rxnorm code", "rx norm", "rx cui", "rxnorm cui", "blood type", "hiv status", "pregnancy status", "disability"},
	Narrower: "icd10_cm",
	Check: func(v []byte, _ clock) inspect.Evidence {
		if count(v, isUpper|isLower|isOther) < 3 {
			return 0
		}
		return inspect.ByShape
	},
	Normal: normalWords,
}
