package edm

import (
	"hash/maphash"

	"github.com/phigate/phigate/inspect"
)

// search is the memory that one call of Inspect needs.
type search struct {
	m         *Matcher
	index     *Index
	rec       *inspect.Record
	kinds     [kinds]uint64  // the lengths of values in columns of a kind
	lists     [kinds][]uint8 // the columns of a kind
	normal    []byte
	hits      []hit
	pairs     []pair
	common    []int32 // hits of values that many rows hold
	confirmed []int32 // those of them that a row holds
}

// hit is a cell that stands in the record.
type hit struct {
	rows       Rows
	value      uint64 // tells values apart
	field      int32
	start, end int32
	column     uint8
	columns    uint8 // of one row that stand in the record, this one included
	length     uint8 // of the normal spelling, in bytes
	whole      bool  // it is the field's whole value
}

// maxWord is the longest value or word that is looked up, in bytes. Of longer values the words are.
const maxWord = MaxValue

// maxDate is the longest value that is read as a date: a time stamp with a zone, in bytes.
const maxDate = 32

func (s *search) reset(m *Matcher, x *Index, rec *inspect.Record) {
	s.m, s.rec = m, rec
	if s.index != x {
		s.index = x
		s.kinds, s.lists = [kinds]uint64{}, [kinds][]uint8{}
		for i, c := range x.header.columns {
			s.kinds[c.Kind] |= x.lengths[i]
			s.lists[c.Kind] = append(s.lists[c.Kind], uint8(i))
		}
	}
	s.hits, s.pairs, s.common = s.hits[:0], s.pairs[:0], s.common[:0]
}

// maxKept is how many hits a search may have room for and be kept for another one.
const maxKept = 1 << 14

// forget drops all references into the record, and what was spelt of it.
func (s *search) forget() {
	s.rec = nil
	clear(s.normal[:cap(s.normal)])
	clear(s.hits[:cap(s.hits)])
	if cap(s.hits) > maxKept || cap(s.pairs) > maxKept {
		*s = search{}
	}
}

// field looks for cells in field i: the whole value, and its words if it has several.
func (s *search) field(i int) {
	f := &s.rec.Fields[i]
	if f.Kind == inspect.Null || f.Kind == inspect.Bool || f.Object == inspect.Control || len(f.Value) == 0 {
		return
	}
	start, end := trim(f.Value)
	if start == end || end-start <= maxWord && s.whole(i, f.Value, start, end) {
		return
	}
	s.words(i, f.Value, start, end)
}

// whole looks a whole value up, and reports whether it is a single run of letters and digits.
func (s *search) whole(i int, v []byte, start, end int) (simple bool) {
	var all class
	for _, c := range v[start:end] {
		all |= classes[c]
	}
	at := place{field: i, start: start, end: end, whole: true}
	if all&(digit|high) != 0 {
		s.look(Alnum, at, v[start:end])
		if all&letter == 0 {
			s.look(Digits, at, v[start:end])
		}
		if end-start <= maxDate {
			s.look(Date, at, v[start:end])
		}
	}
	if all&digit == 0 || all&high != 0 {
		s.look(Name, at, v[start:end])
	}
	return all&^(digit|letter|high) == 0
}

// words looks up the words of a text: runs of letters and digits with a digit in them, alone and as they are joined,
// and words that begin with a capital. The value is v[start:end].
func (s *search) words(i int, v []byte, start, end int) {
	names := len(s.lists[Name]) > 0
	for at := start; at < end; {
		if classes[v[at]]&(digit|letter|high) == 0 {
			at++
			continue
		}
		chain := place{field: i, start: at}
		var all class
		parts := 0
		for {
			part := place{field: i, start: at}
			var own class
			for at < len(v) && classes[v[at]]&(digit|letter|high) != 0 {
				own |= classes[v[at]]
				at++
			}
			part.end, chain.end = at, at
			all |= own
			parts++
			joined := at+1 < len(v) && joins(v[at], v[at-1], v[at+1])
			if parts > 1 || joined {
				s.number(part, own, v)
			}
			if names && own&digit == 0 && startsName(v[part.start]) {
				s.word(Name, part, v)
			}
			if !joined {
				break
			}
			at++
		}
		if chain.start > start || chain.end < end || end-start > maxWord { // else the whole value was looked up
			s.number(chain, all, v)
		}
	}
}

// joins reports whether c between two bytes is inside of a number: a hyphen between letters and digits, a dot or a slash
// between digits.
func joins(c, before, behind byte) bool {
	switch c {
	case '-':
		return classes[behind]&(digit|letter|high) != 0
	case '.', '/':
		return classes[before]&classes[behind]&digit != 0
	}
	return false
}

// number looks up a word that may be a number of somebody.
func (s *search) number(at place, all class, v []byte) {
	if all&digit == 0 {
		return
	}
	s.word(Alnum, at, v)
	if all&letter == 0 {
		s.word(Digits, at, v)
	}
}

func (s *search) word(k Kind, at place, v []byte) {
	if at.end-at.start <= maxWord {
		s.look(k, at, v[at.start:at.end])
	}
}

// finding looks up what another detector recognised inside of a text.
func (s *search) finding(fd *inspect.Finding) {
	if fd.Field < 0 || fd.Field >= len(s.rec.Fields) {
		return
	}
	v := s.rec.Fields[fd.Field].Value
	if fd.Start < 0 || fd.End > len(v) || fd.Start >= fd.End || fd.End-fd.Start > maxWord {
		return
	}
	if start, end := trim(v); fd.Start <= start && fd.End >= end {
		return // the whole value was looked up
	}
	at := place{field: fd.Field, start: fd.Start, end: fd.End}
	switch fd.Category {
	case inspect.Name, inspect.Geographic:
		s.look(Name, at, v[at.start:at.end])
		s.look(Digits, at, v[at.start:at.end])
	case inspect.Date:
		s.look(Date, at, v[at.start:at.end])
	default:
		s.look(Alnum, at, v[at.start:at.end])
		s.look(Digits, at, v[at.start:at.end])
	}
}

// place is a part of a field's value.
type place struct {
	field, start, end int
	whole             bool
}

// look looks a value up in all columns of a kind.
func (s *search) look(k Kind, at place, v []byte) {
	if len(s.lists[k]) == 0 {
		return
	}
	s.normal = s.m.normalise(k, s.normal[:0], v)
	n := len(s.normal)
	if n == 0 || n > MaxValue || s.kinds[k]&(1<<min(n, 63)) == 0 {
		return
	}
	for _, column := range s.lists[k] {
		rows, ok := s.index.Lookup(int(column), s.normal)
		if !ok {
			continue
		}
		s.hits = append(s.hits, hit{
			rows: rows, value: maphash.Bytes(s.m.seed, s.normal), field: int32(at.field), start: int32(at.start), end: int32(at.end),
			column: column, columns: 1, length: uint8(n), whole: at.whole,
		})
	}
}

// class is a set of properties of a byte.
type class uint8

const (
	digit class = 1 << iota
	letter
	capital
	high  // part of a character outside of ASCII
	other // everything else
)

var classes = func() (t [256]class) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9':
			t[c] = digit
		case 'A' <= c && c <= 'Z':
			t[c] = letter | capital
		case 'a' <= c && c <= 'z':
			t[c] = letter
		case c >= 0x80:
			t[c] = high
		default:
			t[c] = other
		}
	}
	return t
}()

func startsName(c byte) bool { return classes[c]&(capital|high) != 0 }

// trim returns the range of v without the ASCII white space around it.
func trim(v []byte) (start, end int) {
	for end = len(v); end > 0 && v[end-1] <= ' '; end-- {
	}
	for start < end && v[start] <= ' ' {
		start++
	}
	return start, end
}
