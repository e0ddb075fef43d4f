package detect

// postcodeEnd returns the place behind a postcode of the United Kingdom (BS 7666: "NW1 6XE") or of Canada ("V5Z 1M9") whose first
// half is k; 0 if there is none.
func postcodeEnd(t *text, k token) int {
	if k.len() < 2 || k.len() > 4 || k.class&isLower != 0 || t.class(k.start)&isUpper == 0 || t.at(k.end) != ' ' ||
		!t.digit(k.end+1) || !t.open(k.start) {
		return 0
	}
	w := t.word(k.end + 1)
	if w.len() != 3 || w.class&(isLower|isOther) != 0 || !t.closed(w.end) {
		return 0
	}
	inward := t.b[w.start:w.end]
	switch outward := t.b[k.start:k.end]; {
	case inward[1] <= '9' && inward[2] <= '9':
		return 0
	case inward[1] > '9' && inward[2] > '9': // two letters, none of which is one of CIKMOV
		if contains("CIKMOV", inward[1]) || contains("CIKMOV", inward[2]) || count(outward[1:], isDigit) == 0 {
			return 0
		}
	case len(outward) != 3 || inward[1] <= '9' || outward[1] > '9' || outward[2] <= '9' || contains("DFIOQUWZ", outward[0]):
		return 0
	}
	return w.end
}

// townBefore returns the place behind the capitalised word that stands before the postcode at i, with a comma, a line end or
// the abbreviation of a province between them; 0 if there is none.
func townBefore(t *text, i int) int {
	at := t.skipSpaceBefore(i)
	w := t.wordBefore(at)
	if w.len() == 2 && w.class&isWord == isUpper && at < i { // "Vancouver, BC V5Z 1M9"
		at = t.skipSpaceBefore(w.start)
	}
	at = t.at1(at, ',')
	w = t.wordBefore(at)
	if at == i || w.len() < 2 || w.class&isDigit != 0 || t.class(w.start)&isUpper == 0 || t.entry(w).traits&(common|unit) != 0 {
		return 0
	}
	return w.end
}

// europeanCode returns the place behind four or five digits at i, with a space before the last two as in Sweden or a hyphen
// and three more as in Portugal, that stand before a capitalised word and behind a street; 0 if there are none.
func europeanCode(t *text, i int) int {
	n := t.digits(i, 6)
	end := i + n
	switch {
	case n == 3 && t.at(end) == ' ' && t.exactly(end+1, 2):
		end += 3
	case n == 4 && t.at(end) == '-' && t.exactly(end+1, 3):
		end += 4
	case n != 4 && n != 5:
		return 0
	}
	if t.at(end) != ' ' || t.class(end+1)&isUpper == 0 || t.class(end+2)&isLower == 0 || !t.open(i) || !streetBefore(t, i) {
		return 0
	}
	return end
}
