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

// ageAt looks for a number with years, y/o, y.o., of a sex or the like behind it, or with age before it.
func ageAt(t *text, k token) (match, bool) {
	n := t.digits(k.start, 4)
	end := k.start + n
	if !old(t, k.start, n) || !t.open(k.start) {
		return match{}, false
	}
	m := match{start: k.start, end: end, valid: true, alone: inspect.Likely}
	if aged(t, end) {
		return m, true
	}
	if !t.closed(end) {
		return m, false
	}
	before := t.wordBefore(t.skipColon(k.start))
	b := t.b[before.start:before.end]
	switch {
	case equalFold(b, "age"), equalFold(b, "aged"), equalFold(b, "turned"), equalFold(b, "turning"):
		return m, true
	case equalFold(b, "sex"), equalFold(b, "gender"): // "Age/Sex: 93/F"
		before = t.wordBefore(before.start - 1)
		return m, equalFold(t.b[before.start:before.end], "age")
	case equalFold(b, "is"), equalFold(b, "of"), equalFold(b, "at"): // "age is 93", "age of 93"
		before = t.wordBefore(t.skipSpaceBefore(before.start))
		return m, equalFold(t.b[before.start:before.end], "age")
	}
	return m, false
}

// aged reports whether what stands behind a number at i says that it is an age: "-year-old", " y/o", " y. o.", "yo F",
// "M with", " male".
func aged(t *text, i int) bool {
	if c := t.at(i); c == ' ' || c == '-' {
		i++
	}
	w := letters(t, i)
	switch b := t.b[w.start:w.end]; {
	case t.entry(w).traits&year != 0 && t.at(w.start) != 'a':
		if w.len() > 1 {
			return true
		}
		j := w.end // "y/o", "y.o.", "y. o.", "y-o"
		if !contains("/.-", t.at(j)) || t.at(j) == 0 {
			return false
		}
		if j++; t.at(j) == ' ' {
			j++
		}
		return lower(t.at(j)) == 'o'
	case w.len() == 1 && i > 0 && t.digit(i-1) && contains("MF", b[0]): // "93M with CHF"
		return patientBehind(t, w.end)
	default:
		for _, s := range [...]string{"male", "female", "man", "woman", "gentleman", "lady"} {
			if equalFold(b, s) {
				return true
			}
		}
	}
	return false
}

// patientBehind reports whether the word at i goes on as the first line of a note does behind the age and the sex.
func patientBehind(t *text, i int) bool {
	if t.at(i) == ',' {
		i++
	}
	if t.at(i) != ' ' {
		return false
	}
	w := t.word(i + 1)
	b := t.b[w.start:w.end]
	for _, s := range [...]string{"with", "w", "s", "c", "p", "hx", "h", "presents", "presenting", "admitted", "here", "who", "found", "pmh", "transferred"} {
		if equalFold(b, s) {
			return w.len() > 1 || t.at(w.end) == '/'
		}
	}
	return false
}

// skipColon returns the place before the white space and the colon or equals sign that stand before i.
func (t *text) skipColon(i int) int {
	i = t.skipSpaceBefore(i)
	if c := t.at(i - 1); c == ':' || c == '=' {
		i = t.skipSpaceBefore(i - 1)
	}
	return i
}
