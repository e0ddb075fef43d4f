package format

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"sync"

	"github.com/phigate/phigate/inspect"
)

// Inspector appends the findings in rec to dst, in the order of fields and places, and returns the extended slice.
type Inspector func(rec *inspect.Record, dst []inspect.Finding) []inspect.Finding

// MaxNested is how much of a message inside of a value is read, in bytes; what is behind is inspected as text only.
const MaxNested = 1 << 20

// Bounds of the values that can hold a message, and of what tells that one is base64, in bytes.
const (
	minNested = 16
	minBase64 = 24
)

// Nested inspects what stands in the values of a record too: a message of JSON, XML, HL7 v2, X12 or NCPDP that is the value of a
// field, and a message or a text that is one in base64, such as ContentVersion.VersionData. Of a message inside of such a
// message nothing but the text is seen.
//
// A finding in a message is reported in the field that holds it, at its exact range. In base64, X12 and NCPDP, where what
// takes a value's place could divide it, the range is the whole value. Nested is safe for concurrent use.
type Nested struct {
	inspect Inspector
	limits  Limits
	pool    sync.Pool // *nestedScratch
}

// nestedScratch is the memory that undoing base64 needs.
type nestedScratch struct {
	clean   []byte // the characters that count
	decoded []byte
}

// NewNested returns a Nested that inspects records by f.
func NewNested(f Inspector, limits Limits) *Nested {
	n := &Nested{inspect: f, limits: limits}
	n.pool.New = func() any { return new(nestedScratch) }
	return n
}

// Inspect appends the findings in rec and in the messages in its values to dst, in the order of fields and places, and
// returns the extended slice. Records without such values cost one look at the first bytes of each value.
func (n *Nested) Inspect(rec *inspect.Record, dst []inspect.Finding) []inspect.Finding {
	base := len(dst)
	dst = n.inspect(rec, dst)
	own := len(dst)
	for i := range rec.Fields {
		if f := &rec.Fields[i]; len(f.Value) >= minNested && f.Kind == inspect.String && f.Object != inspect.Control {
			dst = n.value(i, f.Value, dst)
		}
	}
	if len(dst) == own {
		return dst
	}
	slices.SortStableFunc(dst[base:], func(a, b inspect.Finding) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Start, b.Start))
	})
	return unique(dst, base)
}

// begins reports whether a message may begin with b, which has at least minNested bytes.
func begins(b []byte) bool {
	switch b[0] {
	case '{', '[', '<', mllpStart, '\r', '\n', '\t', ' ', 0xEF:
		return true
	case 'M', 'F', 'B':
		return headsHL7(b)
	case 'I':
		return string(b[:3]) == "ISA"
	case ncpdpStart:
		return true
	}
	return (string(b[6:8]) == "D0" || string(b[6:8]) == "51" || string(b[:2]) == "D0" || string(b[:2]) == "51") && ncpdpHeader(b) != nil
}

func isBase64(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

// unique drops findings of the same detector at the same place as one of the last before it, and keeps the likelier one.
func unique(dst []inspect.Finding, base int) []inspect.Finding {
	const back = 64
	kept := dst[:base]
next:
	for _, f := range dst[base:] {
		for i := len(kept) - 1; i >= max(base, len(kept)-back); i-- {
			if k := &kept[i]; k.Field == f.Field && k.Start == f.Start && k.End == f.End && k.Detector == f.Detector {
				if f.Likelihood > k.Likelihood {
					*k = f
				}
				continue next
			}
		}
		kept = append(kept, f)
	}
	return kept
}

// value appends the findings in the message that the value of field i holds, if it holds one.
func (n *Nested) value(i int, value []byte, dst []inspect.Finding) []inspect.Finding {
	if begins(value) {
		if f := sniffNested(value); f != nil {
			return n.message(f, i, value, value, dst)
		}
		return dst
	}
	body := dataURL(value)
	if !looksBase64(body) {
		return dst
	}
	s := n.pool.Get().(*nestedScratch)
	defer n.pool.Put(s)
	f := sniffBase64(s.decode(body, SniffLen))
	if f == nil {
		return dst
	}
	decoded := s.decode(body, MaxNested+1)
	dst = n.message(f, i, value, decoded, dst)
	s.forget()
	return dst
}

// sniffBase64 returns the format of what is in base64: that of a message, or text; nil if it is neither.
func sniffBase64(decoded []byte) *Format {
	if len(decoded) < minNested {
		return nil
	}
	if begins(decoded) {
		if f := sniffNested(decoded); f != nil {
			return f
		}
	}
	if !sniffText(decoded) {
		return nil
	}
	f, _ := byName("text")
	return f
}

// sniffNested returns the format of a message, nil if b does not begin like one.
func sniffNested(b []byte) *Format {
	prefix := b[:min(len(b), SniffLen)]
	f := sniff(prefix)
	switch {
	case f == nil, f.Name == "text", f.Name == "xml" && isHTML(prefix):
		return nil
	case f.Name == "json" && isFHIR(prefix):
		f, _ = byName("fhir")
	}
	return f
}

// isHTML reports whether markup begins with an element of HTML, as the narratives of FHIR and rich texts do.
func isHTML(prefix []byte) bool {
	name, _, _ := bytes.Cut(bytes.TrimLeft(prefix, " \t\r\n<"), []byte{'>'})
	name, _, _ = bytes.Cut(name, []byte{' '})
	switch string(bytes.ToLower(name)) {
	case "!doctype", "html", "body", "div", "p", "span", "table", "ul", "ol", "b", "i", "u", "a", "br", "br/", "h1", "h2", "h3", "strong", "em", "img", "font":
		return true
	}
	return false
}

// dataURL returns what stands behind "base64," at the beginning of a data: URL (RFC 2397), all of value if it is none.
func dataURL(value []byte) []byte {
	const maxType = 128
	if !bytes.HasPrefix(value, []byte("data:")) {
		return value
	}
	if _, data, ok := bytes.Cut(value[:min(len(value), maxType)], []byte("base64,")); ok {
		return value[min(len(value), maxType)-len(data):]
	}
	return value
}

// looksBase64 reports whether value begins with nothing but characters of base64.
func looksBase64(value []byte) bool {
	if len(value) < minBase64 {
		return false
	}
	for _, c := range value[:minBase64] {
		if !isBase64(c) && c != '=' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// decode returns the first limit bytes that value stands for in base64, of either alphabet (RFC 4648, sections 4 and 5),
// with or without padding and line ends; nothing if it is no base64. They are valid until the next call.
func (s *nestedScratch) decode(value []byte, limit int) []byte {
	s.clean = s.clean[:0]
	for _, c := range value {
		switch c {
		case '\r', '\n', ' ', '=':
			continue
		case '-':
			c = '+'
		case '_':
			c = '/'
		}
		if s.clean = append(s.clean, c); len(s.clean) == (limit+2)/3*4 {
			break
		}
	}
	s.decoded = slices.Grow(s.decoded[:0], len(s.clean))
	out := s.decoded[:cap(s.decoded)]
	n, err := base64.RawStdEncoding.Decode(out, s.clean)
	if err != nil {
		return nil
	}
	return out[:min(n, limit)]
}

// forget clears what was decoded, and gives up large buffers.
func (s *nestedScratch) forget() {
	if cap(s.decoded) > maxKeptNested {
		s.clean, s.decoded = nil, nil
	}
	clear(s.clean[:cap(s.clean)])
	clear(s.decoded[:cap(s.decoded)])
}

// maxKeptNested is the size of the largest buffer that is used again, in bytes.
const maxKeptNested = 64 << 10

// message appends the findings in body, which is value or what it stands for in base64.
func (n *Nested) message(f *Format, field int, value, body []byte, dst []inspect.Finding) []inspect.Finding {
	eof := len(body) <= MaxNested
	body = body[:min(len(body), MaxNested)]
	exact := len(value) > 0 && len(body) > 0 && &value[0] == &body[0] && f.Name != "x12" && f.Name != "ncpdp"
	d := f.New(inspect.Shape{}, n.limits)
	var rec inspect.Record
	var findings []inspect.Finding
	for at := 0; at < len(body); {
		size, err := d.Decode(body[at:], eof, &rec)
		if err != nil || size == 0 {
			break // what is not read as a message was inspected as the text that it is
		}
		findings = n.inspect(&rec, findings[:0])
		for _, found := range findings {
			start, end := 0, len(value)
			if exact {
				start, end = rec.Fields[found.Field].Source(&rec, found.Start, found.End)
				start, end = start+at, end+at
			}
			found.Field, found.Start, found.End = field, start, end
			dst = append(dst, found)
		}
		at += size
	}
	return dst
}
