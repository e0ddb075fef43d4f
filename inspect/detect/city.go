package detect

import "github.com/phigate/phigate/inspect"

// city recognises cities, counties and other places smaller than a state.
var city = Detector{
	Name:     "city",
	Category: inspect.Geographic,
	Doc:      "place smaller than a state: the value of a field whose name says so, or capitalised words before a state and ZIP code",
	Keys: []string{"city", "town", "county", "mailing city", "billing city", "shipping city", "other city", "municipality",
		"precinct", "parish", "village", "home town", "hometown", "city of birth", "birth place", "birthplace", "place of birth"},
	Hints:   []string{"lives in", "resides in", "resident of", "born in", "location", "moved to"},
	Anchors: atDigits | atCapital,
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
	if k.class&isDigit == 0 {
		return cityState(t, k)
	}
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
	start := cityStart(t, end)
	return match{start: start, end: end, valid: true, alone: inspect.Likely}, start < end
}

// cityState reads "Springfield, IL" where k is the word before the comma. A state whose abbreviation is a credential too
// ("Chen, MD") is one only where something tells of a place.
func cityState(t *text, k token) (match, bool) {
	if t.at(k.end) != ',' || t.at(k.end+1) != ' ' {
		return match{}, false
	}
	w := t.word(k.end + 2)
	e := t.entry(w).traits
	if w.len() != 2 || w.class&isWord != isUpper || e&stateCode == 0 || t.class(w.end)&isWord != 0 {
		return match{}, false
	}
	if before := t.entry(k).traits; before&(common|cue|month) != 0 && before&placeName == 0 {
		return match{}, false
	}
	m := match{start: cityStart(t, k.end), end: k.end, valid: true, alone: inspect.Likely}
	if e&credential != 0 || string(t.b[w.start:w.end]) == "MA" { // a medical assistant
		m.alone = inspect.Unlikely
	}
	return m, m.start < m.end
}

// cityStart returns where the one to three capitalised words before end begin; end if there are none.
func cityStart(t *text, end int) int {
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
	return start
}
