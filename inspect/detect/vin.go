package detect

import "github.com/phigate/phigate/inspect"

// vin recognises vehicle identification numbers.
var vin = Detector{
	Name:     "vin",
	Category: inspect.Vehicle,
	Doc:      "vehicle identification number: 17 letters and digits with a check digit (49 CFR 565.15)",
	Keys:     []string{"vin", "vin number", "vehicle identification", "vehicle identification number", "vehicle id", "vehicle vin", "chassis number"},
	Hints:    []string{"vehicle", "chassis", "car"},
	Anchors:  atDigits | atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := vinAt(&t, t.word(0)); ok && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   vinAt,
	Normal: normalAlnum,
}

func vinAt(t *text, k token) (match, bool) {
	if k.len() != 17 || k.class&isOther != 0 || !t.bounded(k.start, k.end) {
		return match{}, false
	}
	b := t.b[k.start:k.end]
	for _, c := range b {
		if contains("IOQ", upper(c)) {
			return match{}, false
		}
	}
	m := match{start: k.start, end: k.end, valid: validVIN(b)}
	if m.valid && k.class&isDigit != 0 && k.class&(isUpper|isLower) != 0 {
		m.alone = inspect.Possible
	}
	return m, true
}

// validVIN reports whether the ninth character is the weighted sum of all modulo 11, X for ten.
func validVIN(b []byte) bool {
	const weights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"
	const values = "12345678 12345 7 923456789" // A to Z
	sum := 0
	for i, c := range b {
		d := upper(c)
		if classes[c]&isDigit == 0 {
			d = values[d-'A']
		}
		sum += int(d-'0') * int(weights[i])
	}
	check := upper(b[8])
	if r := sum % 11; r < 10 {
		return check == byte('0'+r)
	}
	return check == 'X'
}
