package detect

import "github.com/phigate/phigate/inspect"

// spokenOf reads one name of the lists by what stands behind it: "Maria reports", "Maria is a 34-year-old", "Smith's wife".
func spokenOf(t *text, k token, e traits) (match, bool) {
	if !e.known() || e&(unsure|notNames|eponymous|credential|title) != 0 || !k.mixed() || !toldPlace(t, k) {
		return match{}, false
	}
	m := match{start: k.start, end: k.end, alone: inspect.Likely}
	if t.at(k.end) == '\'' && t.at(k.end+1) == 's' && t.at(k.end+2) == ' ' {
		w := t.word(k.end + 3)
		return m, t.traits(w)&cue != 0 && w.class&isUpper == 0
	}
	if t.at(k.end) != ' ' || t.class(k.end+1)&isLower == 0 {
		return match{}, false
	}
	w := t.word(k.end + 1)
	if t.traits(w)&predicate != 0 {
		return m, true
	}
	return m, e&givenName != 0 && t.class(k.start-1)&isWord == 0 && being(t.b[w.start:w.end]) && personal(t, w.end)
}

// beings stand between the name of a person or a thing and what is said of it.
var beings = [...]string{"is", "was", "has", "had"}

// being reports whether word is one of beings.
func being(word []byte) bool {
	for _, s := range beings {
		if equalFold(word, s) {
			return true
		}
	}
	return false
}

// personal reports whether what is said behind the verb at i is said of persons: "is a 34-year-old", "has been", "is very".
func personal(t *text, i int) bool {
	if t.at(i) != ' ' {
		return false
	}
	w := t.word(i + 1)
	if t.digit(w.start) {
		return true
	}
	b := t.b[w.start:w.end]
	for _, s := range [...]string{"a", "an", "been", "very", "not", "also", "here", "doing", "currently", "feeling", "seen", "admitted", "from", "still", "now", "asking", "taking", "no", "my", "our", "her", "his"} {
		if equalFold(b, s) {
			return true
		}
	}
	return false
}
