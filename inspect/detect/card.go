package detect

import "github.com/phigate/phigate/inspect"

// card recognises the numbers of payment cards.
var card = Detector{
	Name:     "credit_card",
	Category: inspect.Account,
	Doc:      "payment card number: 12 to 19 digits of a known issuer, Luhn (ISO/IEC 7812-1)",
	Keys: []string{"credit card", "credit card number", "card number", "card no", "cc number", "ccnumber", "cc num", "debit card",
		"payment card", "pan"},
	Hints:   []string{"card", "cc", "visa", "mastercard", "amex", "american express", "discover"},
	Anchors: atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := cardAt(&t, token{}); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   cardAt,
	Normal: normalDigits,
}

func cardAt(t *text, k token) (match, bool) {
	if c := t.at(k.start); c < '2' || c > '6' {
		return match{}, false
	}
	end, n, groups := cardDigits(t, k.start)
	if n < 12 || n > 19 || !t.bounded(k.start, end) || !validCard(t.b[k.start:end], n) {
		return match{}, false
	}
	m := match{start: k.start, end: end, valid: true, alone: inspect.Possible}
	if groups > 1 {
		m.alone = inspect.Likely
	}
	return m, true
}

// cardDigits reads digits at i in one run, or in groups of three to six with the same separator between them. It
// returns the place behind them and how many digits and groups there are.
func cardDigits(t *text, i int) (end, digits, groups int) {
	run := t.digits(i, 20)
	if run > 6 {
		return i + run, run, 1
	}
	sep := t.at(i + run)
	for run >= 3 && run <= 6 && digits+run <= 19 {
		digits, groups, end = digits+run, groups+1, i+run
		if (sep != ' ' && sep != '-') || t.at(end) != sep {
			break
		}
		i = end + 1
		run = t.digits(i, 7)
	}
	return end, digits, groups
}

// validCard reports whether the n digits in b begin with the prefix of an issuer whose numbers have that length, and
// satisfy Luhn.
func validCard(b []byte, n int) bool {
	prefix, seen := 0, 0
	for _, c := range b {
		if classes[c]&isDigit != 0 && seen < 6 {
			prefix = prefix*10 + int(c-'0')
			seen++
		}
	}
	return issued(prefix, n) && luhn(b, 0)
}

// issued reports whether an issuer has numbers of n digits that begin with the six digits of prefix.
func issued(prefix, n int) bool {
	two, three, four := prefix/10000, prefix/1000, prefix/100
	switch {
	case two/10 == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case 51 <= two && two <= 55, 2221 <= four && four <= 2720: // Mastercard
		return n == 16
	case two == 34, two == 37: // American Express
		return n == 15
	case four == 6011, two == 65, 644 <= three && three <= 649, two == 62: // Discover, UnionPay
		return n >= 16
	case two == 35: // JCB
		return n >= 16
	case four == 5018, four == 5020, four == 5038, four == 5893, four == 6304, four == 6759, 6761 <= four && four <= 6763: // Maestro
		return n >= 12
	case two == 36, two == 38, two == 39, 300 <= three && three <= 305: // Diners Club
		return n >= 14
	}
	return false
}
