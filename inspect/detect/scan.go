package detect

import (
	"bytes"
	"math/bits"

	"github.com/phigate/phigate/inspect"
)

// scan looks in a value for all detectors, as it stands and, where it holds escapes of its own, as they spell it.
func (sc *scratch) scan(value []byte, p *keyPlan) {
	sc.text = text{now: sc.now, lex: sc.lex}
	if isASCII(value) {
		sc.text.b, sc.mapped = value, false
	} else {
		sc.fold.foldUnicode(value)
		sc.text.b, sc.mapped = sc.fold.b, true
	}
	sc.pass(value, p)
	if bytes.IndexByte(value, '%') < 0 && bytes.IndexByte(value, '&') < 0 {
		return
	}
	if sc.fold.foldEscapes(value) {
		sc.text = text{b: sc.fold.b, now: sc.now, lex: sc.lex}
		sc.mapped = true
		sc.pass(value, p)
	}
}

// pass reads the text once and asks the detectors at their anchors.
func (sc *scratch) pass(value []byte, p *keyPlan) {
	b := sc.text.b
	for i := 0; i < len(b); {
		c := classes[b[i]]
		if c&isWord == 0 {
			if c&isAnchor != 0 {
				sc.sign(value, p, i)
			}
			i++
			continue
		}
		k := token{start: i, class: c}
		for i++; i < len(b); i++ {
			c = classes[b[i]]
			if c&isWord == 0 {
				break
			}
			k.class |= c
		}
		k.end = i
		if next := sc.token(value, p, k); next > i {
			i = next
		}
	}
}

// sign asks the detectors anchored at the sign at i.
func (sc *scratch) sign(value []byte, p *keyPlan, i int) {
	k := token{start: i, end: i + 1}
	if sc.text.b[i] == '@' {
		sc.ask(value, p, k, atSign)
	} else {
		sc.ask(value, p, k, atColon)
	}
}

// token asks the detectors anchored at k. It returns the place to go on if more than k is of no interest.
func (sc *scratch) token(value []byte, p *keyPlan, k token) int {
	if n := k.len(); n >= 2 && n <= 4 {
		switch sc.text.at(k.end) {
		case ':', '-', '.':
			sc.ask(value, p, k, atPair)
		}
	} else if n == 8 && sc.text.at(k.end) == '-' && sc.text.uuid(k.start) {
		return k.start + 36
	} else if (n == 15 || n == 18) && k.class&isOther == 0 && recordID(sc.text.b[k.start:k.end]) {
		return k.end
	}
	switch {
	case k.class&isWord == isDigit:
		sc.ask(value, p, k, atDigits)
	case k.class&isDigit != 0:
		sc.ask(value, p, k, atMixed)
	case classes[sc.text.b[k.start]]&isUpper != 0:
		sc.ask(value, p, k, atCapital)
	}
	if sc.names.n > 0 && k.class&isDigit == 0 {
		sc.recur(value, p, k)
	}
	return k.end
}

// ask asks the detectors anchored at places of kind a.
func (sc *scratch) ask(value []byte, p *keyPlan, k token, a anchor) {
	told, asked := p.hints, false
	for _, d := range sc.at[bits.TrailingZeros8(uint8(a))] {
		if table[d].Told {
			if k.len() < 2 {
				continue
			}
			if !asked {
				told, asked = told|sc.text.context(k.start, k.end), true
			}
			if !told.has(int(d)) {
				continue
			}
		}
		if m, ok := table[d].Find(&sc.text, k); ok {
			sc.found(value, p, int(d), m)
		}
	}
}

// found grades a match of detector d and reports it.
func (sc *scratch) found(value []byte, p *keyPlan, d int, m match) {
	family := 1<<d | sc.roles[d]
	near := sc.text.toldBefore(m.start)
	if near&family == 0 {
		near = sc.text.toldBehind(m.end)
	}
	d = sc.role(d, p, near)
	if !sc.enabled.has(d) {
		return
	}
	related := set(1 << d)
	if b := sc.bases[d]; b >= 0 {
		related |= 1 << b
	}
	f := inspect.Finding{Detector: table[d].Name, Category: table[d].Category, Likelihood: m.alone,
		Evidence: inspect.ByShape, Field: sc.field}
	if m.valid {
		f.Evidence |= inspect.ByValidity
	}
	if p.hints&related != 0 {
		f.Evidence |= inspect.ByKey
	}
	if near&related != 0 {
		f.Evidence |= inspect.ByContext
	}
	if f.Evidence&(inspect.ByKey|inspect.ByContext) != 0 {
		f.Likelihood = max(f.Likelihood, inspect.Likely)
		if m.valid {
			f.Likelihood = inspect.VeryLikely
		}
	}
	if f.Likelihood == inspect.VeryUnlikely {
		return
	}
	f.Start, f.End = m.start, m.end
	if sc.mapped {
		f.Start, f.End = sc.fold.span(value, m.start, m.end)
	}
	sc.add(f)
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
	if p.clinical && table[d] == &date {
		return indexOf(serviceDate.Name)
	}
	return d
}
