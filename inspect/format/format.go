// Package format divides bodies into records with exact byte ranges: one decoder for each format, one table of them,
// and the choice between them. It also undoes content codings.
//
// A decoder is stricter than the receivers behind the gate. What two readers could understand differently, such as a
// name that stands twice in one JSON object, is unreadable: it would be judged as one thing and used as another.
package format

import (
	"github.com/phigate/phigate/inspect"
)

// Defaults of [Limits].
const (
	DefaultDepth  = 64
	DefaultNames  = 10_000
	DefaultFields = 500_000
)

// Limits bound what a decoder accepts, so that a small body cannot cost much memory or time. The zero value means the
// defaults. Whoever raises them gives a client more of the gate's memory.
type Limits struct {
	// Depth is how deep containers may be nested. Zero means 64. Beyond it the body is unreadable (ReasonDepth).
	Depth int
	// Names is how many members one JSON object or columns one table may have. Zero means 10,000; Salesforce allows
	// 5,000 fields in a row. Beyond it the body is unreadable (ReasonRecordSize).
	Names int
	// Fields is how many values and containers one record may have. Zero means 500,000, which is what an 8 MiB
	// description of an object comes to; each costs about 150 bytes while its record is judged. Beyond it the body is
	// unreadable (ReasonRecordSize).
	Fields int
}

func (l Limits) orDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	if l.Names == 0 {
		l.Names = DefaultNames
	}
	if l.Fields == 0 {
		l.Fields = DefaultFields
	}
	return l
}

// Format is one way to divide a body into records.
type Format struct {
	// Name is what the router, the logs and the errors call the format.
	Name string
	// MediaTypes are the types that promise the format, in lower case and without parameters. One that starts with
	// "+" is a structured syntax suffix (RFC 6839).
	MediaTypes []string
	// Extensions are the endings of names of files that hold the format, with the dot.
	Extensions []string
	// Sniff reports whether a body that starts with prefix looks like the format. Nil means that nothing at the start
	// of a body tells.
	Sniff func(prefix []byte) bool
	// New returns a decoder for one body.
	New func(inspect.Shape, Limits) inspect.Decoder
}

// Formats are the formats that are read. A new format is one file and one line here. It must not be changed while
// bodies are read.
var Formats = []Format{
	{"json", []string{"application/json", "text/json", "+json"}, []string{".json"}, sniffJSON, newJSON},
	{"fhir", []string{fhirMediaType}, nil, nil, newFHIR},
	{"fhir-xml", []string{fhirXMLMediaType}, nil, sniffFHIRXML, newXML},
	{"cda", []string{"application/hl7-cda+xml", "application/cda+xml", "text/x-hl7-text+xml"}, []string{".cda", ".ccda"}, sniffCDA, newXML},
	{"xml", []string{"application/xml", "text/xml", "+xml"}, []string{".xml"}, sniffXML, newXML},
	{"csv", []string{"text/csv", "application/csv", "text/x-csv"}, []string{".csv"}, nil, newCSV},
	{"form", []string{"application/x-www-form-urlencoded"}, nil, nil, newForm},
	{"hl7", []string{"application/hl7-v2", "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/hl7v2"}, []string{".hl7", ".er7"}, sniffHL7, newHL7},
	{"x12", []string{"application/edi-x12"}, []string{".x12", ".edi", ".270", ".271", ".276", ".277", ".278", ".834", ".835", ".837"}, sniffX12, newX12},
	{"ncpdp", []string{"application/x-ncpdp", "application/ncpdp"}, []string{".ncpdp"}, sniffNCPDP, newNCPDP},
	{"text", []string{"text/plain"}, []string{".txt", ".log", ".md"}, sniffText, newText},
	{"soql", []string{"application/soql"}, []string{".soql"}, nil, newText},
}
