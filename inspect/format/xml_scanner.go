package format

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// xmlToken is what the XML scanner came to.
type xmlToken uint8

const (
	xmlMore      xmlToken = iota // the bytes end before a token does
	xmlEnd                       // the document is complete and nothing comes behind it, or the body is empty
	xmlOpen                      // the name of a start tag
	xmlAttribute                 // a name and its value
	xmlContent                   // the > of a start tag
	xmlClose                     // an end tag, or the /> of an empty element
	xmlText                      // character data up to the next markup
	xmlCData
	xmlComment
	xmlInstruction // a style sheet's, where they are let pass
	xmlNothing     // go on
)

// xmlState is what the scanner is in the middle of.
type xmlState uint8

const (
	xmlBegin     xmlState = iota // in front of everything: a mark and the declaration may come
	xmlBetween                   // between two tokens
	xmlInText                    // in character data
	xmlInCData                   // in a section
	xmlInComment                 // in a comment
	xmlInSheet                   // in an instruction
	xmlInOpen                    // in the name of a start tag
	xmlInTag                     // between the attributes
	xmlInName                    // in the name of an attribute
	xmlInEquals                  // behind the name of an attribute
	xmlInQuote                   // behind its =
	xmlInValue                   // in its value
	xmlInEmpty                   // behind the / of an empty element
	xmlInClose                   // in the name of an end tag
	xmlInTail                    // behind it
)

// xmlScanner is a strict push scanner for XML 1.0 in UTF-8: no document type, so that there are no entities but the
// five, no processing instruction but the declaration and, if sheets says so, style sheets, no two attributes whose names differ in their prefix only, one
// root. Prefixes are not resolved. It knows nothing about records. Like [scanner] it is handed a growing slice, goes on
// where it stopped, and looks at no byte twice but for an unfinished reference, delimiter or UTF-8 sequence and the
// declaration (all bounded). Its memory grows with the names of the elements that are open.
type xmlScanner struct {
	// start and end are the range of the last text, value, section or comment, without what delimits it. escaped says
	// that it holds a reference, blank that it is white space alone.
	start, end     int
	escaped, blank bool
	// tag is where the last start or end tag began.
	tag int
	// nameStart and nameEnd are the range of the last name of a start tag or attribute, without its prefix; xmlns says
	// that the attribute declares a namespace.
	nameStart, nameEnd int
	xmlns              bool
	// sheets lets xml-stylesheet stand in front of the root, as in nearly every clinical document.
	sheets bool

	pos    int   // the next byte to look at
	base   int64 // position of the slice's first byte in the body
	state  xmlState
	whole  int    // where the name that is being read began, prefix included
	colon  int    // where its colon is, -1 if there was none so far
	spaced bool   // white space stood in front of the next attribute
	quote  byte   // of the value that is being read
	rooted bool   // the root was opened
	open   []int  // where the names of the open elements begin in names
	names  []byte // the names of the open elements, prefixes included
	attrs  nameSet
	lim    Limits
	err    error
	seed   maphash.Seed
}

func newXMLScanner(lim Limits) xmlScanner {
	return xmlScanner{lim: lim, seed: maphash.MakeSeed()}
}

// consume forgets the first n bytes of the slice: the next call gets what comes behind them. A start tag that is
// being read moves with them.
func (s *xmlScanner) consume(n int) {
	for _, at := range [...]*int{&s.pos, &s.start, &s.end, &s.tag, &s.nameStart, &s.nameEnd, &s.whole, &s.colon} {
		*at -= n
	}
	s.base += int64(n)
}

// next returns the next token in buf. eof says that nothing comes behind buf. Its error is an *UnreadableError.
func (s *xmlScanner) next(buf []byte, eof bool) (t xmlToken, err error) {
	if s.err != nil {
		return 0, s.err
	}
	for t = xmlNothing; t == xmlNothing && err == nil; {
		switch s.state {
		case xmlBegin:
			t, err = s.begin(buf, eof)
		case xmlBetween:
			t, err = s.between(buf, eof)
		case xmlInText:
			t, err = s.text(buf, eof)
		case xmlInCData:
			t, err = s.section(buf, eof, "]]>", xmlCData)
		case xmlInComment:
			t, err = s.section(buf, eof, "-->", xmlComment)
		case xmlInSheet:
			t, err = s.section(buf, eof, "?>", xmlInstruction)
		case xmlInOpen, xmlInName:
			t, err = s.name(buf, eof)
		case xmlInValue:
			t, err = s.value(buf, eof)
		case xmlInClose:
			t, err = s.closeName(buf, eof)
		default:
			t, err = s.inTag(buf, eof)
		}
	}
	return t, err
}

// begin passes a byte order mark and the declaration.
func (s *xmlScanner) begin(buf []byte, eof bool) (xmlToken, error) {
	const mark, declaration, longest = "\xEF\xBB\xBF", "<?xml", 256
	if len(buf) == 0 && eof {
		return xmlEnd, nil
	}
	if s.pos == 0 {
		n := min(len(buf), len(mark))
		if string(buf[:n]) == mark[:n] && n < len(mark) {
			return s.wait(eof)
		}
		if string(buf[:n]) == mark {
			s.pos = n
		}
	}
	rest := buf[s.pos:]
	n := min(len(rest), len(declaration))
	if string(rest[:n]) != declaration[:n] || len(rest) > n && rest[n] == '-' { // a style sheet's
		s.state = xmlBetween
		return xmlNothing, nil
	}
	end := bytes.Index(rest[:min(len(rest), longest)], []byte("?>"))
	if end < 0 {
		if len(rest) >= longest {
			return 0, s.fail(inspect.ReasonSyntax)
		}
		return s.wait(eof)
	}
	if reason := declared(rest[len(declaration):end]); reason != "" {
		return 0, s.fail(reason)
	}
	s.pos += end + 2
	s.state = xmlBetween
	return xmlNothing, nil
}

// between decides by the next bytes what comes.
func (s *xmlScanner) between(buf []byte, eof bool) (xmlToken, error) {
	rest := buf[s.pos:]
	switch {
	case len(rest) == 0 && eof && s.rooted && len(s.open) == 0:
		return xmlEnd, nil
	case len(rest) == 0:
		return s.wait(eof)
	case rest[0] != '<':
		s.enter(xmlInText, 0)
		return xmlNothing, nil
	case len(rest) == 1:
		return s.wait(eof)
	}
	switch rest[1] {
	case '/':
		if len(s.open) == 0 {
			return 0, s.fail(inspect.ReasonSyntax)
		}
		s.tag = s.pos
		s.enter(xmlInClose, 2)
		return xmlNothing, nil
	case '!':
		return s.declaration(rest, eof)
	case '?':
		return s.instruction(rest, eof)
	}
	if len(s.open) == 0 && s.rooted {
		return 0, s.fail(inspect.ReasonTrailing)
	}
	if len(s.open) >= s.lim.Depth {
		return 0, s.fail(inspect.ReasonDepth)
	}
	s.tag = s.pos
	s.enter(xmlInOpen, 1)
	return xmlNothing, nil
}

// declaration enters a comment or a CDATA section. What else starts with <! is refused.
func (s *xmlScanner) declaration(rest []byte, eof bool) (xmlToken, error) {
	for _, d := range [...]struct {
		start string
		state xmlState
	}{{"<!--", xmlInComment}, {"<![CDATA[", xmlInCData}} {
		n := min(len(rest), len(d.start))
		if string(rest[:n]) != d.start[:n] || d.state == xmlInCData && len(s.open) == 0 {
			continue
		}
		if n < len(d.start) {
			return s.wait(eof)
		}
		s.enter(d.state, n)
		return xmlNothing, nil
	}
	return 0, s.fail(inspect.ReasonSyntax)
}

// instruction enters a style sheet's instruction (Associating Style Sheets with XML documents 1.0, section 3).
func (s *xmlScanner) instruction(rest []byte, eof bool) (xmlToken, error) {
	const start = "<?xml-stylesheet"
	n := min(len(rest), len(start))
	if !s.sheets || s.rooted || string(rest[:n]) != start[:n] || len(rest) > n && !isXMLSpace(rest[n]) {
		return 0, s.fail(inspect.ReasonSyntax)
	}
	if len(rest) == n {
		return s.wait(eof)
	}
	s.tag = s.pos
	s.enter(xmlInSheet, 2)
	return xmlNothing, nil
}

// enter begins what starts behind n bytes of markup.
func (s *xmlScanner) enter(state xmlState, n int) {
	s.pos += n
	s.start, s.whole, s.colon = s.pos, s.pos, -1<<31
	s.escaped, s.blank = false, true
	s.state = state
}

// text goes on inside of character data.
func (s *xmlScanner) text(buf []byte, eof bool) (xmlToken, error) {
	for {
		s.skip(buf, '>')
		if len(s.open) == 0 && !s.blank {
			return s.outside(buf, false)
		}
		if s.pos == len(buf) {
			if !eof || len(s.open) > 0 {
				return s.outside(buf, eof)
			}
			break
		}
		switch c := buf[s.pos]; c {
		case '<':
		case '>':
			if s.pos-s.start >= 2 && string(buf[s.pos-2:s.pos]) == "]]" {
				return 0, s.fail(inspect.ReasonSyntax)
			}
			s.pos++
			s.blank = false
			continue
		default:
			if t, err := s.special(buf, eof); t != xmlNothing || err != nil {
				return t, err
			}
			continue
		}
		break
	}
	if t, err := s.outside(buf, false); err != nil {
		return t, err
	}
	s.end, s.state = s.pos, xmlBetween
	return xmlText, nil
}

// outside refuses text that stands in no element, and waits for more.
func (s *xmlScanner) outside(buf []byte, eof bool) (xmlToken, error) {
	if len(s.open) == 0 && !s.blank {
		s.pos = s.start
		if s.rooted {
			return 0, s.fail(inspect.ReasonTrailing)
		}
		return 0, s.fail(inspect.ReasonSyntax)
	}
	return s.wait(eof)
}

// skip passes plain characters and notes whether there is one but blanks.
func (s *xmlScanner) skip(buf []byte, stop byte) {
	i := s.pos
	for s.blank && i < len(buf) && buf[i] == ' ' {
		i++
	}
	s.pos = skipCharacters(buf, i, stop)
	s.blank = s.blank && s.pos == i
}

// special takes the byte that skip stopped at where nothing ends: white space, a reference, a character outside of ASCII.
func (s *xmlScanner) special(buf []byte, eof bool) (xmlToken, error) {
	rest := buf[s.pos:]
	var n int
	switch rest[0] {
	case '\t', '\n', '\r':
		s.pos++
		return xmlNothing, nil
	case '&':
		s.escaped = true
		if n, _ = reference(rest); n < 0 {
			return 0, s.fail(inspect.ReasonSyntax)
		}
	default:
		var reason inspect.Reason
		if n, reason = xmlCharacter(rest, eof); reason != "" {
			return 0, s.fail(reason)
		}
	}
	if n == 0 {
		return s.wait(eof)
	}
	s.pos += n
	s.blank = false
	return xmlNothing, nil
}

// section goes on inside of a CDATA section or a comment, which ends with end.
func (s *xmlScanner) section(buf []byte, eof bool, end string, t xmlToken) (xmlToken, error) {
	for {
		s.skip(buf, end[0])
		rest := buf[s.pos:]
		if len(rest) == 0 {
			return s.wait(eof)
		}
		n := min(len(rest), len(end))
		switch c := rest[0]; {
		case string(rest[:n]) == end:
			s.end = s.pos
			s.pos += n
			s.state = xmlBetween
			return t, nil
		case string(rest[:n]) == end[:n]:
			return s.wait(eof)
		case c == '-' && t == xmlComment && rest[1] == '-':
			return 0, s.fail(inspect.ReasonSyntax)
		case c == end[0], c == '<', c == '&':
			s.pos++
			s.blank = false
		default:
			if t, err := s.special(buf, eof); t != xmlNothing || err != nil {
				return t, err
			}
		}
	}
}

// wait asks for more bytes.
func (s *xmlScanner) wait(eof bool) (xmlToken, error) {
	if eof {
		return 0, s.fail(inspect.ReasonTruncated)
	}
	return xmlMore, nil
}

func (s *xmlScanner) fail(reason inspect.Reason) error { return s.failAt(s.pos, reason) }

// failAt returns an error at position at of the slice. It stays.
func (s *xmlScanner) failAt(at int, reason inspect.Reason) error {
	s.err = &inspect.UnreadableError{Reason: reason, Format: "xml", Offset: s.base + int64(at)}
	return s.err
}

// xmlCharacter returns the length of the character at the start of b, which is no plain ASCII; 0 if b is too short to
// tell. Control characters and U+FFFE and U+FFFF are none of XML's (XML 1.0, section 2.2).
func xmlCharacter(b []byte, eof bool) (n int, reason inspect.Reason) {
	if b[0] == 0 {
		return 0, inspect.ReasonEncoding
	}
	r, n := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && n == 1 && !eof && !utf8.FullRune(b):
		return 0, ""
	case r == utf8.RuneError && n == 1:
		return 0, inspect.ReasonEncoding
	case r < 0x20, r == 0xFFFE, r == 0xFFFF:
		return 0, inspect.ReasonSyntax
	}
	return n, ""
}
