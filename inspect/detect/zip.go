package detect

import "github.com/phigate/phigate/inspect"

// zip recognises postal codes.
var zip = Detector{
	Name:     "zip_code",
	Category: inspect.Geographic,
	Doc:      "ZIP or ZIP+4 code whose first three digits are assigned (USPS), behind a state or where a name or words near it call it one; a postcode of the United Kingdom or Canada behind a town; the digits behind a street and before a town elsewhere",
	Keys:     []string{"zip", "zip code", "zipcode", "postal code", "postcode", "post code", "zip 4", "postal"},
	Anchors:  atDigits | atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if end := zipEnd(&t, 0); end == len(v) && assigned(t.value(0, 3)) {
			return inspect.ByShape | inspect.ByValidity
		}
		if end := postcodeEnd(&t, t.word(0)); end == len(v) && end > 0 {
			return inspect.ByShape
		}
		return 0
	},
	Find:   zipAt,
	Normal: normalAlnum,
}

func zipAt(t *text, k token) (match, bool) {
	if k.class&isDigit == k.class&isWord {
		if end := zipEnd(t, k.start); end > 0 && stateBefore(t, k.start).len() > 0 {
			m := match{start: k.start, end: end, valid: assigned(t.value(k.start, k.start+3))}
			if m.valid {
				m.alone = inspect.Likely
			}
			return m, t.bounded(k.start, end)
		}
		if end := europeanCode(t, k.start); end > 0 {
			return match{start: k.start, end: end, valid: true, alone: inspect.Likely}, true
		}
	} else {
		m := match{start: k.start, end: postcodeEnd(t, k), valid: true, alone: inspect.Possible}
		if m.end > 0 && townBefore(t, k.start) > 0 {
			m.alone = inspect.Likely
		}
		return m, m.end > 0
	}
	end := zipEnd(t, k.start)
	if end == 0 || !t.bounded(k.start, end) {
		return match{}, false
	}
	m := match{start: k.start, end: end, valid: assigned(t.value(k.start, k.start+3))}
	if m.valid && end > k.start+5 {
		m.alone = inspect.Unlikely
	}
	return m, true
}

// zipEnd returns the place behind five digits, and a hyphen and four more, at i; 0 if they are not there.
func zipEnd(t *text, i int) int {
	if !t.exactly(i, 5) {
		return 0
	}
	if t.at(i+5) == '-' && t.exactly(i+6, 4) {
		return i + 10
	}
	return i + 5
}

// stateBefore returns the two-letter abbreviation of a state that stands before i, with spaces between; an empty
// token if there is none.
func stateBefore(t *text, i int) token {
	at := t.skipSpaceBefore(i)
	w := t.wordBefore(at)
	if at < i && w.len() == 2 && w.class&isLower == 0 && t.entry(w).traits&stateCode != 0 {
		return w
	}
	return token{start: i, end: i}
}

// assigned reports whether a ZIP code may begin with the three digits of prefix.
func assigned(prefix int) bool {
	switch prefix {
	case 99, 213, 269, 343, 345, 348, 353, 419, 428, 429, 517, 518, 519, 529, 533, 536, 552, 568, 578, 579, 589, 621, 632,
		642, 643, 659, 663, 682, 694, 695, 696, 697, 698, 699, 702, 709, 715, 732, 742, 771, 817, 818, 819, 839, 848, 849, 854,
		858, 861, 862, 866, 867, 868, 869, 876, 886, 887, 888, 892, 896, 899, 909, 929, 987:
		return false
	}
	return prefix > 4
}
