package format

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// The bytes around a message in the Minimal Lower Layer Protocol (HL7 v2.9, appendix C.2): 0x0B, the message, 0x1C 0x0D.
const (
	mllpStart = 0x0B
	mllpEnd   = 0x1C
)

// hl7Decoder makes a record of every message of HL7 v2: a segment MSH and what follows up to the next MSH, with the
// bytes of MLLP around it. The segments around the messages of a batch (FHS, BHS, BTS, FTS) are envelopes, and inspected
// too. Segments end with a carriage return, a line feed or both; empty ones are passed over.
//
// Every value that is not empty is a field, named by its segment, the number of its field, and those of its component and
// subcomponent unless they are 1: PID_5 is the family name and PID_5_2 the given name, PID_7 a date of birth. That way a
// simple value has the same name as the first component of a composite one, as HL7 has it (v2.9, section 2.6). What tells
// of the kind of an identifier, a code or a telephone number in the same repetition stands in the name too: PID_3_SS. The
// object is that of the request. Each segment is a node without a key.
//
// What another reader might divide in another way is unreadable: a line that begins with no segment's name, which is what
// a line end inside a value looks like, separators that are letters or stand twice, bytes of MLLP out of place, an escape
// to another character set. A message has to be UTF-8.
type hl7Decoder struct {
	object string
	lim    Limits

	pos      int    // the next byte to look at
	at       int    // where the segment that is being read begins; -1 in front of one
	base     int64  // position of the record's first byte in the body
	segments []span // the complete segments of the record
	header   bool   // the record is of the segments around a batch
	framing  hl7Framing
	marks    inspect.Delimiters
	class    [256]byte
	name     []byte // the name of the field that is being read, up to its number and kind
	scratch  []byte
	err      error
}

// hl7Framing says whether MLLP is used, which the start of the body decides.
type hl7Framing uint8

const (
	hl7Unknown hl7Framing = iota
	hl7Bare               // no MLLP
	hl7Inside             // between 0x0B and 0x1C
	hl7Outside            // behind 0x0D
)

// What a byte is in a message.
const (
	hl7Separator = 1 + iota
	hl7Escape
)

func newHL7(shape inspect.Shape, lim Limits) inspect.Decoder {
	return &hl7Decoder{object: shape.Object, lim: lim.orDefaults(), at: -1}
}

// sniffHL7 reports whether prefix begins with a header segment and its separators.
func sniffHL7(prefix []byte) bool {
	prefix = bytes.TrimLeft(prefix, "\r\n")
	if len(prefix) > 0 && prefix[0] == mllpStart {
		prefix = prefix[1:]
	}
	if !headsHL7(prefix) || endsBatch(prefix) {
		return false
	}
	if end := bytes.IndexAny(prefix, "\r\n"); end >= 0 {
		prefix = prefix[:end]
	}
	_, _, ok := hl7Marks(prefix)
	return ok
}

// headsHL7 reports whether a segment that begins with b heads a message or a batch, or ends a batch.
func headsHL7(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	switch string(b[:3]) {
	case "MSH", "FHS", "BHS", "BTS", "FTS":
		return true
	}
	return false
}

func endsBatch(segment []byte) bool { return segment[1] == 'T' }

// hl7Marks returns the separators that a header segment names, and where its third field's separator stands or the
// segment ends. They have to be five or six different signs.
func hl7Marks(segment []byte) (d inspect.Delimiters, end int, ok bool) {
	if len(segment) < 8 {
		return d, 0, false
	}
	field := segment[3]
	end = len(segment)
	if n := bytes.IndexByte(segment[4:], field); n >= 0 {
		end = 4 + n
	}
	signs := segment[3:end]
	if len(signs) < 5 || len(signs) > 6 {
		return d, 0, false
	}
	for i, c := range signs {
		if !isDelimiter(c) || bytes.IndexByte(signs[:i], c) >= 0 {
			return d, 0, false
		}
	}
	d = inspect.Delimiters{Field: signs[0], Component: signs[1], Repetition: signs[2], Escape: signs[3], Subcomponent: signs[4]}
	if len(signs) == 6 {
		d.Truncation = signs[5]
	}
	return d, end, true
}

// isDelimiter reports whether c may separate values: a sign or a control character of ASCII that means nothing else.
func isDelimiter(c byte) bool {
	switch {
	case c == 0, c == ' ', c == '\r', c == '\n', c == mllpStart, c == mllpEnd, c >= 0x7F:
		return false
	}
	return (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z')
}

// Decode implements [inspect.Decoder].
func (d *hl7Decoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	for d.err == nil {
		if d.at >= 0 {
			if !d.segment(buf, eof) {
				return 0, d.err
			}
			continue
		}
		whole, more := d.begin(buf, eof)
		if whole && d.err == nil {
			return d.emit(buf[:d.pos], rec)
		}
		if more {
			return 0, d.err
		}
	}
	return 0, d.err
}

// begin goes on at the start of a segment. It reports whether the record in front of it is complete, and whether more
// bytes are needed.
func (d *hl7Decoder) begin(buf []byte, eof bool) (whole, more bool) {
	if d.base == 0 && d.pos == 0 && d.framing == hl7Unknown {
		if more = d.mark(buf); more && !eof {
			return false, true
		}
	}
	for d.pos < len(buf) && (buf[d.pos] == '\r' || buf[d.pos] == '\n') {
		d.pos++
	}
	rest := buf[d.pos:]
	switch {
	case len(rest) == 0:
		if eof && d.framing == hl7Inside {
			d.fail(d.pos, inspect.ReasonTruncated)
		}
		return eof && d.pos > 0, true
	case rest[0] == mllpStart:
		d.enter()
		return false, false
	case rest[0] == mllpEnd:
		return d.leave(rest, eof)
	case len(rest) < 3:
		if eof {
			d.fail(d.pos, inspect.ReasonSyntax)
		}
		return false, true
	}
	heads := headsHL7(rest)
	if heads && len(d.segments) > 0 {
		return true, false
	}
	if !heads && len(d.segments) == 0 || d.framing == hl7Outside {
		d.fail(d.pos, inspect.ReasonSyntax)
		return false, false
	}
	if d.framing == hl7Unknown {
		d.framing = hl7Bare
	}
	d.at = d.pos
	return false, false
}

// mark passes a byte order mark at the start of the body. It reports whether buf is too short to tell.
func (d *hl7Decoder) mark(buf []byte) bool {
	const mark = "\xEF\xBB\xBF"
	n := min(len(buf), len(mark))
	if string(buf[:n]) != mark[:n] {
		return false
	}
	if n == len(mark) {
		d.pos = n
	}
	return n < len(mark)
}

// enter takes the byte in front of a message.
func (d *hl7Decoder) enter() {
	if d.framing == hl7Bare || d.framing == hl7Inside {
		d.fail(d.pos, inspect.ReasonSyntax)
		return
	}
	d.framing = hl7Inside
	d.pos++
}

// leave takes the two bytes behind a message, which complete its record.
func (d *hl7Decoder) leave(rest []byte, eof bool) (whole, more bool) {
	switch {
	case d.framing != hl7Inside || len(d.segments) == 0, len(rest) > 1 && rest[1] != '\r':
		d.fail(d.pos, inspect.ReasonSyntax)
		return false, false
	case len(rest) == 1:
		if eof {
			d.fail(d.pos, inspect.ReasonTruncated)
		}
		return false, true
	}
	d.framing = hl7Outside
	d.pos += 2
	return true, false
}

// segment goes on in a segment up to its end. It reports false if more bytes are needed or the segment is none.
func (d *hl7Decoder) segment(buf []byte, eof bool) bool {
	for d.pos < len(buf) && buf[d.pos] != '\r' && buf[d.pos] != '\n' && buf[d.pos] != mllpEnd {
		d.pos++
	}
	if d.pos == len(buf) && !eof {
		return false
	}
	if !d.check(buf[d.at:d.pos]) {
		return false
	}
	d.segments = append(d.segments, span{start: d.at, end: d.pos})
	d.at = -1
	if len(d.segments) > d.lim.Fields {
		d.fail(d.pos, inspect.ReasonRecordSize)
		return false
	}
	return true
}

// check looks at a complete segment, and takes the separators from a header.
func (d *hl7Decoder) check(segment []byte) bool {
	if n, ok := validText(segment, true); !ok {
		d.fail(d.at+n, inspect.ReasonEncoding)
		return false
	}
	if n := bytes.IndexByte(segment, mllpStart); n >= 0 {
		d.fail(d.at+n, inspect.ReasonSyntax)
		return false
	}
	if headsHL7(segment) && !endsBatch(segment) {
		marks, _, ok := hl7Marks(segment)
		if !ok {
			d.fail(d.at, inspect.ReasonSyntax)
			return false
		}
		d.use(marks)
	}
	if len(d.segments) == 0 {
		d.header = segment[0] != 'M'
	}
	if d.marks.Field == 0 || !isSegmentName(segment[:min(3, len(segment))]) || len(segment) > 3 && segment[3] != d.marks.Field {
		d.fail(d.at, inspect.ReasonSyntax)
		return false
	}
	return true
}

// isSegmentName reports whether b is a capital and two capitals or digits.
func isSegmentName(b []byte) bool {
	for i, c := range b {
		if (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return len(b) == 3
}

// use makes marks the separators of what follows.
func (d *hl7Decoder) use(marks inspect.Delimiters) {
	d.marks = marks
	clear(d.class[:])
	d.class[marks.Component], d.class[marks.Subcomponent], d.class[marks.Repetition] = hl7Separator, hl7Separator, hl7Separator
	d.class[marks.Field], d.class[marks.Escape] = hl7Separator, hl7Escape
}

// emit fills rec with the record that takes all of raw, forgets it and returns its length.
func (d *hl7Decoder) emit(raw []byte, rec *inspect.Record) (int, error) {
	rec.Reset()
	rec.Raw, rec.Delimiters = raw[:len(raw):len(raw)], d.marks
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	if d.header || len(d.segments) == 0 {
		rec.Role = inspect.Envelope
	}
	for _, s := range d.segments {
		rec.Nodes = append(rec.Nodes, inspect.Node{})
		if !d.fill(rec, s) {
			return 0, d.err
		}
	}
	d.base += int64(len(raw))
	d.pos, d.segments, d.header = 0, d.segments[:0], false
	return len(raw), nil
}

// fail notes an error at position at of the record. It stays: what is behind it is not read.
func (d *hl7Decoder) fail(at int, reason inspect.Reason) {
	d.err = &inspect.UnreadableError{Reason: reason, Format: "hl7", Offset: d.base + int64(at)}
}
