package format

import (
	"bytes"
	"strconv"

	"github.com/phigate/phigate/inspect"
)

// isaLen is the length of the segment ISA with its terminator, the only segment of X12 whose elements have fixed widths:
// the separators stand at known places in it (ASC X12.5).
const isaLen = 106

// isaSeparators are the places of the element separators in an ISA.
var isaSeparators = [...]int{3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103}

// x12Decoder makes a record of every transaction set of X12: a segment ST and what follows up to its SE. The segments
// around them (ISA, TA1, GS, GE, IEA) are envelopes, and inspected too. A line end may follow a segment's terminator.
//
// Every element that is not empty is a field, named by its segment, the values of the elements that qualify it, its own
// two digits, and the number of its component unless that is 1: NM1_IL_03 is the last name of a subscriber, REF_SY_02 a
// Social Security number, HI_ABK_01_2 the principal diagnosis, N4_03 a ZIP code. x12Qualifiers lists what qualifies what.
// The object is that of the request. Each segment is a node without a key. The control segments ISA, GS, ST, SE, GE and
// IEA have the carrier InHeader: a value of theirs that is changed makes another interchange, or none.
//
// What another reader might divide in another way is unreadable: counts and control numbers of SE, GE and IEA that are
// wrong, segments out of place, separators that are letters or stand twice, control characters in an element, and the
// segments BIN and BDS, which hold bytes by their number. An interchange has to be UTF-8.
type x12Decoder struct {
	object string
	lim    Limits

	pos   int   // the next byte to look at
	at    int   // where the segment that is being read begins; -1 in front of one
	base  int64 // position of the record's first byte in the body
	place x12Place
	data  bool   // the record is a transaction set
	spans []span // the complete segments of the record
	marks inspect.Delimiters

	control  [3]x12Control // of the interchange, the group and the transaction set that are open
	elements []span        // of the segment that is being named
	err      error
}

// x12Place is what is open where the next segment stands.
type x12Place uint8

const (
	x12Outside     x12Place = iota // no interchange
	x12Interchange                 // an ISA
	x12Group                       // a GS in it
	x12Set                         // an ST in that
)

// x12Control is what the end of an interchange, a group or a transaction set has to repeat.
type x12Control struct {
	number []byte // its control number
	count  int    // how many groups, sets or segments it holds
}

func newX12(shape inspect.Shape, lim Limits) inspect.Decoder {
	return &x12Decoder{object: shape.Object, lim: lim.orDefaults(), at: -1}
}

// sniffX12 reports whether prefix begins with an ISA.
func sniffX12(prefix []byte) bool {
	prefix = bytes.TrimLeft(prefix, "\r\n")
	if len(prefix) < isaLen {
		return false
	}
	_, ok := x12Marks(prefix[:isaLen])
	return ok
}

// x12Marks returns the separators that an ISA names.
func x12Marks(isa []byte) (d inspect.Delimiters, ok bool) {
	if string(isa[:3]) != "ISA" {
		return d, false
	}
	d = inspect.Delimiters{Field: isa[3], Component: isa[104], Segment: isa[105]}
	for _, i := range isaSeparators {
		if isa[i] != d.Field {
			return d, false
		}
	}
	if bytes.Count(isa, isa[3:4]) != len(isaSeparators) {
		return d, false
	}
	// Version 00402 made ISA11, an identifier of standards before, the separator of repetitions.
	if c := isa[82]; string(isa[84:89]) >= "00402" && c != 'U' && c != ' ' {
		d.Repetition = c
	}
	signs := []byte{d.Field, d.Component, d.Segment, d.Repetition}
	for i, c := range signs {
		if c == 0 && i == 3 {
			continue
		}
		lineEnd := i == 2 && (c == '\r' || c == '\n')
		if !isDelimiter(c) && !lineEnd || bytes.IndexByte(signs[:i], c) >= 0 {
			return d, false
		}
	}
	return d, true
}

// Decode implements [inspect.Decoder].
func (d *x12Decoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	for d.err == nil {
		if d.at < 0 {
			whole, more := d.begin(buf, eof)
			if whole && d.err == nil {
				return d.emit(buf[:d.pos], rec)
			}
			if more {
				return 0, d.err
			}
			continue
		}
		if !d.segment(buf, eof) {
			return 0, d.err
		}
		if d.data && d.place != x12Set {
			return d.emit(buf[:d.pos], rec)
		}
	}
	return 0, d.err
}

// begin goes on at the start of a segment. It reports whether the envelope in front of it is complete, and whether more
// bytes are needed.
func (d *x12Decoder) begin(buf []byte, eof bool) (whole, more bool) {
	for d.pos < len(buf) && (buf[d.pos] == '\r' || buf[d.pos] == '\n') && (d.place == x12Outside || buf[d.pos] != d.marks.Segment) {
		d.pos++
	}
	rest := buf[d.pos:]
	if len(rest) == 0 && eof {
		if d.place != x12Outside {
			d.fail(d.pos, inspect.ReasonTruncated)
		}
		return d.pos > 0, true
	}
	if len(rest) < 3 {
		if eof {
			d.fail(d.pos, inspect.ReasonSyntax)
		}
		return false, true
	}
	if d.place == x12Outside && string(rest[:3]) != "ISA" {
		d.fail(d.pos, inspect.ReasonSyntax)
		return false, false
	}
	if string(rest[:2]) == "ST" && len(d.spans) > 0 && d.place == x12Group && rest[2] == d.marks.Field {
		return true, false
	}
	d.at = d.pos
	return false, false
}

// segment goes on in a segment up to its terminator, and checks its place. It reports false if more bytes are needed or
// the segment is wrong.
func (d *x12Decoder) segment(buf []byte, eof bool) bool {
	if d.place == x12Outside {
		if len(buf)-d.at < isaLen {
			d.cut(eof)
			return false
		}
		marks, ok := x12Marks(buf[d.at : d.at+isaLen])
		if !ok {
			d.fail(d.at, inspect.ReasonSyntax)
			return false
		}
		d.marks = marks
	}
	n := bytes.IndexByte(buf[d.pos:], d.marks.Segment)
	if n < 0 {
		d.pos = len(buf)
		d.cut(eof)
		return false
	}
	end := d.pos + n
	d.pos = end + 1
	if !d.check(buf[d.at:end]) {
		return false
	}
	d.spans = append(d.spans, span{start: d.at, end: end})
	d.at = -1
	if len(d.spans) > d.lim.Fields {
		d.fail(end, inspect.ReasonRecordSize)
	}
	return d.err == nil
}

func (d *x12Decoder) cut(eof bool) {
	if eof {
		d.fail(d.at, inspect.ReasonTruncated)
	}
}

// check looks at a complete segment: its bytes, its name and its place.
func (d *x12Decoder) check(segment []byte) bool {
	if n, ok := validText(segment, true); !ok {
		d.fail(d.at+n, inspect.ReasonEncoding)
		return false
	}
	for i, c := range segment {
		if c < 0x20 && !d.separates(c) {
			d.fail(d.at+i, inspect.ReasonSyntax)
			return false
		}
	}
	name, rest, _ := bytes.Cut(segment, []byte{d.marks.Field})
	if !isX12Name(name) || !d.enter(string(name), rest) {
		d.fail(d.at, inspect.ReasonSyntax)
		return false
	}
	return true
}

func (d *x12Decoder) separates(c byte) bool {
	return c == d.marks.Field || c == d.marks.Component || c == d.marks.Repetition
}

// isX12Name reports whether b is a capital and one or two capitals or digits.
func isX12Name(b []byte) bool {
	return len(b) == 3 && isSegmentName(b) || len(b) == 2 && isSegmentName([]byte{b[0], b[1], 'A'})
}

// enter takes the segment with the given name and elements where it stands. It reports whether it may stand there, and
// whether the counts and control numbers are right.
func (d *x12Decoder) enter(name string, elements []byte) bool {
	d.data = d.data || d.place == x12Group && name == "ST"
	switch {
	case d.place == x12Outside: // begin saw that it is an ISA
		d.open(d.element(elements, 13))
	case d.place == x12Interchange && name == "GS":
		d.open(d.element(elements, 6))
	case d.place == x12Interchange && name == "IEA", d.place == x12Group && name == "GE":
		return d.close(elements)
	case d.place == x12Group && name == "ST":
		d.open(d.element(elements, 2))
		d.control[2].count = 1
	case d.place == x12Set && name == "SE":
		d.control[2].count++
		return d.close(elements)
	case d.place == x12Set:
		d.control[2].count++
		return name != "BIN" && name != "BDS" && name != "ISA" && name != "GS" && name != "ST" && name != "GE" && name != "IEA"
	default:
		return d.place == x12Interchange && name == "TA1"
	}
	return true
}

// open notes what the end has to repeat.
func (d *x12Decoder) open(number []byte) {
	if d.place > x12Outside {
		d.control[d.place-1].count++
	}
	c := &d.control[d.place]
	c.number, c.count = append(c.number[:0], number...), 0
	d.place++
}

// close compares the count and the control number at an end with what was counted and noted.
func (d *x12Decoder) close(elements []byte) bool {
	d.place--
	c := &d.control[d.place]
	count, err := strconv.ParseUint(string(d.element(elements, 1)), 10, 32)
	return err == nil && int(count) == c.count && bytes.Equal(trimZeros(d.element(elements, 2)), trimZeros(c.number))
}

// trimZeros removes the zeros in front of a number.
func trimZeros(b []byte) []byte { return bytes.TrimLeft(b, "0") }

// element returns the n-th of elements, empty if there is none.
func (d *x12Decoder) element(elements []byte, n int) []byte {
	for ; n > 1; n-- {
		i := bytes.IndexByte(elements, d.marks.Field)
		if i < 0 {
			return nil
		}
		elements = elements[i+1:]
	}
	if i := bytes.IndexByte(elements, d.marks.Field); i >= 0 {
		return elements[:i]
	}
	return elements
}

// emit fills rec with the record that takes all of raw, forgets it and returns its length.
func (d *x12Decoder) emit(raw []byte, rec *inspect.Record) (int, error) {
	rec.Reset()
	rec.Raw, rec.Delimiters = raw[:len(raw):len(raw)], d.marks
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	if !d.data {
		rec.Role = inspect.Envelope
	}
	for _, s := range d.spans {
		rec.Nodes = append(rec.Nodes, inspect.Node{})
		if d.fill(rec, s); d.err != nil {
			return 0, d.err
		}
	}
	d.base += int64(len(raw))
	d.pos, d.spans, d.data = 0, d.spans[:0], false
	return len(raw), nil
}

// fail notes an error at position at of the record. It stays: what is behind it is not read.
func (d *x12Decoder) fail(at int, reason inspect.Reason) {
	d.err = &inspect.UnreadableError{Reason: reason, Format: "x12", Offset: d.base + int64(at)}
}
