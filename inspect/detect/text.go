package detect

// class is a set of properties of a byte.
type class uint8

const (
	isDigit class = 1 << iota
	isUpper
	isLower
	isOther // a letter outside of ASCII, see fold
	isLocal // a sign that is common in an address of mail before the @
	isHex
	isWord = isDigit | isUpper | isLower | isOther
)

// otherLetter and otherSign stand in a folded text for a character that has no ASCII equivalent.
const (
	otherLetter = 0x80
	otherSign   = 0x81
)

var classes = func() (t [256]class) {
	for c := '0'; c <= '9'; c++ {
		t[c] = isDigit | isHex
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c], t[c+'a'-'A'] = isUpper, isLower
	}
	for c := 'A'; c <= 'F'; c++ {
		t[c] |= isHex
		t[c+'a'-'A'] |= isHex
	}
	for _, c := range ".+-_'!#$%*^{|}~" {
		t[c] = isLocal
	}
	t[otherLetter] = isOther
	return t
}()

// token is a run of letters and digits in a text.
type token struct {
	start, end int
	class      class // the union of its bytes' classes
}

func (k token) len() int { return k.end - k.start }

// text is a value in which detectors look. Places outside of it read as NUL.
type text struct {
	b   []byte
	now clock
	// late says that a detector found a date that is too late for now.
	late bool
	lex  *lexicon
	// before and behind remember the last answers of toldBefore and toldBehind.
	before, behind memo
	// mute says that the text has no letters, so that no words tell of anything.
	mute bool
	// near are the masks of the bytes before a place, see readBefore.
	near     *masks
	classify classifier
	// address is the last answer of the detector of streets.
	address streetMemo
	// latest are some of the last answers of entry, each at the place that its word's start chooses.
	latest [4]entryOf
}

// entryOf is what is known of the word from start to end; end is 0 for none.
type entryOf struct {
	start, end int
	entry      entry
}

// memo is what the words beside a place tell; place is one more than the place, 0 for none.
type memo struct {
	place int
	tells set
}

// reset makes t the text b and keeps the clock and the lexicon.
func (t *text) reset(b []byte, mute bool) {
	t.b, t.mute, t.before.place, t.behind.place = b, mute, 0, 0
	t.address.place = 0
	for i := range t.latest {
		t.latest[i].end = 0
	}
}

func (t *text) at(i int) byte {
	if uint(i) < uint(len(t.b)) {
		return t.b[i]
	}
	return 0
}

func (t *text) class(i int) class { return classes[t.at(i)] }

func (t *text) digit(i int) bool { return t.at(i)-'0' <= 9 }

// digits returns the number of digits at i, at most limit.
func (t *text) digits(i, limit int) int {
	if uint(i) >= uint(len(t.b)) {
		return 0
	}
	b := t.b[i:]
	if len(b) > limit {
		b = b[:limit]
	}
	for n, c := range b {
		if c-'0' > 9 {
			return n
		}
	}
	return len(b)
}

// exactly reports whether n digits and no more stand at i.
func (t *text) exactly(i, n int) bool { return t.digits(i, n+1) == n }

// value returns the number that the digits b[start:end] spell; the caller bounds their count.
func (t *text) value(start, end int) int {
	n := 0
	for _, c := range t.b[start:end] {
		n = n*10 + int(c-'0')
	}
	return n
}

// bounded reports whether start and end are the bounds of a number: no letter, digit or underscore beside it, no
// "digit." or "digit-" before it and no ".digit" behind it, as in decimals, versions, OIDs and UUIDs.
func (t *text) bounded(start, end int) bool {
	return t.open(start) && t.closed(end)
}

func (t *text) open(start int) bool {
	c := t.at(start - 1)
	if classes[c]&isWord != 0 || c == '_' {
		return false
	}
	return !((c == '.' || c == '-') && t.digit(start-2))
}

func (t *text) closed(end int) bool {
	c := t.at(end)
	if classes[c]&isWord != 0 || c == '_' {
		return false
	}
	return !(c == '.' && t.digit(end+1))
}

// word returns the run of letters and digits that begins at i.
func (t *text) word(i int) token {
	if uint(i) >= uint(len(t.b)) {
		return token{start: i, end: i}
	}
	all := class(0)
	for n, c := range t.b[i:min(len(t.b), i+maxRun)] {
		c := classes[c]
		if c&isWord == 0 {
			return token{start: i, end: i + n, class: all}
		}
		all |= c
	}
	return token{start: i, end: min(len(t.b), i+maxRun), class: all}
}

// wordBefore returns the run of letters and digits that ends before i.
func (t *text) wordBefore(i int) token {
	k := token{start: i, end: i}
	if uint(i) > uint(len(t.b)) {
		return k
	}
	for b := t.b[max(0, i-maxRun):i]; len(b) > 0; b = b[:len(b)-1] {
		c := classes[b[len(b)-1]]
		if c&isWord == 0 {
			break
		}
		k.start--
		k.class |= c
	}
	return k
}

// maxRun bounds how much of a run a detector reads beside its anchor, in bytes.
const maxRun = 64

// skipSpace returns the first place at or behind i that is not white space, at most four further.
func (t *text) skipSpace(i int) int {
	for n := 0; n < 4 && space(t.at(i)); n++ {
		i++
	}
	return i
}

// skipSpaceBefore returns the place behind the last byte before i that is not white space, at most four back.
func (t *text) skipSpaceBefore(i int) int {
	for n := 0; n < 4 && i > 0 && space(t.at(i-1)); n++ {
		i--
	}
	return i
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// trim returns b without the ASCII white space around it.
func trim(b []byte) []byte {
	for len(b) > 0 && space(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && space(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// allOf reports whether b is not empty and all its bytes have one of the classes or stand in extra.
func allOf(b []byte, c class, extra string) bool {
	for _, x := range b {
		if classes[x]&c != 0 {
			continue
		}
		if !contains(extra, x) {
			return false
		}
	}
	return len(b) > 0
}

func contains(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// count returns how many bytes of b have one of the classes.
func count(b []byte, c class) int {
	n := 0
	for _, x := range b {
		if classes[x]&c != 0 {
			n++
		}
	}
	return n
}

// luhn reports whether the digits in b, with sum added to their weighted sum, satisfy ISO/IEC 7812-1 annex B. Other
// bytes are passed over.
func luhn(b []byte, sum int) bool {
	double := false
	for i := len(b) - 1; i >= 0; i-- {
		if classes[b[i]]&isDigit == 0 {
			continue
		}
		d := int(b[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}
