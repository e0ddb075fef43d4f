package detect

import (
	"encoding/binary"

	"github.com/phigate/phigate/inspect"
)

// A field whose name decides what it holds has a value in the form that this is mostly written in. What is here looks for
// that form, eight bytes at once as for Ids and times, before the masks of the value are made, which takes longer than all
// else that there is to do. A value in another form goes on to them.

// form is the form that the values of a field are looked for in.
type form uint8

const (
	noForm     form = iota
	idForm          // the record Id that a lookup holds
	stampForm       // a time that Salesforce sets
	wordForm        // one word of letters, of which typed says all or nothing
	dateForm        // a date, or a date and time, of which typed says more
	ssnForm         // a Social Security number
	phoneForm       // a telephone number
	numberForm      // a number of digits only, of which typed has few rules or none
)

// formOf returns the form of values with plan p.
func formOf(p *keyPlan) form {
	switch {
	case p.reference:
		return idForm
	case p.system:
		return stampForm
	case p.typed < 0:
		return wordForm
	}
	switch table[p.typed] {
	case &city, &personName:
		return wordForm
	case &birthDate, &deathDate, &serviceDate:
		return dateForm
	case &ssn:
		return ssnForm
	case &phone, &fax:
		return phoneForm
	case &npi, &zip, &mrn, &plan, &account, &uniqueID:
		return numberForm
	}
	return noForm
}

// direct inspects the value v of the current field if it is in the form of p; else it reports false, and has done nothing.
func (sc *scratch) direct(v []byte, p *keyPlan) bool {
	switch p.form {
	case idForm:
		return longID(v)
	case stampForm:
		return stamped(v)
	case wordForm:
		if !onlyLetters(v) || p.part == notName && sc.names.pairs&(1<<pair(v)) != 0 {
			return false
		}
		if d := int(p.typed); d >= 0 && sc.enabled.has(d) {
			sc.tell(&hit{end: len(v), detector: p.typed, likelihood: inspect.VeryLikely, evidence: inspect.ByShape | inspect.ByKey})
		}
		return true
	case noForm:
		return false
	}
	d := int(p.typed)
	if !sc.enabled.has(d) || p.hints&^sc.supports[d] != 0 {
		return false
	}
	e, found := inspect.Evidence(0), false
	if p.form == numberForm {
		e, found = sc.inNumber(v, p)
	} else if found = sc.inForm(v, p.form, d); found {
		e = sureEvidence
	}
	if found {
		h := hit{end: len(v), detector: p.typed, likelihood: inspect.VeryLikely, evidence: e | inspect.ByKey}
		if p.typed == sc.zip && e == inspect.ByShape || e == 0 {
			h.likelihood = inspect.Likely
		}
		sc.tell(&h)
	}
	return found
}

// inForm reports whether v is in the form f and satisfies the rules of detector d.
func (sc *scratch) inForm(v []byte, f form, d int) bool {
	switch f {
	case dateForm:
		return (len(v) == 10 && shaped(v, &dateShape) || stamped(v)) && sc.checkShape(checkDate, v, d) == sureEvidence
	case ssnForm:
		return len(v) == 11 && shaped(v, &ssnShape) && checkSSN(v, false, clock{}) == sureEvidence
	case phoneForm:
		switch len(v) {
		case 14:
			return shaped(v, &phoneShape) && validArea(v[1:], v[6])
		case 12:
			return shaped(v, &dashedShape) && validArea(v, v[4])
		}
	}
	return false
}

// inNumber returns the evidence of a value v of digits only, and whether it is one of which that is known. The grammars that
// such a value is of find all of it, and know no more than is known by the field's name, or nothing.
func (sc *scratch) inNumber(v []byte, p *keyPlan) (e inspect.Evidence, found bool) {
	if !onlyDigits(v) {
		return 0, false
	}
	d, n := p.typed, len(v)
	switch d {
	case sc.npi:
		if n == 10 && v[0]-'1' < 2 && validNPI10(v) {
			e = sureEvidence
		}
		return e, n == 10 && !p.checked
	case sc.zip:
		e = inspect.ByShape
		if n == 5 && assigned(int(v[0]-'0')*100+int(v[1]-'0')*10+int(v[2]-'0')) {
			e = sureEvidence
		}
		return e, n == 5 && !p.checked && p.hints.has(int(d))
	default:
		return inspect.ByShape, sc.wordy[d]>>n&1 != 0
	}
}

// onlyDigits reports whether v is 4 to 16 digits.
func onlyDigits(v []byte) bool {
	n := len(v)
	if n < 4 || n > 16 {
		return false
	}
	a, b := ends(v)
	if n < 8 {
		a |= b << 32
		b = a
	}
	const zeros, limit = bytes8 * '0', bytes8 * (0x7F - 9)
	a, b = a^zeros, b^zeros
	return ((a+limit)|a|(b+limit)|b)&(bytes8*0x80) == 0
}

// halves are the first and the last eight bytes of a shape of 8 to 16 bytes.
type halves [2]stampPart

// shaped reports whether v, which is as long as the shape, is of the shape.
func shaped(v []byte, shape *halves) bool {
	wrong := shape[0].wrong(binary.LittleEndian.Uint64(v)) | shape[1].wrong(binary.LittleEndian.Uint64(v[len(v)-8:]))
	return wrong&(bytes8*0x80) == 0
}

// The shapes in which dates and numbers of persons are mostly written, with zeros for all digits.
var (
	dateShape   = halves{newPart("0000-00-00", 0), newPart("0000-00-00", 2)}
	ssnShape    = halves{newPart("000-00-0000", 0), newPart("000-00-0000", 3)}
	phoneShape  = halves{newPart("(000) 000-0000", 0), newPart("(000) 000-0000", 6)}
	dashedShape = halves{newPart("000-000-0000", 0), newPart("000-000-0000", 4)}
)
