package detect

import "github.com/phigate/phigate/inspect"

// licence recognises driver's licences. The formats of the states together are nearly any run of letters and digits,
// so names and words decide.
var licence = Detector{
	Name:     "us_driver_license",
	Category: inspect.Licence,
	Doc:      "driver's licence, or a licence or certificate of practice: 4 to 19 letters and digits of a state's format (AAMVA) that a name or words near them call one",
	Keys: []string{"driver license", "drivers license", "driver license number", "drivers license number", "driver licence",
		"drivers licence", "driving license", "driving licence", "dl number", "dl no", "license number", "licence number",
		"license no", "licence no", "state id", "state id number", "dmv id", "practitioner license", "medical license",
		"certificate license", "dln", "driver s license",
		"driver lic", "drivers lic", "driver lic no", "lic no", "lic number", "board license", "state license", "state license number",
		"oln", "operator license", "operators license", "board lic", "state lic", "rn lic", "md lic", "lic num", "license num", "rn license",
		"nursing license", "nursing licence", "physician license", "pharmacist license", "professional license", "cert number", "cert no",
		"certification number", "certification no", "registration no", "registration number", "credential number", "credential id",
		"permit number", "permit no", "certificate no"},
	Hints:   []string{"dl", "dmv", "license", "licence", "driver", "lic", "state issued id", "cert", "certification", "credential", "permit"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		if count(v, isUpper|isLower) > 7 || !allOf(v, isDigit|isUpper|isLower, "- ") {
			return 0
		}
		return identifier(v, 4, 22, 4)
	},
	Find:   licenceAt,
	Normal: normalAlnum,
}

// licenceAt looks for the shapes that states use: letters, then at least four digits, with inner hyphens, or with a space
// before each three digits as Michigan, New York and Pennsylvania print them.
func licenceAt(t *text, k token) (match, bool) {
	if m, ok := spacedLicence(t, k); ok {
		return m, true
	}
	m, ok := identifierAt(t, k, 4, 22, 4)
	return m, ok && count(t.b[m.start:m.end], isUpper|isLower) <= 7 && !yearAt(t, m)
}

// spacedLicence reads a letter or two or three digits, and two to four groups of three digits.
func spacedLicence(t *text, k token) (match, bool) {
	start, end := k.start, k.end
	switch {
	case k.class&isWord != isDigit || k.len() > 3 || !t.open(start):
		return match{}, false
	case k.len() == 3 && t.at(start-1) == ' ' && start > 1 && t.class(start-2)&isUpper != 0 && t.class(start-3)&isWord == 0:
		start -= 2
	case k.len() < 2:
		return match{}, false
	}
	groups := 0
	for groups < 4 && t.at(end) == ' ' && t.exactly(end+1, 3) {
		end += 4
		groups++
	}
	return match{start: start, end: end}, groups >= 2 && t.bounded(start, end)
}
