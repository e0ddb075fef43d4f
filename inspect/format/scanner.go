package format

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// token is what the scanner came to.
type token uint8

const (
	tokenMore   token = iota // the bytes end before a token does
	tokenEnd                 // the document is complete and nothing comes behind it, or the body is empty
	tokenObject              // {
	tokenArray               // [
	tokenClose               // } or ]
	tokenName                // the name of a member
	tokenString
	tokenNumber
	tokenBool
	tokenNull
)

// expectation is what may come next, white space aside.
type expectation uint8

const (
	expectValue expectation = iota
	expectValueOrClose
	expectName
	expectNameOrClose
	expectColon
	expectCommaOrClose
	expectEnd
)

// inside is the token that the scanner is in the middle of.
type inside uint8

const (
	insideNothing inside = iota
	insideString
	insideNumber
)

// scanner is a strict push scanner for JSON (RFC 8259): UTF-8 without a byte order mark, no name twice in an object,
// no unpaired surrogates, one document. It knows nothing about records. Its caller hands it a growing slice; it goes on
// where it stopped and looks at no byte twice, but for those of an unfinished escape, literal or UTF-8 sequence, which
// are 12 at most. It does not recurse; its memory grows with the depth and with the number of names in the objects
// that are open.
type scanner struct {
	// start and end are the range of the last token, that of a string or name without its quotes; escaped says that it
	// holds a backslash.
	start, end int
	escaped    bool

	pos     int   // the next byte to look at
	base    int64 // position of the slice's first byte in the body
	expect  expectation
	inside  inside
	number  numberState
	open    []container
	lim     Limits
	err     error
	seed    maphash.Seed
	scratch []byte // the decoded spelling of an escaped name
}

// container is an open object or array.
type container struct {
	object bool
	names  nameSet
}

func newScanner(lim Limits) scanner {
	return scanner{lim: lim, seed: maphash.MakeSeed()}
}

// consume forgets the first n bytes of the slice: the next call gets what comes behind them.
func (s *scanner) consume(n int) {
	s.pos -= n
	s.base += int64(n)
}

// next returns the next token in buf. eof says that nothing comes behind buf. Its error is an *UnreadableError.
func (s *scanner) next(buf []byte, eof bool) (token, error) {
	if s.err != nil {
		return 0, s.err
	}
	switch s.inside {
	case insideString:
		return s.scanString(buf, eof)
	case insideNumber:
		return s.scanNumber(buf, eof)
	}
	for s.pos < len(buf) {
		c := buf[s.pos]
		if c == ' ' || c == '\n' || c == '\r' || c == '\t' {
			s.pos++
			continue
		}
		switch s.expect {
		case expectColon:
			if c != ':' {
				return 0, s.unexpected(c)
			}
			s.pos++
			s.expect = expectValue
		case expectCommaOrClose:
			if c != ',' {
				return s.scanClose(c)
			}
			s.pos++
			s.expect = expectValue
			if s.open[len(s.open)-1].object {
				s.expect = expectName
			}
		case expectName, expectNameOrClose:
			if c == '"' {
				return s.beginString(buf, eof)
			}
			if s.expect == expectName {
				return 0, s.unexpected(c)
			}
			return s.scanClose(c)
		case expectEnd:
			return 0, s.fail(inspect.ReasonTrailing)
		default:
			return s.scanValue(c, buf, eof)
		}
	}
	return s.exhausted(eof)
}

// exhausted says what it means that the bytes end between two tokens.
func (s *scanner) exhausted(eof bool) (token, error) {
	if !eof {
		return tokenMore, nil
	}
	if s.expect == expectEnd || s.base == 0 && s.pos == 0 {
		return tokenEnd, nil
	}
	return 0, s.fail(inspect.ReasonTruncated)
}

// scanValue scans a value that starts with c, or the end of an array that may stand in its place.
func (s *scanner) scanValue(c byte, buf []byte, eof bool) (token, error) {
	switch c {
	case '"':
		return s.beginString(buf, eof)
	case '{':
		return s.push(true)
	case '[':
		return s.push(false)
	case 't':
		return s.scanLiteral(buf, eof, "true", tokenBool)
	case 'f':
		return s.scanLiteral(buf, eof, "false", tokenBool)
	case 'n':
		return s.scanLiteral(buf, eof, "null", tokenNull)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		s.start, s.inside, s.number = s.pos, insideNumber, numberBegin
		return s.scanNumber(buf, eof)
	case ']':
		if s.expect == expectValueOrClose {
			return s.scanClose(c)
		}
	}
	return 0, s.unexpected(c)
}

// push opens an object or an array. The names of the last object at this depth leave their memory to it.
func (s *scanner) push(object bool) (token, error) {
	n := len(s.open)
	if n >= s.lim.Depth {
		return 0, s.fail(inspect.ReasonDepth)
	}
	if n < cap(s.open) {
		s.open = s.open[:n+1]
	} else {
		s.open = append(s.open, container{})
	}
	s.pos++
	s.open[n].object = object
	if !object {
		s.expect = expectValueOrClose
		return tokenArray, nil
	}
	s.open[n].names.reset()
	s.expect = expectNameOrClose
	return tokenObject, nil
}

// scanClose closes the innermost container, which c must fit.
func (s *scanner) scanClose(c byte) (token, error) {
	top := len(s.open) - 1
	if s.open[top].object && c != '}' || !s.open[top].object && c != ']' {
		return 0, s.unexpected(c)
	}
	s.open = s.open[:top]
	s.pos++
	s.endValue()
	return tokenClose, nil
}

// endValue is called behind every value.
func (s *scanner) endValue() {
	s.expect = expectCommaOrClose
	if len(s.open) == 0 {
		s.expect = expectEnd
	}
}

// scanLiteral scans one of the three words.
func (s *scanner) scanLiteral(buf []byte, eof bool, word string, t token) (token, error) {
	have := min(len(word), len(buf)-s.pos)
	if string(buf[s.pos:s.pos+have]) != word[:have] {
		return 0, s.fail(inspect.ReasonSyntax)
	}
	if have < len(word) {
		return s.wait(eof)
	}
	s.start, s.end = s.pos, s.pos+have
	s.pos = s.end
	s.endValue()
	return t, nil
}

// wait asks for more bytes in the middle of a token.
func (s *scanner) wait(eof bool) (token, error) {
	if eof {
		return 0, s.fail(inspect.ReasonTruncated)
	}
	return tokenMore, nil
}

func (s *scanner) beginString(buf []byte, eof bool) (token, error) {
	s.pos++
	s.start, s.escaped, s.inside = s.pos, false, insideString
	return s.scanString(buf, eof)
}

// scanString goes on inside of a string or name. Plain ASCII, which is nearly all of it, is passed eight bytes at a time.
func (s *scanner) scanString(buf []byte, eof bool) (token, error) {
	for {
		i := skipPlain(buf, s.pos)
		s.pos = i
		if i == len(buf) {
			return s.wait(eof)
		}
		n := 0
		switch c := buf[i]; {
		case c == '"':
			return s.endString(buf)
		case c == '\\':
			s.escaped = true
			n = escapeLen(buf[i:])
		case c < 0x20:
			n = -1
		default:
			var r rune
			if r, n = utf8.DecodeRune(buf[i:]); r == utf8.RuneError && n == 1 {
				if utf8.FullRune(buf[i:]) || eof {
					return 0, s.fail(inspect.ReasonEncoding)
				}
				n = 0
			}
		}
		if n < 0 {
			return 0, s.fail(inspect.ReasonSyntax)
		}
		if n == 0 {
			return s.wait(eof)
		}
		s.pos += n
	}
}

// endString ends a string or name at its closing quote.
func (s *scanner) endString(buf []byte) (token, error) {
	s.end = s.pos
	s.pos++
	s.inside = insideNothing
	if s.expect != expectName && s.expect != expectNameOrClose {
		s.endValue()
		return tokenString, nil
	}
	name := buf[s.start:s.end]
	if s.escaped {
		s.scratch = appendUnescaped(s.scratch[:0], name)
		name = s.scratch
	}
	names := &s.open[len(s.open)-1].names
	if !names.add(maphash.Bytes(s.seed, name)) {
		return 0, s.failAt(s.start, inspect.ReasonDuplicateName)
	}
	if len(names.list) > s.lim.Names {
		return 0, s.failAt(s.start, inspect.ReasonRecordSize)
	}
	s.expect = expectColon
	return tokenName, nil
}

// unexpected says why c cannot stand here. A document that starts outside of ASCII, or with NUL as UTF-16 and UTF-32
// do, is not JSON in another shape but in another encoding.
func (s *scanner) unexpected(c byte) error {
	if c == 0 || c >= utf8.RuneSelf && len(s.open) == 0 {
		return s.fail(inspect.ReasonEncoding)
	}
	return s.fail(inspect.ReasonSyntax)
}

func (s *scanner) fail(reason inspect.Reason) error { return s.failAt(s.pos, reason) }

// failAt returns an error at position at of the slice. It stays: what is unreadable does not become readable again.
func (s *scanner) failAt(at int, reason inspect.Reason) error {
	s.err = &inspect.UnreadableError{Reason: reason, Format: "json", Offset: s.base + int64(at)}
	return s.err
}

// skipPlain returns the index of the first byte at or behind i that is no plain ASCII of a string: a quote, a
// backslash, a control character or a byte outside of ASCII; len(buf) if there is none.
func skipPlain(buf []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(buf); i += 8 {
		x := binary.LittleEndian.Uint64(buf[i:])
		quote, backslash := x^(ones*'"'), x^(ones*'\\')
		// A borrow can set a wrong bit only above a right one, so that the lowest bit is always right.
		stop := (x | ^x&(x-ones*0x20) | ^quote&(quote-ones) | ^backslash&(backslash-ones)) & highs
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)/8
		}
	}
	for ; i < len(buf); i++ {
		if c := buf[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}
