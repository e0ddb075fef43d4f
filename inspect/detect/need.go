package detect

// need is what a detector needs of a token at the least, to look at it at all: most tokens have the wrong length, or the
// wrong byte behind them, for most grammars, and a look into a table is cheaper than to ask. A detector without needs is
// asked at all tokens of its kinds. Needs may be wide, and never narrower than the grammar: TestInspectFindsAll compares
// with a scan that knows no needs.
type need struct {
	// digits are the lengths of the run of digits, where the token is one.
	digits lengths
	// behind are the bytes of which one must stand behind a run of digits; empty for any or none.
	behind string
	// first are the digits that a run of digits may begin with; empty for all.
	first string
	// next are the lengths of a second run of digits where "-", ".", "/" or a space and a letter or digit stand behind the
	// first, 0 for a letter; zero for all. again says that the same sign must stand behind the second, or a space.
	next  lengths
	again bool
	// plus says that a run of digits of any length is enough behind a plus sign.
	plus bool
	// number and word are the lengths of tokens of both letters and digits that begin with a digit, and with a letter.
	number, word lengths
}

// lengths is a set of lengths in bytes. 31 stands for itself and all above.
type lengths uint32

// from returns the lengths from least to most.
func from(least, most int) lengths { return 1<<(most+1) - 1<<least }

// any length, and any of at least some bytes.
const (
	anyLength  lengths = 1<<32 - 2
	from4Bytes         = anyLength &^ (1<<4 - 1)
	from8Bytes         = anyLength &^ (1<<8 - 1)
)

// needs returns the needs of detectors by their names: any one of them is enough.
func needs() map[string][]need {
	identifier := []need{{digits: from4Bytes, number: anyLength, word: anyLength}, {digits: from(1, 3), behind: "-"}}
	grouped := append([]need{{digits: from(3, 4), behind: " ", next: from(3, 5)}}, identifier...)
	return map[string][]need{
		ssn.Name:  {{digits: 1 << 9}, {digits: 1 << 3, behind: " -.", next: 1 << 2, again: true}},
		itin.Name: {{digits: 1 << 9, first: "9"}, {digits: 1 << 3, behind: " -.", first: "9", next: 1 << 2, again: true}},
		mbi.Name:  {{number: 1<<4 | 1<<7 | 1<<11}},
		hicn.Name: {{digits: 1 << 9}, {digits: 1 << 3, behind: " -.", next: 1 << 2, again: true}, {number: from8Bytes, word: anyLength}},
		npi.Name:  {{digits: 1 << 10, first: "12"}, {digits: 1 << 4, behind: " -.", first: "12", next: 1 << 3, again: true}},
		dea.Name:  {{word: 1 << 9}},
		card.Name: {{digits: from(12, 19), first: "23456"}, {digits: from(3, 6), behind: " -", first: "23456", next: from(3, 6), again: true}},
		iban.Name: {{word: from4Bytes}},
		ein.Name:  {{digits: 1 << 2, behind: "-", next: 1 << 7}},
		phone.Name: {{digits: 1<<10 | 1<<11}, {digits: 1 << 3, behind: " -./)(", next: 1<<3 | 1<<4 | 1<<7},
			{digits: 1 << 1, first: "1", behind: " -./)(", next: 1<<3 | 1<<10}, {number: from8Bytes}, {plus: true},
			{digits: from(2, 5), behind: " )", next: from(2, 9)}, {digits: from(2, 5), behind: "-./", next: from(3, 9)},
			{digits: 1 << 2, behind: "-.", next: 1 << 2, again: true}, {digits: from(7, 15)}},
		date.Name: {{digits: 1<<8 | 1<<12 | 1<<14}, {digits: 1 << 4, behind: "-/.", next: from(1, 2), again: true},
			{digits: 1 << 4, behind: "-", next: 1}, // a letter
			{digits: from(1, 2), behind: "-.", next: from(0, 2), again: true}, {digits: from(1, 2), behind: "/", next: from(0, 4)},
			{digits: from(1, 2), behind: ", "}, {number: anyLength, word: from4Bytes}},
		age.Name:       {{digits: 1 << 2, first: "9"}, {digits: 1 << 3, first: "01"}, {number: anyLength}},
		mrn.Name:       identifier,
		plan.Name:      grouped,
		account.Name:   identifier,
		licence.Name:   append([]need{{digits: from(2, 3), behind: " ", next: 1 << 3}}, identifier...),
		biometric.Name: append([]need{{digits: from(1, 3), behind: "+/="}}, identifier...),
		"unique_id":    grouped,
		device.Name:    identifier,
		passport.Name:  {{digits: from(6, 9), number: from(6, 9), word: from(6, 9)}},
		vin.Name:       {{digits: 1 << 17, number: 1 << 17, word: 1 << 17}},
		plate.Name:     {{digits: from(1, 9), number: from(1, 9), word: from(1, 9)}},
		udi.Name:       {{digits: 1 << 2, behind: ")", first: "0"}},
		ipAddress.Name: {{digits: from(1, 3), behind: ".", next: from(1, 3), again: true}},
		icd10.Name:     {{word: from(3, 7)}},
		ndc.Name:       {{digits: 1<<10 | 1<<11}, {digits: 1<<4 | 1<<5, behind: "-", next: from(3, 4), again: true}},
		loinc.Name:     {{digits: from(3, 7), behind: "-", next: 1 << 1}},
		snomed.Name:    {{digits: from(6, 18)}},
		cpt.Name:       {{digits: 1 << 5, number: 1 << 5}},
		hcpcs.Name:     {{word: 1 << 5}},
		street.Name:    {{digits: from(1, 6), number: anyLength}},
		city.Name:      {{digits: from(1, 6), number: anyLength, word: from(2, 4)}},
		zip.Name:       {{digits: 1 << 5}, {digits: 1 << 4, behind: " "}, {digits: 1 << 4, behind: "-", next: 1 << 3}, {digits: 1 << 3, behind: " ", next: 1 << 2}, {word: from(2, 4)}},
		geo.Name:       {{digits: from(1, 3), behind: ".", next: anyLength &^ from(1, 2)}},
	}
}

// maxGroup is how many digits a run may have that is one group of several.
const maxGroup = 6

// narrowed are the detectors to ask at a token: all that each of the tables has.
type narrowed struct {
	digits       [32][len(behinds) + 1]set     // by the length of a run of digits, and the byte behind it
	first        [10]set                       // by its first digit
	next         [joints][maxGroup + 1][32]set // by the byte behind it, its own length, and that of the run behind that
	once         [joints][maxGroup + 1]set     // those that need no such byte again behind that
	plus         set                           // those that need no more than a plus sign before it
	number, word [32]set
}

// behinds are the bytes that needs tell apart. Behind the first joints of them a second run of digits is looked at.
const (
	behinds = "-./ )(,'+="
	joints  = 4
)

// behindOf is the place of each byte in behinds; the length of that for others.
var behindOf = func() (t [256]uint8) {
	for c := range t {
		t[c] = uint8(len(behinds))
	}
	for i := range len(behinds) {
		t[behinds[i]] = uint8(i)
	}
	return t
}()

// narrow returns the detectors of digits and of mixed, the ones anchored at such tokens, by what they need.
func narrow(digits, mixed set) *narrowed {
	out, known := new(narrowed), needs()
	for d := range table {
		all, ok := known[table[d].Name]
		if !ok {
			all = []need{{digits: anyLength, number: anyLength, word: anyLength}}
		}
		for _, n := range all {
			out.add(n, 1<<d&digits, 1<<d&mixed)
		}
	}
	return out
}

func (o *narrowed) add(n need, digits, mixed set) {
	for length := range 32 {
		if n.number&(1<<length) != 0 {
			o.number[length] |= mixed
		}
		if n.word&(1<<length) != 0 {
			o.word[length] |= mixed
		}
		for i := range o.digits[length] {
			if n.digits&(1<<length) != 0 && n.fits(i) {
				o.digits[length][i] |= digits
			}
		}
	}
	for i := range o.first {
		if n.digits != 0 && (n.first == "" || contains(n.first, '0'+byte(i))) {
			o.first[i] |= digits
		}
	}
	for i := range joints {
		for own := range o.next[i] {
			if n.digits&(1<<own) != 0 && n.fits(i) {
				o.addNext(n, i, own, digits)
			}
		}
	}
	if n.plus {
		o.plus |= digits
	}
}

// addNext adds what n needs behind a run of digits of its own length and the byte at place i of behinds.
func (o *narrowed) addNext(n need, i, own int, digits set) {
	for length := range o.next[i][own] {
		if n.next == 0 || n.next&(1<<length) != 0 {
			o.next[i][own][length] |= digits
		}
	}
	if !n.again {
		o.once[i][own] |= digits
	}
}

// fits reports whether the byte at place i of behinds may stand behind the run of digits; i is the length of that for
// other bytes.
func (n *need) fits(i int) bool {
	return n.behind == "" || i < len(behinds) && contains(n.behind, behinds[i])
}

// numbers returns the detectors to ask at k, a run of n digits with the byte behind.
func (o *narrowed) numbers(t *text, k token, n int, behind byte) set {
	place := behindOf[behind]
	ask := o.digits[n][place] & o.first[t.b[k.start]-'0']
	if k.start > 0 && t.b[k.start-1] == '+' {
		return ask | o.plus
	}
	if n <= maxGroup && place < joints && t.class(k.end+1)&isWord != 0 {
		run := t.digits(k.end+1, 31)
		ask &= o.next[place][n][run]
		if again := t.at(k.end + 1 + run); run > 0 && again != behind && again != ' ' {
			ask &= o.once[place][n]
		}
	}
	return ask
}
