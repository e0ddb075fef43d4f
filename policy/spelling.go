package policy

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// spelt is one character as the raw bytes of a value spell it.
type spelt struct {
	n    int  // its length in raw bytes
	char rune // the character; utf8.RuneError where only its being no ASCII character is known
}

// firstSpelt returns the first character of raw, which is not empty. What is cut off or no spelling at all is taken byte
// by byte.
func firstSpelt(e inspect.Encoding, raw []byte) spelt {
	c := raw[0]
	switch {
	case e == inspect.JSONString && c == '\\':
		return jsonSpelt(raw)
	case e == inspect.CSVQuoted && c == '"' && len(raw) > 1:
		return spelt{2, '"'}
	case e == inspect.FormValue && c == '+':
		return spelt{1, ' '}
	case (e == inspect.FormValue || e == inspect.PathSegment) && c == '%':
		return percentSpelt(raw)
	case e == inspect.XMLText && c == '&':
		return xmlSpelt(raw)
	case e == inspect.HL7 && c == '\\':
		return hl7Spelt(raw)
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRune(raw)
		return spelt{n, r}
	}
	return spelt{1, rune(c)}
}

func jsonSpelt(raw []byte) spelt {
	if len(raw) < 2 {
		return spelt{1, '\\'}
	}
	if raw[1] != 'u' || len(raw) < 6 {
		return spelt{2, rune(raw[1]) & '\x1f'} // a control character, a quote or a slash: no letter, no digit
	}
	r := hexValue(raw[2:6])
	if 0xD800 <= r && r < 0xDC00 && len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		return spelt{12, utf8.RuneError}
	}
	return spelt{6, r}
}

// xmlSpelt reads a reference. The five names stand for characters that carry nothing.
func xmlSpelt(raw []byte) spelt {
	end := bytes.IndexByte(raw, ';')
	if end < 3 {
		return spelt{1, '&'}
	}
	if raw[1] != '#' {
		return spelt{end + 1, '&'}
	}
	digits, base := raw[2:end], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	r, err := strconv.ParseUint(string(digits), base, 21)
	if err != nil {
		return spelt{end + 1, utf8.RuneError}
	}
	return spelt{end + 1, rune(r)}
}

// hl7Spelt takes an escape of HL7 v2 as one character that carries the value.
func hl7Spelt(raw []byte) spelt {
	if end := bytes.IndexByte(raw[1:], '\\'); end > 0 {
		return spelt{end + 2, utf8.RuneError}
	}
	return spelt{1, '\\'}
}

// percentSpelt takes the bytes of one character together, so that none is cut in half.
func percentSpelt(raw []byte) spelt {
	if len(raw) < 3 {
		return spelt{1, '%'}
	}
	r := hexValue(raw[1:3])
	if r < utf8.RuneSelf {
		return spelt{3, r}
	}
	n := 3
	for len(raw) >= n+3 && raw[n] == '%' && hexValue(raw[n+1:n+3])&0xC0 == 0x80 {
		n += 3
	}
	return spelt{n, utf8.RuneError}
}

func hexValue(b []byte) rune {
	var r rune
	for _, c := range b {
		r <<= 4
		switch c = lower(c); {
		case isDigit(c):
			r |= rune(c - '0')
		case 'a' <= c && c <= 'f':
			r |= rune(c-'a') + 10
		}
	}
	return r
}

// counts reports whether a character carries the value, rather than separating its parts.
func counts(c rune, mask byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf || c == rune(mask)
}

// separates reports whether a character may stand between the digits of an identifier.
func separates(c rune) bool {
	switch c {
	case ' ', '-', '.', '(', ')', '/', '+':
		return true
	}
	return false
}
