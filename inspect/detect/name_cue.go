package detect

import "github.com/phigate/phigate/inspect"

// cueing is how much the words before a name tell of a person.
type cueing uint8

const (
	noCue cueing = iota
	// weakCue is a word that stands before many other things too: "treated with".
	weakCue
	// headingCue is one that may begin a heading: "Patient Education".
	headingCue
	// strongCue is one behind which a person is named: "her mother", "seen by", "Name:".
	strongCue
)

// cueOf returns what the word before k tells: "patient Xu", "Name: Xu", "seen by Xu", "her name is Xu".
func cueOf(t *text, k token) cueing {
	near := t.skipSpaceBefore(k.start)
	at := t.skipColon(k.start)
	if at == k.start {
		return noCue
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
		if equalFold(t.b[w.start:w.end], "is") && t.at(w.start-1) == ' ' {
			if before := t.wordBefore(w.start - 1); equalFold(t.b[before.start:before.end], "name") {
				return strongCue
			}
		}
		if at == near && e&credential != 0 && w.len() == 2 && w.class&isLower == 0 && e&suffix == 0 { // "RN Garcia"
			return headingCue
		}
		return noCue
	case at == near && w.mixed() && classes[t.at(w.start)]&isUpper != 0: // "Patient Education Provided"
		return headingCue
	}
	return strongCue
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
	case more && n&(common|eponymous|cue|month|suffix|unit) == 0 && next.len() > 1:
		m.end, m.alone = next.end, inspect.Possible
		if n.known() || e.known() && s >= headingCue || s == strongCue && k.mixed() && next.mixed() && (e|n)&unsure == 0 {
			m.alone = inspect.Likely
		}
	case e.known() && s >= headingCue && e&(unsure|notNames) == 0 && !more:
		m.alone = inspect.Likely
	case e.known():
		m.alone = inspect.Possible
	}
	return m, true
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
