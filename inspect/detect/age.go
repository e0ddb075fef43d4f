package detect

import "github.com/phigate/phigate/inspect"

// age recognises ages over 89, the only ones that identify under Safe Harbor.
var age = Detector{
	Name:     "age_over_89",
	Category: inspect.Date,
	Doc:      "age of 90 to 120 years (45 CFR 164.514(b)(2)(i)(C))",
	Keys:     []string{"age", "patient age", "age years", "age in years", "member age", "current age"},
	Hints:    []string{"aged", "years old", "year old"},
	Anchors:  atDigits | atMixed,
	Strict:   true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if n := t.digits(0, 4); old(&t, 0, n) && (n == len(v) || !t.digit(n)) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find: ageAt,
}

// old reports whether the n digits at i spell a number from 90 to 120.
func old(t *text, i, n int) bool {
	if n < 2 || n > 3 {
		return false
	}
	v := t.value(i, i+n)
	return v >= 90 && v <= 120
}

// ageAt looks for a number with y/o, yo, years or years old behind it, or with age before it.
func ageAt(t *text, k token) (match, bool) {
	n := t.digits(k.start, 4)
	end := k.start + n
	if !old(t, k.start, n) || !t.open(k.start) {
		return match{}, false
	}
	m := match{start: k.start, end: end, valid: true, alone: inspect.Likely}
	j := end
	if c := t.at(j); c == ' ' || c == '-' {
		j++
	}
	w := letters(t, j)
	if e := t.entry(w); e.traits&year != 0 && t.at(w.start) != 'a' {
		return m, w.len() > 1 || (t.at(w.end) == '/' && lower(t.at(w.end+1)) == 'o')
	}
	before := t.wordBefore(t.skipColon(k.start))
	b := t.b[before.start:before.end]
	return m, (equalFold(b, "age") || equalFold(b, "aged")) && t.closed(end)
}

// skipColon returns the place before the white space and the colon or equals sign that stand before i.
func (t *text) skipColon(i int) int {
	i = t.skipSpaceBefore(i)
	if c := t.at(i - 1); c == ':' || c == '=' {
		i = t.skipSpaceBefore(i - 1)
	}
	return i
}
