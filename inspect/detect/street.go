package detect

import "github.com/phigate/phigate/inspect"

// street recognises street addresses and post office boxes.
var street = Detector{
	Name:     "street_address",
	Category: inspect.Geographic,
	Doc:      "street address: a number, up to four words and a street suffix, or a post office box (USPS Publication 28); the forms of other countries by their words for street; a number and any words behind words that call them an address",
	Keys: []string{"street", "street address", "address", "address line", "address 1", "address 2", "address line 1",
		"address line 2", "addr", "addr 1", "addr 2", "line 1", "line 2", "address 1 line 1", "address 1 line 2", "mailing street",
		"billing street", "shipping street", "other street", "mailing address", "home address", "street 1", "street 2",
		"residence", "physical address"},
	Hints:   []string{"lives at", "resides at", "located at", "living at", "residing at", "lives on", "moved to", "residence at"},
	Anchors: atDigits | atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		if count(v, isDigit) == 0 || count(v, isUpper|isLower|isOther) < 2 {
			return 0
		}
		return inspect.ByShape
	},
	Find: func(t *text, k token) (match, bool) {
		m, ok := streetAt(t, k)
		t.address = streetMemo{k.start + 1, m, ok}
		return m, ok
	},
	Normal: normalWords,
}

// streetMemo is what streetAt found at a place, which is one less than the number here; 0 is none.
type streetMemo struct {
	place int
	match match
	ok    bool
}

func streetAt(t *text, k token) (match, bool) {
	n := t.digits(k.start, 7)
	if n == 0 || n == 7 || !t.open(k.start) || t.at(k.start-1) == '+' || t.at(k.start-1) == ':' && t.digit(k.start-2) { // "11:42 AM"
		return match{}, false
	}
	if m, ok := box(t, k); ok {
		return m, true
	}
	if m, ok := suffixedStreet(t, k, n); ok {
		return m, true
	}
	if m, ok := numberLast(t, k); ok {
		return m, true
	}
	if k.len() == n {
		if m, ok := numberFirst(t, k.start, k.end); ok {
			return m, true
		}
	}
	return announcedStreet(t, k, n)
}

// suffixedStreet reads a number of n digits at k, up to four words and a suffix.
func suffixedStreet(t *text, k token, n int) (match, bool) {
	if k.len()-n > 2 || k.len()-n == 2 && t.class(k.end-1)&isLower != 0 || k.len() > n && ordinal(t, k.start+n) > k.start+n ||
		t.at(k.end) == '.' { // "50yo M pt", "2/10. Dr. Green"
		return match{}, false
	}
	at, words, numbers := k.end, 0, 0
	for words < 6 {
		next := streetGap(t, at)
		if next == at {
			break
		}
		w := t.word(next)
		if w.len() == 0 || (t.class(w.start)&(isUpper|isDigit) == 0 && words == 0) {
			break
		}
		if w.class&isWord == isDigit {
			if numbers++; numbers == 2 { // a telephone number
				break
			}
		}
		e := t.entry(w).traits
		if e&month != 0 && words == 0 && t.digit(streetGap(t, w.end)) { // "5 Feb 2019. Dr. Xu"
			break
		}
		if t.class(w.start)&isLower != 0 && e&(suffix|compass|unit) == 0 {
			break
		}
		words++
		at = w.end
		if e&suffix != 0 && words >= 2 && !moreSuffix(t, at) {
			return streetMatch(t, k.start, at), true
		}
	}
	return match{}, false
}

// streetGap returns the place behind the space between words of an address, and a dot behind an abbreviation.
func streetGap(t *text, i int) int {
	j := i
	if t.at(j) == '.' || t.at(j) == '\'' {
		j++
	}
	if t.at(j) == ' ' {
		return j + 1
	}
	return i
}

// moreSuffix reports whether the word behind at is a suffix too: "12 Park Avenue".
func moreSuffix(t *text, at int) bool {
	next := streetGap(t, at)
	if next == at {
		return false
	}
	w := t.word(next)
	return t.class(next)&isUpper != 0 && t.entry(w).traits&suffix != 0
}

// streetMatch returns the match of an address up to its suffix at end, with the direction and unit that may follow.
func streetMatch(t *text, start, end int) match {
	m := match{start: start, end: end, valid: true, alone: inspect.Likely}
	if t.at(end) == '.' && t.at(end+1) == ',' { // "88 Main Ave., Columbus"
		m.end++
	}
	for range 2 {
		at := m.end
		if t.at(at) == '.' {
			at++
		}
		if t.at(at) == ',' {
			at++
		}
		at = t.skipSpace(at)
		w := t.word(at)
		e := t.entry(w).traits
		switch {
		case w.len() > 0 && e&compass != 0 && w.class&isLower == 0:
			m.end = w.end
		case w.len() > 0 && e&unit != 0, t.at(at) == '#':
			if t.at(at) == '#' {
				w.end = at + 1
			}
			v := t.word(t.skipSpace(w.end))
			if (v.class&isDigit != 0 || v.len() == 1) && !(t.at(v.end) == '-' && t.digit(v.end+1)) { // "Apt 4", not "Apt 123-45-6789"
				m.end = v.end
			}
		default:
			return m
		}
	}
	return m
}

// box looks for "Box" before the number at k, and for "P.O." before that.
func box(t *text, k token) (match, bool) {
	w := t.wordBefore(t.skipSpaceBefore(k.start))
	if !equalFold(t.b[w.start:w.end], "box") {
		return match{}, false
	}
	i := t.skipSpaceBefore(w.start)
	for _, c := range [...]byte{'.', 'o', ' ', '.', 'p'} { // "P. O." read backwards; only the letters must be there
		switch {
		case lower(t.at(i-1)) == c:
			i--
		case c == 'o' || c == 'p':
			return match{start: w.start, end: k.end, alone: inspect.Possible}, true
		}
	}
	if t.class(i-1)&isWord != 0 {
		return match{}, false
	}
	return match{start: i, end: k.end, alone: inspect.Likely, valid: true}, true
}
