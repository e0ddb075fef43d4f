package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/phigate/phigate/inspect"
)

// scan looks in a value for all detectors, as it stands and, where it holds escapes of its own, as they spell it. The
// masks of the first window of the value are in sc.masks.
func (sc *scratch) scan(value []byte, p *keyPlan) {
	sc.mapped = false
	known := len(sc.hits)
	ascii, escapes := sc.read(value, p)
	if !ascii { // what was found is found again
		sc.mapped, sc.hits = true, sc.hits[:known]
		sc.fold.foldUnicode(value)
		sc.classify(&sc.masks, sc.fold.b)
		sc.read(sc.fold.b, p)
		escapes = bytes.IndexByte(value, '%') >= 0 || bytes.IndexByte(value, '&') >= 0
	}
	if escapes && sc.fold.foldEscapes(value) {
		sc.mapped = true
		sc.classify(&sc.masks, sc.fold.b)
		sc.read(sc.fold.b, p)
	}
}

// read reads the text b once and asks the detectors at their anchors. The masks of its first window are in sc.masks.
// A window is read up to a byte between two words near its end, at which the next one begins, so that the words in it
// are whole and some bytes behind them are seen.
//
// The masks of the windows say what else is to be done, so that no other pass over the bytes is needed to know it: escapes
// says that there may be escapes in b, ascii that all of it is of ASCII. Where it is not, the reading ends, unless what is
// read is a folded text.
func (sc *scratch) read(b []byte, p *keyPlan) (ascii, escapes bool) {
	m := &sc.masks
	if m[inHigh] != 0 && !sc.mapped {
		return false, false
	}
	sc.covered, sc.reached = 0, 0
	seek := sc.names.pairs != 0 && p.part == notName
	if len(b) <= window {
		places := sc.places(b, 0)
		if seek {
			places |= sc.seek(b, sc.names.pairs)
		}
		if places != 0 {
			sc.text.reset(b, m[inUpper]|m[inLower] == 0)
			sc.anchors(p, 0, places)
		}
		return true, m[inEscape] != 0
	}
	sc.text.reset(b, false)
	escape := m[inEscape]
	for base := 0; base < len(b); {
		if base > 0 {
			sc.classify(m, b[base:])
			if m[inHigh] != 0 && !sc.mapped {
				return false, false
			}
			escape |= m[inEscape]
		}
		end := len(b) - base
		if end > window {
			end = bits.Len64(^m.word() & (1<<lookahead - 1))
			if end <= 1 { // a word that fills the window
				if base, ascii = sc.longWord(p, base); !ascii && !sc.mapped {
					return false, false
				}
				continue
			}
			end--
		}
		places := sc.places(b, base)
		if seek {
			places |= sc.seekLong(b, base)
		}
		places &= 1<<end - 1
		base = max(base+end, sc.anchors(p, base, places))
	}
	return true, escape != 0
}

// lookahead is up to where words may reach in a window that is not the last: four bytes behind them are seen.
const lookahead = window - 4

// longWord handles the byte at base and the word behind it, which is longer than a window has room for. It returns the
// place behind the word, and whether the word is of ASCII.
func (sc *scratch) longWord(p *keyPlan, base int) (next int, ascii bool) {
	b := sc.text.b
	k := token{start: base}
	if c := b[base]; classes[c]&isWord == 0 {
		if c == '@' || c == ':' {
			sc.sign(p, base)
		}
		k.start++
	}
	for k.end = k.start; k.end < len(b) && classes[b[k.end]]&isWord != 0; k.end++ {
		k.class |= classes[b[k.end]]
	}
	return sc.token(p, k), k.class&isOther == 0
}

// places returns the places in the window at base that detectors may be anchored at.
func (sc *scratch) places(text []byte, base int) uint64 {
	m, b := &sc.masks, text[base:]
	word := m.word()
	begin := uint64(2) // a word behind the first byte may stand behind another word
	if base > 0 && 1<<kindOf[text[base-1]]&(gapKinds|wordKinds) == 0 {
		begin = 0
	}
	sentences := m[inSpace] << 1 & (m[inDot]<<2 | (begin ^ 2)) // a capital there begins a sentence
	places, titles := uint64(0), m[inUpper]
	short := (word + titles) &^ word & m[inDot] & (m[inSpace] >> 1) & (titles >> 2) // "J. Smith", or "Final. The"
	if m[inDigit]|m[inAt]|m[inColon]|m[inHyphen]|m[inDot]&(word>>1)|titles&^sentences|short != 0 {
		data := uint64(0)
		if len(b) >= minData { // data in base64 may begin with the text, and behind a comma: "base64,JVBE"
			if data = m[inComma]<<1 | m[inComma]<<2; base == 0 {
				data |= 3
			}
		}
		places, titles = m.tokens(word, begin, data)
		places |= m[inAt]&(word>>1) | m[inColon]&^((m[inSpace]|m[inGap])>>1) // "a@b", "http://", "fe80::1"
		titles &^= places
	} // else there are sentences without any other capital, number or sign that joins words
	for ; titles != 0; titles &= titles - 1 {
		if i := bits.TrailingZeros64(titles); i+1 < len(b) && sc.titles.has(b[i:]) {
			places |= 1 << i
		}
	}
	return places
}

// seek returns the places in the first window of b of words that may be of the names for which pairs has bits, see pair.
func (sc *scratch) seek(b []byte, pairs uint64) (places uint64) {
	if pairs == 0 {
		return 0
	}
	word := sc.masks.word()
	for first := word &^ (word << 1) & (word >> 1); first != 0; first &= first - 1 {
		if i := bits.TrailingZeros64(first); pairs&(1<<pair(b[i:])) != 0 {
			places |= 1 << i
		}
	}
	return places
}

// seekLong is seek for the window at base of a text that has more bytes than a window.
func (sc *scratch) seekLong(b []byte, base int) uint64 {
	at := min(base, len(b)-window)
	first, second := sc.names.letters.initials((*[window]byte)(b[at:]))
	word := sc.masks.word()
	places := first >> (base - at) & (second >> (base - at) >> 1) & word &^ (word << 1)
	for rest := places; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if n := bits.TrailingZeros64(^(word >> i)); sc.names.lengths>>n&1 == 0 {
			places &^= 1 << i
		}
	}
	return places
}

// tokens returns places in the words that detectors may be anchored at: those with a digit, and those that begin with
// a capital, or are short, where what stands beside them can be of use to the detectors of such words. It knows the
// grammar of these: a name has another capital behind it, or a word that tells of it before it, a month has a digit
// behind it, a city has a comma and a state behind it, and a text that is long enough for data in base64 may begin with
// it. begin and data are places where a word counts as told of, and where data may begin. titles are the words that may be
// a title, whose name may begin with a small letter.
func (m *masks) tokens(word, begin, data uint64) (places, titles uint64) {
	upper, space, dot, digit := m[inUpper], m[inSpace], m[inDot], m[inDigit]
	first, last := word&^(word<<1)&upper, word&^(word>>1)
	// Adding the first bit of a run to it moves a bit behind its last one: these are the runs that begin with a capital.
	behind, over := bits.Add64(word, first, 0)
	capital := behind&^word>>1 | over<<63
	another := space>>1&(upper>>2) | dot>>1&(space>>2)&(upper>>3) // "John Smith", "J. Smith"
	joined := (m[inHyphen] | m[inApostrophe]) >> 1 & (upper >> 2) // "Smith-Jones"
	listed := m[inComma] >> 1 & (upper>>2 | space>>2&(upper>>3))  // "Smith, John", "SMITH,JOHN", "Austin, TX"
	dated := digit>>2 | digit>>3 | digit>>4                       // "May 3", "Sept. 3"
	gap := space | m[inGap] | m[inColon]
	told := gap << 1 & ((word|gap)<<2 | begin | m[inComma]<<2&(m[inGap]<<1)) // "patient Smith", "Name: Smith", "Regards,\nSmith", but not "it. The"
	ended := uint64(0)
	if m[inHyphen]|m[inColon]|dot&(word>>1) != 0 {
		short := word << 1 &^ (word << 2 & (word << 3) & (word << 4)) // two to four characters
		ended = dot >> 1 & short & (word >> 2)                        // "www.example", "1a2b.3c4d"
		ended |= (m[inHyphen]>>1&(m[inHyphen]>>4) | m[inColon]>>1&(m[inColon]>>4)) & short
		ended |= m[inHyphen] >> 1 & (word << 4) & (word << 7) // the first eight letters or digits of a UUID
	}
	data &= first
	for rest := data; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		n := bits.TrailingZeros64(^(word >> i))
		if (space|dot|m[inComma]|m[inColon]|m[inApostrophe])>>(i+n)&1 != 0 { // a short word is no data
			data &^= 1 << i
		}
	}
	places = digit | first&(told|data) | capital&(another|joined|listed|dated) | last&ended
	return places, first
}

// pair maps the first two letters of b, small or not, to a number from 0 to 63.
func pair(b []byte) uint { return uint(binary.LittleEndian.Uint16(b)|0x2020) * 0x9E5 >> 6 & 63 }

// anchors asks the detectors at places in the window at base. It returns the place to go on at if that is behind the
// window.
func (sc *scratch) anchors(p *keyPlan, base int, places uint64) int {
	word := sc.masks.word()
	next := 0
	for places != 0 {
		i := bits.TrailingZeros64(places)
		if word&(1<<i) == 0 {
			sc.sign(p, base+i)
			places &= places - 1
			continue
		}
		start := bits.Len64(^word & (1<<i - 1))
		stop := i + bits.TrailingZeros64(^(word >> i))
		k := token{start: base + start, end: base + stop, class: sc.masks.classOf((1<<stop - 1) &^ (1<<start - 1))}
		if next = sc.token(p, k); next-base >= window {
			break
		}
		places &^= 1<<(next-base) - 1
	}
	return next
}

// sign asks the detectors anchored at the sign at i.
func (sc *scratch) sign(p *keyPlan, i int) {
	if i < sc.covered {
		return
	}
	k := token{start: i, end: i + 1}
	if sc.text.b[i] == '@' {
		sc.ask(p, k, sc.at.sign)
	} else {
		sc.ask(p, k, sc.colon(i))
	}
}

// token asks the detectors anchored at k. It returns the place to go on if more than k is of no interest.
func (sc *scratch) token(p *keyPlan, k token) int {
	if k.start < sc.covered {
		return k.end
	}
	n := k.len()
	behind := sc.text.at(k.end)
	if behind == '@' {
		if sc.sign(p, k.end); sc.covered > k.end { // an address, whose words are of no interest
			return sc.covered
		}
	}
	switch {
	case n >= 2 && n <= 4:
		if ask := sc.paired(k, n, behind); ask != 0 {
			sc.ask(p, k, ask)
		}
	case n == 8:
		if behind == '-' && sc.text.uuid(k.start) {
			return k.start + 36
		}
	case n == 15 || n == 18:
		if k.class&isOther == 0 && recordID(sc.text.b[k.start:k.end]) {
			return k.end
		}
	}
	switch {
	case k.class&isDigit != 0:
		ask := sc.numbered(k, min(n, 31), behind)
		if !sc.text.open(k.start) { // behind "1-", "1." and "_" there are no identifiers, but "1-Mar2024" is a date
			if sc.text.digit(k.start) {
				return k.end
			}
			ask &= 1 << sc.date
		}
		sc.ask(p, k, ask)
		return k.end
	case classes[sc.text.b[k.start]]&isUpper != 0:
		if ask := sc.capital(k, behind); ask != 0 {
			sc.ask(p, k, ask)
		}
	}
	if sc.names.n > 0 {
		sc.recur(p, k)
	}
	return k.end
}

// numbered returns the detectors to ask at k, which has a digit and is n bytes long.
func (sc *scratch) numbered(k token, n int, behind byte) (ask set) {
	switch {
	case k.class&isWord == isDigit:
		ask = sc.narrow.numbers(&sc.text, k, n, behind)
		if n <= 3 && !sc.text.lettered(k.start) && (behind != ' ' && behind != '-' || sc.text.class(k.end+1)&(isUpper|isDigit|isOther) == 0) {
			ask &^= 1 << sc.plate // "123 ABC", "ABC 123"
		}
		if n <= 2 && behind == ' ' && !sc.monthly(k.end+1) {
			ask &^= 1 << sc.date // "5 March 2024"
		}
		if n <= 3 && sc.text.at(k.start-1) == '-' {
			ask |= sc.narrow.digits[31][0] & sc.told // "AB-12" is an identifier by what stands before it
		}
	case sc.text.digit(k.start):
		ask = sc.narrow.number[n]
		if sc.text.digit(k.start + 2) {
			ask &^= 1 << sc.date // "12th", "3Mar2024"
		}
	default:
		ask = sc.narrow.word[n]
		if (sc.text.class(k.start+1)&sc.text.class(k.start+2))&(isUpper|isLower) == 0 {
			ask &^= 1 << sc.date // "Mar2024"
		}
		if behind != ' ' || !sc.text.digit(k.end+1) {
			ask &^= 1<<sc.zip | 1<<sc.city // "SW1A 1AA"
		}
		second := sc.text.class(k.start + 1)
		if second&(isUpper|isLower) == 0 || !sc.text.digit(k.start+2) || !sc.text.digit(k.start+3) {
			ask &^= 1 << sc.iban // "GB82WEST12345698765432"
		}
		if second&isDigit == 0 {
			ask &^= 1 << sc.icd10 // "E11"
		}
	}
	ask &^= sc.notData(k, behind)
	if ask&(1<<sc.street) != 0 && !sc.addressed(k, behind) {
		ask &^= 1 << sc.street
	}
	if ask&(1<<sc.street) == 0 && (k.start < 3 || !space(sc.text.b[k.start-1]) || n != 5 && sc.text.digit(k.start)) {
		ask &^= 1 << sc.city // a state stands before the ZIP code behind a city, or a street before a city
	}
	return ask
}

// ask asks the detectors of a set at the place k.
func (sc *scratch) ask(p *keyPlan, k token, ask set) {
	ask &^= sc.sure
	if told := ask & sc.told &^ p.hints; told != 0 {
		ask &^= told
		if k.len() >= 2 {
			ask |= told & sc.text.context(k.start, k.end)
		}
	}
	if k.len() < 2 {
		ask &^= sc.told
	}
	for ; ask != 0; ask &= ask - 1 {
		d := bits.TrailingZeros64(uint64(ask))
		if d == int(sc.namedCity) && k.start < sc.covered { // the state behind it says more
			continue
		}
		m, ok := table[d].Find(&sc.text, k)
		if sc.text.late { // a date that the clock allows when it was read for an earlier record is allowed now
			if sc.text.late = false; !sc.timed {
				sc.tellTime()
				m, ok = table[d].Find(&sc.text, k)
				sc.text.late = false
			}
		}
		if ok {
			sc.found(p, d, m)
		}
	}
}

// found grades a match of detector d and reports it.
func (sc *scratch) found(p *keyPlan, d int, m match) {
	near, family := set(0), 1<<d|sc.roles[d]
	if !m.valid || m.alone < inspect.VeryLikely || sc.roles[d] != 0 { // else words say no more
		if near = sc.text.toldBefore(m.start); near&family == 0 {
			near = sc.text.toldBehind(m.end)
		}
	}
	d = sc.role(d, p, near)
	if !sc.enabled.has(d) {
		return
	}
	related := set(1 << d)
	if b := sc.bases[d]; b >= 0 {
		related |= 1 << b
	}
	h := hit{start: m.start, end: m.end, detector: int8(d), likelihood: m.alone, evidence: inspect.ByShape}
	if m.valid {
		h.evidence |= inspect.ByValidity
	}
	if p.hints&related != 0 {
		h.evidence |= inspect.ByKey
	}
	if near&related != 0 {
		h.evidence |= inspect.ByContext
	}
	if h.evidence&(inspect.ByKey|inspect.ByContext) != 0 {
		h.likelihood = max(h.likelihood, inspect.Likely)
		if m.valid {
			h.likelihood = inspect.VeryLikely
		}
	}
	if h.likelihood == inspect.VeryUnlikely {
		return
	}
	if m.valid && h.likelihood >= inspect.Likely && sc.covers.has(d) && m.start >= sc.reached && sc.plain(d, m) {
		sc.covered = max(sc.covered, m.end)
	}
	sc.reached = max(sc.reached, m.end)
	if sc.mapped {
		h.start, h.end = sc.fold.span(sc.value, m.start, m.end)
	}
	sc.add(h)
}

// role returns which of the detectors with the grammar of d is told of: by the words near the match, by the name of
// the field, or by the object; d itself if none is.
func (sc *scratch) role(d int, p *keyPlan, near set) int {
	roles := sc.roles[d]
	if roles == 0 {
		return d
	}
	for _, told := range [...]set{near & roles, p.hints & roles} {
		if told != 0 {
			return bits.TrailingZeros64(uint64(told))
		}
	}
	if p.clinical && d == int(sc.date) {
		return int(sc.serviceDate)
	}
	return d
}

// apart reports whether what stands at i, behind a match, is no part of a longer reading of it or of what is in it: neither
// a capital or a digit behind a space or a dot, as in "338 17 St Omers Road" and "12 Main St Dr. Lopez", or for a name behind
// a comma, as in "Juan Austin, TX", nor a sign that joins words, as in "Apt 412-53-6123".
func (t *text) apart(name bool, i int) bool {
	c, next := t.at(i), t.class(i+1)
	if (name && c == ',' || c == '.') && t.at(i+1) == ' ' {
		next = t.class(i + 2)
	}
	switch {
	case next&isWord == 0, c == ',' && !name:
		return true
	case c == ' ' || c == '.' || name:
		return next&(isUpper|isDigit) == 0
	}
	return false
}

// plain reports whether m, of detector d, has no place where somebody might hide a number, inside or at its end. Addresses
// have up to four digits besides the number before a street, and telephone numbers no more than four in a row.
func (sc *scratch) plain(d int, m match) bool {
	t := &sc.text
	if !t.apart(d == int(sc.name), m.end) {
		return false
	}
	if !sc.roomy.has(d) {
		return true
	}
	i, phone := m.start, d != int(sc.email) && d != int(sc.street) && d != int(sc.name)
	if d == int(sc.street) {
		i += t.digits(i, 7)
	}
	run := 0
	for _, c := range t.b[i:m.end] {
		if c-'0' <= 9 {
			if run++; run > 4 {
				return false
			}
		} else if phone {
			run = 0
		}
	}
	return true
}

// lettered reports whether a capital and a space or hyphen stand before i.
func (t *text) lettered(i int) bool {
	c := t.at(i - 1)
	return (c == ' ' || c == '-') && t.class(i-2)&isUpper != 0
}

// monthly reports whether a month may stand at i, or "of" and one.
func (sc *scratch) monthly(i int) bool {
	b := sc.text.b
	return i+1 < len(b) && (sc.months.has(b[i:]) || b[i] == 'o' && b[i+1] == 'f')
}
