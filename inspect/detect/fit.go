package detect

// To ask a detector costs more than to look at the bytes beside a word that its grammar needs. What follows knows of some
// grammars which these are. As in needs, it may let through too much and never too little: TestInspectFindsAll compares
// with a scan that asks everywhere.

// capital returns the detectors to ask at the capitalised word k, which behind is the byte behind of.
func (sc *scratch) capital(k token, behind byte) set {
	t := &sc.text
	ask := sc.at.capital
	next := t.at(k.end + 1)
	if next-'0' > 9 && !t.digit(k.end+2) && !t.digit(k.end+3) && (next != 'o' || !t.digit(k.end+4)) || k.len() < 3 || !sc.months.has(t.b[k.start:]) { // "May 3", "Sept., 3", "May of 2021"
		ask &^= 1 << sc.date
	}
	if behind != ',' || next != ' ' || t.class(k.end+2)&isUpper == 0 || t.class(k.end+3)&isUpper == 0 && !sc.stateNames.has(t.b[k.end+2:]) { // "Austin, TX", "Austin, Texas"
		ask &^= 1 << sc.city
	}
	if !sc.nameable(k, behind, next) {
		ask &^= 1 << sc.name
	}
	if ask&(1<<sc.namedCity) != 0 && !t.placed(k) {
		ask &^= 1 << sc.namedCity
	}
	return ask &^ sc.notData(k, behind)
}

// placed reports whether the word before k is one that stands before the names of cities, or may stand between such a word
// and one: "in Boston", "from the Bronx".
func (t *text) placed(k token) bool {
	if k.start < 3 {
		return false
	}
	if a, b := t.b[k.start-3], t.b[k.start-2]; classes[b]&isWord != 0 && locativeEnds[a&31]&(1<<(b&31)) == 0 {
		return false
	}
	w := t.wordBefore(t.skipSpaceBefore(k.start))
	word := t.b[w.start:w.end]
	return locative(word) != 0 || equalFold(word, "the")
}

// nameable reports whether a name may begin with the capitalised word k, or stand behind it if it is a title. behind
// and next are the bytes behind it.
func (sc *scratch) nameable(k token, behind, next byte) bool {
	t := &sc.text
	switch behind {
	case '-', '\'':
		if next-'A' < 26 { // "Smith-Jones"
			return true
		}
	case ',':
		at := k.end + 1
		if next == ' ' {
			at++
			next = t.at(at)
		}
		if next-'A' < 26 && !sc.state(at) { // "Smith, John", "SMITH,JOHN", not "Salem, IL"
			return true
		}
	case '.', ' ':
		at := k.end + 1
		if behind == '.' {
			if next != ' ' {
				break
			}
			at++
			next = t.at(at)
		}
		if next-'A' < 26 { // "John Smith", "J. Smith", "Dr. Xu"
			return true
		}
		if at+1 < len(t.b) && sc.particles.has(t.b[at:]) && sc.titles.has(t.b[k.start:]) { // "Dr. van der Meer"
			return true
		}
	}
	if k.start < 2 {
		return false
	}
	before, far := kindOf[t.b[k.start-1]], kindOf[t.b[k.start-2]]
	if gapKinds&(1<<before) == 0 {
		return false
	}
	return (gapKinds|wordKinds)&(1<<far) != 0 || sc.signed(k) // "patient Xu", "Name: Xu", but not "it. The"
}

// signed reports whether the name k of the lists stands at the beginning of a line, behind one that ends with a comma, as
// the signature of a letter does.
func (sc *scratch) signed(k token) bool {
	t := &sc.text
	return t.b[k.start-2] == ',' && kindOf[t.b[k.start-1]] == inGap && t.entry(k).traits.known()
}

// state reports whether the abbreviation of a state stands at i, which is no first name.
func (sc *scratch) state(i int) bool {
	b := sc.text.b
	return i+1 < len(b) && sc.states.has(b[i:]) && classes[b[i]]&classes[b[i+1]]&isUpper != 0 && sc.text.class(i+2)&isWord == 0
}

// gapKinds are the kinds of bytes that stand between a word and what it tells of; wordKinds are those of words.
const (
	gapKinds  = 1<<inSpace | 1<<inGap | 1<<inColon
	wordKinds = 1<<inDigit | 1<<inUpper | 1<<inLower | 1<<inOther
)

// addressed reports whether the street or the number of a box may begin with the number k.
func (sc *scratch) addressed(k token, behind byte) bool {
	t := &sc.text
	if k.start >= 4 && space(t.b[k.start-1]) { // "P.O. Box 12"
		if c := t.b[k.start-2]; c|0x20 == 'x' || space(c) {
			return true
		}
	}
	at := k.end
	if behind == '.' || behind == '\'' {
		at++
	}
	if t.at(at) == ' ' && t.class(at+1)&(isUpper|isDigit) != 0 { // "12 Main St"
		return true
	}
	if at = k.end; t.at(at) == ',' {
		at++
	}
	if t.at(at) == ' ' && at+3 < len(t.b) && sc.thoroughfares.has(t.b[at+1:]) { // "12 rue de la Paix"
		return true
	}
	if behind == ' ' || k.len() > 5 || k.start < 5 || t.b[k.start-1] != ' ' || t.class(k.start-2)&isLower == 0 && t.b[k.start-2] != '.' {
		return false
	}
	w := t.wordBefore(t.at1(k.start-1, '.'))
	return t.class(w.start)&isUpper != 0 && w.len() > 2 || t.b[k.start-2] == '.' // "Hauptstrasse 5", "Calle Mayor 12"
}

// minData is the shortest data in base64 that the detector of it looks at, in bytes.
const minData = 64

// notData returns the detector of data in base64 unless such data may begin with k or a byte before it.
func (sc *scratch) notData(k token, behind byte) set {
	b, i := sc.text.b, k.start
	if len(b)-i >= minData-1 && (i <= 1 || b[i-1] == ',' || b[i-2] == ',') && (k.len() >= minData-1 || contains("+/=-_\r\n", behind)) {
		return 0
	}
	return 1 << sc.photo
}

// colon returns the detectors to ask at the colon at i: that of URLs if a slash is behind it, that of addresses if
// another colon is near. Two colons of an address have at most four digits between them.
func (sc *scratch) colon(i int) set {
	t := &sc.text
	ask := sc.at.colon
	if t.at(i+1) != '/' {
		ask &^= 1 << sc.url
	}
	j := i + 1
	for j-i <= 4 && t.class(j)&isHex != 0 {
		j++
	}
	if t.at(j) != ':' {
		ask &^= 1 << sc.ip
	}
	return ask
}

// paired returns the detectors of pairs to ask at k, which is two to four bytes long: those for which something of use
// stands behind it, another pair and the same sign, or a word.
func (sc *scratch) paired(k token, n int, behind byte) set {
	t := &sc.text
	switch behind {
	case '.':
		if n == 2 || t.class(k.end+1)&isWord == 0 {
			return 0
		}
	case ':', '-':
		if n != 2 || t.at(k.end+3) != behind {
			return 0
		}
	default:
		return 0
	}
	ask := sc.at.pair
	if n != 3 || t.b[k.start]|0x20 != 'w' { // "www.example.org"
		ask &^= 1 << sc.url
	}
	if n == 3 || t.class(k.start)&isHex == 0 { // "1a2b.3c4d.5e6f", "00:1a:2b:3c:4d:5e"
		ask &^= 1 << sc.mac
	}
	return ask
}
