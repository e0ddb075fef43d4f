package detect

import (
	"bytes"
	"math/bits"

	"github.com/phigate/phigate/inspect"
)

// Many values are one word, or a prefix and a number. What may be asked about them is known by their length: nothing
// stands around them that could tell of anything, and most grammars need a length that they do not have.

// onlyLetters reports whether v is 2 to 16 ASCII letters. It looks at eight bytes at once, some of them twice.
func onlyLetters(v []byte) bool {
	n := len(v)
	a, b := ends(v)
	switch {
	case n > 16:
		return false
	case n >= 8:
	case n >= 4:
		a |= b << 32
		b = a
	case n > 1:
		a = uint64(v[0]) * bytes8
		a ^= uint64(v[0]^v[n/2])<<8 | uint64(v[0]^v[n-1])<<16
		b = a
	default:
		return false
	}
	const top = bytes8 * 0x80
	return (a|b)&top == 0 && lettered8(a)&lettered8(b) == top
}

// lettered8 returns bit 7 of each letter in x, whose bytes are of ASCII.
func lettered8(x uint64) uint64 {
	x |= bytes8 * 0x20
	return (x + bytes8*(0x80-'a')) &^ (x + bytes8*(0x7F-'z')) & (bytes8 * 0x80)
}

// loneWord returns the detectors that are asked about a value which is one word with a digit in it, of which hints are told
// by the field's name. The masks are in sc.masks.
func (sc *scratch) loneWord(v []byte, hints set) (ask set) {
	m, n := &sc.masks, len(v)
	if n > 30 {
		return ^set(0)
	}
	switch digit := m[inDigit]; {
	case digit == 1<<n-1:
		ask = sc.narrow.digits[n][len(behinds)] & sc.narrow.first[v[0]-'0']
		if ask&(1<<sc.date) != 0 && !maybeDate(v) {
			ask &^= 1 << sc.date
		}
		if n != 10 && n != 11 { // of others words have to tell
			ask &^= 1 << sc.phone
		}
	case digit&1 != 0:
		if ask = sc.narrow.number[n]; digit&4 != 0 {
			ask &^= 1 << sc.date
		}
	default:
		ask = sc.narrow.word[n]
		if (m[inUpper]|m[inLower])&6 != 6 {
			ask &^= 1 << sc.date
		}
		if n < minIBAN || digit>>2&3 != 3 {
			ask &^= 1 << sc.iban
		}
	}
	// Streets and cities are of several words, data is longer.
	ask &^= 1<<sc.photo | 1<<sc.street | 1<<sc.city
	if n < 2 {
		return ask &^ sc.told
	}
	return ask &^ (sc.told &^ hints)
}

// maybeDate reports whether the first eight of the digits in v may be a date, as compact reads it.
func maybeDate(v []byte) bool {
	if len(v) < 8 {
		return false
	}
	month, day := v[4:6], v[6:8]
	return (v[0] == '1' && v[1] == '9' || v[0] >= '2') && (month[0] == '0' || month[0] == '1' && month[1] <= '2') && day[0] <= '3'
}

// autoNumber reports whether v is letters, a hyphen and digits, as automatic numbers of records are, and no detector is
// asked about them: OBS-00012345.
func (sc *scratch) autoNumber(v []byte, p *keyPlan) bool {
	m, n := &sc.masks, len(v)
	hyphen := m[inHyphen]
	i := bits.TrailingZeros64(hyphen)
	if i < 3 || n-i > 30 || n-i < 5 || hyphen&(hyphen-1) != 0 || m[inUpper] != 1<<i-1 || m[inDigit] != (1<<n-1)&^(2<<i-1) {
		return false
	}
	if p.part == notName && sc.names.pairs&(1<<pair(v)) != 0 || sc.months.has(v) {
		return false
	}
	number := v[i+1:]
	ask := sc.narrow.digits[len(number)][len(behinds)] & sc.narrow.first[number[0]-'0']
	if ask&(1<<sc.date) != 0 && !maybeDate(number) {
		ask &^= 1 << sc.date
	}
	if len(number) != 10 && len(number) != 11 {
		ask &^= 1 << sc.phone
	}
	ask &^= 1<<sc.photo | 1<<sc.street | 1<<sc.city
	if ask&sc.told != 0 {
		if id := sc.lex.phraseWord(v, 0, i); id != 0 {
			return false
		}
	}
	return ask&^(sc.told&^p.hints) == 0
}

// plainCode reports whether v looks like a code of ICD-10-CM as most are, a letter and two digits, and digits that may have
// a dot before them: E11.9, E119. No other detector finds anything in it.
func (m *masks) plainCode(v []byte) bool {
	n := len(v)
	letter := m[inUpper] | m[inLower]
	if n < 3 || letter != 1 || v[0]|0x20 == 'w' { // "w12.3" might be a host
		return false
	}
	if m[inDot] == 0 {
		return n <= 7 && m[inDigit] == 1<<n-2
	}
	return m[inDot] == 1<<3 && n >= 5 && n <= 8 && m[inDigit] == 1<<n-2-1<<3
}

// loneCheck is Check of detector d for the value v of n bytes, all of them letters and digits with at least one digit. The
// second result is false for a detector of which this is not known without a look at them.
func (sc *scratch) loneCheck(v []byte, d int) (e inspect.Evidence, known bool) {
	n := len(v)
	switch bare := sc.masks[inDigit] == 1<<n-1; {
	case sc.wordy[d] != 0 && n < 64:
		return inspect.ByShape & -inspect.Evidence(sc.wordy[d]>>n&1), true
	case d == int(sc.npi) && bare:
		if n == 10 && v[0]-'1' < 2 && validNPI10(v) {
			return sureEvidence, true
		}
		return 0, true
	case d == int(sc.zip) && bare:
		if n == 5 && assigned(int(v[0]-'0')*100+int(v[1]-'0')*10+int(v[2]-'0')) {
			return sureEvidence, true
		}
		return 0, true
	}
	return 0, false
}

// validNPI10 is validNPI for ten digits.
func validNPI10(v []byte) bool {
	const doubled = "0246813579"
	v = v[:10]
	sum, differ := 24, byte(0)
	for i := 0; i < 10; i += 2 {
		sum += int(doubled[(v[i]-'0')%10]-'0') + int(v[i+1]-'0')
		differ |= (v[i] ^ v[0]) | (v[i+1] ^ v[0])
	}
	return sum%10 == 0 && differ != 0
}

// wordLengths returns the lengths of the values for which Check of a detector without rules holds, if they are letters and
// digits of which one at least is a digit.
func wordLengths(d *Detector) (lengths uint64) {
	for n := 1; n < 64; n++ {
		if d.Check(bytes.Repeat([]byte{'7'}, n), clock{}) != 0 {
			lengths |= 1 << n
		}
	}
	return lengths
}
