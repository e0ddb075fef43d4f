package detect

import (
	"math/bits"

	"github.com/phigate/phigate/inspect"
)

// Nearly all values of a record fit one window, are of ASCII and hold no escapes. What is here decides them with what the
// masks of that window say: most values are nothing, or are what their name says and nothing else, and are then never
// read byte by byte. The results are those of the long way, see inspect.

// short inspects the value v of the current field, which has at most a window of bytes of ASCII and no escapes. The masks are in sc.masks.
// It reports false, and has done nothing, if the value is one for the long way.
func (sc *scratch) short(v []byte, p *keyPlan) bool {
	m := &sc.masks
	if p.system {
		return false
	}
	if p.typed >= 0 {
		return sc.shortTyped(v, p)
	}
	if p.hints == 0 && m.decimal(len(v)) {
		return true
	}
	if m[inDigit] != 0 && (m.word() == 1<<len(v)-1 && sc.loneWord(v, p.hints) == 0 || m[inHyphen] != 0 && sc.autoNumber(v, p)) {
		return true
	}
	places := sc.shortPlaces(v) | sc.shortSeek(v, p)
	if places != 0 && !m.recordID(v) {
		sc.sure = 0
		sc.shortAnchors(v, p, places)
		sc.settle(false)
		sc.hits = sc.hits[:0]
	}
	return true
}

// shortAnchors asks the detectors at places in the short value v.
func (sc *scratch) shortAnchors(v []byte, p *keyPlan, places uint64) {
	m := &sc.masks
	sc.value, sc.mapped, sc.covered, sc.reached = v, false, 0, 0
	sc.text.reset(v, m[inUpper]|m[inLower] == 0)
	sc.anchors(p, 0, places)
}

// shortPlaces is places for a short value.
func (sc *scratch) shortPlaces(v []byte) uint64 {
	m := &sc.masks
	if m.quiet() && (m[inUpper] == 0 || len(v) < 2 || !sc.titles.has(v)) && len(v) < minData {
		return 0
	}
	return sc.places(v, 0)
}

// shortSeek is seek for a short value.
func (sc *scratch) shortSeek(v []byte, p *keyPlan) uint64 {
	pairs := sc.names.pairs
	if pairs == 0 || p.part != notName {
		return 0
	}
	if m := &sc.masks; m[inUpper]|m[inLower] == 1<<len(v)-1 { // one word
		if len(v) < minNameWord {
			return 0
		}
		return pairs >> pair(v) & 1
	}
	return sc.seek(v, pairs)
}

// shortTyped is short for a field whose name decides what it is.
func (sc *scratch) shortTyped(v []byte, p *keyPlan) bool {
	m := &sc.masks
	n := len(v)
	d := int(p.typed)
	if d == int(sc.url) || n == 18 && m.recordID(v) || space(v[0]) || space(v[n-1]) {
		return false
	}
	if to := sc.narrowTo[d]; to >= 0 && sc.checked(v, int(to)) != 0 {
		d = int(to)
	}
	h := hit{end: n, detector: int8(d), likelihood: inspect.Likely, evidence: inspect.ByKey}
	e, sole := sc.check(v, d)
	if e != 0 {
		h.likelihood, h.evidence = inspect.VeryLikely, e|inspect.ByKey
	}
	whole := sc.enabled.has(d) && (e != 0 || !table[d].Strict && !p.checked)
	if whole && sole && p.hints&^sc.supports[d] == 0 {
		if e == 0 && d == int(sc.zip) && p.hints.has(d) { // its grammar finds the digits, whatever they are
			h.evidence |= inspect.ByShape
		}
		sc.tell(&h)
		return true
	}
	if whole && d == int(sc.name) && sc.twoNames(v, p) {
		h.evidence |= inspect.ByValidity
		sc.tell(&h)
		return true
	}
	if whole && d == int(sc.street) && sc.plainStreet(v, p) {
		h.evidence |= inspect.ByValidity
		sc.tell(&h)
		return true
	}
	if m[inDigit] != 0 && m.word() == 1<<n-1 {
		known := set(0)
		if whole {
			known = sc.supporting(v, p, d, e)
		}
		if sc.loneWord(v, p.hints)&^known == 0 {
			if whole {
				sc.tell(&h)
			}
			return true
		}
	}
	places := sc.shortPlaces(v) | sc.shortSeek(v, p)
	switch {
	case places != 0:
		if sc.sure = 0; whole {
			sc.add(h)
			sc.sure = sc.supporting(v, p, d, e)
		}
		sc.shortAnchors(v, p, places)
		sc.settle(whole)
		sc.hits = sc.hits[:0]
	case whole:
		sc.tell(&h)
	}
	return true
}

// twoNames reports whether the short value v of a field that holds a person's name is two words of which the detector of
// names knows that they are one: a first name and a last name of its lists, of which it doubts neither. Nothing else can be
// found there, and this supports that the value is a name, see absorb.
func (sc *scratch) twoNames(v []byte, p *keyPlan) bool {
	m := &sc.masks
	space := m[inSpace]
	if space == 0 || space&(space-1) != 0 || m[inUpper] != space<<1|1 || m[inUpper]|space|m[inLower] != 1<<len(v)-1 ||
		p.part == notName || !sc.namesAlone {
		return false
	}
	gap := bits.TrailingZeros64(space)
	if gap < 2 || len(v)-gap < 3 {
		return false
	}
	first := sc.names.entry(sc.lex, v[:gap])
	return first.id == 0 && undoubted(first.traits, sc.names.entry(sc.lex, v[gap+1:]).traits) // an id may tell of what is behind it
}

// undoubted reports whether nameAt is sure that two words of these traits and nothing else are a name in order.
func undoubted(first, last traits) bool {
	return first&(givenName|title) == givenName && last&familyName != 0 && !namesPlace(first, last) &&
		(first|last)&(common|lettered) == 0 && first&last&ordinary == 0
}

// supporting returns the detectors that need not be asked about the value v, of which the field's name and the evidence e
// of the Check say that it is an identifier of detector d: those of which all that they can find is absorbed.
func (sc *scratch) supporting(v []byte, p *keyPlan, d int, e inspect.Evidence) set {
	m := &sc.masks
	if m[inDigit] == 1<<len(v)-1 && p.hints&^sc.supports[d] == 0 { // nothing else is more than possible of a bare number
		ask := sc.supports[d]
		if base := sc.bases[d]; base >= 0 {
			ask |= 1 << base
		}
		return ^ask
	}
	if e != 0 && sc.unchecked.has(d) && m.word() == 1<<len(v)-1 && p.hints&^sc.supports[d] == 0 {
		return 1 << d // one word, of which it can say no more
	}
	if e != sureEvidence {
		return 0
	}
	if d == int(sc.email) && m[inAt]&(m[inAt]-1) == 0 { // its own grammar was satisfied by all of it
		return 1 << d
	}
	return sc.asSure(v, d)
}

// sureEvidence is the evidence of a value that satisfies a grammar and its rules.
const sureEvidence = inspect.ByShape | inspect.ByValidity

// check returns the evidence that all of v is an identifier of detector d, which its Check gives, and whether nothing else
// can be told of it but by the field's name. What detectors of the same grammar and category find in v, and what is no
// more than possible, only supports that it is one, see absorb. What is left are values of which no other detector is
// more than possible.
//
// The masks say of most values that they are of the shape that their grammar mostly has, and which bytes to look at for
// the rule that it has besides.
func (sc *scratch) check(v []byte, d int) (e inspect.Evidence, sole bool) {
	m, n := &sc.masks, len(v)
	all := uint64(1)<<n - 1
	letters := m[inUpper] | m[inLower]
	if m.word() == all && m[inDigit] != 0 {
		if e, known := sc.loneCheck(v, d); known {
			bare := m[inDigit] == all
			return e, bare && (e != 0 || d == int(sc.npi) && n == 10 || d == int(sc.zip) && n == 5) // or their grammars find as much
		}
	}
	switch {
	case letters == 0:
		for i := range sc.lone {
			if l := &sc.lone[i]; l.digits == m[inDigit] && l.n == n && l.detectors.has(d) && l.spells(v) {
				e = sc.checkShape(l.check, v, d)
				return e, e == sureEvidence
			}
		}
		e = sc.checked(v, d)
		return e, m[inDigit] == all && (e == sureEvidence || e != 0 && sc.unchecked.has(d))
	case d == int(sc.name):
		if letters|m[inSpace]|m[inDot]|m[inComma]|m[inApostrophe]|m[inHyphen] == all {
			return inspect.ByShape, false
		}
	case d == int(sc.email):
		if m.plainAddress(v) {
			return sureEvidence, m[inDigit] == 0 && !m.paired(v)
		}
	case d == int(sc.icd10) && m.plainCode(v):
		if chapter(upper(v[0]), v[1], v[2]) {
			return sureEvidence, true
		}
	case m.timestamp(v) && sc.dates.has(d):
		e = sc.checkShape(checkDate, v, d)
		return e, e == sureEvidence
	}
	return sc.checked(v, d), false
}

// checked is Check of detector d.
func (sc *scratch) checked(v []byte, d int) inspect.Evidence {
	check := table[d].Check
	if check == nil {
		return 0
	}
	if sc.wantsDay.has(d) {
		sc.tellTime()
	}
	return check(v, sc.now)
}

// checkShape is check of a loneShape for a value of detector d. A date that was in the past when the clock was read for
// another record is so now, so that the clock is read only for others.
func (sc *scratch) checkShape(check func([]byte, bool, clock) inspect.Evidence, v []byte, d int) inspect.Evidence {
	ahead := d == int(sc.serviceDate)
	e := check(v, ahead, sc.now)
	if e != sureEvidence && sc.wantsDay.has(d) && !sc.timed {
		sc.tellTime()
		e = check(v, ahead, sc.now)
	}
	return e
}

// plainAddress reports whether v is an address of mail as most are: words with one of ". _ +" between them, an @, and
// words with dots between them, the last of at least two letters. No word of it then stands by itself.
func (m *masks) plainAddress(v []byte) bool {
	all, at := uint64(1)<<len(v)-1, m[inAt]
	word := m[inDigit] | m[inUpper] | m[inLower]
	sign := ^word & all
	if at == 0 || at&(at-1) != 0 || sign&(sign>>1) != 0 || sign&1 != 0 || sign>>(len(v)-1) != 0 {
		return false
	}
	domain := -at &^ at // the bits above the @
	if sign&domain != m[inDot]&domain || sign&domain == 0 {
		return false
	}
	if top := bits.Len64(sign); len(v)-top < 2 || m[inDigit]>>top != 0 {
		return false
	}
	for rest := sign &^ (m[inDot] | at); rest != 0; rest &= rest - 1 {
		if c := v[bits.TrailingZeros64(rest)]; c != '_' && c != '+' {
			return false
		}
	}
	return true
}

// paired reports whether some word of v may be the first of a host name or of a hardware address, see paired of scratch:
// three or four letters and a dot.
func (m *masks) paired(v []byte) bool {
	word := m.word()
	for start := word &^ (word << 1); start != 0; start &= start - 1 {
		i := bits.TrailingZeros64(start)
		n := bits.TrailingZeros64(^(word >> i))
		if c := v[i] | 0x20; (n == 3 || n == 4) && m[inDot]&(1<<(i+n)) != 0 && (c == 'w' || c <= 'f') {
			return true
		}
	}
	return false
}

// decimal reports whether a value of n bytes is a number of at most three digits, and a fraction of at most six, which is
// no identifier unless something tells of it.
func (m *masks) decimal(n int) bool {
	dot, minus := m[inDot], m[inHyphen]
	if m[inDigit]|dot|minus != 1<<n-1 || dot&(dot-1) != 0 || minus&^1 != 0 {
		return false
	}
	if dot != 0 {
		whole := bits.TrailingZeros64(dot)
		if n-whole > 7 {
			return false
		}
		n = whole
	}
	n -= int(minus)
	return n > 0 && n <= 3
}

// loneShape is a shape of numbers in which an identifier is mostly written.
type loneShape struct {
	n         int
	digits    uint64 // the places of the digits
	signs     []sign // what is between them
	detectors set
	// check returns the evidence that a value of this shape is an identifier; ahead says that it may be a date of the two
	// years to come.
	check func(v []byte, ahead bool, now clock) inspect.Evidence
}

// sign is a byte and its place.
type sign struct {
	at int
	c  byte
}

// newLoneShape returns the shape that an example shows.
func newLoneShape(example string, detectors set, check func([]byte, bool, clock) inspect.Evidence) loneShape {
	l := loneShape{n: len(example), detectors: detectors, check: check}
	for i := range len(example) {
		if c := example[i]; classes[c]&isDigit != 0 {
			l.digits |= 1 << i
		} else {
			l.signs = append(l.signs, sign{i, c})
		}
	}
	return l
}

// spells reports whether the signs of l stand in v, which has digits at its other places.
func (l *loneShape) spells(v []byte) bool {
	for _, s := range l.signs {
		if v[s.at] != s.c {
			return false
		}
	}
	return true
}

// loneShapes returns the shapes in which Social Security and telephone numbers and dates are mostly written.
func loneShapes(dates set) []loneShape {
	phones := detectors(&phone, &fax)
	return []loneShape{
		newLoneShape("(212) 555-1234", phones, func(v []byte, _ bool, _ clock) inspect.Evidence { return checkPhone(v, 1, 6) }),
		newLoneShape("1980-02-03", dates, checkDate),
		newLoneShape("123-45-6789", detectors(&ssn), checkSSN),
		newLoneShape("212-555-1234", phones, func(v []byte, _ bool, _ clock) inspect.Evidence { return checkPhone(v, 0, 4) }),
	}
}

// checkSSN is Check of a Social Security number for a value like 123-45-6789.
func checkSSN(v []byte, _ bool, _ clock) inspect.Evidence {
	area := int(v[0]-'0')*100 + int(v[1]-'0')*10 + int(v[2]-'0')
	if area == 0 || area == 666 || area >= 900 || v[4] == '0' && v[5] == '0' || string(v[7:11]) == "0000" {
		return 0
	}
	return sureEvidence
}

// checkPhone is Check of a telephone number for a value with an area code and an exchange at the places.
func checkPhone(v []byte, area, exchange int) inspect.Evidence {
	if !validArea(v[area:], v[exchange]) {
		return 0
	}
	return sureEvidence
}

// validArea is validNANP for a number with the area code before all else and an exchange that begins with the digit.
func validArea(v []byte, exchange byte) bool {
	return v[0] >= '2' && v[1] != '9' && !(v[1] == '1' && v[2] == '1') && exchange >= '2'
}

// checkDate is Check of a date for a value that begins like 1980-02-03.
func checkDate(v []byte, ahead bool, now clock) inspect.Evidence {
	latest := now.today
	if ahead {
		latest += 20000
	}
	n := func(i int) int { return int(v[i]-'0')*10 + int(v[i+1]-'0') }
	c := calendar{n(0)*100 + n(2), n(5), n(8)}
	switch {
	case !c.plausible(latest):
		return 0
	case c.number() > latest:
		return inspect.ByShape
	}
	return sureEvidence
}

// detectors returns the set of some detectors of the table.
func detectors(list ...*Detector) (all set) {
	for _, d := range list {
		all |= 1 << indexOf(d.Name)
	}
	return all
}
