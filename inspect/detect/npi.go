package detect

import "github.com/phigate/phigate/inspect"

// npi recognises national provider identifiers.
var npi = Detector{
	Name:     "us_npi",
	Category: inspect.Other,
	Doc:      "national provider identifier: ten digits, Luhn over the prefix 80840 (45 CFR 162.406)",
	Keys: []string{"npi", "npi number", "npi no", "national provider", "national provider id", "national provider identifier",
		"provider npi"},
	Hints:   []string{"provider id", "provider number", "rendering provider", "referring provider", "billing provider", "attending provider", "taxonomy"},
	Anchors: atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := npiAt(&t, token{}); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   npiAt,
	Normal: normalDigits,
}

func npiAt(t *text, k token) (match, bool) {
	i := k.start
	if c := t.at(i); c != '1' && c != '2' {
		return match{}, false
	}
	end, _, ok := grouped(t, i, 4, 3, 3)
	if !ok || !t.bounded(i, end) {
		return match{}, false
	}
	if !validNPI(t.b[i:end]) {
		return match{start: i, end: end, alone: inspect.VeryUnlikely}, t.lex != nil && t.labels(i)&t.lex.own.npi != 0
	}
	m := match{start: i, end: end, valid: true, alone: inspect.Possible}
	if c := t.at(i + 1); t.at(i) == '1' && '4' <= c && c <= '8' { // seconds since 1970: one of ten is valid
		m.alone = inspect.Unlikely
	}
	return m, true
}

// validNPI reports whether the digits in b are a national provider identifier: Luhn over the prefix 80840, which adds
// 24 to the sum, and not all alike.
func validNPI(b []byte) bool {
	alike := true
	for _, c := range b {
		alike = alike && (c == b[0] || classes[c]&isDigit == 0)
	}
	return !alike && luhn(b, 24)
}
