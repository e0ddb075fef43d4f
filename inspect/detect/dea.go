package detect

import "github.com/phigate/phigate/inspect"

// dea recognises the registration numbers of prescribers of controlled substances.
var dea = Detector{
	Name:     "us_dea",
	Category: inspect.Licence,
	Doc:      "DEA registration number: two letters (or a letter and 9) and seven digits, the last a check digit (21 CFR 1301)",
	Keys:     []string{"dea", "dea number", "dea no", "dea registration", "dea registration number", "prescriber dea"},
	Hints:    []string{"prescriber", "controlled substance", "registration number"},
	Anchors:  atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := deaAt(&t, t.word(0)); ok && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   deaAt,
	Normal: normalAlnum,
}

func deaAt(t *text, k token) (match, bool) {
	i := k.start
	if k.len() != 9 || !contains("ABCDEFGHJKLMPRSTUX", upper(t.at(i))) || !t.bounded(i, k.end) || !t.exactly(i+2, 7) {
		return match{}, false
	}
	if c := t.at(i + 1); c != '9' && classes[c]&(isUpper|isLower) == 0 {
		return match{}, false
	}
	m := match{start: i, end: k.end, valid: validDEA(t.b[i+2 : i+9])}
	if m.valid {
		m.alone = inspect.Possible
	}
	return m, true
}

// validDEA reports whether the last of seven digits is that of d1+d3+d5 + 2(d2+d4+d6).
func validDEA(d []byte) bool {
	n := func(i int) int { return int(d[i] - '0') }
	return (n(0)+n(2)+n(4)+2*(n(1)+n(3)+n(5)))%10 == n(6)
}
