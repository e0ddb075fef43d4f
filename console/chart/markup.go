package chart

import (
	"html"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"
)

// markup is HTML being written. Every text goes through text, so that nothing but what this package means as markup is.
type markup struct{ b strings.Builder }

// raw writes markup of this package.
func (m *markup) raw(parts ...string) {
	for _, s := range parts {
		m.b.WriteString(s)
	}
}

// text writes s escaped, for content and for values of attributes in double quotes.
func (m *markup) text(s string) { m.b.WriteString(escape(s)) }

// element writes an element that has only text in it. open is its name and its attributes.
func (m *markup) element(open, s string) {
	name, _, _ := strings.Cut(open, " ")
	m.raw("<", open, ">")
	m.text(s)
	m.raw("</", name, ">")
}

func (m *markup) html() template.HTML { return template.HTML(m.b.String()) }

// escape escapes s for HTML and for XML. What XML 1.0 section 2.2 does not allow in a document becomes U+FFFD.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return ' '
		case r < 0x20, r == 0xFFFE, r == 0xFFFF:
			return utf8.RuneError
		}
		return r // a byte that is not UTF-8 arrives as U+FFFD
	}, s)
	return html.EscapeString(s)
}

// class returns prefix and key as the name of a class, or prefix and "other" for a key that is no plain name.
func class(prefix, key string) string {
	if key == "" || len(key) > 32 {
		return prefix + "other"
	}
	for i := range len(key) {
		if c := key[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return prefix + "other"
		}
	}
	return prefix + key
}

// address returns href if it is one of this site, else "". Two slashes, or a slash and a backslash, would name a host.
func address(href string) string {
	switch {
	case strings.HasPrefix(href, "?"), href == "/":
		return href
	case len(href) > 1 && href[0] == '/' && href[1] != '/' && href[1] != '\\':
		return href
	}
	return ""
}

// identifier returns id without what does not belong into one.
func identifier(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, id)
}

// coordinate writes x with at most two decimals.
func coordinate(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// grouped writes n with a comma between each three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
