package detect

import "github.com/phigate/phigate/inspect"

// middled reads "First M. Last" and "First L.", where w is the initial.
func middled(t *text, k, w token, e traits) (match, bool) {
	dot := t.at(w.end) == '.'
	m := match{start: k.start, end: w.end}
	if e&(lettered|cue|eponymous) != 0 || e&common != 0 && e&givenName == 0 {
		return m, false
	}
	if next, ok := surname(t, w.end); ok && next.len() > 1 && k.mixed() {
		last := t.traits(next)
		m.end = next.end
		if after, ok := capital(t, next.end); ok && t.traits(after)&eponymous != 0 {
			return m, false
		}
		switch {
		case last&familyName != 0 && e&givenName != 0:
			m.alone, m.valid = inspect.Likely, true
			return m, true
		case dot && e&common == 0 && (last&notNames == 0 || last.known()) && last&eponymous == 0:
			m.alone = inspect.Likely // "Oksana J. Tesfaye"
			return m, true
		}
		m.end = w.end
	}
	if e&givenName == 0 || !k.mixed() {
		return m, false
	}
	m.alone = inspect.Likely // "Emily S."
	switch c := t.at(w.start); {
	case dot:
		m.end++
	case c == 'A' || c == 'I' || t.at(w.end) == '\'' || t.at(w.end) == '-' || t.at(w.end) == '/':
		return m, false
	case e&unsure != 0:
		m.alone = inspect.Possible
	}
	if e&(month|common) != 0 {
		m.alone = inspect.Possible
	}
	return m, true
}

// initialled reads "J. Smith" and "J. R. Smith", where k is the first initial. Without a cue the last name has to be a
// common one: "E. Coli" is none.
func initialled(t *text, k token, s cueing) (match, bool) {
	if t.at(k.end) != '.' {
		return match{}, false
	}
	w, ok := capital(t, k.end)
	if ok && w.len() == 1 && t.at(w.end) == '.' {
		w, ok = capital(t, w.end)
	}
	if !ok && toldPlace(t, k) {
		w, ok = surname(t, k.end+1)
	}
	if !ok || w.len() < 2 {
		return match{}, false
	}
	last := t.traits(w)
	if last&particle != 0 {
		w = lengthened(t, w)
		last = t.traits(w)
	}
	m := match{start: k.start, end: w.end}
	if t.at(k.start-1) == '.' && t.class(k.start-2)&isUpper != 0 && t.class(k.start-3)&isWord == 0 { // "J.R. Smith"
		m.start = k.start - 2
	}
	if next, ok := capital(t, w.end); ok && t.traits(next)&(eponymous|suffix) != 0 || last&notNames != 0 && !last.known() {
		return m, false
	}
	switch {
	case credentialed(t, w.end) && last&(common|eponymous|suffix) == 0:
		m.alone = inspect.Likely
	case last&familyName != 0 && last&(unsure|common) == 0:
		m.alone, m.valid = inspect.Likely, true
	case last&familyName != 0:
		m.alone = inspect.Possible
	case s >= headingCue && w.mixed() && last&(eponymous|suffix) == 0:
		m.alone = inspect.Possible
	default:
		return m, false
	}
	return m, true
}
