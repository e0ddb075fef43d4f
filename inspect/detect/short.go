package detect

import (
	"math/bits"

	"github.com/phigate/phigate/inspect"
)

// Nearly all values of a record fit one window, are of ASCII and hold no escapes. What is here decides them with what the
// masks of that window say: most values are nothing, or are what their name says and nothing else, and are then never
// read byte by byte. The results are those of the long way, see inspect.

// short inspects the value of f, which has at most a window of bytes of ASCII and no escapes. The masks are in sc.masks.
// It reports false, and has done nothing, if the value is one for the long way.
func (sc *scratch) short(f *inspect.Field, p *keyPlan) bool {
	v, m := f.Value, &sc.masks
	if p.reference || p.system {
		if p.reference && m.recordID(v) || p.system && m.timestamp(v) {
			return true
		}
		if p.system {
			return false
		}
	}
	seek := sc.names.pairs
	if p.part != notName {
		seek = 0
	}
	places := sc.places(v, dataIn(v))
	if p.typed >= 0 {
		return sc.shortTyped(f, p, places, seek)
	}
	places |= sc.seek(v, seek)
	if places != 0 && !m.recordID(v) {
		sc.mapped = false
		sc.text.reset(v, m[inUpper]|m[inLower] == 0)
		sc.anchors(p, 0, places)
		sc.settle(false)
	}
	return true
}

// shortTyped is short for a field whose name decides what it is.
func (sc *scratch) shortTyped(f *inspect.Field, p *keyPlan, places, seek uint64) bool {
	v, m := f.Value, &sc.masks
	n := len(v)
	d := int(p.typed)
	if d == int(sc.url) || m.recordID(v) || space(v[0]) || space(v[n-1]) {
		return false
	}
	if to := sc.narrowTo[d]; to >= 0 && table[to].Check(v, sc.now) != 0 {
		d = int(to)
	}
	h := hit{end: n, detector: int8(d), likelihood: inspect.Likely, evidence: inspect.ByKey}
	e := inspect.Evidence(0)
	if check := table[d].Check; check != nil {
		if e = check(v, sc.now); e != 0 {
			h.likelihood, h.evidence = inspect.VeryLikely, e|inspect.ByKey
		}
	}
	whole := sc.enabled.has(d) && (e != 0 || !table[d].Strict && !p.checked)
	if whole && sc.alone(v, p, d, e, places) {
		sc.tell(&h)
		return true
	}
	places |= sc.seek(v, seek)
	if whole {
		if places == 0 {
			sc.tell(&h)
			return true
		}
		if e == sureEvidence {
			sc.sure = sc.asSure(d)
		}
		sc.add(h)
	}
	if places != 0 {
		sc.mapped = false
		sc.text.reset(v, m[inUpper]|m[inLower] == 0)
		sc.anchors(p, 0, places)
	}
	sc.settle(whole)
	return true
}

// sureEvidence is the evidence of a value that satisfies a grammar and its rules.
const sureEvidence = inspect.ByShape | inspect.ByValidity

// alone reports whether nothing is told of the value v but that it is an identifier of detector d, which the field's name
// and the evidence e of its Check say. What detectors of the same grammar and category find in it, and what is no more
// than possible, only supports that, see absorb. What is left are shapes that no other detector is more than possible of.
func (sc *scratch) alone(v []byte, p *keyPlan, d int, e inspect.Evidence, places uint64) bool {
	if p.hints&^sc.supports[d] != 0 { // the name tells of another one
		return false
	}
	m, n := &sc.masks, len(v)
	if m[inUpper]|m[inLower] != 0 {
		switch {
		case e != sureEvidence:
			return false
		case d == int(sc.email):
			return places == m[inAt] && m.plainAddress(v)
		}
		return m.timestamp(v)
	}
	digits := m[inDigit]
	if e == sureEvidence || e != 0 && sc.unchecked.has(d) {
		if digits == 1<<n-1 { // a bare number
			return true
		}
	}
	if e != sureEvidence {
		return false
	}
	for i := range sc.lone {
		if l := &sc.lone[i]; l.n == n && l.digits == digits {
			return l.detectors.has(d)
		}
	}
	return false
}

// plainAddress reports whether v, an address of mail, is of words with one of ". @ _ +" between them: no word of it then
// stands by itself.
func (m *masks) plainAddress(v []byte) bool {
	word := m.word()
	sign := ^word & (1<<len(v) - 1)
	if sign&(sign>>1) != 0 {
		return false
	}
	for rest := sign &^ (m[inDot] | m[inAt]); rest != 0; rest &= rest - 1 {
		if c := v[bits.TrailingZeros64(rest)]; c != '_' && c != '+' {
			return false
		}
	}
	return true
}

// loneShape is a shape of numbers: their places in a value of n bytes. One of its detectors has found it to be valid, so
// that what is between the numbers is what its grammar has there; no other detector is then more than possible of it.
type loneShape struct {
	n         int
	digits    uint64
	detectors set
}

// loneShapes returns the shapes in which Social Security and telephone numbers and dates are mostly written.
func loneShapes() []loneShape {
	dates := detectors(&birthDate, &deathDate, &serviceDate)
	return []loneShape{
		{len("123-45-6789"), 0b1111_0_11_0_111, detectors(&ssn)},
		{len("(212) 555-1234"), 0b1111_0_111_00_111_0, detectors(&phone, &fax)},
		{len("212-555-1234"), 0b1111_0_111_0_111, detectors(&phone, &fax)},
		{len("1980-02-03"), 0b11_0_11_0_1111, dates},
	}
}

// detectors returns the set of some detectors of the table.
func detectors(list ...*Detector) (all set) {
	for _, d := range list {
		all |= 1 << indexOf(d.Name)
	}
	return all
}
