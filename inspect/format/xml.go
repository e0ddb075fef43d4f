package format

import (
	"bytes"
	"slices"

	"github.com/phigate/phigate/inspect"
)

// sniffXML reports whether prefix starts with a declaration, a comment or the root.
func sniffXML(prefix []byte) bool {
	prefix = bytes.TrimLeft(prefix, " \t\r\n")
	return len(prefix) > 1 && prefix[0] == '<' && (prefix[1] == '?' || prefix[1] == '!' || prefix[1] == '_' || isNameStart(prefix[1]))
}

// xmlDecoder makes records out of the scanner's tokens. Names are those without their prefixes. The paths of
// Shape.Records start with the root, as in "Envelope.Body.create.sObjects": each such element is a record, with the
// white space in front of it. Nodes[0] of a record of data is the element itself; that of any other record stands for
// the document and has no key.
//
// An element that holds elements is a node; one that holds text or nothing is a field of its parent; text next to
// elements is a field of the node's own name. The attributes of an element are fields of a node for it, also where its
// text is a field of its parent. A comment is a field without a name. An element that is empty and says nil="true" is
// Null.
//
// A value stands in one piece, in text or in a CDATA section, and only white space and comments next to it. What is in
// several pieces, split by a comment, a section or an element, has no exact range as the one value that a receiver
// may make of it, and is unreadable (ReasonSyntax), but for the narratives of a dialect. Declarations of namespaces are no fields unless they hold what a
// namespace's name does not: then they are fields that no edit can change (InName), as names that look like values are.
type xmlDecoder struct {
	scan      xmlScanner
	lim       Limits
	root      *place // nil: the document is one record
	levels    []xmlLevel
	scratch   []byte
	pending   bool // the start tag that ended the last record is to be opened
	dialect   *xmlDialect
	known     bool // whether there is a dialect was decided
	rooted    int  // where the root's name begins, with its prefix
	namespace span // what the root's prefix stands for
	sheet     int  // where the first style sheet is, -1 if there is none
	glue      xmlGlue

	// The record that is being read.
	begun  bool
	data   bool // it is an element that a path leads to
	base   string
	nodes  []nodeSpan
	fields []xmlField
}

// xmlLevel is an open element.
type xmlLevel struct {
	place  *place // nil: no record lies in it
	key    span   // its name, while old is false; then it is that of the place
	old    bool   // it was opened in an earlier record
	row    bool   // it is the record
	node   int    // its index in nodes, -1 while it has none
	parent bool   // it holds elements
	solid  bool   // it holds a value
	null   bool   // it says nil="true"
	text   int    // the index of its value in fields, -1 while it has none
	blank  span   // the first white space in it
	cdata  bool   // blank is a CDATA section
	prose  int    // the node that the narrative belongs to which it is in; -1 in none
}

// xmlField is a value of the record that is being read.
type xmlField struct {
	value, name span
	place       *place // where the name is if its bytes have left
	node        int
	kind        inspect.Kind
	encoding    inspect.Encoding
	carrier     inspect.Carrier
	attribute   bool
}

func newXML(shape inspect.Shape, lim Limits) inspect.Decoder {
	lim = lim.orDefaults()
	d := &xmlDecoder{scan: newXMLScanner(lim), lim: lim, root: newPlace(shape.Records), sheet: -1}
	d.known = d.root != nil // what an API says of the records counts
	d.scan.sheets = !d.known
	return d
}

// Decode implements [inspect.Decoder].
func (d *xmlDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	for {
		t := xmlOpen
		if !d.pending {
			var err error
			if t, err = d.scan.next(buf, eof); err != nil {
				return 0, err
			}
		}
		split := false
		switch t {
		case xmlMore:
			return 0, nil
		case xmlEnd:
			return d.emit(buf, rec), nil
		case xmlOpen:
			p := d.follow(buf)
			if p != nil && p.records && d.begun {
				if top := len(d.levels) - 1; top >= 0 {
					d.grow(top)
				}
				d.pending = true
				return d.emit(buf[:d.scan.tag], rec), nil
			}
			d.pending = false
			d.open(buf, p)
		case xmlAttribute:
			d.attribute(buf)
		case xmlContent:
			top := &d.levels[len(d.levels)-1]
			top.blank = span{start: d.scan.pos, end: d.scan.pos}
			if !d.decided(buf) {
				return 0, d.scan.failAt(d.sheet, inspect.ReasonSyntax)
			}
		case xmlText, xmlCData:
			split = !d.text(buf, t)
		case xmlComment, xmlInstruction:
			d.comment(t)
		case xmlClose:
			if !d.decided(buf) {
				return 0, d.scan.failAt(d.sheet, inspect.ReasonSyntax)
			}
			if d.close(buf) {
				return d.emit(buf[:d.scan.pos], rec), nil
			}
		}
		if split {
			return 0, d.scan.fail(inspect.ReasonSyntax)
		}
		if len(d.nodes)+len(d.fields) > d.lim.Fields {
			return 0, d.scan.fail(inspect.ReasonRecordSize)
		}
	}
}

// follow returns the place of the element that is being opened; nil inside of a record.
func (d *xmlDecoder) follow(buf []byte) *place {
	at := d.root
	if n := len(d.levels); n > 0 {
		at = d.levels[n-1].place
	}
	if d.data || at == nil {
		return nil
	}
	return at.child(buf[d.scan.nameStart:d.scan.nameEnd], false)
}

// begin starts a record that is no element of data. Its nodes are the document and the elements that are open.
func (d *xmlDecoder) begin() {
	if d.begun {
		return
	}
	d.begun, d.data, d.base = true, false, ""
	d.nodes = append(d.nodes, nodeSpan{parent: -1})
	for i := range d.levels {
		l := &d.levels[i]
		l.old, l.parent, l.node, l.text = true, true, i+1, -1
		d.nodes = append(d.nodes, nodeSpan{parent: i, place: l.place})
	}
}

// open enters an element.
func (d *xmlDecoder) open(buf []byte, p *place) {
	l := xmlLevel{place: p, key: span{start: d.scan.nameStart, end: d.scan.nameEnd}, node: -1, text: -1, prose: -1}
	if p != nil && p.records {
		d.begun, d.data, d.base = true, true, p.base
		l.place, l.row, l.node = nil, true, 0
		d.nodes = append(d.nodes, nodeSpan{parent: -1, key: l.key})
	} else {
		d.begin()
		if top := len(d.levels) - 1; top < 0 {
			d.rooted = d.scan.whole
		} else {
			d.grow(top)
			l.prose = d.narrative(buf, top)
		}
	}
	d.levels = append(d.levels, l)
	d.name(buf)
}

// grow makes a parent of an open element.
func (d *xmlDecoder) grow(i int) {
	l := &d.levels[i]
	l.parent = true
	d.node(i)
	if l.text >= 0 {
		d.fields[l.text].node = l.node
	}
}

// node returns the node of an open element, which it makes if there is none. Its parent has one.
func (d *xmlDecoder) node(i int) int {
	l := &d.levels[i]
	if l.node < 0 {
		l.node = len(d.nodes)
		d.nodes = append(d.nodes, nodeSpan{parent: d.around(i), key: l.key})
	}
	return l.node
}

// around returns the node in which an open element stands; that of a record is its own.
func (d *xmlDecoder) around(i int) int {
	if i == 0 || d.levels[i].row {
		return 0
	}
	return d.levels[i-1].node
}

// add adds a field. What is in a narrative has its name.
func (d *xmlDecoder) add(f xmlField) {
	if n := len(d.levels); n > 0 && d.levels[n-1].prose >= 0 {
		f.node = d.levels[n-1].prose
		if f.carrier == inspect.InBody {
			f.place, f.attribute = d.dialect.prose, false
		}
	}
	d.fields = append(d.fields, f)
}

// name takes the name of a start tag or attribute as a value too if it, or its prefix, does not look like one.
func (d *xmlDecoder) name(buf []byte) {
	s := &d.scan
	prefix := buf[s.whole:max(s.whole, s.nameStart-1)]
	if inspect.IsName(buf[s.nameStart:s.nameEnd]) && (len(prefix) == 0 || inspect.IsName(prefix)) {
		return
	}
	d.add(xmlField{value: span{start: s.whole, end: s.nameEnd}, node: d.nearest(), carrier: inspect.InName})
}

// nearest returns the node of the innermost element that has one.
func (d *xmlDecoder) nearest() int {
	for i := len(d.levels) - 1; i >= 0; i-- {
		if n := d.levels[i].node; n >= 0 {
			return n
		}
	}
	return 0
}

// attribute takes an attribute.
func (d *xmlDecoder) attribute(buf []byte) {
	s := &d.scan
	value := span{s.start, s.end, s.escaped}
	if s.xmlns {
		d.name(buf)
		if !d.known {
			d.declare(buf)
		}
		if !isNamespace(buf[s.start:s.end]) {
			d.add(xmlField{value: value, node: d.nearest(), encoding: inspect.XMLText, carrier: inspect.InName})
		}
		return
	}
	i := len(d.levels) - 1
	node := d.node(i)
	d.name(buf)
	d.add(xmlField{value: value, name: span{start: s.nameStart, end: s.nameEnd}, node: node, encoding: inspect.XMLText, attribute: true})
	if string(buf[s.nameStart:s.nameEnd]) == "nil" {
		v := string(buf[s.start:s.end])
		d.levels[i].null = v == "true" || v == "1"
	}
}

// isNamespace reports whether b can be nothing but the name of a namespace: a URI with few digits.
func isNamespace(b []byte) bool {
	digits := 0
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == ':', c == '/', c == '.', c == '-', c == '#', isNameStart(c):
		default:
			return false
		}
	}
	return digits <= 6 && len(b) <= 120
}

// text takes text or a CDATA section. It reports whether that leaves the value of its element in one piece.
func (d *xmlDecoder) text(buf []byte, t xmlToken) bool {
	i := len(d.levels) - 1
	if i < 0 {
		return true
	}
	l, s := &d.levels[i], &d.scan
	value := span{s.start, s.end, s.escaped}
	if l.prose >= 0 && (!d.glued(buf[s.start:s.end], t == xmlText && s.escaped) || s.blank) {
		return s.blank
	}
	if s.blank {
		if d.begun && !l.old && l.blank.start == l.blank.end {
			l.blank, l.cdata = value, t == xmlCData
		}
		return true
	}
	if l.solid && l.prose < 0 {
		return false
	}
	d.begin()
	l.solid = true
	f := xmlField{value: value, name: l.key, node: d.around(i), encoding: inspect.XMLText}
	if l.parent {
		f.node = l.node
	} else if l.prose < 0 {
		l.text = len(d.fields)
	}
	if l.old {
		f.place = l.place
	}
	if t == xmlCData {
		f.encoding = inspect.XMLCData
	}
	d.add(f)
	return true
}

// comment takes a comment, or an instruction, which no edit can change.
func (d *xmlDecoder) comment(t xmlToken) {
	if d.scan.blank {
		return
	}
	d.begin()
	f := xmlField{value: span{start: d.scan.start, end: d.scan.end}, node: d.nearest()}
	if d.dialect != nil {
		f.node = 0 // it explains the document: an element's name says nothing of it
	}
	if t == xmlInstruction {
		f.carrier = inspect.InName
		if d.sheet < 0 {
			d.sheet = d.scan.tag
		}
	}
	d.add(f)
	if n := len(d.levels); n > 0 { // what white space is a value of its own stands behind it: fields keep their order
		l := &d.levels[n-1]
		l.blank, l.cdata = span{start: d.scan.pos, end: d.scan.pos}, false
	}
}

// close leaves an element. It reports whether that completes a record.
func (d *xmlDecoder) close(buf []byte) bool {
	d.begin()
	i := len(d.levels) - 1
	l := &d.levels[i]
	if l.prose >= 0 && !isInline(buf[l.key.start:l.key.end]) {
		d.glue = xmlGlue{}
	}
	if !l.parent && !l.solid && d.dialect == nil { // those of a dialect are described by their attributes
		if l.blank == (span{}) { // <a/>
			l.blank = span{start: d.scan.pos, end: d.scan.pos}
		}
		f := xmlField{value: l.blank, name: l.key, node: d.around(i), encoding: inspect.XMLText}
		if l.cdata {
			f.encoding = inspect.XMLCData
		}
		if l.null && l.blank.start == l.blank.end {
			f.kind = inspect.Null
		}
		d.add(f)
	}
	row := l.row
	d.levels = d.levels[:i]
	return row
}

// keep returns what s in raw stands for, in the record's own memory if it has to be decoded.
func (d *xmlDecoder) keep(raw []byte, s *span, rec *inspect.Record) []byte {
	b := raw[s.start:s.end:s.end]
	if !s.escaped {
		return b
	}
	d.scratch = appendReferred(d.scratch[:0], b)
	return rec.Keep(d.scratch)
}

// emit fills rec with the record that takes all of raw, forgets it and returns its length.
func (d *xmlDecoder) emit(raw []byte, rec *inspect.Record) int {
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
		node := inspect.Node{Parent: n.parent}
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
		if s.place != nil {
			f.Name = s.place.key
		}
		f.Start, f.End, f.Value = s.value.start, s.value.end, d.keep(raw, &s.value, rec)
		f.Kind, f.Encoding = s.kind, s.encoding
	}
	if d.dialect != nil {
		d.dialect.finish(rec, d.fields)
	}
	d.scan.consume(len(raw))
	d.begun, d.data, d.nodes, d.fields = false, false, d.nodes[:0], d.fields[:0]
	return len(raw)
}
