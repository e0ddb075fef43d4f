package detect

import "bytes"

// Normalise appends the canonical spelling of a value that the named detector found to dst: equal identifiers have
// equal spellings, so that fingerprints of them can be compared. It undoes what the scanner looks through: other
// scripts' digits, invisible characters, escapes. An unknown detector only loses the white space around the value.
func Normalise(detector string, dst, value []byte) []byte {
	value = trim(value)
	i := indexOf(detector)
	if i < 0 || table[i].Normal == nil {
		return append(dst, value...)
	}
	if !isASCII(value) || bytes.ContainsAny(value, "%&") {
		var f folded
		f.foldEscapes(value)
		value = trim(f.b)
	}
	return table[i].Normal(dst, value)
}

// normalDigits keeps digits only, and letters too if there are no digits or the value is masked.
func normalDigits(dst, v []byte) []byte {
	for _, c := range v {
		if classes[c]&isDigit != 0 {
			dst = append(dst, c)
		}
	}
	return dst
}

// normalPhone keeps the digits of a number of the North American plan without its country code and extension, and
// those of another number behind a plus sign.
func normalPhone(dst, v []byte) []byte {
	t := text{b: v}
	from := len(dst)
	for i, c := range v {
		if classes[c]&isDigit != 0 {
			dst = append(dst, c)
		} else if c != ' ' && extension(&t, i) > i {
			break
		}
	}
	digits := dst[from:]
	switch {
	case len(digits) == 11 && digits[0] == '1':
		copy(digits, digits[1:])
		return dst[:len(dst)-1]
	case len(v) > 0 && v[0] == '+':
		dst = append(dst, 0)
		copy(dst[from+1:], dst[from:])
		dst[from] = '+'
	}
	return dst
}

// normalLower spells letters small.
func normalLower(dst, v []byte) []byte {
	for _, c := range v {
		dst = append(dst, lower(c))
	}
	return dst
}

// normalAlnum keeps digits and letters, which it spells large.
func normalAlnum(dst, v []byte) []byte {
	for _, c := range v {
		if classes[c]&(isDigit|isUpper|isLower) != 0 {
			dst = append(dst, upper(c))
		}
	}
	return dst
}

// normalWords spells words small, with one space between them and without signs.
func normalWords(dst, v []byte) []byte {
	from := len(dst)
	gap := false
	for _, c := range v {
		if classes[c]&isWord == 0 {
			gap = len(dst) > from
			continue
		}
		if gap {
			dst, gap = append(dst, ' '), false
		}
		dst = append(dst, lower(c))
	}
	return dst
}

// normalURL spells the scheme and the host small; the rest of a URL tells capitals apart.
func normalURL(dst, v []byte) []byte {
	slashes := 0
	for _, c := range v {
		if c == '/' {
			slashes++
		}
		if slashes < 3 {
			c = lower(c)
		}
		dst = append(dst, c)
	}
	return dst
}

// normalDate spells a date as YYYY-MM-DD, or YYYY-MM for a month, without the time that may follow. What is no date
// is spelt small.
func normalDate(dst, v []byte) []byte {
	t := text{b: v, now: clock{today: 99991231}, lex: months}
	_, c, ok := readDate(&t, t.word(0))
	if !ok {
		return normalLower(dst, v)
	}
	dst = appendNumber(dst, c.year, 4)
	dst = appendNumber(append(dst, '-'), c.month, 2)
	if c.day > 0 {
		dst = appendNumber(append(dst, '-'), c.day, 2)
	}
	return dst
}

// appendNumber appends n in decimal with at least width digits.
func appendNumber(dst []byte, n, width int) []byte {
	from := len(dst)
	for i := 0; i < width || n > 0; i++ {
		dst = append(dst, 0)
		copy(dst[from+1:], dst[from:])
		dst[from] = byte('0' + n%10)
		n /= 10
	}
	return dst
}
