package format

import (
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// xmlDialect is a vocabulary of XML whose elements have meanings of their own: FHIR and C-CDA. The root and its namespace
// decide for one, unless the request names the records.
//
// Documents of a dialect may name a style sheet, and their narratives may mix text with elements, as documents for people
// do: there each piece of text is a value, and all values have the narrative's name. A number that markup divides, such as
// 536-<b>90</b>-4399, is unreadable (ReasonSyntax), because none of its pieces is what is shown.
//
// Comments are texts of the document, whatever they stand in. Empty elements are no values.
//
// BUG(xml): a name that markup divides inside of a word is judged in its pieces.
type xmlDialect struct {
	// namespace is the one of the root.
	namespace string
	// roots reports whether the dialect has a document of the root's name.
	roots func(name []byte) bool
	// records are the paths to the elements that are records, by the root; a document of another root is one record.
	records map[string]string
	// around and prose are the names of the elements that hold narratives, and of the narratives in them.
	around string
	prose  *place
	// finish gives the nodes and fields of a record their meaning. fields are those that rec's were made of.
	finish func(rec *inspect.Record, fields []xmlField)
}

// xmlDialects are all of them.
var xmlDialects = [...]*xmlDialect{&fhirXML, &cda}

// decided decides, behind the start tag of the root, whether the document is of a dialect. It reports false if there is a
// style sheet and no dialect.
func (d *xmlDecoder) decided(buf []byte) bool {
	if d.known {
		return true
	}
	d.known, d.scan.sheets = true, false
	root := &d.levels[0]
	name := buf[root.key.start:root.key.end]
	for _, c := range xmlDialects {
		if !c.roots(name) || string(buf[d.namespace.start:d.namespace.end]) != c.namespace {
			continue
		}
		d.dialect = c
		if path := c.records[string(name)]; path != "" {
			d.root = newPlace([]string{path})
			root.place = d.root.child(name, false)
		}
		return true
	}
	return d.sheet < 0
}

// declare notes the declaration of a namespace in the start tag of the root if it is the root's own.
func (d *xmlDecoder) declare(buf []byte) {
	s := &d.scan
	if string(buf[s.whole:s.nameStart]) != "" == (string(d.rootPrefix(buf)) != "") &&
		(s.whole == s.nameStart || string(buf[s.nameStart:s.nameEnd]) == string(d.rootPrefix(buf))) {
		d.namespace = span{start: s.start, end: s.end}
	}
}

// rootPrefix returns the prefix of the root's name, empty if it has none.
func (d *xmlDecoder) rootPrefix(buf []byte) []byte {
	end := d.levels[0].key.start
	return buf[d.rooted:max(d.rooted, end-1)]
}

// narrative returns the node that the element which is being opened inside of level top belongs to as a part of a
// narrative; -1 if it is in none.
func (d *xmlDecoder) narrative(buf []byte, top int) int {
	l := &d.levels[top]
	name := buf[d.scan.nameStart:d.scan.nameEnd]
	if l.prose >= 0 {
		if !isInline(name) {
			d.glue = xmlGlue{}
		}
		return l.prose
	}
	if d.dialect == nil || l.old || string(name) != string(d.dialect.prose.key) || string(buf[l.key.start:l.key.end]) != d.dialect.around {
		return -1
	}
	d.glue = xmlGlue{}
	return l.node
}

// isInline reports whether what an element of a narrative holds is shown in one line with what stands around it: the
// phrases of XHTML and of C-CDA's narrative blocks.
func isInline(name []byte) bool {
	switch string(name) {
	case "a", "abbr", "acronym", "b", "big", "cite", "code", "dfn", "em", "font", "i", "kbd", "q", "s", "samp", "small", "span", "strike",
		"strong", "sub", "sup", "tt", "u", "var", "content", "linkHtml", "footnoteRef", "img", "renderMultiMedia":
		return true
	}
	return false
}

// xmlGlue is the end of the text in front of a piece of a narrative, up to the white space before it.
type xmlGlue struct {
	digits, letters int
}

// Bounds of what markup may divide: fewer digits than a telephone number has, fewer signs than a Medicare number.
const (
	maxGluedDigits = 6
	maxGlued       = 10
)

// glued takes a piece of a narrative. It reports false if the piece and what stands in front of it are an identifier that
// markup divides. escaped says that references stand in it.
func (d *xmlDecoder) glued(piece []byte, escaped bool) bool {
	if escaped {
		d.scratch = appendReferred(d.scratch[:0], piece)
		piece = d.scratch
	}
	before, at, whole := d.glue, xmlGlue{}, true
	good := true
	for _, c := range piece {
		switch {
		case '0' <= c && c <= '9':
			at.digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z', c >= utf8.RuneSelf:
			at.letters++
		case c == '-', c == '.', c == '/':
		default: // ends the word
			good = good && (!whole || !before.divided(at))
			at, whole = xmlGlue{}, false
		}
	}
	if d.glue = at; whole {
		good = !before.divided(at)
		d.glue = xmlGlue{before.digits + at.digits, before.letters + at.letters}
	}
	return good
}

// divided reports whether g and what stands behind it make an identifier, of which each has digits.
func (g xmlGlue) divided(behind xmlGlue) bool {
	digits := g.digits + behind.digits
	return g.digits > 0 && behind.digits > 0 && (digits > maxGluedDigits || digits > 3 && digits+g.letters+behind.letters > maxGlued)
}
