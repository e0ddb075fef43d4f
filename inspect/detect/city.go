package detect

import "github.com/phigate/phigate/inspect"

// city recognises cities, counties and other places smaller than a state.
var city = Detector{
	Name:     "city",
	Category: inspect.Geographic,
	Doc:      "place smaller than a state: the value of a field whose name says so, or capitalised words before a state, a ZIP code or a postcode, or behind a street",
	Keys: []string{"city", "town", "county", "mailing city", "billing city", "shipping city", "other city", "municipality",
		"precinct", "parish", "village", "home town", "hometown", "city of birth", "birth place", "birthplace", "place of birth"},
	Hints:   []string{"lives in", "resides in", "resident of", "born in", "location", "moved to"},
	Anchors: atDigits | atMixed | atCapital,
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
	if postcodeEnd(t, k) > 0 {
		end := townBefore(t, k.start)
		if end == 0 {
			return match{}, false
		}
		start := cityStart(t, end)
		return match{start: start, end: end, valid: true, alone: inspect.Likely}, start < end
	}
	if m, ok := cityBehindStreet(t, k); ok {
		return m, true
	}
	if k.class&isWord != isDigit || zipEnd(t, k.start) == 0 {
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

// cityBehindStreet reads the city behind the street address that begins with the number k: "45 Hospital Road, Lagos",
// "Hauptstrasse 5, 10827 Berlin".
func cityBehindStreet(t *text, k token) (match, bool) {
	street, ok := t.address.match, t.address.ok
	if t.address.place != k.start+1 {
		street, ok = streetAt(t, k)
	}
	if !ok || street.alone < inspect.Likely {
		return match{}, false
	}
	at := t.at2(street.end, '.')
	if t.at(at) != ',' && t.at(at) != '\n' {
		return match{}, false
	}
	if t.at(at) == ',' {
		at++
	}
	at = t.skipSpace(at)
	m := match{valid: true, alone: inspect.Likely}
	if end := europeanCode(t, at); end > 0 { // which is looked at yet
		at, m.valid = end+1, false
	}
	m.start = at
	for n := 0; n < 3; n++ {
		w := t.word(at)
		e := t.entry(w).traits
		if !w.mixed() || t.class(at)&isUpper == 0 || t.at(w.end) == ':' || e&(unit|common|cue|month|title|compass) != 0 && (e&placeName == 0 || n == 0) {
			break
		}
		if m.end = w.end; t.at(w.end) != ' ' || t.class(w.end+1)&isUpper == 0 {
			break
		}
		at = w.end + 1
	}
	return m, m.end > 0
}

// cityState reads "Springfield, IL" where k is the word before the comma. A state whose abbreviation is a credential too
// ("Chen, MD") is one only where something tells of a place.
func cityState(t *text, k token) (match, bool) {
	if t.at(k.end) != ',' || t.at(k.end+1) != ' ' {
		return match{}, false
	}
	w := t.word(k.end + 2)
	e := t.entry(w).traits
	if w.len() > 2 && e&stateName != 0 {
		return cityOfState(t, k, w, e)
	}
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

// cityOfState reads "Springfield, Illinois" where k is the word before the comma and w the first one of the state. A state
// whose name persons have too is one only where something tells of a place.
func cityOfState(t *text, k, w token, e traits) (match, bool) {
	if t.class(w.end)&isWord != 0 || !w.mixed() || !k.mixed() || t.class(k.start)&isUpper == 0 {
		return match{}, false
	}
	if halfState(t.b[w.start:w.end]) {
		next, ok := capital(t, w.end)
		if !ok || t.traits(next)&(placeName|stateName) == 0 && !secondHalf(t.b[next.start:next.end]) {
			return match{}, false
		}
	}
	if before := t.entry(k).traits; before&(common|cue|month|stateName) != 0 && before&placeName == 0 {
		return match{}, false
	}
	m := match{start: cityStart(t, k.end), end: k.end, valid: true, alone: inspect.Likely}
	if e&(givenName|familyName) != 0 && locativeBefore(t, m.start) == 0 {
		m.alone = inspect.Possible
	}
	return m, m.start < m.end
}

// halfState reports whether word is the first one of the name of a state that has two.
func halfState(word []byte) bool {
	for _, s := range [...]string{"new", "north", "south", "west", "rhode"} {
		if equalFold(word, s) {
			return true
		}
	}
	return false
}

// secondHalf reports whether word is the second one of the name of a state, and nothing else that is known.
func secondHalf(word []byte) bool {
	for _, s := range [...]string{"hampshire", "jersey", "mexico", "island", "york"} {
		if equalFold(word, s) {
			return true
		}
	}
	return false
}

// locativeBefore is locative for the word before i.
func locativeBefore(t *text, i int) byte {
	w := t.wordBefore(t.skipSpaceBefore(i))
	return locative(t.b[w.start:w.end])
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
