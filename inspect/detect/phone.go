package detect

import "github.com/phigate/phigate/inspect"

// phone recognises telephone numbers.
var phone = Detector{
	Name:     "phone",
	Category: inspect.Phone,
	Doc:      "telephone number of the North American Numbering Plan, an international one behind a + (ITU-T E.164), or one in the form of any country behind words that call it one",
	Keys: []string{"phone", "phone number", "phone no", "phone num", "telephone", "telephone number", "tel", "tel no", "telno",
		"mobile", "mobile phone", "mobile number", "mobile no", "cell", "cell phone", "cell number", "cellphone", "home phone",
		"work phone", "other phone", "assistant phone", "supplied phone", "contact number", "pager", "telecom", "callback number", "landline", "mob no", "phone mobile", "handphone"},
	Hints: []string{"call", "dial", "ph", "reached at", "reach", "text me", "text to", "texted", "sms", "voicemail", "contact", "hotline", "mob", "mobil", "whatsapp",
		"telefon", "telefono", "direct line", "office line", "desk phone"},
	Anchors: atDigits | atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		for i, c := range v[:min(3, len(v))] {
			if classes[c]&isDigit == 0 {
				continue
			}
			if m, ok := phoneAt(&t, token{start: i, end: i + 1}); ok && m.start == 0 && m.end == len(v) && m.valid {
				return inspect.ByShape | inspect.ByValidity
			}
			break
		}
		return 0
	},
	Find:   phoneAt,
	Normal: normalPhone,
}

// fax recognises telephone numbers that something tells of being for fax.
var fax = Detector{
	Name:     "fax",
	Category: inspect.Fax,
	Doc:      "fax number: a telephone number that a name or words near it call one",
	Keys:     []string{"fax", "fax number", "fax no", "facsimile", "telefax", "fax phone"},
	Base:     "phone",
	Check:    func(v []byte, now clock) inspect.Evidence { return phone.Check(v, now) },
	Normal:   normalPhone,
}

// phoneAt looks for a telephone number whose first digit is at k.start.
func phoneAt(t *text, k token) (match, bool) {
	i := k.start
	if !t.digit(i) || t.digit(i-1) {
		return match{}, false
	}
	if t.at(i-1) == '+' {
		return international(t, i)
	}
	start := i
	if t.at(i-1) == '(' {
		start--
	}
	if t.at(i) == '1' && start == i {
		if j := phoneSeparator(t, i+1); j > i+1 || t.digits(i, 12) == 11 {
			if m, ok := national(t, i, j); ok {
				return m, true
			}
		}
	}
	if m, ok := national(t, start, i); ok {
		return m, true
	}
	return localPhone(t, start, i)
}

// national reads area code, exchange and line at i, or exchange and line alone. start is where the number begins.
func national(t *text, start, i int) (match, bool) {
	if !t.open(start) {
		return match{}, false
	}
	if t.digits(i, 11) == 10 {
		m := match{start: start, end: extension(t, i+10), valid: validNANP(t, i, i+3), alone: inspect.Unlikely}
		if !m.valid {
			m.alone = inspect.VeryUnlikely
		}
		return m, closedPhone(t, m.end)
	}
	if !t.exactly(i, 3) {
		return match{}, false
	}
	exchange := phoneSeparator(t, i+3)
	if exchange == i+3 {
		return match{}, false
	}
	if t.exactly(exchange, 4) && t.at(i+3) != ' ' && start == i { // seven digits, not the last ones of ten
		if b := t.skipSpaceBefore(i); t.at(b-1) == ')' || t.digit(b-1) {
			return match{}, false
		}
		m := match{start: start, end: extension(t, exchange+4), valid: t.at(i) >= '2'}
		return m, closedPhone(t, m.end)
	}
	line := phoneSeparator(t, exchange+3)
	if !t.exactly(exchange, 3) && t.digits(exchange, 8) != 7 || !t.exactly(line, 4) {
		return match{}, false
	}
	m := match{start: start, end: extension(t, line+4), valid: validNANP(t, i, exchange), alone: inspect.Likely}
	switch {
	case !m.valid:
		m.alone = inspect.VeryUnlikely
	case t.at(i+3) == ' ' && t.at(exchange+3) == ' ':
		m.alone = inspect.Possible
	}
	if m.alone > inspect.Unlikely && t.outranked(start) {
		m.alone = inspect.Unlikely
	}
	return m, closedPhone(t, m.end)
}

// international reads the digits behind a + at i-1: seven to fifteen, in groups.
func international(t *text, i int) (match, bool) {
	if t.at(i) == '1' {
		if m, ok := national(t, i-1, phoneSeparator(t, i+1)); ok && m.valid {
			m.alone = inspect.Likely
			return m, true
		}
	}
	if t.at(i) == '0' || t.class(i-2)&isWord != 0 {
		return match{}, false
	}
	n, end, groups := 0, i, 0
	for j := i; n <= 15; {
		run := t.digits(j, 16)
		if run == 0 {
			break
		}
		n, end, groups = n+run, j+run, groups+1
		next := phoneSeparator(t, end)
		if next == end {
			break
		}
		j = next
	}
	m := match{start: i - 1, end: extension(t, end), valid: true, alone: inspect.Possible}
	if groups > 1 || n >= 10 {
		m.alone = inspect.Likely
	}
	return m, n >= 8 && n <= 15 && closedPhone(t, m.end)
}

// closedPhone is closed for a number that may not be followed by "-digit" either.
func closedPhone(t *text, end int) bool {
	return t.closed(end) && !(t.at(end) == '-' && t.digit(end+1))
}

// phoneSeparator returns the place behind what separates the groups of a telephone number at i: a parenthesis and a
// sign, each optional.
func phoneSeparator(t *text, i int) int {
	if t.at(i) == ' ' && t.at(i+1) == '-' {
		i++
	}
	for _, set := range [...]string{")", "-. /", " ("} {
		if c := t.at(i); c != 0 && contains(set, c) {
			i++
		}
	}
	return i
}

// extension returns the place behind an extension at i: x, ext or # and one to six digits; i if there is none.
func extension(t *text, i int) int {
	j := i
	if t.at(j) == ',' {
		j++
	}
	j = t.skipSpace(j)
	switch {
	case equalFold(t.b[min(j, len(t.b)):min(j+9, len(t.b))], "extension"):
		j += 9
	case equalFold(t.b[min(j, len(t.b)):min(j+3, len(t.b))], "ext"):
		j += 3
		if t.at(j) == '.' {
			j++
		}
	case lower(t.at(j)) == 'x', t.at(j) == '#':
		j++
	default:
		return i
	}
	j = t.skipSpace(j)
	n := t.digits(j, 7)
	if n == 0 || n == 7 || t.at(j+n) == '-' && t.digit(j+n+1) { // "212-555-1234 #123-45-6789"
		return i
	}
	return j + n
}

// validNANP reports whether area code and exchange at the places are ones of the numbering plan: [2-9][0-8]X and
// [2-9]XX, the area code not N11.
func validNANP(t *text, area, exchange int) bool {
	a, b, c, x := t.at(area), t.at(area+1), t.at(area+2), t.at(exchange)
	return a >= '2' && b != '9' && !(b == '1' && c == '1') && x >= '2'
}
