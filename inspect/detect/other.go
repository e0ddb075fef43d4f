package detect

import "github.com/phigate/phigate/inspect"

// uniqueID recognises numbers that were given to a person and are none of the kinds that have a detector of their own.
var uniqueID = Detector{
	Name:     "unique_id",
	Category: inspect.Other,
	Doc:      "other unique identifying number (45 CFR 164.514(b)(2)(i)(R)): letters and digits that a name or words near them call an employee, student, study subject, prescription, specimen, service or national number, or the name or password of a user",
	Keys: []string{"employee id", "employee number", "employee no", "employee num", "emp id", "emp no", "staff id", "badge number",
		"badge id", "badge no", "student id", "student number", "student no", "school id", "subject id", "subject number", "subj id",
		"study id", "study subject id", "study number", "participant id", "participant number", "enrollment number", "enrollment id",
		"randomization number", "screening number", "donor id", "specimen id", "specimen number", "specimen no", "specimen barcode",
		"accession number", "accession no", "accession id", "sample id", "sample number", "prescription number", "prescription no",
		"prescription id", "rx number", "rx no", "rx num", "service number", "military id", "dod id", "edipi", "veteran id",
		"voter id", "national id", "national id number", "alien number", "alien registration number", "tribal id", "inmate number",
		"script number", "script no", "subject no", "subj no", "subj number", "participant no", "case worker id", "badge num",
		"nhs number", "nhs no", "national insurance number", "aadhaar", "aadhaar number", "lab number", "lab no", "pathology number", "pathology no", "path no"},
	Hints: []string{"accession", "employee", "student", "specimen", "rx", "prescription", "subj", "acc", "badge", "participant",
		"study subject", "nhs", "username", "user name", "userid", "password", "passcode"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 4, 24, 1) },
	Find:    uniqueAt,
	Normal:  normalAlnum,
}

// uniqueAt looks for at least six letters and digits; for four directly behind a label. Other short numbers near such
// words count something.
func uniqueAt(t *text, k token) (match, bool) {
	if m, ok := loginAt(t, k); ok {
		return m, true
	}
	if m, ok := groupedAt(t, k, t.lex.own.unique); ok {
		return m, true
	}
	if m, ok := identifierAt(t, k, 6, 20, 4); ok {
		return m, !t.claimed(m.start, t.lex.own.unique)
	}
	m, ok := identifierAt(t, k, 4, 20, 4)
	return m, ok && t.outranked(m.start) && !yearAt(t, m)
}
