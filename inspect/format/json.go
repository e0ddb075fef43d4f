package format

import (
	"bytes"
	"slices"

	"github.com/phigate/phigate/inspect"
)

// sniffJSON reports whether prefix starts with an object or an array. A body that is a string or a number alone looks
// like text.
func sniffJSON(prefix []byte) bool {
	prefix = bytes.TrimLeft(prefix, " \t\r\n")
	return len(prefix) > 0 && (prefix[0] == '{' || prefix[0] == '[')
}

// jsonDecoder makes records out of the scanner's tokens. While a record is incomplete it holds places in the buffer,
// never slices of it, because the buffer moves when more is read.
//
// A record ends with the last byte of its element; the comma and the white space behind it belong to the next record.
// An envelope ends with the bracket that opens an array of records.
type jsonDecoder struct {
	scan    scanner
	lim     Limits
	root    *place // nil: the document is one record
	levels  []level
	scratch []byte

	// The record that is being read.
	begun  bool
	data   bool // it lies in an array of records
	base   string
	nodes  []nodeSpan
	fields []fieldSpan
	name   span // the name that the next value has
	named  bool
}

// level is an open container.
type level struct {
	place *place // nil: no array of records lies in it
	node  int    // its index in nodes
	array bool
	rows  bool // its elements are records
}

// span is a range of the buffer.
type span struct {
	start, end int
	escaped    bool
}

// nodeSpan is a container of the record that is being read.
type nodeSpan struct {
	parent int
	key    span
	place  *place // where the container's key is if its bytes have left
	array  bool
}

// fieldSpan is a value of the record that is being read.
type fieldSpan struct {
	value, name span
	node        int
	token       token
	carrier     inspect.Carrier
}

func newJSON(shape inspect.Shape, lim Limits) inspect.Decoder {
	lim = lim.orDefaults()
	return &jsonDecoder{scan: newScanner(lim), lim: lim, root: newPlace(shape.Records)}
}

// Decode implements [inspect.Decoder].
func (d *jsonDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	for {
		t, err := d.scan.next(buf, eof)
		if err != nil {
			return 0, err
		}
		whole := false
		switch t {
		case tokenMore:
			return 0, nil
		case tokenEnd:
			return d.emit(buf, rec), nil
		case tokenName:
			d.name, d.named = span{d.scan.start, d.scan.end, d.scan.escaped}, true
			if name := d.text(buf, &d.name); len(name) > 0 && !inspect.IsName(name) {
				d.unusual()
			}
			continue
		case tokenObject, tokenArray:
			whole = d.open(buf, t == tokenArray)
		case tokenClose:
			whole = d.close()
		default:
			whole = d.scalar(t)
		}
		if len(d.nodes)+len(d.fields) > d.lim.Fields {
			return 0, d.scan.fail(inspect.ReasonRecordSize)
		}
		if whole {
			return d.emit(buf[:d.scan.pos], rec), nil
		}
	}
}

// inRows reports whether the innermost open container is an array of records.
func (d *jsonDecoder) inRows() bool {
	return len(d.levels) > 0 && d.levels[len(d.levels)-1].rows
}

// begin starts a record at its first token. closing says that the token closes a container: it ends an array of
// records, so that an envelope begins, whose nodes are the containers that are open.
func (d *jsonDecoder) begin(closing bool) {
	if d.begun {
		return
	}
	d.begun = true
	d.data = !closing && d.inRows()
	if d.data {
		d.base = d.levels[len(d.levels)-1].place.base
		return
	}
	d.base = ""
	for i := range d.levels {
		l := &d.levels[i]
		l.node = i
		d.nodes = append(d.nodes, nodeSpan{parent: i - 1, place: l.place, array: l.array})
	}
}

// open enters a container. It reports whether the record is complete: the bracket in front of records ends an envelope.
func (d *jsonDecoder) open(buf []byte, array bool) bool {
	d.begin(false)
	l := level{place: d.root, node: len(d.nodes), array: array}
	parent := -1
	if n := len(d.levels); n > 0 {
		top := &d.levels[n-1]
		l.place = d.follow(buf, top)
		if l.node > 0 {
			parent = top.node
		}
	}
	l.rows = array && l.place != nil && l.place.records
	d.levels = append(d.levels, l)
	d.nodes = append(d.nodes, nodeSpan{parent: parent, key: d.takeName(), array: array})
	return l.rows
}

// follow returns the place of a container that is opened inside of top; nil inside of a record.
func (d *jsonDecoder) follow(buf []byte, top *level) *place {
	if d.data || top.place == nil {
		return nil
	}
	if top.array {
		return top.place.child(nil, true)
	}
	return top.place.child(d.text(buf, &d.name), false)
}

// close leaves a container. It reports whether that completes a record.
func (d *jsonDecoder) close() bool {
	d.begin(true)
	d.levels = d.levels[:len(d.levels)-1]
	return d.data && d.inRows()
}

// scalar takes a value. It reports whether the value is a record of its own.
func (d *jsonDecoder) scalar(t token) bool {
	d.begin(false)
	row := d.inRows()
	node := 0
	if row || len(d.levels) == 0 {
		d.nodes = append(d.nodes, nodeSpan{parent: -1})
	} else {
		node = d.levels[len(d.levels)-1].node
	}
	d.fields = append(d.fields, fieldSpan{})
	f := &d.fields[len(d.fields)-1]
	f.value = span{d.scan.start, d.scan.end, d.scan.escaped && t == tokenString}
	f.name, f.node, f.token = d.takeName(), node, t
	return row
}

// unusual takes a name that does not look like one as a value too: anything can be said in a name.
func (d *jsonDecoder) unusual() {
	d.begin(false)
	node := d.levels[len(d.levels)-1].node
	d.fields = append(d.fields, fieldSpan{value: d.name, node: node, token: tokenString, carrier: inspect.InName})
}

// takeName returns the place of the name in front of the value, an empty one in an array.
func (d *jsonDecoder) takeName() span {
	if !d.named {
		return span{}
	}
	d.named = false
	return d.name
}

// text returns the string at s in buf. It is valid until the next call.
func (d *jsonDecoder) text(buf []byte, s *span) []byte {
	raw := buf[s.start:s.end:s.end]
	if s.escaped {
		d.scratch = appendUnescaped(d.scratch[:0], raw)
		return d.scratch
	}
	return raw
}

// keep returns the string at s in buf, in the record's own memory if it has to be decoded.
func (d *jsonDecoder) keep(buf []byte, s *span, rec *inspect.Record) []byte {
	if s.escaped {
		return d.decode(buf, s, rec) // apart, so that keep is small enough to be inlined
	}
	return buf[s.start:s.end:s.end]
}

func (d *jsonDecoder) decode(buf []byte, s *span, rec *inspect.Record) []byte {
	return rec.Keep(d.text(buf, s))
}

// emit fills rec with the record that takes all of raw, forgets it and returns its length.
func (d *jsonDecoder) emit(raw []byte, rec *inspect.Record) int {
	rec.Reset()
	if len(raw) == 0 {
		return 0
	}
	rec.Raw, rec.Base, rec.Role = raw[:len(raw):len(raw)], d.base, inspect.Envelope
	if d.data || d.root == nil {
		rec.Role = inspect.Data
	}
	rec.Nodes = slices.Grow(rec.Nodes, len(d.nodes))
	for i := range d.nodes {
		n := &d.nodes[i]
		node := inspect.Node{Parent: n.parent, Array: n.array}
		if n.place != nil {
			node.Key = n.place.key
		} else {
			node.Key = d.keep(raw, &n.key, rec)
		}
		rec.Nodes = append(rec.Nodes, node)
	}
	rec.Fields = slices.Grow(rec.Fields, len(d.fields))[:len(d.fields)]
	for i := range d.fields {
		s, f := &d.fields[i], &rec.Fields[i] // assigned one by one: a literal would be built aside and copied
		f.Object, f.Name, f.Node, f.Carrier = "", d.keep(raw, &s.name, rec), s.node, s.carrier
		f.Start, f.End, f.Value = s.value.start, s.value.end, d.keep(raw, &s.value, rec)
		f.Kind, f.Encoding = s.token.kind()
	}
	d.scan.consume(len(raw))
	d.begun, d.nodes, d.fields = false, d.nodes[:0], d.fields[:0]
	return len(raw)
}

// kind returns the kind and the encoding of a scalar token.
func (t token) kind() (inspect.Kind, inspect.Encoding) {
	switch t {
	case tokenNumber:
		return inspect.Number, inspect.Plain
	case tokenBool:
		return inspect.Bool, inspect.Plain
	case tokenNull:
		return inspect.Null, inspect.Plain
	}
	return inspect.String, inspect.JSONString
}
