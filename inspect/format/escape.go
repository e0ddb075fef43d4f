package format

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLen returns the length of the escape at the start of b, which is a backslash; 12 for a surrogate pair. It
// returns 0 if b is too short to tell and -1 if the escape is wrong or a surrogate stands alone.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		return -1
	}
	r, n := hexRune(b[2:])
	if n <= 0 || !utf16.IsSurrogate(r) {
		return n
	}
	if r >= 0xDC00 || len(b) > 6 && b[6] != '\\' || len(b) > 7 && b[7] != 'u' {
		return -1
	}
	if len(b) < 8 {
		return 0
	}
	low, n := hexRune(b[8:])
	if n > 0 && (low < 0xDC00 || low > 0xDFFF) {
		return -1
	}
	return n * 2
}

// hexRune returns the character that the four hex digits at the start of b stand for, and the length of a whole
// \uXXXX; 0 if b is too short to tell and -1 if it holds something else.
func hexRune(b []byte) (rune, int) {
	var r rune
	for i := range min(len(b), 4) {
		d := hexDigit(b[i])
		if d < 0 {
			return 0, -1
		}
		r = r<<4 | rune(d)
	}
	if len(b) < 4 {
		return 0, 0
	}
	return r, 6
}

// hexDigit returns the value of a hex digit, -1 if c is none.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// appendUnescaped appends what the JSON string between the quotes, raw, stands for. raw was scanned before.
func appendUnescaped(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		n := escapeLen(raw[i:])
		switch n {
		case 2:
			dst = append(dst, unescaped(raw[i+1]))
		case 6:
			r, _ := hexRune(raw[i+2:])
			dst = utf8.AppendRune(dst, r)
		default:
			high, _ := hexRune(raw[i+2:])
			low, _ := hexRune(raw[i+8:])
			dst = utf8.AppendRune(dst, utf16.DecodeRune(high, low))
		}
		raw = raw[i+n:]
	}
}

// unescaped returns what a backslash and c stand for.
func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
