package detect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// steerRecord is a record of the nodes below its own and of the fields.
func steerRecord(object string, nodes []inspect.Node, fields ...inspect.Field) *inspect.Record {
	r := &inspect.Record{Nodes: append([]inspect.Node{{Parent: -1}}, nodes...)}
	for _, f := range fields {
		f.Object, f.Start, f.End = object, len(r.Raw), len(r.Raw)+len(f.Value)
		r.Raw = append(r.Raw, f.Value...)
		r.Fields = append(r.Fields, f)
	}
	return r
}

func field(node int, name, value string) inspect.Field {
	return inspect.Field{Node: node, Name: []byte(name), Value: []byte(value)}
}

func node(parent int, key string, array bool) inspect.Node {
	return inspect.Node{Parent: parent, Key: []byte(key), Array: array}
}

func TestSteering(t *testing.T) {
	identifier := []inspect.Node{node(0, "identifier", true), node(1, "", false), node(2, "type", false), node(3, "coding", true), node(4, "", false)}
	telecom := []inspect.Node{node(0, "telecom", true), node(1, "", false)}
	coding := []inspect.Node{node(0, "coding", true), node(1, "", false)}
	id := []inspect.Node{node(0, "patientRole", false), node(1, "id", false)}
	tests := map[string]struct {
		rec  *inspect.Record
		want []string // detector and name of each finding
	}{
		"identifier of a system": {
			steerRecord("", identifier, field(2, "system", "http://hl7.org/fhir/sid/us-ssn"), field(2, "value", "x1")), []string{"us_ssn value"}},
		"identifier of an OID": {
			steerRecord("Patient", identifier, field(2, "value", "x1"), field(2, "system", "urn:oid:2.16.840.1.113883.4.6")), []string{"us_npi value"}},
		"identifier of a family of OIDs": {
			steerRecord("", identifier, field(2, "system", "urn:oid:2.16.840.1.113883.4.3.6"), field(2, "value", "D1234567")), []string{"us_driver_license value"}},
		"identifier of a kind": {
			steerRecord("", identifier, field(5, "system", "http://terminology.hl7.org/CodeSystem/v2-0203"), field(5, "code", "MR"), field(2, "system", "urn:oid:1.2"), field(2, "value", "x1")),
			[]string{"mrn value"}},
		"identifier of an unknown kind": {
			steerRecord("", identifier, field(5, "system", "http://terminology.hl7.org/CodeSystem/v2-0203"), field(5, "code", "ZZZZZZ"), field(2, "value", "x1")), nil},
		"identifier of a patient": {steerRecord("Patient", identifier, field(2, "system", "urn:oid:1.2"), field(2, "value", "x1")), []string{"mrn value"}},
		"identifier of nobody":    {steerRecord("", identifier, field(2, "system", "urn:oid:1.2"), field(2, "value", "x1")), nil},
		"too far away":            {steerRecord("", identifier, append(append([]inspect.Field{field(2, "system", "http://hl7.org/fhir/sid/us-ssn")}, make([]inspect.Field, 12)...), field(2, "value", "x1"))...), nil},
		"in another node":         {steerRecord("", identifier, field(2, "system", "http://hl7.org/fhir/sid/us-ssn"), field(0, "value", "x1")), nil},
		"e-mail":                  {steerRecord("", telecom, field(2, "system", "email"), field(2, "value", "x1")), []string{"email value"}},
		"fax":                     {steerRecord("", telecom, field(2, "value", "217-555-0134"), field(2, "system", "fax")), []string{"fax value"}},
		"code of a diagnosis":     {steerRecord("", coding, field(2, "system", "http://hl7.org/fhir/sid/icd-10-cm"), field(2, "code", "I10"), field(2, "display", "x1")), []string{"icd10_cm code"}},
		"identifier in XML": {
			steerRecord("", []inspect.Node{node(0, "identifier", false), node(1, "system", false), node(1, "value", false)}, field(2, "value", "http://hl7.org/fhir/sid/us-ssn"), field(3, "value", "x1")),
			[]string{"us_ssn value"}},
		"instance of a root":            {steerRecord("", id, field(2, "root", "2.16.840.1.113883.4.1"), field(2, "extension", "x1")), []string{"us_ssn extension"}},
		"instance of a hospital's root": {steerRecord("", id, field(2, "root", "1.2.3"), field(2, "extension", "x1")), []string{"mrn extension"}},
		"instance of another's root":    {steerRecord("", []inspect.Node{node(0, "id", false)}, field(1, "root", "1.2.3"), field(1, "extension", "x1")), nil},
		"code of C-CDA":                 {steerRecord("", coding, field(2, "code", "I10"), field(2, "codeSystem", "2.16.840.1.113883.6.90")), []string{"icd10_cm code"}},
		"telecom of C-CDA":              {steerRecord("", telecom[:1], field(1, "value", "mailto:x1")), []string{"email value"}},
		"telecom without a scheme":      {steerRecord("", telecom[:1], field(1, "value", "217-555-0134")), []string{"phone value"}},
		"name of a patient":             {steerRecord("Patient", []inspect.Node{node(0, "name", true), node(1, "", false)}, field(2, "text", "Xyz")), []string{"person_name text"}},
		"name of an organisation":       {steerRecord("Organization", []inspect.Node{node(0, "name", true), node(1, "", false)}, field(2, "text", "Xyz")), nil},
		"time of care":                  {steerRecord("", []inspect.Node{node(0, "low", false)}, field(1, "value", "20250102")), []string{"date_service value"}},
		"limit of a quantity":           {steerRecord("", []inspect.Node{node(0, "low", false)}, field(1, "value", "3.5")), nil},
		"address of an extension":       {steerRecord("", []inspect.Node{node(0, "extension", true), node(1, "", false)}, field(2, "url", "us-core-race")), nil},
	}
	s := newScanner(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range s.Inspect(tt.rec, nil) {
				got = append(got, f.Detector+" "+string(tt.rec.Fields[f.Field].Name))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestSystems holds the vocabularies to the table of detectors.
func TestSystems(t *testing.T) {
	for detector := range systemVocabulary {
		if indexOf(detector) < 0 {
			t.Errorf("no detector %q", detector)
		}
	}
	for _, f := range systemFamilies {
		if indexOf(f.detector) < 0 {
			t.Errorf("no detector %q", f.detector)
		}
	}
	for detector := range resourceVocabulary {
		if detector != "" && detector != "?date_service" && indexOf(detector) < 0 {
			t.Errorf("no detector %q", detector)
		}
	}
}
