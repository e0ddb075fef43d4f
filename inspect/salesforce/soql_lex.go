package salesforce

import (
	"strings"
	"unicode/utf8"
)

// tokenKind tells the tokens of SOQL and SOSL apart.
type tokenKind uint8

const (
	tokEnd    tokenKind = iota
	tokName             // identifier or keyword
	tokString           // '…', quotes included in the range
	tokNumber           // number, date or dateTime
	tokRef              // @{ref.field} of a composite request
	tokPunct            // one of ( ) , . : = < > <= >= != <>
)

// token is a range of the query.
type token struct {
	kind       tokenKind
	start, end int
}

// lexer divides a query into tokens.
type lexer struct {
	src []byte
	pos int
}

// next returns the next token. It fails on what no token begins with, and on a string without an end.
func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && isSpace(l.src[l.pos]) {
		l.pos++
	}
	start := l.pos
	if start == len(l.src) {
		return token{tokEnd, start, start}, nil
	}
	switch c := l.src[start]; {
	case isLetter(c) || c == '_':
		l.skip(isNameByte)
		return token{tokName, start, l.pos}, nil
	case isDigit(c) || (c == '-' || c == '+') && start+1 < len(l.src) && (isDigit(l.src[start+1]) || l.src[start+1] == '.'):
		l.pos++
		l.skip(isNumberByte)
		return token{tokNumber, start, l.pos}, nil
	case c == '\'':
		return l.quoted()
	case c == '@':
		return l.reference()
	}
	return l.punct()
}

func (l *lexer) skip(class func(byte) bool) {
	for l.pos < len(l.src) && class(l.src[l.pos]) {
		l.pos++
	}
}

func (l *lexer) quoted() (token, error) {
	start := l.pos
	for i := start + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			n := escapeLen(l.src[i:])
			if n == 0 {
				return token{}, &SOQLError{Offset: i}
			}
			i += n - 1
		case '\'':
			l.pos = i + 1
			if !utf8.Valid(l.src[start:l.pos]) {
				return token{}, &SOQLError{Offset: start}
			}
			return token{tokString, start, l.pos}, nil
		}
	}
	return token{}, &SOQLError{Offset: start}
}

func (l *lexer) reference() (token, error) {
	n := referenceLen(l.src[l.pos:])
	if n == 0 {
		return token{}, &SOQLError{Offset: l.pos}
	}
	l.pos += n
	return token{tokRef, l.pos - n, l.pos}, nil
}

func (l *lexer) punct() (token, error) {
	start := l.pos
	c := l.src[start]
	if strings.IndexByte("(),.:=<>!", c) < 0 {
		return token{}, &SOQLError{Offset: start}
	}
	l.pos++
	if l.pos < len(l.src) {
		two := string(l.src[start : l.pos+1])
		if two == "<=" || two == ">=" || two == "!=" || two == "<>" {
			l.pos++
			return token{tokPunct, start, l.pos}, nil
		}
	}
	if c == '!' {
		return token{}, &SOQLError{Offset: start}
	}
	return token{tokPunct, start, l.pos}, nil
}

// escapeLen returns the length of the escape that b begins with, 0 if SOQL has no such escape.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if b[1] == 'u' || b[1] == 'U' {
		if len(b) < 6 || !isHex(b[2]) || !isHex(b[3]) || !isHex(b[4]) || !isHex(b[5]) {
			return 0
		}
		return 6
	}
	if strings.IndexByte(`nNrRtTbBfF"'\_%`, b[1]) < 0 {
		return 0
	}
	return 2
}

// unquote appends to dst what the inside of a quoted literal stands for. raw is what the lexer accepted.
func unquote(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		switch c := raw[i+1]; c {
		case 'u', 'U':
			dst = utf8.AppendRune(dst, rune(unhex(raw[i+2]))<<12|rune(unhex(raw[i+3]))<<8|
				rune(unhex(raw[i+4]))<<4|rune(unhex(raw[i+5])))
			i += 4
		case 'n', 'N':
			dst = append(dst, '\n')
		case 'r', 'R':
			dst = append(dst, '\r')
		case 't', 'T':
			dst = append(dst, '\t')
		case 'b', 'B':
			dst = append(dst, '\b')
		case 'f', 'F':
			dst = append(dst, '\f')
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// referenceLen returns the length of the reference @{name.path} that b begins with, 0 if there is none. What stands in
// it is a name, not a value: the org puts the value in.
func referenceLen(b []byte) int {
	if len(b) < 4 || b[0] != '@' || b[1] != '{' {
		return 0
	}
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c == '}' && i > 2:
			return i + 1
		case !isNameByte(c) && c != '.' && c != '[' && c != ']' || i > 160:
			return 0
		}
	}
	return 0
}

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isHex(c byte) bool    { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

// isNumberByte holds for the bytes of 1.5e-3, 2020-01-31 and 2020-01-31T10:00:00.000+01:00; SOQL has no arithmetic.
func isNumberByte(c byte) bool { return isNameByte(c) || c == '.' || c == ':' || c == '-' || c == '+' }

// unhex returns the value of a hexadecimal digit.
func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
