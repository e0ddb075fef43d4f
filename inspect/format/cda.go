package format

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// cda is a clinical document of HL7 (CDA R2) with the templates of C-CDA R2.1, which is one record: what is said in it is
// said of one patient. Names and paths are those of its XML. The object of a value is the type of the FHIR resource that
// C-CDA's elements and templates correspond to (HL7 C-CDA on FHIR): what is in recordTarget is of a Patient, in the
// template of a problem of a Condition, in an author of a Practitioner; everything else is of the ClinicalDocument. So
// rules for resources hold for documents too. The pieces of a section's narrative are fields named text. Other messages of
// HL7 v3 and parts of documents are read in the same way.
var cda = xmlDialect{
	namespace: "urn:hl7-org:v3",
	roots:     func([]byte) bool { return true },
	around:    "section",
	prose:     &place{key: []byte("text")},
	finish:    finishCDA,
}

// clinicalDocument is the root of a document and its object.
const clinicalDocument = "ClinicalDocument"

// sniffCDA reports whether prefix begins with a clinical document.
func sniffCDA(prefix []byte) bool {
	name, tag := rootTag(prefix)
	return string(name) == clinicalDocument && bytes.Contains(tag, []byte(`"urn:hl7-org:v3"`))
}

// finishCDA gives nodes and fields their objects.
func finishCDA(rec *inspect.Record, _ []xmlField) {
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if n := &rec.Nodes[f.Node]; string(f.Name) == "root" && n.Parent >= 0 && string(n.Key) == "templateId" {
			if object := cdaTemplate(f.Value); object != "" && rec.Nodes[n.Parent].Object == "" {
				rec.Nodes[n.Parent].Object = object
			}
		}
	}
	for i := range rec.Nodes {
		n := &rec.Nodes[i]
		if role := cdaRoles[string(n.Key)]; role != "" {
			n.Object = role
		} else if n.Object == "" && n.Parent >= 0 {
			n.Object = rec.Nodes[n.Parent].Object
		}
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		n := &rec.Nodes[f.Node]
		if f.Object = n.Object; f.Carrier == inspect.InBody && (isTemplateVersion(f, n) || isStructural(rec, i, n)) {
			f.Object = inspect.Control
		}
	}
}

// isStructural reports whether field i is a code that says what kind of document, section or statement stands in the
// element around it, as all documents of the kind do.
func isStructural(rec *inspect.Record, i int, n *inspect.Node) bool {
	f := &rec.Fields[i]
	if string(n.Key) != "code" || string(f.Name) != "code" || !cdaCodes[string(f.Value)] {
		return false
	}
	for k := max(0, i-4); k < min(len(rec.Fields), i+5); k++ {
		if s := &rec.Fields[k]; s.Node == f.Node && string(s.Name) == "codeSystem" {
			return string(s.Value) == "2.16.840.1.113883.6.1" || string(s.Value) == "2.16.840.1.113883.6.96"
		}
	}
	return false
}

// cdaCodes are the LOINC codes of the documents and sections of C-CDA R2.1, and the codes of its kinds of problems (value set
// 2.16.840.1.113883.3.88.12.3221.7.2).
var cdaCodes = words(`34133-9 18842-5 57133-1 11488-4 28570-0 11504-8 11506-3 34117-2 18748-4 18761-7 52521-2 34109-9 34111-5 51845-6
11450-4 48765-2 10160-0 30954-2 8716-3 47519-4 11369-6 29762-2 46240-8 48768-6 10157-6 46264-8 18776-5 61146-7 75310-3 51848-0 51847-2
42349-1 8648-8 11535-2 10183-2 46241-6 42346-7 10154-3 29299-5 46239-0 10164-2 11348-0 10187-3 29545-1 10210-3 47420-5 10190-7 61144-2
42348-3 69730-0 8653-8 11493-4 59770-8 55109-3 59768-2 59769-0 59771-6 59772-4 59773-2 59775-7 59776-5 55110-1 10216-0 10218-6 10219-4
62387-6 85847-2 11383-7 8725-4 61150-9 29549-3 18841-7 75326-9 29308-4 75323-6 75321-0 75325-1 75319-4 75322-8 75318-6 75314-5
64572001 282291009 55607006 404684003 409586006 418799008 373930000 248536006 363169009`)

// isTemplateVersion reports whether f is the version of a template of HL7's: a date that belongs to nobody.
func isTemplateVersion(f *inspect.Field, n *inspect.Node) bool {
	return string(n.Key) == "templateId" && string(f.Name) == "extension" && cdaVersions[string(f.Value)]
}

// cdaVersions are the versions of C-CDA's templates, up to release 4.
var cdaVersions = words(`2014-06-09 2015-04-01 2015-08-01 2016-11-01 2017-08-01 2018-09-01 2019-06-21 2019-10-01 2020-05-19
2020-06-30 2022-06-01 2022-07-01 2023-05-01 2024-05-01`)

func words(list string) map[string]bool {
	m := make(map[string]bool)
	for word := range strings.FieldsSeq(list) {
		m[word] = true
	}
	return m
}

// cdaTemplate returns the object of a template, "" if nothing is known of it.
func cdaTemplate(oid []byte) string {
	const consolidated = "2.16.840.1.113883.10.20.22."
	if !bytes.HasPrefix(oid, []byte(consolidated)) {
		return ""
	}
	return cdaTemplates[string(oid[len(consolidated):])]
}

// invert returns the map from each of the words of a list to the list's name.
func invert(lists map[string]string) map[string]string {
	m := make(map[string]string, 128)
	for name, list := range lists {
		for word := range strings.FieldsSeq(list) {
			m[word] = name
		}
	}
	return m
}

// cdaRoles are the objects of elements, by their names (CDA R2, sections 4.2 and 4.3).
var cdaRoles = invert(map[string]string{
	clinicalDocument: clinicalDocument,
	"Patient":        "recordTarget",
	"RelatedPerson":  "guardian relatedEntity relatedSubject associatedEntity",
	"Practitioner": `author dataEnterer legalAuthenticator authenticator intendedRecipient performer responsibleParty encounterParticipant
assignedAuthor assignedEntity`,
	"Organization": `providerOrganization representedOrganization representedCustodianOrganization scopingOrganization wholeOrganization
receivedOrganization manufacturerOrganization serviceProviderOrganization asOrganizationPartOf`,
	"Encounter":  "encompassingEncounter",
	"Location":   "healthCareFacility birthplace",
	"Device":     "assignedAuthoringDevice playingDevice",
	"Medication": "manufacturedProduct",
})

// cdaTemplates are the objects of C-CDA's templates of sections (2) and entries (4), by what their identifiers have behind
// the branch that they share (C-CDA R2.1, volume 2).
var cdaTemplates = invert(map[string]string{
	"AllergyIntolerance":  "2.6 2.6.1 4.30 4.7 4.9 4.8 4.145",
	"CarePlan":            "2.10 2.9 4.131 4.146",
	"Condition":           "2.5 2.5.1 2.20 2.24 2.43 2.34 2.35 2.36 4.3 4.4 4.19 4.33 4.34 4.80",
	"Coverage":            "2.18 4.60 4.61 4.87 4.88 4.89 4.90",
	"Device":              "2.23 4.37 4.115",
	"DiagnosticReport":    "2.3 2.3.1 4.1",
	"Encounter":           "2.22 2.22.1 4.49 4.40",
	"FamilyMemberHistory": "2.15 4.45 4.46 4.47",
	"Goal":                "2.60 4.121 4.122",
	"Immunization":        "2.2 2.2.1 4.52 4.54 4.53",
	"Location":            "4.32",
	"Medication":          "4.23",
	"MedicationDispense":  "4.18",
	"MedicationRequest":   "4.17 4.42",
	"MedicationStatement": "2.1 2.1.1 2.11 2.11.1 2.44 2.38 4.16 4.35 4.36",
	"Observation":         "2.4 2.4.1 2.14 2.17 2.16 4.2 4.26 4.27 4.38 4.78 4.85 4.79 4.31 4.5 4.6 4.66 4.67 4.68 4.69 4.74 4.200 4.501",
	"Procedure":           "2.7 2.7.1 4.12 4.13 4.14",
	"ServiceRequest":      "4.39 4.41 4.43 4.44 4.140",
})
