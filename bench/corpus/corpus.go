// Package corpus makes labelled synthetic texts: what an integration sends to Salesforce and what a hospital or a payer
// sends it from, with the place and the type of every identifier.
//
// Keys, formats and phrases come from the norms (HL7 v2.5.1, X12 5010, FHIR R4, C-CDA R2.1, NCPDP D.0, RFC 4180, the Salesforce object
// reference, USPS Publication 28, SSA, CMS, NANP, GS1) and from the column names of systems in use. They are written down
// here on their own and share no table with the detectors, because a detector that is measured against its own tables is
// not measured.
//
// Every list of alternatives (names, keys, formats, phrases) is divided into two halves. Detectors may be improved while
// looking at what they miss in one half; the other one says whether the improvement is worth something elsewhere.
package corpus

import (
	"fmt"
	"math/rand/v2"
)

// Span is the place of an identifier: bytes [Start, End) of Text, as they are spelt there, escapes included.
type Span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

// Range is bytes [Start, End) of Text.
type Range struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Text is one labelled body or note.
type Text struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	MediaType string `json:"media_type,omitempty"`
	// Request is "METHOD URL" of the request that Text is the body of; empty if it is none.
	Request string `json:"request,omitempty"`
	// Carrier is the form that the identifiers are carried in, one of Carriers.
	Carrier string `json:"carrier,omitempty"`
	// Spans are sorted and do not overlap. The types are those of Types.
	Spans []Span `json:"spans"`
	// Notes are the parts of a field-typed carrier that hold prose, sorted.
	Notes []Range `json:"notes,omitempty"`
}

// Half says which alternatives are used.
type Half uint8

// The halves.
const (
	All     Half = iota
	Tuning       // what detectors may be improved with
	HeldOut      // what nobody looked at while improving them
)

// carriers are the ways to carry identifiers. A new one is one file and one line here.
var carriers = []struct {
	name  string
	write func(*generator, *writer)
}{
	{"json", writeJSON},
	{"csv", writeCSV},
	{"soap", writeSOAP},
	{"hl7", writeHL7},
	{"x12", writeX12},
	{"fhir", writeFHIR},
	{"prose", writeProse},
	{"fhirxml", writeFHIRXML},
	{"cda", writeCDA},
	{"ncpdp", writeNCPDP},
}

// Carriers returns the names of the carriers. All but prose tell by their structure what a value is.
func Carriers() []string {
	names := make([]string, len(carriers))
	for i, c := range carriers {
		names[i] = c.name
	}
	return names
}

// Generate returns n texts of each carrier. The same arguments always give the same texts.
func Generate(seed uint64, half Half, n int) []Text {
	var texts []Text
	for i, c := range carriers {
		for k := range n {
			g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i)<<32|uint64(k))), half: half}
			g.meet()
			w := &writer{text: Text{ID: fmt.Sprintf("%s-%d", c.name, k), Carrier: c.name, Spans: []Span{}}}
			c.write(g, w)
			w.text.Text = string(w.buf)
			texts = append(texts, w.text)
		}
	}
	return texts
}

// generator makes the values of one text.
type generator struct {
	*rand.Rand
	half Half
	// patient, relative and doctor are the people of the text.
	patient, relative, doctor *person
	// visit are the days of admission and discharge.
	admitted, discharged day
}

// meet makes up the people of a text.
func (g *generator) meet() {
	g.patient, g.relative, g.doctor = g.person(), g.person(), g.person()
	g.admitted = g.dayBetween(2018, 2026)
	g.discharged = g.admitted.after(1 + g.IntN(12))
	g.patient.died = g.discharged.after(g.IntN(400))
	if g.IntN(2) == 0 {
		g.relative.family = g.patient.family
	}
}

// pick returns one of the alternatives that belong to the generator's half. A list of fewer than four is not divided.
func pick[T any](g *generator, list []T) T {
	if g.half == All || len(list) < 4 {
		return list[g.IntN(len(list))]
	}
	offset := int(g.half - Tuning)
	return list[2*g.IntN((len(list)-offset+1)/2)+offset]
}

// chance reports true in percent of all cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// shape returns a text like pattern: # is a digit, % a digit from 1 to 9, ? a capital letter; everything else stands for
// itself.
func (g *generator) shape(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case '#':
			b[i] = byte('0' + g.IntN(10))
		case '%':
			b[i] = byte('1' + g.IntN(9))
		case '?':
			b[i] = byte('A' + g.IntN(26))
		}
	}
	return string(b)
}
