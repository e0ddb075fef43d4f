package detect

import "github.com/phigate/phigate/inspect"

// mbi recognises Medicare beneficiary identifiers. The grammar is narrow enough to stand alone: one of ten thousand
// random strings of eleven letters and digits satisfies it.
var mbi = Detector{
	Name:     "us_mbi",
	Category: inspect.Plan,
	Doc:      "Medicare beneficiary identifier: eleven letters and digits of a fixed pattern (CMS, MBI format)",
	Keys: []string{"mbi", "medicare beneficiary", "medicare beneficiary id", "medicare beneficiary identifier", "medicare id",
		"medicare number", "medicare no", "medicare num"},
	Hints:   []string{"medicare", "beneficiary", "beneficiary id"},
	Anchors: atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := mbiAt(&t, token{}); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   mbiAt,
	Normal: normalAlnum,
}

// mbiPattern has for each place the kind of character: C is a digit but 0, N a digit, A a letter but S, L, O, I, B and
// Z, X either.
const mbiPattern = "CAXNAXNAANN"

func mbiAt(t *text, k token) (match, bool) {
	i := k.start
	sep := byte(0)
	for n := range len(mbiPattern) {
		if c := t.at(i); (n == 4 || n == 7) && (c == '-' || c == ' ') {
			sep = c
			i++
		}
		if !mbiChar(mbiPattern[n], t.at(i)) {
			return match{}, false
		}
		i++
	}
	if !t.bounded(k.start, i) {
		return match{}, false
	}
	m := match{start: k.start, end: i, alone: inspect.VeryLikely, valid: true}
	if sep == ' ' {
		m.alone = inspect.Likely
	}
	return m, true
}

func mbiChar(kind, c byte) bool {
	digit := classes[c]&isDigit != 0
	letter := classes[c]&(isUpper|isLower) != 0 && !contains("SLOIBZ", upper(c))
	switch kind {
	case 'C':
		return digit && c != '0'
	case 'N':
		return digit
	case 'A':
		return letter
	default:
		return digit || letter
	}
}
