package detect

import "github.com/phigate/phigate/inspect"

// personName recognises the names of persons.
var personName = Detector{
	Name:     "person_name",
	Category: inspect.Name,
	Doc:      "name of a person: a field whose name says so, a title or word such as patient before it, common first and last names together, or the name that other fields of the record hold",
	Keys: []string{"first name", "last name", "middle name", "full name", "given name", "family name", "given", "family",
		"surname", "forename", "maiden name", "mother maiden name", "preferred name", "patient name", "member name",
		"member first name", "member last name", "supplied name", "contact name", "client name", "assistant name",
		"person assistant name", "nick name", "nickname", "alias", "subscriber name", "guarantor name", "insured name",
		"cardholder name", "account holder name", "emergency contact name", "spouse name", "guardian name", "physician name",
		"provider name", "doctor name", "practitioner name", "legal name", "given name 1", "family name 1", "fname", "lname",
		"employee name", "caregiver name", "caller name", "from name", "initials", "display name", "pcp name",
		"prescriber name", "surgeon name", "passenger name", "owner name", "referring provider name",
		"rendering provider name", "middle initial", "nok name", "name full", "prov first", "prov last", "provider first",
		"provider last", "deceased name", "first nm", "last nm", "patient full name"},
	Anchors: atCapital,
	Check: func(v []byte, _ clock) inspect.Evidence {
		if !allOf(v, isUpper|isLower|isOther, " .,'-()") || count(v, isUpper|isLower|isOther) == 0 {
			return 0
		}
		return inspect.ByShape
	},
	Find:   nameAt,
	Normal: normalWords,
}

// notNames are the traits of a word that is no part of a name, however it is spelt.
const notNames = common | month | cue | unit

// nameAt looks for a name that begins with the capitalised word k.
func nameAt(t *text, k token) (match, bool) {
	if t.class(k.start-1)&isWord != 0 || t.at(k.start-1) == '_' || t.at(k.end) == '_' || k.class&isOther != 0 && k.len() < 2 {
		return match{}, false
	}
	e := t.entry(k).traits
	if e&title != 0 {
		return titled(t, k)
	}
	if e&notNames&^month != 0 && e&(givenName|familyName) == 0 {
		return match{}, false
	}
	if m, ok := lastFirst(t, k, e); ok {
		return m, true
	}
	m, ok := inOrder(t, k, e)
	if cued(t, k) {
		return afterCue(t, k, m, ok, e)
	}
	return m, ok
}

// capital returns the capitalised word behind a single space (and the dot of an initial) at i.
func capital(t *text, i int) (token, bool) {
	if t.at(i) == '.' {
		i++
	}
	if t.at(i) != ' ' || t.class(i+1)&isUpper == 0 {
		return token{}, false
	}
	w := hyphenated(t, t.word(i+1))
	return w, w.class&isDigit == 0
}

// hyphenated extends w by what a hyphen or apostrophe joins to it: Smith-Jones, O'Brien.
func hyphenated(t *text, w token) token {
	for range 2 {
		if c := t.at(w.end); (c != '-' && c != '\'') || t.class(w.end+1)&isUpper == 0 {
			break
		}
		next := t.word(w.end + 1)
		w.end = next.end
		w.class |= next.class
	}
	return w
}

func (t *text) traits(w token) traits { return t.entry(w).traits }

// titled reads the name behind the title k: one to three capitalised words.
func titled(t *text, k token) (match, bool) {
	behind := particles(t, k.end)
	w, ok := capital(t, behind)
	if !ok || (w.len() < 2 && t.at(w.end) != '.') || t.traits(w)&(common|unit) != 0 && t.traits(w)&(givenName|familyName) == 0 {
		return match{}, false
	}
	m := match{start: w.start, end: w.end, alone: inspect.Likely}
	if behind > k.end {
		m.start = k.end + 1
		if t.at(k.end) == '.' {
			m.start++
		}
	}
	m.valid = t.traits(w)&(givenName|familyName) != 0
	for range 2 {
		next, ok := capital(t, m.end)
		if !ok || t.traits(next)&notNames != 0 && t.traits(next)&(givenName|familyName) == 0 {
			break
		}
		m.end = next.end
	}
	return m, true
}

// particles returns the place behind the particles of a surname that follow a title at i: "Dr. van der Meer".
func particles(t *text, i int) int {
	for range 2 {
		at := i
		if t.at(at) == '.' {
			at++
		}
		w := t.word(at + 1)
		if t.at(at) != ' ' || t.entry(w).traits&particle == 0 || w.class&isUpper != 0 {
			break
		}
		i = w.end
	}
	return i
}

// lastFirst reads "Last, First" and an initial, where both are common names.
func lastFirst(t *text, k token, e traits) (match, bool) {
	k = hyphenated(t, k)
	if e&familyName == 0 || t.at(k.end) != ',' {
		return match{}, false
	}
	at := k.end
	if t.at(at+1) != ' ' { // "SMITH,JOHN"
		at--
	}
	w := t.word(at + 2)
	if t.class(w.start)&isUpper == 0 || t.traits(w)&givenName == 0 {
		return match{}, false
	}
	m := match{start: k.start, end: w.end, alone: inspect.Likely, valid: true}
	if e&placeName != 0 && t.traits(w)&(placeName|stateCode) != 0 || e&month != 0 {
		m.alone = inspect.Possible
	}
	if next, ok := capital(t, w.end); ok && next.len() == 1 {
		m.end = next.end
	}
	return m, true
}

// inOrder reads "First Last" and "First M. Last", where the first is a common first name; and any two capitalised
// words with a credential behind them.
func inOrder(t *text, k token, e traits) (match, bool) {
	w, ok := capital(t, k.end)
	if !ok {
		return match{}, false
	}
	initial := w.len() == 1
	if initial {
		if initial = t.at(w.end) == '.'; e&(lettered|common|cue|eponymous) != 0 {
			initial = false
		}
		if w, ok = capital(t, w.end); !ok || w.len() == 1 {
			return match{}, false
		}
	} else if t.traits(w)&(givenName|familyName) == givenName {
		if next, ok := capital(t, w.end); ok && t.traits(next)&familyName != 0 {
			w = next
		}
	}
	last := t.traits(w)
	m := match{start: k.start, end: w.end}
	if next, ok := capital(t, w.end); ok && t.traits(next)&eponymous != 0 {
		return m, false
	}
	switch {
	case initial && k.len() > 1 && k.class&isLower != 0 && (last&notNames == 0 || last&(givenName|familyName) != 0) && last&eponymous == 0:
		m.alone = inspect.Likely // "Oksana J. Tesfaye"
	case credentialed(t, w.end) && (e|last)&(common|eponymous|suffix) == 0:
		m.alone = inspect.Likely
	case e&givenName == 0:
		return m, false
	case last&familyName != 0 && !namesPlace(e, last):
		m.alone, m.valid = inspect.Likely, true
	case last&familyName != 0:
		m.alone = inspect.Possible
	case last&(common|cue|eponymous|suffix|month|unit|placeName) == 0 && w.len() > 1 && k.class&isLower != 0:
		m.alone = inspect.Possible
	default:
		return m, false
	}
	return m, true
}

// namesPlace reports whether two words are as likely a place or a month as a name: "San Jose", "April May".
func namesPlace(first, last traits) bool {
	return first&(placeName|month) != 0 && last&(placeName|month|suffix) != 0
}

// credentialed reports whether a comma and a credential stand at i, as behind the name of a physician.
func credentialed(t *text, i int) bool {
	if t.at(i) != ',' {
		return false
	}
	w := t.word(t.skipSpace(i + 1))
	return w.len() >= 2 && w.class&isLower == 0 && t.traits(w)&credential != 0 || equalFold(t.b[w.start:w.end], "phd")
}

// cued reports whether the word before k tells of a person: "patient Xu", "Name: Xu".
func cued(t *text, k token) bool {
	at := t.skipColon(k.start)
	if at == k.start {
		return false
	}
	w := t.wordBefore(at)
	return w.class&isDigit == 0 && t.traits(w)&cue != 0
}

// afterCue grades the words behind a cue. m is the name that was read there without it, if ok.
func afterCue(t *text, k token, m match, ok bool, e traits) (match, bool) {
	if ok {
		m.alone = inspect.Likely
		return m, true
	}
	k = hyphenated(t, k)
	if e&eponymous != 0 || k.len() < 2 {
		return match{}, false
	}
	m = match{start: k.start, end: k.end, alone: inspect.Unlikely}
	if e&(givenName|familyName) != 0 {
		m.alone = inspect.Possible
	}
	if next, more := capital(t, k.end); more && t.traits(next)&(common|eponymous|cue|month) == 0 && next.len() > 1 {
		m.end = next.end
		m.alone = inspect.Possible
		if t.traits(next)&(givenName|familyName) != 0 {
			m.alone = inspect.Likely
		}
	}
	return m, true
}
