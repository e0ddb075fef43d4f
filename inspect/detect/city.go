package detect

import "github.com/phigate/phigate/inspect"

// city recognises cities, counties and other places smaller than a state.
var city = Detector{
	Name:     "city",
	Category: inspect.Geographic,
	Doc:      "place smaller than a state: the value of a field whose name says so, or capitalised words before a state and ZIP code",
	Keys: []string{"city", "town", "county", "mailing city", "billing city", "shipping city", "other city", "municipality",
		"precinct", "parish", "village", "home town", "hometown", "city of birth", "birth place", "birthplace", "place of birth"},
	Hints:   []string{"lives in", "resident of", "born in"},
	Anchors: atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		if count(v, isDigit) > 0 || count(v, isUpper|isLower|isOther) < 2 {
			return 0
		}
		return inspect.ByShape
	},
	Find:   cityAt,
	Normal: normalWords,
}

// cityAt looks before the ZIP code at k for a state, and before that for one to three capitalised words.
func cityAt(t *text, k token) (match, bool) {
	if zipEnd(t, k.start) == 0 {
		return match{}, false
	}
	state := stateBefore(t, k.start)
	if state.len() == 0 {
		return match{}, false
	}
	end := t.skipSpaceBefore(state.start)
	if t.at(end-1) == ',' {
		end = t.skipSpaceBefore(end - 1)
	}
	start := end
	for range 3 {
		at := start
		if start < end {
			if t.at(start-1) != ' ' {
				break
			}
			at--
		}
		w := t.wordBefore(at)
		if w.len() < 2 || w.class&isDigit != 0 || t.class(w.start)&isUpper == 0 ||
			t.entry(w).traits&(suffix|unit) != 0 && w.start < end && start < end {
			break
		}
		start = w.start
	}
	return match{start: start, end: end, valid: true, alone: inspect.Likely}, start < end
}
