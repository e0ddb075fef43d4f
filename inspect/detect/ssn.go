package detect

import "github.com/phigate/phigate/inspect"

// ssn recognises Social Security numbers.
var ssn = Detector{
	Name:     "us_ssn",
	Category: inspect.SSN,
	Doc:      "Social Security number: area, group and serial, nine digits (SSA POMS RM 10201.035)",
	Keys: []string{"ssn", "ss no", "ss number", "ssno", "social security", "social security number", "social security no",
		"social sec", "soc sec", "socsec", "soc sec no", "last 4 ssn", "ssn last 4", "last 4 social",
		"seguro social"},
	Hints:   []string{"ss", "social", "tax id", "taxid", "tin", "taxpayer id", "taxpayer identification number", "tax identification number"},
	Anchors: atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := ssnAt(&t, 0); ok && m.end == len(v) && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   func(t *text, k token) (match, bool) { return ssnAt(t, k.start) },
	Normal: normalDigits,
}

// ssnAt looks for three, two and four digits at i with the same separator between them, or none. A separator may
// have a space on either side.
func ssnAt(t *text, i int) (match, bool) {
	end, sep, ok := grouped(t, i, 3, 2, 4)
	if !ok || !t.bounded(i, end) {
		return match{}, false
	}
	valid := validSSN(t, i, end)
	m := match{start: i, end: end, valid: valid}
	switch {
	case sep == '-' && valid:
		m.alone = inspect.Likely
	case sep != 0 && valid:
		m.alone = inspect.Possible
	case valid || sep == '-':
		m.alone = inspect.Unlikely
	}
	if m.alone > inspect.Unlikely && t.outranked(i) {
		m.alone = inspect.Unlikely
	}
	return m, true
}

// grouped reads groups of exactly a, b and c digits at i, with the same separator ('-', ' ' or '.', alone or with
// spaces around it) between them or none. It returns the place behind them and the separator, 0 for none.
func grouped(t *text, i, a, b, c int) (end int, sep byte, ok bool) {
	if t.exactly(i, a+b+c) {
		return i + a + b + c, 0, true
	}
	if !t.exactly(i, a) {
		return 0, 0, false
	}
	i, sep = separator(t, i+a)
	if sep == 0 || !t.exactly(i, b) {
		return 0, 0, false
	}
	i, again := separator(t, i+b)
	if again != sep || !t.exactly(i, c) {
		return 0, 0, false
	}
	return i + c, sep, true
}

// separator reads a separator of digit groups at i and returns the place behind it; 0 if there is none.
func separator(t *text, i int) (int, byte) {
	c := t.at(i)
	if c == ' ' && (t.at(i+1) == '-' || t.at(i+1) == '.') {
		i++
		c = t.at(i)
	}
	if c != '-' && c != '.' && c != ' ' {
		return i, 0
	}
	i++
	if c != ' ' && t.at(i) == ' ' {
		i++
	}
	return i, c
}

// validSSN reports whether the nine digits between start and end can be a number that was issued: no area 000, 666
// or 9xx, no group 00, no serial 0000. Numbers are random since 2011-06-25, so there is no other rule.
func validSSN(t *text, start, end int) bool {
	n := 0
	for _, c := range t.b[start:end] {
		if classes[c]&isDigit != 0 {
			n = n*10 + int(c-'0')
		}
	}
	area, group, serial := n/1000000, n/10000%100, n%10000
	return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}
