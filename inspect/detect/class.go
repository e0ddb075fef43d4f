package detect

// masks say of each byte of a window, at most 64 bytes of a text, what it is: bit i of masks[c] is set if byte i is of
// kind c. Bits behind the end of the text are clear in all of them. A run of letters in a text is a run of ones in a
// mask, so that a shift and an AND look at 64 places at once:
//
//	word &^ (word << 1)               where words begin
//	word &^ (word >> 1)               where their last characters are
//	last & space>>1 & upper>>2        the last characters of words with a space and a capital behind them
//
// A shift to the left asks about the byte before, one to the right about the byte behind.
type masks [kinds]uint64

// The kinds of bytes. Each byte is of one kind, but otherLetter is inHigh too.
const (
	inDigit  = iota
	inUpper  // A to Z
	inLower  // a to z
	inSpace  // the space
	inDot    //
	inComma  //
	inHyphen //
	inRest   // all that are of no other kind; the mask stays clear

	// The rest are seldom: where none of them is in sight, the masks from here on are cleared together.
	inGap        // other white space, and the equals sign: as a space they stand between a word and what it names
	inApostrophe //
	inColon      //
	inAt         //
	inEscape     // % and &, which begin a character that is spelt otherwise
	inOther      // otherLetter, see fold
	inHigh       // all bytes outside of ASCII
	kinds        = 16
)

// window is the number of bytes that masks describe.
const window = 64

// kindOf is the kind of each byte.
var kindOf = func() (t [256]uint8) {
	for c := range t {
		t[c] = inRest
		if c >= 0x80 {
			t[c] = inHigh
		}
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = inDigit
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c], t[c+'a'-'A'] = inUpper, inLower
	}
	for kind, set := range map[uint8]string{
		inSpace: " ", inGap: "\t\n\r=", inDot: ".", inComma: ",", inHyphen: "-", inApostrophe: "'", inColon: ":", inAt: "@",
		inEscape: "%&",
	} {
		for i := range len(set) {
			t[set[i]] = kind
		}
	}
	t[otherLetter] = inOther
	return t
}()

// classifier sets m for the first window of b. It retains neither.
type classifier func(m *masks, b []byte)

// classifyByTable is the classifier of every machine: one byte after the other.
func classifyByTable(m *masks, b []byte) {
	*m = masks{}
	for i, c := range b[:min(len(b), window)] {
		m[kindOf[c]&(kinds-1)] |= 1 << i
	}
	m[inHigh] |= m[inOther]
	m[inRest] = 0
}

// word returns the letters and digits.
func (m *masks) word() uint64 { return m[inDigit] | m[inUpper] | m[inLower] | m[inOther] }

// classOf returns the classes of the bytes in run.
func (m *masks) classOf(run uint64) (c class) {
	if m[inDigit]&run != 0 {
		c |= isDigit
	}
	if m[inUpper]&run != 0 {
		c |= isUpper
	}
	if m[inLower]&run != 0 {
		c |= isLower
	}
	if m[inOther]&run != 0 {
		c |= isOther
	}
	return c
}

// quiet reports whether no detector can be anchored in a text that has no bytes outside of ASCII and no escapes, but for
// that of names where its first word is a title: there are only words, without digits and but the first in small letters,
// and signs that join nothing. A hyphen that is not the ninth byte or a later one joins neither the parts of a UUID nor, if
// it is alone, those of an address of hardware.
func (m *masks) quiet() bool {
	hyphen := m[inHyphen]
	return m[inDigit]|m[inDot]|m[inColon]|m[inAt]|m[inOther]|m[inUpper]&^1|hyphen>>8|hyphen&(hyphen-1) == 0
}

// recordID is [recordID] for a value of 18 bytes that m is the masks of.
func (m *masks) recordID(v []byte) bool {
	if m[inDigit]|m[inUpper]|m[inLower] != 1<<18-1 || len(v) != 18 {
		return false
	}
	upper := m[inUpper]
	return v[15] == idSuffix[upper&31] && v[16] == idSuffix[upper>>5&31] && v[17] == idSuffix[upper>>10&31]
}

// The places of the digits and signs in 2025-12-31T23:59:59.000+0000.
const (
	stampDigits  = 0b1111_0_111_0_11_0_11_0_11_0_11_0_11_0_1111
	stampColons  = 1<<13 | 1<<16
	stampHyphens = 1<<4 | 1<<7
)

// timestamp reports whether a value that m is the masks of is a time stamp as Salesforce writes most of them.
func (m *masks) timestamp(v []byte) bool {
	return len(v) == 28 && m[inDigit] == stampDigits && m[inColon] == stampColons && m[inHyphen] == stampHyphens &&
		m[inDot] == 1<<19 && v[10] == 'T' && v[23] == '+'
}
