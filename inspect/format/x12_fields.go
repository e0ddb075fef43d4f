package format

import (
	"bytes"
	"strconv"

	"github.com/phigate/phigate/inspect"
)

// x12Qualifier says which elements of a segment qualify others of it: the values of by, in that order, stand in the
// names of the elements from first to last, as words where x12Words has one. A by of 0 is none.
type x12Qualifier struct {
	first, last int
	by          [2]int
}

// x12Qualifiers are the elements whose meaning another element of their segment decides, in the transaction sets of HIPAA
// (005010: 270, 271, 276, 277, 278, 820, 834, 835, 837).
var x12Qualifiers = map[string][]x12Qualifier{
	"NM1": {{first: 3, last: 7, by: [2]int{1}}, {first: 9, last: 9, by: [2]int{1, 8}}, {first: 12, last: 12, by: [2]int{1}}},
	"N1":  {{first: 2, last: 2, by: [2]int{1}}, {first: 4, last: 4, by: [2]int{1, 3}}},
	"REF": {{first: 2, last: 3, by: [2]int{1}}},
	"N9":  {{first: 2, last: 3, by: [2]int{1}}},
	"DTP": {{first: 3, last: 3, by: [2]int{1}}},
	"DTM": {{first: 2, last: 2, by: [2]int{1}}},
	"PER": {{first: 4, last: 4, by: [2]int{3}}, {first: 6, last: 6, by: [2]int{5}}, {first: 8, last: 8, by: [2]int{7}}},
	"LIN": {{first: 3, last: 3, by: [2]int{2}}, {first: 5, last: 5, by: [2]int{4}}},
	"III": {{first: 2, last: 2, by: [2]int{1}}},
	"ENT": {{first: 4, last: 4, by: [2]int{2, 3}}},
	"RMR": {{first: 2, last: 2, by: [2]int{1}}},
	"PRV": {{first: 3, last: 3, by: [2]int{2}}},
}

// x12Composites are the segments whose composite elements name their own qualifier in the first component.
var x12Composites = map[string]bool{"HI": true, "SV1": true, "SV2": true, "SV3": true, "SVC": true, "SVD": true, "EQ": true, "AD1": true}

// organisation stands in the name of an NM1 that is of no person: NM102 says so.
const organisation = "ORG"

// fill adds the fields of a segment, whose node was added.
func (d *x12Decoder) fill(rec *inspect.Record, s span) {
	name, _, _ := bytes.Cut(rec.Raw[s.start:s.end], []byte{d.marks.Field})
	d.elements = d.elements[:0]
	for at := s.start + len(name) + 1; at <= s.end; {
		end := s.end
		if n := bytes.IndexByte(rec.Raw[at:s.end], d.marks.Field); n >= 0 {
			end = at + n
		}
		if len(d.elements) >= d.lim.Fields {
			d.fail(at, inspect.ReasonRecordSize)
			return
		}
		d.elements = append(d.elements, span{start: at, end: end})
		at = end + 1
	}
	if string(name) == "ISA" {
		d.elements = d.elements[:15] // the sixteenth is a separator
	}
	qualifiers := x12Qualifiers[string(name)]
	composite := x12Composites[string(name)]
	first := len(rec.Fields)
	for i, e := range d.elements {
		var buf [64]byte
		field := append(buf[:0], name...)
		for _, q := range qualifiers {
			if q.first <= i+1 && i+1 <= q.last {
				field = d.qualify(rec, field, q)
			}
		}
		d.values(rec, field, i+1, composite, e)
	}
	if controls(string(name)) {
		for i := range rec.Fields[first:] {
			rec.Fields[first+i].Carrier = inspect.InHeader
		}
	}
}

// controls reports whether a segment begins or ends an interchange, a group or a transaction set.
func controls(name string) bool {
	switch name {
	case "ISA", "GS", "ST", "SE", "GE", "IEA":
		return true
	}
	return false
}

// x12Words spell the codes of qualifying elements that would give a name more digits than the name of a field may have
// (inspect.IsName): of entities in NM1 and N1, of identification in NM108, of dates in DTP and DTM (005010).
var x12Words = map[string]string{
	"NM1 03": "DEPENDENT", "NM1 40": "RECEIVER", "NM1 41": "SUBMITTER", "NM1 45": "DROPOFF", "NM1 71": "ATTENDING",
	"NM1 72": "OPERATING", "NM1 73": "OTHER", "NM1 74": "CORRECTED", "NM1 77": "FACILITY", "NM1 82": "RENDERING",
	"NM1 85": "BILLING", "NM1 87": "PAYTO", "NM1 70": "PRIOR", "NM1 80": "HOSPITAL", "NM1 98": "TRANSFER",
	"NM1 34": "SSN", "NM1 24": "EIN", "NM1 46": "ETIN",
	"N1 40": "RECEIVER", "N1 41": "SUBMITTER", "N1 36": "EMPLOYER", "N1 70": "PRIOR", "N1 34": "SSN", "N1 24": "EIN",
	"DTP 090": "CARE", "DTP 091": "CARE", "DTP 096": "DISCHARGE", "DTP 291": "PLAN", "DTP 292": "BENEFIT", "DTP 296": "RETURN",
	"DTP 297": "WORKED", "DTP 303": "MAINTENANCE", "DTP 304": "SEEN", "DTP 307": "ELIGIBILITY", "DTP 314": "DISABILITY",
	"DTP 318": "ADDED", "DTP 336": "EMPLOYED", "DTP 337": "EMPLOYED", "DTP 346": "PLAN", "DTP 347": "PLAN", "DTP 348": "BENEFIT",
	"DTP 349": "BENEFIT", "DTP 356": "ELIGIBILITY", "DTP 357": "ELIGIBILITY", "DTP 360": "DISABILITY", "DTP 361": "DISABILITY",
	"DTP 431": "ONSET", "DTP 434": "STATEMENT", "DTP 435": "ADMISSION", "DTP 439": "ACCIDENT", "DTP 442": "DEATH",
	"DTP 444": "CONTACT", "DTP 453": "ACUTE", "DTP 454": "TREATMENT", "DTP 455": "XRAY", "DTP 456": "ACUTE", "DTP 461": "CERTIFIED",
	"DTP 463": "THERAPY", "DTP 471": "PRESCRIPTION", "DTP 472": "SERVICE", "DTP 484": "MENSES", "DTP 573": "PAID",
	"DTP 607": "CERTIFIED", "DTP 738": "TEST", "DTP 739": "TEST",
	"DTM 036": "EXPIRY", "DTM 050": "RECEIVED", "DTM 150": "SERVICE", "DTM 151": "SERVICE", "DTM 232": "STATEMENT",
	"DTM 233": "STATEMENT", "DTM 405": "PRODUCTION", "DTM 472": "SERVICE",
}

// qualify appends the codes in the elements that qualify.
func (d *x12Decoder) qualify(rec *inspect.Record, field []byte, q x12Qualifier) []byte {
	segment, _, _ := bytes.Cut(field, []byte{'_'})
	for _, n := range q.by {
		if n == 0 || n > len(d.elements) {
			continue
		}
		e := d.elements[n-1]
		field = appendQualifier(field, segment, rec.Raw[e.start:e.end])
		if n == 1 && string(segment) == "NM1" && !d.person(rec) {
			field = append(append(field, '_'), organisation...)
		}
	}
	return field
}

// person reports whether the second element of an NM1 says that it is of a person.
func (d *x12Decoder) person(rec *inspect.Record) bool {
	return len(d.elements) > 1 && string(rec.Raw[d.elements[1].start:d.elements[1].end]) == "1"
}

// appendQualifier appends a code of up to three capitals and digits, or the word for it. Anything else is no code, and is
// left out; so are digits of which the name would have more than four with the two of the element.
func appendQualifier(field, segment, code []byte) []byte {
	if len(code) == 0 || len(code) > 3 {
		return field
	}
	var key [8]byte
	if word := x12Words[string(append(append(append(key[:0], segment...), ' '), code...))]; word != "" {
		return append(append(field, '_'), word...)
	}
	digits := 2
	for _, c := range field {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	for _, c := range code {
		if '0' <= c && c <= '9' {
			digits++
		} else if c < 'A' || c > 'Z' {
			return field
		}
	}
	if digits > 4 {
		return field
	}
	return append(append(field, '_'), code...)
}

// values adds the values of an element, repetition by repetition and component by component.
func (d *x12Decoder) values(rec *inspect.Record, field []byte, number int, composite bool, e span) {
	plain := len(field)
	component, from := 1, e.start
	for i := e.start; i <= e.end && d.err == nil; i++ {
		if i < e.end && (rec.Raw[i] != d.marks.Component && (rec.Raw[i] != d.marks.Repetition || d.marks.Repetition == 0)) {
			continue
		}
		raw := rec.Raw[from:i:i]
		if composite && component == 1 {
			field = field[:plain]
			if i < e.end && rec.Raw[i] == d.marks.Component && len(raw) > 0 && raw[0] >= 'A' { // SV107 points by numbers
				field = appendQualifier(field, field[:0], raw)
			}
		}
		if len(bytes.TrimLeft(raw, " ")) > 0 {
			d.value(rec, x12Name(rec, field, number, component), from, i)
		}
		component, from = component+1, i+1
		if i < e.end && rec.Raw[i] == d.marks.Repetition {
			component = 1
		}
	}
}

// x12Name returns the name of a value of an element.
func x12Name(rec *inspect.Record, field []byte, number, component int) []byte {
	var buf [64]byte
	name := append(append(buf[:0], field...), '_')
	if number < 10 {
		name = append(name, '0')
	}
	name = strconv.AppendInt(name, int64(number), 10)
	if component > 1 {
		name = strconv.AppendInt(append(name, '_'), int64(component), 10)
	}
	return rec.Keep(name)
}

// value adds one value.
func (d *x12Decoder) value(rec *inspect.Record, name []byte, start, end int) {
	if len(rec.Fields)+len(rec.Nodes) >= d.lim.Fields {
		d.fail(start, inspect.ReasonRecordSize)
		return
	}
	rec.Fields = append(rec.Fields, inspect.Field{Object: d.object, Name: name, Node: len(rec.Nodes) - 1, Encoding: inspect.X12,
		Start: start, End: end, Value: rec.Raw[start:end:end]})
}
