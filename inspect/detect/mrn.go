package detect

import "github.com/phigate/phigate/inspect"

// mrn recognises medical record numbers. They have no grammar: names and words decide.
var mrn = Detector{
	Name:     "mrn",
	Category: inspect.MRN,
	Doc:      "medical record number, patient or chart identifier: letters and digits that a name or words near them call one",
	Keys: []string{"mrn", "mrn number", "medical record", "medical record number", "medical record no", "medical record num",
		"medical record id", "med rec", "med rec no", "med rec number", "chart number", "chart no", "chart id", "emr id",
		"ehr id", "epic id", "cerner id", "patient id", "patient number", "patient no", "patient identifier", "hospital number",
		"hospital id", "source system id", "source system identifier", "id value", "facility record number", "empi", "mpi",
		"individual id", "health record number", "record locator", "unit number", "pat mrn", "pat mrn id", "medical record nbr",
		"pt no", "pt number", "pt id", "hosp no", "hosp number", "hospital no", "hosp id", "ur number", "ur no", "mr no", "mr number", "emr number", "emr no"},
	Hints:   []string{"chart", "patient ref", "med record", "mr", "hosp", "ur", "emr", "record number", "record no"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 4, 24, 1) },
	Find: func(t *text, k token) (match, bool) {
		m, ok := identifierAt(t, k, 4, 20, 3)
		return m, ok && !yearAt(t, m) && !t.claimed(m.start, t.lex.own.mrn)
	},
	Normal: normalAlnum,
}
