package detect

import "github.com/phigate/phigate/inspect"

// identifierAt looks at k for an identifier that has no grammar of its own: min to max letters and digits with inner
// hyphens, of which at least digits are digits. Only what tells of it makes it one.
func identifierAt(t *text, k token, minLen, maxLen, digits int) (match, bool) {
	start, end := k.start, k.end
	for range 3 { // "ENC-CHUH-2025-0211"
		w := t.wordBefore(t.at1(start, '-'))
		if w.end == start || w.len() == 0 || w.len() > 4 || w.class&(isDigit|isOther) != 0 {
			break
		}
		start = w.start
	}
	for t.at(end) == '-' && t.class(end+1)&(isDigit|isUpper|isLower) != 0 && end-start <= maxLen {
		end = t.word(end + 1).end
	}
	n := end - start
	if n < minLen || n > maxLen || !t.open(start) || !t.closed(end) || k.class&isOther != 0 {
		return match{}, false
	}
	if count(t.b[start:end], isDigit) < digits || timestamp(t.b[start:end]) || inData(t, start, end) {
		return match{}, false
	}
	return match{start: start, end: end}, true
}

// minRun is how many bytes of base64 in a row are data and no words, with a sign of base64 beside the place in question.
const minRun = 48

// inData reports whether the word from start to end stands in the middle of data in base64: the word has one of its signs
// beside it, and the bytes around it are of its alphabet without a gap.
func inData(t *text, start, end int) bool {
	if !contains("+/=", t.at(start-1)) && !contains("+/=", t.at(end)) {
		return false
	}
	n := end - start
	for i := start - 1; n < minRun && base64At(t, i); i-- {
		n++
	}
	for i := end; n < minRun && base64At(t, i); i++ {
		n++
	}
	return n >= minRun
}

func base64At(t *text, i int) bool {
	c := t.at(i)
	return c != 0 && (classes[c]&(isDigit|isUpper|isLower) != 0 || contains("+/=", c))
}

// yearAt reports whether m is four digits that read as a year, which names and words near a number of a record are not
// enough to make one: "08/15/2023 with MRN".
func yearAt(t *text, m match) bool {
	b := t.b[m.start:m.end]
	return len(b) == 4 && (b[0] == '1' && b[1] == '9' || b[0] == '2' && b[1] == '0') && count(b, isDigit) == 4 && (t.lex == nil || t.labels(m.start)&t.lex.formless == 0)
}

// labels returns the detectors that the words directly before i tell of as a label of what stands there: "MRN: ",
// "plan ID #", "insurance number is ".
func (t *text) labels(i int) set {
	if t.lex == nil {
		return 0
	}
	for n := 0; n < 4 && i > 0 && contains(" :=#(\t", t.at(i-1)) && t.at(i-1) != 0; n++ {
		i--
	}
	var ids [maxPhrase]uint16
	first := maxPhrase
	for end := i; first > 0; {
		w := t.wordBefore(end)
		if w.len() == 0 {
			break
		}
		b := t.b[w.start:w.end]
		if first < maxPhrase || !equalFold(b, "is") && !equalFold(b, "was") {
			first--
			ids[first] = t.lex.phraseWord(t.b, w.start, w.len())
		}
		if end = w.start; contains(" .-/_'", t.at(end-1)) && t.at(end-1) != 0 {
			end--
		}
		if t.at(end-1) == ' ' {
			end--
		}
	}
	if ids[maxPhrase-1] == 0 {
		return 0
	}
	for ; first < maxPhrase; first++ { // the longest phrase that ends here
		key := phraseKey(0)
		for i, id := range ids[first:] {
			key = key.with(i, id)
		}
		if ids[first] == 0 {
			continue
		}
		if p, known := t.lex.phrase(key); known {
			return p.tells
		}
	}
	return 0
}

// outranked reports whether a label directly before i says that what stands there is an identifier of an organisation's
// own form, whatever it looks like: "MRN: 123-45-6789".
func (t *text) outranked(i int) bool {
	if t.lex == nil || t.toldBefore(i)&t.lex.formless == 0 {
		return false
	}
	told := t.labels(i)
	return told != 0 && told&^t.lex.formless == 0
}

// identifier returns the evidence that all of v is an identifier without a grammar of its own.
func identifier(v []byte, minLen, maxLen, digits int) inspect.Evidence {
	if len(v) < minLen || len(v) > maxLen || !allOf(v, isDigit|isUpper|isLower, "-./ ") || count(v, isDigit) < digits {
		return 0
	}
	return inspect.ByShape
}
