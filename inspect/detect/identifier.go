package detect

import "github.com/phigate/phigate/inspect"

// identifierAt looks at k for an identifier that has no grammar of its own: min to max letters and digits with inner
// hyphens, of which at least digits are digits. Only what tells of it makes it one.
func identifierAt(t *text, k token, minLen, maxLen, digits int) (match, bool) {
	start, end := k.start, k.end
	if t.at(start-1) == '-' {
		if w := t.wordBefore(start - 1); w.len() > 0 && w.len() <= 4 && w.class&(isDigit|isOther) == 0 {
			start = w.start
		}
	}
	for t.at(end) == '-' && t.class(end+1)&(isDigit|isUpper|isLower) != 0 && end-start <= maxLen {
		end = t.word(end + 1).end
	}
	n := end - start
	if n < minLen || n > maxLen || !t.open(start) || !t.closed(end) || k.class&isOther != 0 {
		return match{}, false
	}
	if count(t.b[start:end], isDigit) < digits || timestamp(t.b[start:end]) {
		return match{}, false
	}
	return match{start: start, end: end}, true
}

// identifier returns the evidence that all of v is an identifier without a grammar of its own.
func identifier(v []byte, minLen, maxLen, digits int) inspect.Evidence {
	if len(v) < minLen || len(v) > maxLen || !allOf(v, isDigit|isUpper|isLower, "-./ ") || count(v, isDigit) < digits {
		return 0
	}
	return inspect.ByShape
}
