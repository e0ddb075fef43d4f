package format

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// inTag goes on inside of a tag, where no name and no value is being read.
func (s *xmlScanner) inTag(buf []byte, eof bool) (xmlToken, error) {
	for s.pos < len(buf) && isXMLSpace(buf[s.pos]) && s.state != xmlInEmpty {
		s.pos++
		s.spaced = true
	}
	if s.pos == len(buf) {
		return s.wait(eof)
	}
	c := buf[s.pos]
	switch {
	case s.state == xmlInTag && c == '>':
		s.pos++
		s.state = xmlBetween
		return xmlContent, nil
	case s.state == xmlInTag && c == '/':
		s.pos++
		s.state = xmlInEmpty
	case s.state == xmlInTag && s.spaced:
		s.enter(xmlInName, 0)
	case s.state == xmlInEquals && c == '=':
		s.pos++
		s.state = xmlInQuote
	case s.state == xmlInQuote && (c == '"' || c == '\''):
		s.quote = c
		s.pos++
		s.start, s.escaped, s.state = s.pos, false, xmlInValue
	case (s.state == xmlInEmpty || s.state == xmlInTail) && c == '>':
		s.pos++
		return s.pop()
	default:
		return 0, s.fail(inspect.ReasonSyntax)
	}
	return xmlNothing, nil
}

// pop ends the innermost element.
func (s *xmlScanner) pop() (xmlToken, error) {
	top := len(s.open) - 1
	s.names, s.open = s.names[:s.open[top]], s.open[:top]
	s.state = xmlBetween
	return xmlClose, nil
}

// name goes on inside of the name of a start tag or of an attribute: a name, or two joined by a colon (Namespaces in
// XML, section 4).
func (s *xmlScanner) name(buf []byte, eof bool) (xmlToken, error) {
	for s.pos < len(buf) {
		c := buf[s.pos]
		first := s.pos == s.whole || s.pos == s.colon+1
		n := 1
		switch {
		case isNameStart(c), isNamePart(c) && !first:
		case c == ':' && s.colon < s.whole && !first:
			s.colon = s.pos
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(buf[s.pos:])
			if r == utf8.RuneError && size == 1 && !eof && !utf8.FullRune(buf[s.pos:]) {
				return s.wait(eof)
			}
			if r == utf8.RuneError && size == 1 {
				return 0, s.fail(inspect.ReasonEncoding)
			}
			if !isNameRune(r, first) {
				return 0, s.fail(inspect.ReasonSyntax)
			}
			n = size
		case first:
			return 0, s.fail(inspect.ReasonSyntax)
		default:
			return s.endName(buf)
		}
		s.pos += n
	}
	return s.wait(eof)
}

// endName ends a name in front of a byte that is none of it.
func (s *xmlScanner) endName(buf []byte) (xmlToken, error) {
	s.nameStart, s.nameEnd = max(s.whole, s.colon+1), s.pos
	s.spaced = false
	if s.state == xmlInName {
		s.state = xmlInEquals
		return xmlNothing, nil
	}
	s.open = append(s.open, len(s.names))
	s.names = append(s.names, buf[s.whole:s.pos]...)
	s.attrs.reset()
	s.rooted = true
	s.state = xmlInTag
	return xmlOpen, nil
}

// value goes on inside of the value of an attribute.
func (s *xmlScanner) value(buf []byte, eof bool) (xmlToken, error) {
	for {
		s.pos = skipCharacters(buf, s.pos, s.quote)
		if s.pos == len(buf) {
			return s.wait(eof)
		}
		switch buf[s.pos] {
		case s.quote:
			s.end = s.pos
			s.pos++
			s.spaced, s.state = false, xmlInTag
			return s.attribute(buf)
		case '<':
			return 0, s.fail(inspect.ReasonSyntax)
		}
		if t, err := s.special(buf, eof); t != xmlNothing || err != nil {
			return t, err
		}
	}
}

// attribute ends an attribute. Two of one element may not have one name, whatever their prefixes: a reader that knows
// only one of the namespaces would take the other for it.
func (s *xmlScanner) attribute(buf []byte) (xmlToken, error) {
	name := buf[s.nameStart:s.nameEnd]
	prefix := buf[s.whole:s.nameStart]
	s.xmlns = string(prefix) == "xmlns:" || len(prefix) == 0 && string(name) == "xmlns"
	if s.xmlns {
		name = buf[s.whole:s.nameEnd]
	}
	if !s.attrs.add(maphash.Bytes(s.seed, name)) {
		return 0, s.fail(inspect.ReasonDuplicateName)
	}
	if len(s.attrs.list) > s.lim.Names {
		return 0, s.fail(inspect.ReasonRecordSize)
	}
	return xmlAttribute, nil
}

// closeName goes on inside of the name of an end tag, which is that of the innermost element.
func (s *xmlScanner) closeName(buf []byte, eof bool) (xmlToken, error) {
	name := s.names[s.open[len(s.open)-1]:]
	for ; s.pos-s.start < len(name); s.pos++ {
		if s.pos == len(buf) {
			return s.wait(eof)
		}
		if buf[s.pos] != name[s.pos-s.start] {
			return 0, s.fail(inspect.ReasonSyntax)
		}
	}
	s.state = xmlInTail
	return xmlNothing, nil
}

// skipCharacters returns the index of the first byte at or behind i that is no plain ASCII of text: a control character,
// a byte outside of ASCII, <, & or stop; len(buf) if there is none.
func skipCharacters(buf []byte, i int, stop byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	stops := ones * uint64(stop)
	for ; i+8 <= len(buf); i += 8 {
		x := binary.LittleEndian.Uint64(buf[i:])
		less, and, other := x^(ones*'<'), x^(ones*'&'), x^stops
		// As in skipPlain the lowest bit is always right.
		found := (x | ^x&(x-ones*0x20) | ^less&(less-ones) | ^and&(and-ones) | ^other&(other-ones)) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(buf); i++ {
		if c := buf[i]; c < 0x20 || c >= utf8.RuneSelf || c == '<' || c == '&' || c == stop {
			return i
		}
	}
	return i
}

// longestReference is more than any reference needs: &#x0010FFFF; with zeros to spare.
const longestReference = 16

// reference returns the length of the reference at the start of b, which is an ampersand, and the character that it
// stands for. The length is 0 if b is too short to tell and -1 if it is none, or one to what is no character of XML.
func reference(b []byte) (n int, r rune) {
	end := 1
	for end < len(b) && end < longestReference && (b[end] == '#' || isNameStart(b[end]) || '0' <= b[end] && b[end] <= '9') {
		end++
	}
	if end == len(b) {
		return 0, 0
	}
	if b[end] != ';' {
		return -1, 0
	}
	switch name := b[1:end]; string(name) {
	case "lt":
		return end + 1, '<'
	case "gt":
		return end + 1, '>'
	case "amp":
		return end + 1, '&'
	case "quot":
		return end + 1, '"'
	case "apos":
		return end + 1, '\''
	default:
		if r, ok := characterReference(name); ok {
			return end + 1, r
		}
	}
	return -1, 0
}

// characterReference returns the character of #60 or #x3C.
func characterReference(name []byte) (r rune, ok bool) {
	var digits []byte
	base := rune(10)
	switch {
	case bytes.HasPrefix(name, []byte("#x")):
		digits, base = name[2:], 16
	case bytes.HasPrefix(name, []byte("#")):
		digits = name[1:]
	default:
		return 0, false
	}
	if len(digits) == 0 {
		return 0, false
	}
	for _, c := range digits {
		d := rune(hexDigit(c))
		if d < 0 || d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF || !utf8.ValidRune(r) {
		return 0, false
	}
	return r, true
}

// appendReferred appends what text or an attribute's value, raw, stands for. raw was scanned before.
func appendReferred(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(dst, raw...)
		}
		n, r := reference(raw[i:])
		dst = utf8.AppendRune(append(dst, raw[:i]...), r)
		raw = raw[i+n:]
	}
}

// declared checks what stands in a declaration: version 1.0, UTF-8 if an encoding is named, standalone. The reason is
// empty if it is good.
func declared(b []byte) inspect.Reason {
	names := [...]string{"version", "encoding", "standalone"}
	at := 0 // the names up to it were seen
	for {
		rest := bytes.TrimLeft(b, " \t\r\n")
		if len(rest) == 0 && at > 0 {
			return ""
		}
		name, value, ok := bytes.Cut(rest, []byte("="))
		name, value = bytes.TrimRight(name, " \t\r\n"), bytes.TrimLeft(value, " \t\r\n")
		if !ok || len(rest) == len(b) || len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			return inspect.ReasonSyntax
		}
		end := bytes.IndexByte(value[1:], value[0])
		for at < len(names) && string(name) != names[at] && at > 0 {
			at++
		}
		if end < 0 || at == len(names) || string(name) != names[at] {
			return inspect.ReasonSyntax
		}
		switch v := string(value[1 : 1+end]); {
		case at == 0 && v != "1.0", at == 2 && v != "yes" && v != "no":
			return inspect.ReasonSyntax
		case at == 1 && !strings.EqualFold(v, "utf-8"):
			return inspect.ReasonEncoding
		}
		b = value[end+2:]
		at++
	}
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isNameStart(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isNamePart(c byte) bool { return '0' <= c && c <= '9' || c == '-' || c == '.' }

// nameRunes are the characters outside of ASCII that a name may start with (XML 1.0, section 2.3).
var nameRunes = [...][2]rune{{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D},
	{0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}}

// isNameRune reports whether a character outside of ASCII may stand in a name.
func isNameRune(r rune, first bool) bool {
	for _, within := range nameRunes {
		if within[0] <= r && r <= within[1] {
			return true
		}
	}
	return !first && (r == 0xB7 || 0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040)
}
