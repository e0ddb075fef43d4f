package corpus

import "strings"

// piece is a part of a value: an identifier of a type, or words around it if kind is empty.
type piece struct {
	text string
	kind string
}

// value is what a field holds.
type value []piece

// String is the value without labels.
func (v value) String() string {
	var b strings.Builder
	for _, p := range v {
		b.WriteString(p.text)
	}
	return b.String()
}

// one is a value that is an identifier as a whole.
func one(kind, text string) value { return value{{text, kind}} }

// plain is a value that identifies nobody.
func plain(text string) value { return value{{text: text}} }

// writer writes a text and keeps the places of its identifiers.
type writer struct {
	buf  []byte
	text Text
}

// raw writes syntax.
func (w *writer) raw(s string) { w.buf = append(w.buf, s...) }

// value writes v, each piece as escape spells it. A nil escape changes nothing.
func (w *writer) value(v value, escape func(string) string) {
	for _, p := range v {
		start := len(w.buf)
		if escape == nil {
			w.raw(p.text)
		} else {
			w.raw(escape(p.text))
		}
		if p.kind != "" && len(w.buf) > start {
			w.text.Spans = append(w.text.Spans, Span{start, len(w.buf), p.kind})
		}
	}
}

// field writes v, and remembers that it is prose if note.
func (w *writer) field(v value, note bool, escape func(string) string) {
	start := len(w.buf)
	w.value(v, escape)
	if note {
		w.text.Notes = append(w.text.Notes, Range{start, len(w.buf)})
	}
}
