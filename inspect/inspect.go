// Package inspect holds the vocabulary of inspection and the reader that judges a body while it is being sent.
//
// A body is a stream of records. A record is a list of fields. A field is a value at an exact byte range. A detector
// turns fields into findings; a judge turns findings into edits or a refusal. A [Body] puts these together: it is an
// [io.Reader] whose bytes have all been judged.
//
// The formats (bytes to records) are in inspect/format, the detectors (fields to findings) in inspect/detect, and what
// a Salesforce request means (which object, which field) in inspect/salesforce. This package knows none of them.
package inspect

import "slices"

// Record is the unit of judgement and of release: a CSV row, an element of records[], a Composite subrequest, or a
// whole document where there is no such element. The bytes between such elements are records too, of role [Envelope],
// so that every byte of a body belongs to exactly one record.
//
// A Record and all that it points to are borrowed from the decoder: they are valid until the next call of Decode.
type Record struct {
	// Raw is the record's bytes as they stand in the body, framing included.
	Raw []byte
	// Offset is the position of Raw[0] in the decoded body, in bytes.
	Offset int64
	// Role tells a row of data from what stands around it.
	Role Role
	// Base is the path from the body's root to the record, such as "records[]"; empty for a whole document.
	Base string
	// Delimiters are the separators that a message of HL7 or X12 names; empty in other formats.
	Delimiters Delimiters
	// Nodes are the containers that the fields stand in. Nodes[0] is the record itself, and a parent comes before
	// its children.
	Nodes []Node
	// Fields are the record's scalar values in the order of their bytes.
	Fields []Field

	arena []byte // decoded values that differ from their raw bytes
}

// Role says what a record is in its body.
type Role uint8

// The roles of a record.
const (
	Data     Role = iota // a row, an element, a document
	Envelope             // what stands before, between and after the rows of data
	Header               // the names of a table's columns
)

// Node is a container inside a record: an object or an array.
type Node struct {
	// Parent is the index of the enclosing container, -1 for the record itself.
	Parent int
	// Key is the name under which the container stands in its parent; empty for elements of an array.
	Key []byte
	// Array tells an array from an object.
	Array bool
	// Object is the API name of the sObject that the container is a row of; empty while unknown. Decoders leave it
	// empty; inspect/salesforce fills it in.
	Object string
}

// Field is one scalar value.
type Field struct {
	// Object is the API name of the sObject that the value belongs to; empty if unknown.
	Object string
	// Name is the decoded key, column, parameter or header name; empty for an element of an array and for free text.
	Name []byte
	// Node is the index in Record.Nodes of the container.
	Node int
	// Carrier is the part of the message that the value stands in.
	Carrier Carrier
	// Kind is the value's type as far as the format tells.
	Kind Kind
	// Encoding is how the raw bytes spell the value.
	Encoding Encoding
	// Start and End are the value's range in Record.Raw. The quotes of a quoted value stand outside of it.
	Start, End int
	// Value is the decoded value. It aliases Record.Raw where nothing had to be decoded.
	Value []byte
}

// Control is the Object of fields that hold an API's own control data, such as attributes.type, and whose value was
// checked to be of that kind. Neither detectors nor field rules look at them.
const Control = "$control"

// Kind is the type of a value.
type Kind uint8

// The kinds of value.
const (
	String Kind = iota
	Number
	Bool
	Null
)

// Carrier is the part of a message that a value stands in.
type Carrier uint8

// The carriers of a value.
const (
	InBody Carrier = iota
	InPath
	InQuery
	InHeader
	InName // a JSON key or a parameter's name that does not look like a name, and so may be a value
)

var carrierNames = [...]string{InBody: "body", InPath: "path", InQuery: "query", InHeader: "header", InName: "name"}

// String returns the carrier's name as the policy file spells it.
func (c Carrier) String() string { return carrierNames[c] }

// ParseCarrier returns the carrier with the given name.
func ParseCarrier(name string) (Carrier, bool) {
	i := slices.Index(carrierNames[:], name)
	return Carrier(max(i, 0)), i >= 0
}

// Direction tells an exchange's request from its response.
type Direction uint8

// The directions of a transfer.
const (
	Request Direction = iota
	Response
)

var directionNames = [...]string{Request: "request", Response: "response"}

// String returns the direction's name as the policy file and the decision record spell it.
func (d Direction) String() string { return directionNames[d] }

// Reset empties r for the next record and keeps its memory.
func (r *Record) Reset() {
	*r = Record{Nodes: r.Nodes[:0], Fields: r.Fields[:0], arena: r.arena[:0]}
}

// Keep copies b into the record's own memory and returns the copy, which lives as long as the record.
func (r *Record) Keep(b []byte) []byte {
	start := len(r.arena)
	r.arena = append(r.arena, b...)
	return r.arena[start:len(r.arena):len(r.arena)]
}

// Path returns the place of field i as names joined by dots, "[]" for an element of an array. A name that does not
// look like an API name is replaced by "{*}", so that a path never carries what a client wrote in place of a name.
func (r *Record) Path(i int) string {
	f := &r.Fields[i]
	p := appendNode([]byte(r.Base), r.Nodes, f.Node)
	return string(appendName(p, f.Name))
}

func appendNode(p []byte, nodes []Node, i int) []byte {
	if i >= len(nodes) || i < 0 {
		return p
	}
	n := &nodes[i]
	if n.Parent >= 0 {
		p = appendNode(p, nodes, n.Parent)
		p = appendName(p, n.Key)
	}
	if n.Array {
		p = append(p, "[]"...)
	}
	return p
}

func appendName(p, name []byte) []byte {
	if len(name) == 0 {
		return p
	}
	if len(p) > 0 {
		p = append(p, '.')
	}
	return append(p, SafeName(name)...)
}

// SafeName returns name if IsName holds for it, else "{*}". What it returns may be written to a log.
func SafeName(name []byte) []byte {
	if IsName(name) {
		return name
	}
	return []byte("{*}")
}

// IsName reports whether name looks like an API name or a relationship path of such names: letters, digits and
// underscores in parts of at most 80 bytes, joined by dots. A name has at most four digits, because more of them may be
// a number that identifies somebody.
func IsName(name []byte) bool {
	part, digits := 0, 0 // the length of the current part, and all digits
	for _, c := range name {
		switch nameClass[c] {
		case nameLetter:
		case nameDigit:
			if digits++; part == 0 || digits > 4 {
				return false
			}
		case nameDot:
			if part == 0 {
				return false
			}
			part = 0
			continue
		default:
			return false
		}
		if part++; part > 80 {
			return false
		}
	}
	return part > 0
}

// The classes of the bytes of a name; zero is for all others.
const (
	nameLetter = 1 + iota
	nameDigit
	nameDot
)

var nameClass = func() (class [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		class[c], class[c-'a'+'A'] = nameLetter, nameLetter
	}
	for c := '0'; c <= '9'; c++ {
		class[c] = nameDigit
	}
	class['_'], class['.'] = nameLetter, nameDot
	return class
}()
