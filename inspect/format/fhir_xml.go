package format

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// fhirXML is FHIR R4 in XML (R4, section 2.6.1), read as the same resource is in JSON: the value of a primitive element is
// a field of the element's name in the node around it, an element of a list that fhirLists names is one of an array, and
// what is in a resource is of its type. The entries of a Bundle are the records. The pieces of a narrative are fields
// named div. What a resource says beside the value of a primitive element stands under its name behind a "_".
var fhirXML = xmlDialect{
	namespace: "http://hl7.org/fhir",
	roots:     func(name []byte) bool { return resourceName(name) != "" },
	records:   map[string]string{"Bundle": "Bundle.entry"},
	around:    "text",
	prose:     &place{key: []byte("div")},
	finish:    finishFHIR,
}

// sniffFHIRXML reports whether prefix begins with a resource in XML.
func sniffFHIRXML(prefix []byte) bool {
	name, tag := rootTag(prefix)
	return resourceName(name) != "" && bytes.Contains(tag, []byte(`"http://hl7.org/fhir"`))
}

// rootTag returns the name of the root, without its prefix, that a document which starts with prefix has, and its start tag
// as far as prefix reaches. Both are empty if the root is not in sight.
func rootTag(prefix []byte) (name, tag []byte) {
	rest := bytes.TrimPrefix(prefix, []byte("\xEF\xBB\xBF"))
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(rest, []byte("<!--")):
			end = "-->"
		case len(rest) < 2 || rest[0] != '<':
			return nil, nil
		}
		if end == "" {
			break
		}
		_, behind, found := bytes.Cut(rest, []byte(end))
		if !found {
			return nil, nil
		}
		rest = behind
	}
	tag, _, _ = bytes.Cut(rest[1:], []byte{'>'})
	name = tag
	if n := bytes.IndexAny(tag, " \t\r\n/"); n >= 0 {
		name = tag[:n]
	}
	if n := bytes.IndexByte(name, ':'); n >= 0 {
		name = name[n+1:]
	}
	return name, tag
}

// finishFHIR gives a record the names that it has in JSON.
func finishFHIR(rec *inspect.Record, fields []xmlField) {
	rec.Base = strings.TrimPrefix(rec.Base, "Bundle.")
	for i := range rec.Nodes {
		n := &rec.Nodes[i]
		if name := resourceName(n.Key); name != "" {
			n.Object, n.Key = name, nil
		} else if n.Parent >= 0 {
			n.Object = rec.Nodes[n.Parent].Object
			n.Array = listed(rec, n)
		}
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if !fields[i].attribute || string(f.Name) != "value" {
			continue
		}
		if n := &rec.Nodes[f.Node]; n.Parent >= 0 && len(n.Key) > 0 {
			if f.Name = n.Key; n.Array {
				f.Name = nil
			} else {
				f.Node = n.Parent
				describe(rec, fields, i, fields[i].node)
			}
		}
	}
	for i := range rec.Fields {
		rec.Fields[i].Object = rec.Nodes[rec.Fields[i].Node].Object
	}
}

// describe names a node with "_" if it holds more than the value of its element, which field i is.
func describe(rec *inspect.Record, fields []xmlField, i, node int) {
	more := node+1 < len(rec.Nodes) && rec.Nodes[node+1].Parent == node ||
		i > 0 && fields[i-1].attribute && fields[i-1].node == node ||
		i+1 < len(fields) && fields[i+1].attribute && fields[i+1].node == node
	if n := &rec.Nodes[node]; more {
		n.Key = rec.Keep(append([]byte{'_'}, n.Key...))
	}
}

// listed reports whether an element is one of a list.
func listed(rec *inspect.Record, n *inspect.Node) bool {
	owner := &rec.Nodes[n.Parent]
	around := string(owner.Key)
	if len(owner.Key) == 0 {
		around = owner.Object
	}
	lists, known := fhirLists[string(n.Key)]
	return known && lists.all != lists.owners[around]
}

// fhirList says in which elements and resources an element is one of a list.
type fhirList struct {
	all    bool            // in all but the owners
	owners map[string]bool // the exceptions, or the only ones
}

// fhirLists are the elements of R4's resources of patients and their care that may stand more than once. What is not named
// here has no "[]" in its path, which decides nothing.
var fhirLists = func() map[string]fhirList {
	m := make(map[string]fhirList, 128)
	for line := range strings.Lines(`+ account
+ address Location contact Endpoint network
+ addresses
+ alias
+ basedOn
+ bodySite Observation
+ careTeam Claim ExplanationOfBenefit
+ category ServiceRequest.category
+ class Encounter
+ coding
+ communication
+ component
+ contact Account
+ contained
+ deviceName
+ diagnosis
+ endpoint
+ entry
+ evidence
+ extension
+ generalPractitioner
+ given
+ hospitalization Encounter
+ identifier Bundle Composition QuestionnaireResponse MessageHeader subject patient requester performer author payor
+ insurance
+ interpretation
+ item
+ line
+ link
+ location Appointment Procedure Immunization
+ manifestation
+ modifierExtension
+ note
+ participant
+ payment
+ payor
+ performer MedicationDispense.performer
+ photo
+ prefix
+ profile ImplementationGuide
+ protocolApplied
+ qualification
+ reaction
+ reasonCode
+ reasonReference
+ referenceRange
+ relationship Coverage
+ security
+ stage
+ statusHistory
+ subpotentReason
+ suffix
+ tag
+ telecom
+ udiCarrier
+ used
- agent AuditEvent Provenance Contract
- code PractitionerRole ImagingStudy
- detail entity AuditEvent
- entity AuditEvent Provenance
- doseAndRate dosageInstruction dosage
- dosage MedicationStatement
- dosageInstruction MedicationRequest MedicationDispense
- event Composition timing repeat
- instantiatesUri ServiceRequest CarePlan
- name Patient Practitioner RelatedPerson Person
- procedure Claim ExplanationOfBenefit
- result DiagnosticReport
- section Composition section
- specimen DiagnosticReport
- supportingInfo Claim ServiceRequest
- target Provenance Goal
- total ExplanationOfBenefit ClaimResponse
- type Encounter Location Organization
- version Device
- activity CarePlan
- attester Composition
- author Composition DocumentReference
- content DocumentReference
- goal CarePlan
- ingredient Medication
`) {
		words := strings.Fields(line)
		list := fhirList{all: words[0] == "+", owners: make(map[string]bool)}
		for _, owner := range words[2:] {
			list.owners[owner] = true
		}
		m[words[1]] = list
	}
	return m
}()
