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
	three := []need{{digits: 1<<3 | 1<<9}, {digits: from4Bytes, number: anyLength, word: anyLength}, {digits: from(1, 2), behind: "-"}}
	return map[string][]need{
		ssn.Name:       {{digits: 1 << 9}, {digits: 1 << 3, behind: " -."}},
		itin.Name:      {{digits: 1 << 9}, {digits: 1 << 3, behind: " -."}},
		mbi.Name:       {{number: 1<<4 | 1<<7 | 1<<11}},
		hicn.Name:      {{digits: 1 << 9}, {digits: 1 << 3, behind: " -."}, {number: from8Bytes, word: anyLength}},
		npi.Name:       {{digits: 1 << 10}, {digits: 1 << 4, behind: " -."}},
		dea.Name:       {{word: 1 << 9}},
		card.Name:      {{digits: from(13, 19)}, {digits: from(3, 6), behind: " -"}},
		ein.Name:       {{digits: 1 << 2, behind: "-"}},
		phone.Name:     {{digits: from(7, 15)}, {digits: from(1, 6), behind: " -./)("}, {number: from8Bytes}},
		date.Name:      {{digits: 1<<8 | 1<<12 | 1<<14}, {digits: 1 << 4, behind: "-/."}, {digits: from(1, 2), behind: "-/., "}, {number: anyLength, word: from4Bytes}},
		age.Name:       {{digits: from(2, 3), number: anyLength}},
		mrn.Name:       three,
		plan.Name:      identifier,
		account.Name:   identifier,
		licence.Name:   identifier,
		passport.Name:  {{digits: from(6, 9), number: from(6, 9), word: from(6, 9)}},
		vin.Name:       {{digits: 1 << 17, number: 1 << 17, word: 1 << 17}},
		plate.Name:     {{digits: from(1, 9), number: from(1, 9), word: from(1, 9)}},
		device.Name:    three,
		udi.Name:       {{digits: 1 << 2, behind: ")"}},
		ipAddress.Name: {{digits: from(1, 3), behind: "."}},
		icd10.Name:     {{word: from(3, 7)}},
		ndc.Name:       {{digits: 1<<10 | 1<<11}, {digits: 1<<4 | 1<<5, behind: "-"}},
		loinc.Name:     {{digits: from(3, 7), behind: "-"}},
		snomed.Name:    {{digits: from(6, 18)}},
		cpt.Name:       {{digits: 1 << 5, number: 1 << 5}},
		hcpcs.Name:     {{word: 1 << 5}},
		street.Name:    {{digits: from(1, 6), number: anyLength}},
		city.Name:      {{digits: 1 << 5}},
		zip.Name:       {{digits: 1 << 5}},
		geo.Name:       {{digits: from(1, 3), behind: "."}},
	}
}

// narrowed are the detectors to ask at a token, by its length and, for a run of digits, the byte behind it.
type narrowed struct {
	digits       [32][len(behinds) + 1]set
	number, word [32]set
}

// behinds are the bytes that needs tell apart.
const behinds = " -./)(,"

// behindOf returns the place of c in behinds, or behind the last of them.
func behindOf(c byte) int {
	for i := range len(behinds) {
		if behinds[i] == c {
			return i
		}
	}
	return len(behinds)
}

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
			if n.digits&(1<<length) != 0 && (n.behind == "" || i < len(behinds) && contains(n.behind, behinds[i])) {
				o.digits[length][i] |= digits
			}
		}
	}
}
