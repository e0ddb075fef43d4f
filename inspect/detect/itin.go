package detect

import "github.com/phigate/phigate/inspect"

// itin recognises taxpayer numbers that stand in for a Social Security number.
var itin = Detector{
	Name:     "us_itin",
	Category: inspect.SSN,
	Doc:      "individual or adoption taxpayer identification number: nine digits that begin with 9 (IRS Publication 1915)",
	Keys:     []string{"itin", "atin", "individual taxpayer", "tax id", "taxid", "taxpayer id", "taxpayer identification number", "tax identification number", "tin"},
	Anchors:  atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := itinAt(&t, 0); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   func(t *text, k token) (match, bool) { return itinAt(t, k.start) },
	Normal: normalDigits,
}

// itinAt looks at i for nine digits grouped like a Social Security number, of which the first is 9 and the fourth and
// fifth are in a range that the IRS assigns (93 is for adoptions).
func itinAt(t *text, i int) (match, bool) {
	if t.at(i) != '9' {
		return match{}, false
	}
	end, sep, ok := grouped(t, i, 3, 2, 4)
	if !ok || !t.bounded(i, end) {
		return match{}, false
	}
	group := 0
	for j, n := i, 0; n < 5; j++ {
		if t.digit(j) {
			if n++; n > 3 {
				group = group*10 + int(t.at(j)-'0')
			}
		}
	}
	if group < 50 || group == 89 || (65 < group && group < 70) {
		return match{}, false
	}
	m := match{start: i, end: end, valid: true, alone: inspect.Unlikely}
	switch sep {
	case '-':
		m.alone = inspect.Likely
	case ' ', '.':
		m.alone = inspect.Possible
	}
	if t.outranked(i) {
		m.alone = inspect.Unlikely
	}
	return m, true
}
