package detect

import "github.com/phigate/phigate/inspect"

// plate recognises the number plates of vehicles.
var plate = Detector{
	Name:     "license_plate",
	Category: inspect.Vehicle,
	Doc:      "number plate: 4 to 8 letters and digits that a name or words near them call one",
	Keys: []string{"license plate", "licence plate", "license plate number", "licence plate number", "plate number", "plate no",
		"vehicle plate", "number plate", "tag number", "vehicle tag", "vehicle registration", "vehicle registration number"},
	Hints:   []string{"plate", "plates"},
	Anchors: atDigits | atMixed,
	Told:    true,
	Check:   func(v []byte, _ clock) inspect.Evidence { return identifier(v, 3, 9, 1) },
	Find:    plateAt,
	Normal:  normalAlnum,
}

// plateAt looks for letters and digits in one run, or in two with a space or hyphen between.
func plateAt(t *text, k token) (match, bool) {
	start, end := k.start, k.end
	if c := t.at(start - 1); c == '-' || c == ' ' {
		if w := t.wordBefore(start - 1); w.len() > 0 && w.len() <= 4 && w.class&isWord == isUpper {
			start = w.start
		}
	}
	if c := t.at(end); k.len() <= 4 && (c == '-' || c == ' ') {
		if w := t.word(end + 1); w.len() > 1 && w.class&isLower == 0 && (w.class&isDigit != 0 || w.len() <= 4) {
			end = w.end
		}
	}
	b := t.b[start:end]
	if len(b) < 4 || len(b) > 9 || count(b, isDigit) == 0 || count(b, isLower|isOther) > 0 || !t.bounded(start, end) {
		return match{}, false
	}
	return match{start: start, end: end}, true
}
