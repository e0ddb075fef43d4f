package detect

import "github.com/phigate/phigate/inspect"

// iban recognises international bank account numbers.
var iban = Detector{
	Name:     "iban",
	Category: inspect.Account,
	Doc:      "international bank account number: a country, two check digits modulo 97 and up to 30 letters and digits, in groups of four or in one (ISO 13616)",
	Keys:     []string{"iban", "iban number", "iban code", "bank iban", "international bank account"},
	Anchors:  atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := ibanAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   ibanAt,
	Normal: normalAlnum,
}

// Lengths of an IBAN without spaces: Norway's and the longest that the standard allows.
const (
	minIBAN = 15
	maxIBAN = 34
)

// ibanAt looks for an IBAN that begins with the token k.
func ibanAt(t *text, k token) (match, bool) {
	i := k.start
	if k.len() < 4 || t.class(i)&isUpper == 0 || t.class(i+1)&isUpper == 0 || t.digits(i+2, 2) < 2 {
		return match{}, false
	}
	end, n := k.end, k.len()
	if k.class&isOther != 0 || !t.open(i) {
		return match{}, false
	}
	if n == 4 { // in groups of four, the last one shorter
		for last := 4; last == 4 && n < maxIBAN && t.at(end) == ' '; {
			w := t.word(end + 1)
			if last = w.len(); last == 0 || last > 4 || w.class&(isLower|isOther) != 0 {
				break
			}
			end, n = w.end, n+last
		}
	}
	if n < minIBAN || n > maxIBAN || !t.closed(end) || !mod97(t.b[i:end]) {
		return match{}, false
	}
	return match{start: i, end: end, valid: true, alone: inspect.Likely}, true
}

// mod97 reports whether the letters and digits in b, with the first four moved behind the others and letters read as 10 to
// 35, are 1 modulo 97 (ISO 7064).
func mod97(b []byte) bool {
	sum := 0
	add := func(c byte) {
		switch k := classes[c]; {
		case k&isDigit != 0:
			sum = (sum*10 + int(c-'0')) % 97
		case k&(isUpper|isLower) != 0:
			sum = (sum*100 + int(upper(c)-'A') + 10) % 97
		}
	}
	for _, c := range b[4:] {
		add(c)
	}
	for _, c := range b[:4] {
		add(c)
	}
	return sum == 1
}
