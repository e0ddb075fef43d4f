package policy

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// appendMasked appends raw with its value masked, byte for byte as long as raw. A mask leaves a value of the same
// type, and masking it again changes nothing:
//
//   - a date or a date and time becomes the first of January of its year, at midnight;
//   - an e-mail address becomes one of the same shape, of x;
//   - a number of JSON becomes 0 and spaces;
//   - of anything else each raw byte becomes the mask character, but for the first and last characters that are
//     kept, and for the separators in identifiers of digits.
//
// Where no more characters are there than would be kept, or an @ among them, none is kept.
func appendMasked(dst, raw []byte, f *inspect.Field, k kind, c change) []byte {
	if f.Kind == inspect.Number {
		return appendPadded(dst, []byte{'0'}, len(raw))
	}
	if s := dateShape(raw); s == isoDate || s == compact && (k == dateKind || k == birthKind) {
		return appendYearStart(dst, raw, s, raw[:4])
	}
	if isEmail(f.Encoding, raw) {
		return appendEmail(dst, raw, f.Encoding)
	}
	return appendCovered(dst, raw, f.Encoding, c)
}

// masked reports whether raw, spelt by f, shows that it is the product of appendMasked. Dates and numbers do not show
// it: anybody can be born on the first of January.
//
// BUG(policy): a masked date or number that comes back in an update is not recognised.
func masked(raw, again []byte, f *inspect.Field, c change) bool {
	if len(raw) == 0 || !bytes.Equal(raw, again) || dateShape(raw) != noDate {
		return false
	}
	return isEmail(f.Encoding, raw) || bytes.IndexByte(raw, c.char) >= 0
}

func appendCovered(dst, raw []byte, e inspect.Encoding, c change) []byte {
	counted, identifier, address := 0, true, false
	for at := 0; at < len(raw); {
		s := firstSpelt(e, raw[at:])
		at += s.n
		address = address || s.char == '@'
		if counts(s.char, c.char) {
			counted++
			identifier = identifier && ('0' <= s.char && s.char <= '9' || s.char == rune(c.char))
		} else {
			identifier = identifier && separates(s.char)
		}
	}
	first, last := c.keepFirst, c.keepLast
	if address || first+last >= counted { // what is left of an address could be one
		first, last = 0, 0
	}
	seen := 0
	for at := 0; at < len(raw); {
		s := firstSpelt(e, raw[at:])
		var keep bool
		if counts(s.char, c.char) {
			keep = seen < first || seen >= counted-last
			seen++
		} else {
			keep = identifier || seen < first || seen > counted-last
		}
		if keep {
			dst = append(dst, raw[at:at+s.n]...)
		} else {
			dst = appendTimes(dst, c.char, s.n)
		}
		at += s.n
	}
	return dst
}

// isEmail reports whether raw is one e-mail address and nothing else, as far as a mask must know.
func isEmail(e inspect.Encoding, raw []byte) bool {
	at, dot, chars := 0, 0, 0
	for i := 0; i < len(raw); {
		s := firstSpelt(e, raw[i:])
		i += s.n
		chars++
		switch {
		case s.char == '@':
			if at++; at > 1 || chars == 1 {
				return false
			}
			dot = chars
		case s.char == '.':
			if chars == dot+1 { // at the start, behind @ or behind another dot
				return false
			}
			dot = chars
		case s.char <= ' ', bytes.IndexByte([]byte(`"(),:;<>[\]`), byte(s.char)) >= 0 && s.char < 0x80:
			return false
		}
	}
	return at == 1 && dot < chars && hasDotAfterAt(e, raw)
}

func hasDotAfterAt(e inspect.Encoding, raw []byte) bool {
	at := false
	for i := 0; i < len(raw); {
		s := firstSpelt(e, raw[i:])
		i += s.n
		if at = at || s.char == '@'; at && s.char == '.' {
			return true
		}
	}
	return false
}

func appendEmail(dst, raw []byte, e inspect.Encoding) []byte {
	for at := 0; at < len(raw); {
		s := firstSpelt(e, raw[at:])
		if s.char == '@' || s.char == '.' {
			dst = append(dst, raw[at:at+s.n]...)
		} else {
			dst = appendTimes(dst, 'x', s.n)
		}
		at += s.n
	}
	return dst
}

// appendYearStart appends a date of the given shape with another year, its first day, and midnight.
func appendYearStart(dst, raw []byte, s shape, year []byte) []byte {
	dst = append(dst, year...)
	day, time := "-01-01", raw[min(10, len(raw)):]
	if s == compact {
		day, time = "0101", raw[8:]
	}
	dst = append(dst, day...)
	zone := false
	for i, c := range time {
		// The zone is no part of the time; it names no place.
		zone = zone || i > 0 && (c == '+' || c == '-')
		if isDigit(c) && !zone {
			c = '0'
		}
		dst = append(dst, c)
	}
	return dst
}

// appendPadded appends b and as many spaces as make it n bytes long.
func appendPadded(dst, b []byte, n int) []byte {
	dst = append(dst, b...)
	return appendTimes(dst, ' ', n-len(b))
}

func appendTimes(dst []byte, c byte, n int) []byte {
	for range n {
		dst = append(dst, c)
	}
	return dst
}
