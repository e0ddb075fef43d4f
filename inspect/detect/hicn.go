package detect

import "github.com/phigate/phigate/inspect"

// hicn recognises the Medicare numbers that MBIs replaced in 2020. They hold a Social Security number.
var hicn = Detector{
	Name:     "us_hicn",
	Category: inspect.Plan,
	Doc:      "health insurance claim number: nine digits of a Social Security number and a beneficiary code, or a railroad prefix and six or nine digits (SSA POMS RS 00203)",
	Keys:     []string{"hicn", "hic", "hic number", "hic no", "health insurance claim number", "medicare claim number", "medicare claim"},
	Hints:    []string{"medicare", "beneficiary", "railroad"},
	Anchors:  atMixed | atDigits,
	Told:     true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := hicnAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   hicnAt,
	Normal: normalAlnum,
}

func hicnAt(t *text, k token) (match, bool) {
	if end, _, ok := bodySSN(t, k.start); ok {
		return claimCode(t, k.start, end)
	}
	i := k.start
	for i-k.start < 3 && t.class(i)&(isUpper|isLower) != 0 {
		i++
	}
	letters := i - k.start
	if t.at(i) == '-' {
		i++
	}
	n := t.digits(i, 10)
	if letters == 0 || !railroad(t.b[k.start:k.start+letters]) || (n != 6 && n != 9) || !t.bounded(k.start, i+n) {
		return match{}, false
	}
	return match{start: k.start, end: i + n, valid: true}, true
}

// bodySSN is grouped for digits that a letter may follow.
func bodySSN(t *text, i int) (end int, sep byte, ok bool) {
	if t.digits(i, 10) == 9 {
		return i + 9, 0, true
	}
	return grouped(t, i, 3, 2, 4)
}

// claimCode reads the beneficiary identification code at end: a letter that is in use and at most one more letter or
// digit.
func claimCode(t *text, start, end int) (match, bool) {
	i := end
	if t.at(i) == '-' || t.at(i) == ' ' {
		i++
	}
	if !contains("ABCDEFHJKMTW", upper(t.at(i))) {
		return match{}, false
	}
	i++
	if t.class(i)&(isDigit|isUpper|isLower) != 0 {
		i++
	}
	if !t.bounded(start, i) || !validSSN(t, start, end) {
		return match{}, false
	}
	return match{start: start, end: i, valid: true}, true
}

// railroad reports whether prefix is one of the Railroad Retirement Board's.
func railroad(prefix []byte) bool {
	for _, p := range [...]string{"a", "ca", "h", "ja", "ma", "pa", "pd", "wa", "wca", "wcd", "wd", "wch", "wh"} {
		if equalFold(prefix, p) {
			return true
		}
	}
	return false
}
