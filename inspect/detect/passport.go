package detect

import "github.com/phigate/phigate/inspect"

// passport recognises the numbers of passports.
var passport = Detector{
	Name:     "passport",
	Category: inspect.Other,
	Doc:      "passport number: nine digits, or a letter and eight, that a name or words near them call one; other countries' six to nine letters and digits",
	Keys:     []string{"passport", "passport number", "passport no", "passport id", "travel document", "travel document number", "ppn"},
	Hints:    []string{"visa number", "immigration"},
	Anchors:  atDigits | atMixed,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := passportAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape
		}
		return 0
	},
	Find:   passportAt,
	Normal: normalAlnum,
}

func passportAt(t *text, k token) (match, bool) {
	n := k.len()
	if n < 6 || n > 9 || k.class&isOther != 0 || !t.bounded(k.start, k.end) || count(t.b[k.start:k.end], isDigit) < 5 {
		return match{}, false
	}
	tail := t.exactly(k.start+1, 8)
	return match{start: k.start, end: k.end, valid: n == 9 && tail}, true
}
