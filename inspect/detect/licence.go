package detect

import "github.com/phigate/phigate/inspect"

// licence recognises driver's licences. The formats of the states together are nearly any run of letters and digits,
// so names and words decide.
var licence = Detector{
	Name:     "us_driver_license",
	Category: inspect.Licence,
	Doc:      "driver's licence: 4 to 19 letters and digits of a state's format (AAMVA) that a name or words near them call one",
	Keys: []string{"driver license", "drivers license", "driver license number", "drivers license number", "driver licence",
		"drivers licence", "driving license", "driving licence", "dl number", "dl no", "license number", "licence number",
		"license no", "licence no", "state id", "state id number", "dmv id", "practitioner license", "medical license",
		"certificate license", "dln", "driver s license"},
	Hints:   []string{"dl", "dmv", "license", "licence", "driver"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := licenceAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape
		}
		return 0
	},
	Find:   licenceAt,
	Normal: normalAlnum,
}

// licenceAt looks for the shapes that states use: letters, then at least four digits, with inner hyphens.
func licenceAt(t *text, k token) (match, bool) {
	m, ok := identifierAt(t, k, 4, 22, 4)
	return m, ok && count(t.b[m.start:m.end], isUpper|isLower) <= 7
}
