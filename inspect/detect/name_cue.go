package detect

import "github.com/phigate/phigate/inspect"

// cueing is how much the words before a name tell of a person.
type cueing uint8

const (
	noCue cueing = iota
	// weakCue is a word that stands before many other things too: "treated with".
	weakCue
	// headingCue is one that may begin a heading, or that other things than persons stand behind: "Patient Education",
	// "regarding Maria".
	headingCue
	// strongCue is one behind which a person is named: "her mother", "seen by", "Name:".
	strongCue
)

// cueOf returns what the word before k tells: "patient Xu", "Name: Xu", "seen by Xu", "her name is Xu", "RN - Xu", "Dad (Xu)".
func cueOf(t *text, k token) cueing {
	near := t.skipSpaceBefore(k.start)
	at := t.skipSign(k.start)
	if at == k.start {
		return noCue
	}
	if near == k.start || t.at(near-1) == '-' { // "Dad (Xu Li)", but not "Pt (Stable)"
		if _, more := follower(t, k); !more && !(t.at(k.end) == ',' && (t.class(k.end+1)|t.class(k.end+2))&isUpper != 0) {
			return noCue
		}
	}
	if t.at(at-1) == ',' {
		return commaCue(t, k, at-1)
	}
	w := t.wordBefore(at)
	if w.len() == 0 || w.class&isDigit != 0 {
		return noCue
	}
	e := t.traits(w)
	switch {
	case at < near && e&credential != 0 && w.class&isLower == 0: // "RN: O. Tesfaye"
		return strongCue
	case e&linking != 0:
		return linked(t, w)
	case e&cue == 0:
		return otherCue(t, w, e, at < near)
	case at == near && w.mixed() && classes[t.at(w.start)]&isUpper != 0: // "Patient Education Provided"
		return headingCue
	}
	return strongCue
}

// otherCue is cueOf for a word w before a name that is no cue by itself. sign says that a sign stands between them.
func otherCue(t *text, w token, e traits, sign bool) cueing {
	switch {
	case sign && e&announcing != 0:
		if w.len() <= 4 { // "To: Diabetes Team"
			return headingCue
		}
		return strongCue
	case !sign && e&greeting != 0:
		return headingCue
	case !sign && e&credential != 0 && w.len() == 2 && w.class&isLower == 0 && e&suffix == 0: // "RN Garcia"
		return headingCue
	}
	if w.len() > 2 || w.start < 2 {
		return noCue
	}
	b := t.b[w.start:w.end]
	before := t.wordBefore(w.start - 1)
	verb := t.b[before.start:before.end]
	switch {
	case t.at(w.start-1) == '\'' && equalFold(b, "m") && equalFold(verb, "i"): // "I'm Xu"
		return headingCue
	case t.at(w.start-1) != ' ':
		return noCue
	case equalFold(b, "is") && equalFold(verb, "name"):
		return strongCue
	case equalFold(b, "is") && equalFold(verb, "this"), equalFold(b, "am") && equalFold(verb, "i"):
		return headingCue
	}
	return noCue
}

// commaCue is cueOf for a name behind the comma at i: the signature of a letter, or who a relative is.
func commaCue(t *text, k token, i int) cueing {
	gap := kindOf[t.at(k.start-1)] == inGap && i == k.start-2
	if _, more := follower(t, k); !more && !(gap && t.traits(k).known()) {
		return noCue
	}
	w := t.wordBefore(i)
	switch e := t.traits(w); {
	case e&closing != 0 && gap: // "Kind regards,\nMaria"
		return strongCue
	case e&cue != 0 && w.class&isUpper == 0: // "her sister, Maria, says"
		return headingCue
	}
	return noCue
}

// skipSign returns the place before the white space and the sign that stand before i: what may stand between a word and the
// name that it tells of.
func (t *text) skipSign(i int) int {
	at := t.skipSpaceBefore(i)
	switch c := t.at(at - 1); {
	case c == ':' || c == '=', c == '(' && at == i, c == '/' && at == i, c == '-' && at < i:
		return t.skipSpaceBefore(at - 1)
	}
	return at
}

// linked returns what "by" or "with" at w tells: a person is behind "seen by" and "signed electronically by", where the
// verb is one of what persons do.
func linked(t *text, w token) cueing {
	for range 2 {
		if t.at(w.start-1) != ' ' {
			break
		}
		if w = t.wordBefore(w.start - 1); t.traits(w)&speaking != 0 {
			return strongCue
		}
	}
	return weakCue
}

// afterCue grades the words behind a cue. m is the name that was read there without it, if ok.
func afterCue(t *text, k token, m match, ok bool, e traits, s cueing) (match, bool) {
	if ok {
		m.alone = inspect.Likely
		return m, true
	}
	k = hyphenated(t, k)
	if e&eponymous != 0 || k.len() < 2 || eponym(t, k.end) {
		return match{}, false
	}
	m = match{start: k.start, end: k.end, alone: inspect.Unlikely}
	next, more := follower(t, k)
	n := t.traits(next)
	switch {
	case more && next.len() == 1 && t.at(next.end) == '.' && s == strongCue && e&(lettered|notNames) == 0:
		m.end, m.alone = next.end+1, inspect.Likely // "patient Zed Q."
	case more && n&(common|eponymous|cue|month|suffix|unit) == 0 && next.len() > 1 && !eponym(t, next.end):
		m.end, m.alone = next.end, inspect.Possible
		if n.known() || e.known() && s >= headingCue || s == strongCue && k.mixed() && next.mixed() && (e|n)&unsure == 0 {
			m.alone = inspect.Likely
			m.end = thirdName(t, next)
		}
	case e.known() && s >= headingCue && e&(unsure|notNames) == 0 && !more:
		m.alone = inspect.Likely
	case e.known():
		m.alone = inspect.Possible
	}
	return m, true
}

// thirdName returns the end of the word behind w, the second of a name, if it may be one of the name too: "Tran Thi Hanh".
func thirdName(t *text, w token) int {
	third, more := follower(t, w)
	if !more || !third.mixed() || t.traits(third)&(notNames|unsure|eponymous|title|credential|generic|announcing|speaking) != 0 {
		return w.end
	}
	return third.end
}

// eponym reports whether the word at i says that the one before it names a disease, a test or the like after somebody:
// "Graves' disease", "Foley catheter".
func eponym(t *text, i int) bool {
	if t.at(i) == '\'' {
		if i++; t.at(i) == 's' {
			i++
		}
	}
	return t.at(i) == ' ' && t.entry(t.word(i+1)).traits&eponymous != 0
}
