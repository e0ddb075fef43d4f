package detect

import "github.com/phigate/phigate/inspect"

// ein recognises the numbers of employers. They name organisations: alone they are no protected health information.
var ein = Detector{
	Name:     "us_ein",
	Category: inspect.Other,
	Doc:      "employer identification number: two digits of an assigned prefix, seven digits (IRS)",
	Keys:     []string{"ein", "fein", "employer id", "employer identification", "employer identification number", "federal tax id"},
	Hints:    []string{"tax id", "taxid", "tin"},
	Anchors:  atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if len(v) == 9 && t.exactly(0, 9) && validEIN(&t, 0) {
			return inspect.ByShape | inspect.ByValidity
		}
		if m, ok := einAt(&t, token{}); ok && m.end == len(v) && m.valid {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   einAt,
	Normal: normalDigits,
}

func einAt(t *text, k token) (match, bool) {
	i := k.start
	if !t.exactly(i, 2) || t.at(i+2) != '-' || !t.exactly(i+3, 7) || !t.bounded(i, i+10) {
		return match{}, false
	}
	m := match{start: i, end: i + 10, valid: validEIN(t, i)}
	if m.valid {
		m.alone = inspect.Possible
	}
	return m, true
}

// validEIN reports whether the two digits at i are a prefix that the IRS assigns.
func validEIN(t *text, i int) bool {
	switch t.value(i, i+2) {
	case 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97:
		return false
	}
	return true
}
