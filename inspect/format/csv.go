package format

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// csvState is where in a row of CSV the decoder is.
type csvState uint8

const (
	csvCell   csvState = iota // in front of a cell
	csvBare                   // in a cell without quotes
	csvQuoted                 // between the quotes of a cell
	csvQuote                  // behind a quote between quotes: the end of the cell, or half of an escaped quote
	csvReturn                 // behind a carriage return: a line feed has to follow
)

// What a byte means to the decoder: in a cell without quotes, and between quotes.
const (
	csvStopsBare = 1 << iota
	csvStopsQuoted
)

// csvDecoder makes a record of every row (RFC 4180). The first row is of role Header, whether it holds names or, in a
// file without them, data. A row ends with its line end, LF or CRLF. What other readers might take for something else
// is unreadable: a quote inside of a bare cell, text behind a closing quote, a carriage return alone, a row that has
// more or fewer cells than the first, a column name that stands twice (the org ignores case, and so does that rule).
//
// An empty line of a table with one column is a row with an empty cell. In any other table it may only stand at the
// end; it is an envelope there.
type csvDecoder struct {
	object string
	delim  byte
	lim    Limits
	stops  [256]byte

	pos     int   // the next byte to look at
	base    int64 // position of the row's first byte in the body
	state   csvState
	cell    csvSpan // the cell that is being read
	cells   []csvSpan
	names   [][]byte // the decoded names of the columns; nil in front of the header
	over    bool     // an empty line was seen: no row may follow
	err     error
	scratch []byte
}

// csvSpan is a cell's range in the buffer, without its quotes.
type csvSpan struct {
	start, end      int
	quoted, escaped bool
}

func newCSV(shape inspect.Shape, lim Limits) inspect.Decoder {
	d := &csvDecoder{object: shape.Object, delim: shape.Delimiter, lim: lim.orDefaults()}
	if d.delim == 0 {
		d.delim = ','
	}
	for c := range d.stops {
		if c >= utf8.RuneSelf {
			d.stops[c] = csvStopsBare | csvStopsQuoted
		}
	}
	d.stops['"'], d.stops[0] = csvStopsBare|csvStopsQuoted, csvStopsBare|csvStopsQuoted
	d.stops['\r'], d.stops['\n'], d.stops[d.delim] = csvStopsBare, csvStopsBare, csvStopsBare
	return d
}

// Decode implements [inspect.Decoder].
func (d *csvDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.delim == '"' || d.delim == '\r' || d.delim == '\n' || d.delim >= utf8.RuneSelf {
		return 0, d.fail(inspect.ReasonSyntax)
	}
	whole, err := d.row(buf, eof)
	if err != nil || !whole {
		return 0, err
	}
	if d.names == nil {
		err = d.header(buf)
	} else if d.blank() {
		d.over = true
	} else if d.over || len(d.cells) != len(d.names) {
		err = d.failAt(0, inspect.ReasonSyntax)
	}
	if err != nil {
		return 0, err
	}
	return d.emit(buf[:d.pos], rec), nil
}

// blank reports whether the row is an empty line that cannot be a row of the table.
func (d *csvDecoder) blank() bool {
	return len(d.names) > 1 && len(d.cells) == 1 && !d.cells[0].quoted && d.cells[0].start == d.cells[0].end
}

// row goes on reading a row and reports whether it is complete. d.pos is behind its line end then.
func (d *csvDecoder) row(buf []byte, eof bool) (whole bool, err error) {
	if len(buf) == 0 || d.mark(buf) && !eof {
		return false, nil
	}
	for d.pos < len(buf) && !whole {
		more := false
		switch d.state {
		case csvCell:
			d.beginCell(buf[d.pos] == '"')
			continue
		case csvBare:
			if d.pos = d.skip(buf, csvStopsBare); d.pos == len(buf) {
				break
			}
			if c := buf[d.pos]; c == d.delim || c == '\n' || c == '\r' {
				d.cell.end = d.pos
				whole, err = d.separate(c)
			} else {
				more, err = d.special(buf, eof)
			}
		case csvQuoted:
			if d.pos = d.skip(buf, csvStopsQuoted); d.pos == len(buf) {
				break
			}
			if buf[d.pos] == '"' {
				d.cell.end, d.state = d.pos, csvQuote
				d.pos++
			} else {
				more, err = d.special(buf, eof)
			}
		case csvQuote:
			if c := buf[d.pos]; c == '"' {
				d.cell.escaped, d.state = true, csvQuoted
				d.pos++
			} else {
				whole, err = d.separate(c)
			}
		case csvReturn:
			if buf[d.pos] != '\n' {
				return false, d.fail(inspect.ReasonSyntax)
			}
			d.pos++
			whole = true
		}
		if more || err != nil {
			return false, err
		}
	}
	if whole || !eof {
		return whole, nil
	}
	return d.lastRow()
}

// lastRow ends a row without a line end at the end of the body.
func (d *csvDecoder) lastRow() (bool, error) {
	switch d.state {
	case csvQuoted:
		return false, d.fail(inspect.ReasonTruncated)
	case csvReturn:
		return false, d.fail(inspect.ReasonSyntax)
	case csvCell:
		d.cell = csvSpan{start: d.pos, end: d.pos}
	case csvBare:
		d.cell.end = d.pos
	}
	return true, d.endCell()
}

// skip returns the index of the next byte that stops a cell's text, len(buf) if there is none.
func (d *csvDecoder) skip(buf []byte, stop byte) int {
	i := d.pos
	for i < len(buf) && d.stops[buf[i]]&stop == 0 {
		i++
	}
	return i
}

// special takes the byte that skip found where no separator and no closing quote stands: a character outside of ASCII.
// It reports whether more bytes are needed to tell.
func (d *csvDecoder) special(buf []byte, eof bool) (more bool, err error) {
	c := buf[d.pos]
	if c == '"' {
		return false, d.fail(inspect.ReasonSyntax)
	}
	r, n := utf8.DecodeRune(buf[d.pos:])
	if r == utf8.RuneError && n == 1 && !eof && !utf8.FullRune(buf[d.pos:]) {
		return true, nil
	}
	if c == 0 || r == utf8.RuneError && n == 1 {
		return false, d.fail(inspect.ReasonEncoding)
	}
	d.pos += n
	return false, nil
}

func (d *csvDecoder) beginCell(quoted bool) {
	d.state = csvBare
	if quoted {
		d.state = csvQuoted
		d.pos++
	}
	d.cell = csvSpan{start: d.pos, quoted: quoted}
}

// separate takes c behind a cell. It reports whether the row is complete.
func (d *csvDecoder) separate(c byte) (whole bool, err error) {
	switch c {
	case d.delim:
		d.state = csvCell
	case '\r':
		d.state = csvReturn
	case '\n':
		whole = true
	default:
		return false, d.fail(inspect.ReasonSyntax)
	}
	d.pos++
	return whole, d.endCell()
}

// endCell adds the cell to the row. A row does not grow beyond the header, nor a header beyond the limit.
func (d *csvDecoder) endCell() error {
	if d.names == nil && len(d.cells) >= d.lim.Names {
		return d.fail(inspect.ReasonRecordSize)
	}
	if d.names != nil && len(d.cells) >= len(d.names) {
		return d.fail(inspect.ReasonSyntax)
	}
	d.cells = append(d.cells, d.cell)
	return nil
}

// mark passes a byte order mark at the start of the body. It reports whether buf is too short to tell.
func (d *csvDecoder) mark(buf []byte) bool {
	const mark = "\xEF\xBB\xBF"
	if d.base > 0 || d.pos > 0 || d.state != csvCell {
		return false
	}
	n := min(len(buf), len(mark))
	if string(buf[:n]) != mark[:n] {
		return false
	}
	if n == len(mark) {
		d.pos = n
	}
	return n < len(mark)
}

// header keeps the names of the columns.
func (d *csvDecoder) header(buf []byte) error {
	seen := make(map[string]bool, len(d.cells))
	names := make([][]byte, len(d.cells))
	for i := range d.cells {
		names[i] = bytes.Clone(d.value(buf, &d.cells[i]))
		folded := string(bytes.ToLower(names[i]))
		if seen[folded] {
			return d.failAt(d.cells[i].start, inspect.ReasonDuplicateName)
		}
		seen[folded] = true
	}
	d.names = names
	return nil
}

// value returns the decoded value of a cell. It is valid until the next call.
func (d *csvDecoder) value(buf []byte, c *csvSpan) []byte {
	raw := buf[c.start:c.end:c.end]
	if !c.escaped {
		return raw
	}
	d.scratch = d.scratch[:0]
	for i := 0; i < len(raw); i++ {
		d.scratch = append(d.scratch, raw[i])
		if raw[i] == '"' {
			i++ // the other half
		}
	}
	return d.scratch
}

// emit fills rec with the row that takes all of raw, forgets it and returns its length.
func (d *csvDecoder) emit(raw []byte, rec *inspect.Record) int {
	rec.Reset()
	rec.Raw = raw[:len(raw):len(raw)]
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	switch {
	case d.over:
		rec.Role = inspect.Envelope
	case d.base == 0:
		rec.Role = inspect.Header
		d.fill(rec, nil)
	default:
		d.fill(rec, d.names)
	}
	d.base += int64(len(raw))
	d.pos, d.state, d.cells = 0, csvCell, d.cells[:0]
	return len(raw)
}

// fill makes a field of every cell. names are nil for the header: there the cells are what may be data.
func (d *csvDecoder) fill(rec *inspect.Record, names [][]byte) {
	rec.Fields = slices.Grow(rec.Fields, len(d.cells))[:len(d.cells)]
	for i := range d.cells {
		c := &d.cells[i]
		value := rec.Raw[c.start:c.end:c.end]
		if c.escaped {
			value = rec.Keep(d.value(rec.Raw, c))
		}
		kind, encoding := inspect.String, inspect.Plain
		if c.quoted {
			encoding = inspect.CSVQuoted
		}
		if len(value) == 0 && !c.quoted || string(value) == "#N/A" {
			kind = inspect.Null
		}
		var name []byte
		if names != nil {
			name = names[i]
		}
		f := &rec.Fields[i] // assigned one by one: a literal would be built aside and copied
		f.Object, f.Name, f.Node, f.Carrier = d.object, name, 0, inspect.InBody
		f.Kind, f.Encoding, f.Start, f.End, f.Value = kind, encoding, c.start, c.end, value
	}
}

func (d *csvDecoder) fail(reason inspect.Reason) error { return d.failAt(d.pos, reason) }

// failAt returns an error at position at of the row. It stays: the rows behind it are not read.
func (d *csvDecoder) failAt(at int, reason inspect.Reason) error {
	d.err = &inspect.UnreadableError{Reason: reason, Format: "csv", Offset: d.base + int64(at)}
	return d.err
}
