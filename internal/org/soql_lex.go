package org

import (
	"strings"
)

// tokenKind is the kind of a SOQL token.
type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenName             // a word, a path of words with dots, LAST_N_DAYS:30
	tokenString           // text holds the value without quotes and escapes
	tokenNumber           // a number, a date or a moment: everything that begins with a digit or a sign
	tokenSymbol
)

// soqlToken is a token of SOQL.
type soqlToken struct {
	kind tokenKind
	text string
	at   int // offset in the query, in bytes
}

func (t soqlToken) is(word string) bool {
	return t.kind == tokenName && strings.EqualFold(t.text, word)
}

func (t soqlToken) symbol(s string) bool { return t.kind == tokenSymbol && t.text == s }

func malformed(format string, args ...any) *apiError { return fail("MALFORMED_QUERY", format, args...) }

// lex cuts a query into tokens, the last of which is tokenEnd.
func lex(src string) ([]soqlToken, *apiError) {
	var out []soqlToken
	for i := 0; i < len(src); {
		start := i
		switch c := src[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case isWord(c):
			for i < len(src) && (isWord(src[i]) || isDigit(src[i]) || src[i] == '.' || src[i] == ':' && i+1 < len(src) && isDigit(src[i+1])) {
				i++
			}
			out = append(out, soqlToken{tokenName, src[start:i], start})
		case isDigit(c) || (c == '-' || c == '+') && i+1 < len(src) && isDigit(src[i+1]):
			i++
			for i < len(src) && (isWord(src[i]) || isDigit(src[i]) || strings.IndexByte(".:+-", src[i]) >= 0) {
				i++
			}
			out = append(out, soqlToken{tokenNumber, src[start:i], start})
		case c == '\'':
			value, end, err := unquote(src, i)
			if err != nil {
				return nil, err
			}
			i = end
			out = append(out, soqlToken{tokenString, value, start})
		case strings.HasPrefix(src[i:], "!=") || strings.HasPrefix(src[i:], "<=") || strings.HasPrefix(src[i:], ">=") ||
			strings.HasPrefix(src[i:], "<>"):
			i += 2
			out = append(out, soqlToken{tokenSymbol, src[start:i], start})
		case strings.IndexByte("(),=<>*", c) >= 0:
			i++
			out = append(out, soqlToken{tokenSymbol, src[start:i], start})
		default:
			return nil, malformed("line 1:%d no viable alternative at character '%c'", i, c)
		}
	}
	return append(out, soqlToken{tokenEnd, "<EOF>", len(src)}), nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// unquote reads the string that begins at src[at], and returns its value and the offset after it.
func unquote(src string, at int) (string, int, *apiError) {
	var b strings.Builder
	for i := at + 1; i < len(src); i++ {
		switch c := src[i]; c {
		case '\'':
			return b.String(), i + 1, nil
		case '\\':
			i++
			if i == len(src) {
				return "", 0, malformed("line 1:%d unterminated string", at)
			}
			r, width := escape(src[i:])
			if width == 0 {
				return "", 0, malformed("Invalid string literal. Illegal character sequence '\\%c' in string literal", src[i])
			}
			b.WriteRune(r)
			i += width - 1
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, malformed("line 1:%d unterminated string", at)
}

// escape reads what follows a backslash; a width of zero is no escape. \% and \_ are for LIKE and keep their backslash,
// which the private characters below stand for until the pattern is matched.
func escape(s string) (rune, int) {
	switch s[0] {
	case 'n', 'N':
		return '\n', 1
	case 'r', 'R':
		return '\r', 1
	case 't', 'T':
		return '\t', 1
	case 'b', 'B':
		return '\b', 1
	case 'f', 'F':
		return '\f', 1
	case '"', '\'', '\\':
		return rune(s[0]), 1
	case '%':
		return literalPercent, 1
	case '_':
		return literalUnderscore, 1
	case 'u':
		if len(s) < 5 {
			return 0, 0
		}
		var r rune
		for i := 1; i < 5; i++ {
			digit := strings.IndexByte("0123456789abcdef", s[i]|0x20)
			if digit < 0 || s[i] < '0' {
				return 0, 0
			}
			r = r<<4 | rune(digit)
		}
		return r, 5
	}
	return 0, 0
}

// The characters that an escaped % and _ are until they are matched.
const (
	literalPercent    = '\uE025'
	literalUnderscore = '\uE05F'
)

// plain returns a string literal as it is outside LIKE.
func plain(s string) string {
	return strings.NewReplacer(string(literalPercent), "%", string(literalUnderscore), "_").Replace(s)
}
