package inspect

import "bytes"

// Delimiters are the separators that an HL7 v2 message or an X12 interchange names for itself. Zero stands for one that
// it does not have.
type Delimiters struct {
	// Segment ends a segment of X12. Those of HL7 end with a carriage return, a line feed or both.
	Segment byte
	// Field separates the fields of HL7 and the elements of X12.
	Field byte
	// Component separates the components of both.
	Component byte
	// Repetition separates the repetitions of a field.
	Repetition byte
	// Subcomponent separates the subcomponents of HL7.
	Subcomponent byte
	// Escape begins and ends an escape of HL7. X12 has none: a separator cannot stand in a value.
	Escape byte
	// Truncation ends a value of HL7 that was cut off (v2.7, section 2.5.5.2).
	Truncation byte
}

// defaultHL7 are the separators that HL7 v2 recommends (v2.9, section 2.5.4).
var defaultHL7 = Delimiters{Field: '|', Component: '^', Repetition: '~', Subcomponent: '&', Escape: '\\'}

// maxEscape bounds the length of an escape of HL7, in bytes. What is longer stands for itself.
const maxEscape = 64

// standIn takes the place of a byte that the syntax has no spelling for.
const standIn = 'X'

// Unescape appends what raw, the bytes of a value of HL7, stands for to dst.
func (d *Delimiters) Unescape(dst, raw []byte) []byte {
	for len(raw) > 0 {
		var n int
		dst, n = d.spelling(dst, raw)
		raw = raw[n:]
	}
	return dst
}

// spelling appends what the first spelling in raw stands for and returns the spelling's length: one byte, or one escape.
// Highlighting and escapes of local meaning stand for nothing, commands of formatting for a line end. What is no known
// escape stands for itself, as it does for most receivers.
func (d *Delimiters) spelling(dst, raw []byte) ([]byte, int) {
	end := -1
	if raw[0] == d.Escape && d.Escape != 0 {
		end = bytes.IndexByte(raw[1:min(len(raw), maxEscape)], d.Escape)
	}
	if end <= 0 {
		return append(dst, raw[0]), 1
	}
	body, n := raw[1:1+end], end+2
	switch c := body[0]; {
	case end == 1 && (c == 'H' || c == 'N'), c == 'Z':
		return dst, n
	case end == 1 && d.named(c) != 0:
		return append(dst, d.named(c)), n
	case c == 'X' && end > 1 && end%2 == 1 && allHex(body[1:]):
		for i := 1; i < end; i += 2 {
			dst = append(dst, byte(hex4(body[i:i+2])))
		}
		return dst, n
	case c == '.' && end > 2 && 'a' <= body[1] && body[1] <= 'z':
		return append(dst, '\n'), n
	}
	return append(dst, raw[0]), 1
}

// named returns the separator that the escape with the letter c stands for, 0 if there is none (v2.9, section 2.7.1).
func (d *Delimiters) named(c byte) byte {
	switch c {
	case 'F':
		return d.Field
	case 'S':
		return d.Component
	case 'T':
		return d.Subcomponent
	case 'R':
		return d.Repetition
	case 'E':
		return d.Escape
	case 'P':
		return d.Truncation
	}
	return 0
}

func allHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// appendHL7 spells value with escapes. Control characters, which end segments and messages, are spelt in hex.
func (d *Delimiters) appendHL7(dst, value []byte) []byte {
	for _, c := range value {
		letter := byte(0)
		switch c {
		case d.Field:
			letter = 'F'
		case d.Component:
			letter = 'S'
		case d.Subcomponent:
			letter = 'T'
		case d.Repetition:
			letter = 'R'
		case d.Escape:
			letter = 'E'
		}
		switch {
		case letter != 0 && c != 0:
			dst = append(dst, d.Escape, letter, d.Escape)
		case c < 0x20:
			dst = append(dst, d.Escape, 'X', hexDigits[c>>4], hexDigits[c&15], d.Escape)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendX12 puts a stand-in where value has a separator or a control character.
func (d *Delimiters) appendX12(dst, value []byte) []byte {
	for _, c := range value {
		if d.separates(c) || c < 0x20 {
			c = standIn
		}
		dst = append(dst, c)
	}
	return dst
}

// separates reports whether c ends a value.
func (d *Delimiters) separates(c byte) bool {
	return c != 0 && (c == d.Segment || c == d.Field || c == d.Component || c == d.Repetition || c == d.Subcomponent)
}

// Append appends value to dst as the field's place in r spells it.
func (f *Field) Append(r *Record, dst, value []byte) []byte {
	switch {
	case f.Encoding == HL7 && r.Delimiters.Escape != 0:
		return r.Delimiters.appendHL7(dst, value)
	case f.Encoding == X12:
		return r.Delimiters.appendX12(dst, value)
	}
	return f.Encoding.Append(dst, value)
}

// Fit makes b, raw bytes that are to stand in the field's place in r, keep to it: a mask of asterisks would divide an
// element of most X12 interchanges. Separators in b become X, and so do escape characters if b has more of them than the
// field. It changes b in place.
func (f *Field) Fit(r *Record, b []byte) {
	if f.Encoding != HL7 && f.Encoding != X12 {
		return
	}
	d := &r.Delimiters
	escapes := d.Escape != 0 && count(b, d.Escape) > count(r.Raw[f.Start:f.End], d.Escape)
	for i, c := range b {
		if d.separates(c) || escapes && c == d.Escape {
			b[i] = standIn
		}
	}
}

func count(b []byte, c byte) int { return bytes.Count(b, []byte{c}) }
