package detect

import "math/bits"

// maxStreetWords is how many words streetAt reads behind the number.
const maxStreetWords = 6

// plainStreet reports whether the short value v, of a field that holds a street, is a number and words each with one
// capital, the last of them the suffix of a street, and nothing that any other detector finds more than possible: the
// grammar of streets is satisfied by all of it, and no word of it may begin a name or tells of another identifier.
func (sc *scratch) plainStreet(v []byte, p *keyPlan) bool {
	number := sc.masks.numberAndWords(len(v))
	if number == 0 || p.hints&^(1<<sc.street) != 0 {
		return false
	}
	if number == 2 && v[0] == '9' || number == 3 && (v[0] == '0' || v[0] == '1' && v[1] <= '2') { // may be an age
		return false
	}
	upper := sc.masks[inUpper]
	ended, told := false, len(v)-number > contextBehind // toldBehind does not see all of the last word there
	var before traits
	for i := 0; upper != 0; i++ {
		start, end := bits.TrailingZeros64(upper), len(v)
		if upper &= upper - 1; upper != 0 {
			end = bits.TrailingZeros64(upper) - 1
		}
		w := v[start:end]
		if sc.names.pairs&(1<<pair(w)) != 0 {
			return false
		}
		e := sc.lex.lookup(w)
		told = told || e.id != 0 || w[len(w)-1] == 's' // a plural may be of a word that tells
		ends := e.traits&suffix != 0 && i > 0
		if ended && !ends || before&givenName != 0 && (!ends || e.traits.known()) {
			return false // the address is shorter; a name begins with the word before
		}
		if upper != 0 && (e.traits&(title|cue|linking) != 0 || len(w) < 3) {
			return false // a name may follow
		}
		if i == 0 && e.month != 0 { // the number and the month may be a date
			return false
		}
		ended, before = ends, e.traits
	}
	if !ended {
		return false
	}
	if told && number > 1 { // what is asked about one digit needs nothing that tells of it
		sc.text.reset(v, false)
		return sc.text.toldBehind(number)&sc.told == 0
	}
	return true
}

// numberAndWords returns the length of the number with which a value of n bytes begins, if that is up to six digits and two
// or more words follow, each a capital and small letters behind one space; else 0.
func (m *masks) numberAndWords(n int) int {
	digit, space, upper, small := m[inDigit], m[inSpace], m[inUpper], m[inLower]
	number, words := bits.TrailingZeros64(^digit), bits.OnesCount64(space)
	switch {
	case number > 6 || digit != 1<<number-1 || words < 2 || words > maxStreetWords:
	case digit|space|upper|small != 1<<n-1 || upper != space<<1 || space&1 != 0:
	case upper<<1&^small != 0 || small&^((upper|small)<<1) != 0 || small>>(n-1) == 0:
	default:
		return number
	}
	return 0
}
