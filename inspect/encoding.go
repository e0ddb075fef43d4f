package inspect

import (
	"unicode/utf8"
)

// Encoding is how a value is spelt in the bytes of its place.
type Encoding uint8

// The encodings of a value.
const (
	Plain       Encoding = iota // the bytes are the value: text, a bare CSV cell, a JSON number
	JSONString                  // between the quotes of a JSON string (RFC 8259, section 7)
	CSVQuoted                   // between the quotes of a CSV cell, where "" is a quote (RFC 4180)
	FormValue                   // application/x-www-form-urlencoded: %XX and + for a space
	PathSegment                 // a segment of a URL's path: %XX (RFC 3986)
	XMLText                     // character data or an attribute's value: &lt; and &#60; (XML 1.0, section 4.1)
	XMLCData                    // between <![CDATA[ and ]]>, where nothing is an escape (XML 1.0, section 2.7)
	HL7                         // a value of HL7 v2, escaped by the separators that its message names
	X12                         // a value of X12, where the separators of the interchange cannot stand
)

// Append appends value to dst as the encoding spells it. A bare CSV cell or text has no spelling of its own: the
// caller keeps delimiters and line ends out of value. HL7 is spelt with the separators that it recommends; where the
// message is known, [Field.Append] spells with its own.
func (e Encoding) Append(dst, value []byte) []byte {
	switch e {
	case JSONString:
		return appendJSON(dst, value)
	case CSVQuoted:
		for _, c := range value {
			if c == '"' {
				dst = append(dst, '"')
			}
			dst = append(dst, c)
		}
		return dst
	case FormValue, PathSegment:
		return appendPercent(dst, value, e == FormValue)
	case XMLText:
		return appendXML(dst, value)
	case XMLCData:
		return appendCData(dst, value)
	case HL7:
		return defaultHL7.appendHL7(dst, value)
	default:
		return append(dst, value...)
	}
}

const hexDigits = "0123456789ABCDEF"

func appendJSON(dst, value []byte) []byte {
	for _, c := range value {
		switch {
		case c == '"', c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendPercent(dst, value []byte, form bool) []byte {
	for _, c := range value {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~', c == '*':
			dst = append(dst, c)
		case c == ' ' && form:
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// appendXML spells white space but the blank as references, since an attribute's value would lose it. What XML has no
// spelling for becomes U+FFFD.
func appendXML(dst, value []byte) []byte {
	for _, c := range value {
		switch {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '"':
			dst = append(dst, "&quot;"...)
		case c == '\'':
			dst = append(dst, "&apos;"...)
		case c == '\t', c == '\n', c == '\r':
			dst = append(dst, '&', '#', 'x', hexDigits[c], ';')
		case c < 0x20:
			dst = append(dst, "&#xFFFD;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendCData cuts the section in two wherever value, with what stands around it, could otherwise end it: its ends may
// lie next to a bracket of the value that it replaces a part of, and an empty one brings brackets together.
func appendCData(dst, value []byte) []byte {
	const cut = "]]><![CDATA["
	for i, c := range value {
		if c == '>' && (i == 0 || value[i-1] == ']') {
			dst = append(dst, cut...)
		}
		dst = append(dst, c)
	}
	if n := len(value); n == 0 || value[n-1] == ']' {
		dst = append(dst, cut...)
	}
	return dst
}

// unit returns the length of the first raw spelling in raw, in bytes, and how many bytes of the decoded value it
// stands for: one character, one escape or one surrogate pair.
func (e Encoding) unit(raw []byte) (rawLen, valueLen int) {
	switch {
	case e == JSONString && raw[0] == '\\':
		return jsonEscape(raw)
	case e == CSVQuoted && raw[0] == '"' && len(raw) > 1:
		return 2, 1
	case (e == FormValue || e == PathSegment) && raw[0] == '%' && len(raw) > 2:
		return 3, 1
	case e == XMLText && raw[0] == '&':
		return xmlReference(raw)
	default:
		return 1, 1
	}
}

func jsonEscape(raw []byte) (rawLen, valueLen int) {
	if len(raw) < 6 || raw[1] != 'u' {
		return min(2, len(raw)), 1
	}
	r := hex4(raw[2:6])
	if 0xD800 <= r && r < 0xDC00 && len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		return 12, 4
	}
	return 6, utf8.RuneLen(r)
}

// xmlReference returns the lengths of the reference at the start of raw and of the character that it stands for. What is
// no reference stands for itself.
func xmlReference(raw []byte) (rawLen, valueLen int) {
	for i, c := range raw {
		if c != ';' {
			continue
		}
		if i < 3 || raw[1] != '#' {
			return i + 1, 1
		}
		digits, base := raw[2:i], rune(10)
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		var r rune
		for k := range digits {
			if r = r*base + hex4(digits[k:k+1]); r > utf8.MaxRune {
				return 1, 1
			}
		}
		return i + 1, max(utf8.RuneLen(r), 1)
	}
	return 1, 1
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b {
		r <<= 4
		switch {
		case '0' <= c && c <= '9':
			r |= rune(c - '0')
		case 'a' <= c && c <= 'f':
			r |= rune(c-'a') + 10
		case 'A' <= c && c <= 'F':
			r |= rune(c-'A') + 10
		}
	}
	return r
}

// unit is Encoding.unit for a field of r.
func (f *Field) unit(r *Record, raw []byte) (rawLen, valueLen int) {
	if f.Encoding != HL7 {
		return f.Encoding.unit(raw)
	}
	var buf [maxEscape]byte
	value, n := r.Delimiters.spelling(buf[:0], raw)
	return n, len(value)
}

// Source returns the range of r.Raw that spells f.Value[start:end]. A range that begins or ends inside an escape is
// widened to the whole escape.
func (f *Field) Source(r *Record, start, end int) (rawStart, rawEnd int) {
	if len(f.Value) == f.End-f.Start { // nothing was decoded: every spelling is as long as what it stands for
		return f.Start + start, f.Start + end
	}
	raw := r.Raw[f.Start:f.End]
	rawStart, rawEnd = f.End, f.End
	if start == 0 {
		rawStart = f.Start // an escape that stands for nothing may come first
	}
	value := 0
	for at := 0; at < len(raw); {
		n, m := f.unit(r, raw[at:])
		if value+m > start && rawStart == f.End {
			rawStart = f.Start + at
		}
		if value >= end && end < len(f.Value) {
			return rawStart, f.Start + at
		}
		at, value = at+n, value+m
	}
	return rawStart, rawEnd
}
