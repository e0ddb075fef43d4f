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

// unsure are the traits of a word that is a name only where something tells so: Mark, Rose, Austin, May.
const unsure = ordinary | placeName | month | suffix | lettered | stateCode

// nameAt looks for a name that begins with the capitalised word k.
func nameAt(t *text, k token) (match, bool) {
	if t.class(k.start-1)&isWord != 0 || t.at(k.start-1) == '_' || t.at(k.end) == '_' || k.class&isOther != 0 && k.len() < 2 {
		return match{}, false
	}
	e := t.traits(k)
	if m, ok := plainName(t, k, e); ok {
		return m, true
	}
	return otherName(t, k, e)
}

// otherName is nameAt for all names, whose traits are e.
func otherName(t *text, k token, e traits) (match, bool) {
	if e&title != 0 {
		return titled(t, k)
	}
	if e&notNames&^month != 0 && !e.known() && !(k.len() == 1 && t.at(k.end) == '.') {
		return match{}, false
	}
	if m, ok := lastFirst(t, k, e); ok {
		return m, true
	}
	if ofPlace(t, k) {
		return match{}, false
	}
	s := cueOf(t, k)
	m, ok := inOrder(t, k, e, s)
	if ok && addressed(t, k.start, m.end) {
		return match{}, false
	}
	if s == noCue {
		if !ok {
			return spokenOf(t, k, e)
		}
		return m, ok
	}
	return afterCue(t, k, m, ok, e, s)
}

// doubtful are the traits of a word of which more must be known than that it is a name.
const doubtful = notNames | unsure | common | title | credential | particle | eponymous

// plainName reads the name that most are, and only what decides them: a common first name and a common last name that mean
// nothing else, in running text. otherName comes to the same, which TestPlainNames shows.
func plainName(t *text, k token, e traits) (match, bool) {
	if e&(givenName|doubtful) != givenName || t.at(k.end) != ' ' || k.class&isLower == 0 {
		return match{}, false
	}
	if k.start > 0 && (k.start == 1 || t.at(k.start-1) != ' ' || t.class(k.start-2)&isLower == 0) {
		return match{}, false
	}
	w := t.word(k.end + 1)
	if w.class&isWord != isUpper|isLower || t.class(w.start)&isUpper == 0 || w.len() < 3 {
		return match{}, false
	}
	if t.entry(w).traits&(familyName|doubtful) != familyName {
		return match{}, false
	}
	switch t.at(w.end) {
	case '.', ';', ')', 0:
	case ' ':
		if t.class(w.end+1)&isLower == 0 {
			return match{}, false
		}
	case ',':
		if t.at(w.end+1) != ' ' || t.class(w.end+2)&isLower == 0 {
			return match{}, false
		}
	default:
		return match{}, false
	}
	if before := t.wordBefore(max(0, k.start-1)); before.class&(isUpper|isDigit) != 0 { // "St Maria Garcia", "5th Maria"
		return match{}, false
	}
	return match{start: k.start, end: w.end, alone: inspect.Likely, valid: true}, true
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

// follower returns the capitalised word behind the word w and a single space. A dot behind a word of more than two letters
// ends a sentence.
func follower(t *text, w token) (token, bool) {
	if t.at(w.end) == '.' && w.len() > 2 {
		return token{}, false
	}
	return capital(t, w.end)
}

// surname is capital behind the particles that there may be at i: "van der Meer", "De La Cruz".
func surname(t *text, i int) (token, bool) {
	w, ok := capital(t, particles(t, i))
	for range 2 {
		if !ok || t.traits(w)&particle == 0 {
			break
		}
		next, more := capital(t, particles(t, w.end))
		if !more {
			break
		}
		w = next
	}
	return w, ok
}

// hyphenated extends w by what a hyphen or apostrophe joins to it: Smith-Jones, O'Brien, Ji-woo.
func hyphenated(t *text, w token) token {
	for range 2 {
		c, next := t.at(w.end), t.class(w.end+1)
		if c != '-' && c != '\'' || next&isUpper == 0 && (c != '-' || next&isLower == 0 || t.traits(w)&givenName == 0) {
			break
		}
		part := t.word(w.end + 1)
		w.end = part.end
		w.class |= part.class
	}
	return w
}

func (t *text) traits(w token) traits { return t.entry(w).traits }

// known reports whether e is of a word in the lists of names.
func (e traits) known() bool { return e&(givenName|familyName) != 0 }

// mixed reports whether w is a capital and small letters, as names are written in a text.
func (w token) mixed() bool { return w.len() >= 2 && w.class&isLower != 0 && w.class&isDigit == 0 }

// ofPlace reports whether the word before k makes k the name of a place: San Antonio, St. Mary.
func ofPlace(t *text, k token) bool {
	at := k.start
	if t.at(at-1) != ' ' {
		return false
	}
	if at--; t.at(at-1) == '.' {
		at--
	}
	w := t.wordBefore(at)
	if w.len() < 2 || w.len() > 5 || t.class(w.start)&isUpper == 0 {
		return false
	}
	var small [5]byte
	for i, c := range t.b[w.start:w.end] {
		small[i] = lower(c)
	}
	switch string(small[:w.len()]) {
	case "san", "santa", "st", "saint", "los", "las", "fort", "mount", "mt", "port", "lake", "new":
		return true
	}
	return false
}

// addressed reports whether a name from start to end stands in an address: a number and at most three capitalised words
// before it, and the suffix of a street among the three words behind it, as in "12 SW Martin Luther King Jr St".
func addressed(t *text, start, end int) bool {
	at := start
	for range 4 {
		if t.at(at-1) != ' ' {
			return false
		}
		w := t.wordBefore(at - 1)
		if w.len() == 0 || w.len() <= 6 && w.class&isWord == isDigit {
			return w.len() > 0 && suffixed(t, end)
		}
		if t.class(w.start)&isUpper == 0 {
			return false
		}
		at = w.start
	}
	return false
}

// suffixed reports whether the suffix of a street is among the next three capitalised words at i.
func suffixed(t *text, i int) bool {
	for range 3 {
		w, ok := capital(t, i)
		if !ok {
			return false
		}
		if t.traits(w)&suffix != 0 {
			return true
		}
		i = w.end
	}
	return false
}

// titled reads the name behind the title k: one to three capitalised words.
func titled(t *text, k token) (match, bool) {
	behind := particles(t, k.end)
	w, ok := capital(t, behind)
	if !ok || (w.len() < 2 && t.at(w.end) != '.' && !initialOf(t, w)) || t.traits(w)&(common|unit) != 0 && !t.traits(w).known() {
		return match{}, false
	}
	m := match{start: w.start, end: w.end, alone: inspect.Likely}
	if behind > k.end {
		m.start = k.end + 1
		if t.at(k.end) == '.' {
			m.start++
		}
	}
	m.valid = t.traits(w).known()
	for range 2 {
		next, ok := follower(t, w)
		if !ok && t.traits(w)&particle != 0 {
			next, ok = capital(t, particles(t, m.end))
		}
		if !ok || t.traits(next)&notNames != 0 && !t.traits(next).known() {
			break
		}
		w, m.end = next, next.end
	}
	if w.len() == 1 && m.end == w.end && t.at(w.end) == '.' { // "Dr. Emily S."
		m.end++
	}
	return m, true
}

// initialOf reports whether the letter w is an initial without a dot: "Dr S Ramanathan".
func initialOf(t *text, w token) bool {
	next, ok := capital(t, w.end)
	return ok && next.mixed() && t.traits(next)&(notNames|eponymous) == 0
}

// particles returns the place behind the particles of a surname that stand at i: "Dr. van der Meer".
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

// lastFirst reads "Last, First" and an initial, where both are common names; or one is, and what stands behind it stands
// behind names of persons: an initial, a credential, a number.
func lastFirst(t *text, k token, e traits) (match, bool) {
	k = hyphenated(t, k)
	if t.at(k.end) != ',' || k.len() < 2 {
		return match{}, false
	}
	at := k.end
	if t.at(at+1) != ' ' { // "SMITH,JOHN"
		at--
	}
	w := t.word(at + 2)
	if t.class(w.start)&isUpper == 0 || w.len() < 2 || w.class&isDigit != 0 {
		return match{}, false
	}
	w = hyphenated(t, w)
	f := t.traits(t.word(w.start))
	m := match{start: k.start, end: w.end, alone: inspect.Likely, valid: true}
	next, more := capital(t, w.end)
	initial := more && next.len() == 1
	if initial {
		if m.end = next.end; t.at(m.end) == '.' && t.at(m.end+1) != 0 {
			m.end++
		}
	}
	switch {
	case (e|f)&month != 0 && t.digit(w.end+1): // "York, April 2023"
		return match{}, false
	case e&familyName != 0 && f&givenName != 0:
		if e&placeName != 0 && f&(placeName|stateCode) != 0 || (e|f)&month != 0 {
			m.alone = inspect.Possible
		}
		return m, true
	case (e|f)&(unsure|notNames|eponymous|credential|title|generic) != 0:
		return match{}, false
	case t.at(k.start-1) != '\n' && t.skipSign(k.start) < t.skipSpaceBefore(k.start) && cueOf(t, k) == strongCue: // "ATTENDING: QQ, WW"
		return m, true
	case e&familyName == 0 && f&givenName == 0, !k.mixed() || !w.mixed():
		return match{}, false
	}
	if m.valid = false; !initial && !credentialed(t, m.end) && !recorded(t, m.end) {
		m.alone = inspect.Possible
	}
	return m, true
}

// recorded reports whether a number, or what announces one, stands at i in parentheses or behind a slash or a comma: what
// a list or a label has of a person behind the name.
func recorded(t *text, i int) bool {
	i = t.skipSpace(i)
	if c := t.at(i); c != '(' && c != '/' && c != ',' && c != '#' {
		return false
	}
	w := t.word(t.skipSpace(i + 1))
	b := t.b[w.start:w.end]
	return w.class&isDigit != 0 && w.len() >= 2 || equalFold(b, "mrn") || equalFold(b, "dob")
}

// inOrder reads "First Last", "First M. Last" and "First van Last", where the first is a common first name; "First L.";
// "F. Last"; and any two capitalised words with a credential behind them.
func inOrder(t *text, k token, e traits, s cueing) (match, bool) {
	if k.len() == 1 {
		return initialled(t, k, s)
	}
	k = hyphenated(t, k)
	w, ok := follower(t, k)
	if !ok {
		return joined(t, k, e)
	}
	if w.len() == 1 {
		return middled(t, k, w, e)
	}
	w = lengthened(t, w)
	last := t.traits(w)
	m := match{start: k.start, end: w.end}
	if next, ok := follower(t, w); ok && t.traits(next)&eponymous != 0 {
		return m, false
	}
	switch {
	case credentialed(t, w.end) && (e|last)&(common|eponymous|suffix) == 0:
		m.alone = inspect.Likely
	case e&givenName == 0:
		return m, false
	case last&familyName != 0 && !namesPlace(e, last) && (e|last)&(common|lettered) == 0 && e&last&ordinary == 0:
		m.alone, m.valid = inspect.Likely, true
	case last&familyName != 0:
		m.alone = inspect.Possible
	case last&(common|cue|eponymous|unsure|unit|title|credential|generic) != 0 || w.len() < 2 || !k.mixed():
		return m, false
	case e&(unsure|common) == 0 && w.mixed() && len(t.b) > m.end:
		m.alone = inspect.Likely
	default:
		m.alone = inspect.Possible
	}
	return m, true
}

// joined reads "First van der Last", and the first of "First and First Last".
func joined(t *text, k token, e traits) (match, bool) {
	if e&givenName == 0 || e&(common|month) != 0 || !toldPlace(t, k) {
		return match{}, false
	}
	if t.at(k.end) == ' ' && t.at(k.end+1) == 'a' && e&unsure == 0 {
		return match{start: k.start, end: k.end, alone: inspect.Likely}, paired(t, k.end+1)
	}
	if particles(t, k.end) == k.end {
		return match{}, false
	}
	w, ok := capital(t, particles(t, k.end))
	return match{start: k.start, end: w.end, alone: inspect.Likely}, ok && w.mixed()
}

// paired reports whether "and" and the name of another person stand at i.
func paired(t *text, i int) bool {
	w := t.word(i)
	if !equalFold(t.b[w.start:w.end], "and") {
		return false
	}
	first, ok := capital(t, w.end)
	if !ok || t.traits(first)&givenName == 0 {
		return false
	}
	last, ok := follower(t, first)
	return ok && t.traits(last)&familyName != 0
}

// toldPlace reports whether k stands behind a word and a space, a tab or a colon: names that no other capital is beside
// are looked for in such places only.
func toldPlace(t *text, k token) bool {
	gap := func(c byte) bool { return space(c) || c == ':' || c == '=' }
	c := t.at(k.start - 2)
	return gap(t.at(k.start-1)) && k.start >= 2 && (gap(c) || classes[c]&isWord != 0)
}

// lengthened returns the last word of a name of which w is the second: of "Maria Elena Garcia", "Juan De La Cruz" and
// "Ana Garcia Lopez".
func lengthened(t *text, w token) token {
	e := t.traits(w)
	if e&particle != 0 {
		if next, ok := surname(t, w.end); ok && next.mixed() {
			return next
		}
	}
	if e&suffix != 0 && w.len() == 2 && t.at(w.end) == '.' { // "Eugene St. John"
		if next, ok := capital(t, w.end); ok && t.traits(next)&givenName != 0 && next.mixed() {
			return next
		}
	}
	next, ok := follower(t, w)
	if !ok || !e.known() {
		return w
	}
	n := t.traits(next)
	if n&familyName != 0 && (e&givenName != 0 || n&(unsure|common) == 0) {
		return next
	}
	return w
}

// namesPlace reports whether two words are as likely a place or a month as a name: "San Jose", "April May".
func namesPlace(first, last traits) bool {
	return first&(placeName|month) != 0 && last&(placeName|month|suffix) != 0
}

// credentialed reports whether a credential stands at i behind a comma or a space, as behind the name of a physician. One
// that abbreviates a state too is none where a ZIP code follows.
func credentialed(t *text, i int) bool {
	comma := t.at(i) == ','
	if !comma && t.at(i) != ' ' {
		return false
	}
	w := t.word(t.skipSpace(i + 1))
	if comma && equalFold(t.b[w.start:w.end], "phd") {
		return true
	}
	e := t.traits(w)
	if w.len() < 2 || w.class&isLower != 0 || e&credential == 0 || !comma && t.at(w.end) == '/' { // "X-Ray PA/LAT"
		return false
	}
	return comma || !(e&stateCode != 0 && t.digit(t.skipSpace(w.end)))
}
