package format

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// discharge is a document with what C-CDA R2.1 asks of each: a style sheet, a patient, a guardian, an author, a section with a
// narrative and an entry.
const discharge = `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
<templateId root="2.16.840.1.113883.10.20.22.1.8" extension="2015-08-01"/>
<id root="1.2.3" extension="D-1"/>
<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="536904399"/>
<telecom value="tel:+1(217)555-0134" use="HP"/>
<patient><name use="L"><given>Mary</given><family>Tran</family></name><birthTime value="19800506"/>
<guardian><guardianPerson><name>Bob Tran</name></guardianPerson></guardian>
<birthplace><place><name>Ward</name></place></birthplace></patient>
<providerOrganization><name>General</name></providerOrganization></patientRole></recordTarget>
<author><time value="20260105"/><assignedAuthor><id nullFlavor="NI"/><assignedPerson><name>Ann Lee</name></assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section>
<templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="1980-05-06"/>
<title>Problems</title>
<text><table><tbody><tr ID="p1"><td>Asthma,<br/>since <content styleCode="Bold">May</content> 2019</td></tr></tbody></table></text>
<entry><observation><templateId root="2.16.840.1.113883.10.20.22.4.4"/><text><reference value="#p1"/></text>
<value code="195967001" codeSystem="2.16.840.1.113883.6.96"/>
<performer><assignedEntity><id root="2.16.840.1.113883.4.6" extension="1"/></assignedEntity></performer></observation></entry>
</section></component></structuredBody></component></ClinicalDocument>
`

func TestCDA(t *testing.T) {
	rows, err := whole(newXML(inspect.Shape{}, Limits{}), discharge)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Raw != discharge || rows[0].Role != inspect.Data {
		t.Errorf("%d records", len(rows))
	}
	const role = "Patient.ClinicalDocument.recordTarget.patientRole."
	const section = ".ClinicalDocument.component.structuredBody.component.section."
	const author = "Practitioner.ClinicalDocument.author."
	want := []string{
		`.={*}`, "ClinicalDocument.ClinicalDocument.templateId.root=2.16.840.1.113883.10.20.22.1.8", "$control.ClinicalDocument.templateId.extension=2015-08-01",
		"ClinicalDocument.ClinicalDocument.id.root=1.2.3", "ClinicalDocument.ClinicalDocument.id.extension=D-1",
		role + "id.root=2.16.840.1.113883.4.1", role + "id.extension=536904399", role + "telecom.value=tel:+1(217)555-0134", role + "telecom.use=HP",
		role + "patient.name.use=L", role + "patient.name.given=Mary", role + "patient.name.family=Tran", role + "patient.birthTime.value=19800506",
		"RelatedPerson" + role[7:] + "patient.guardian.guardianPerson.name=Bob Tran", "Location" + role[7:] + "patient.birthplace.place.name=Ward",
		"Organization" + role[7:] + "providerOrganization.name=General",
		author + "time.value=20260105", author + "assignedAuthor.id.nullFlavor=NI", author + "assignedAuthor.assignedPerson.name=Ann Lee",
		"Condition" + section + "templateId.root=2.16.840.1.113883.10.20.22.2.5.1", "$control" + section + "templateId.extension=2015-08-01",
		"Condition" + section + "templateId.root=2.16.840.1.113883.10.20.22.2.5.1", "Condition" + section + "templateId.extension=1980-05-06",
		"Condition" + section + "title=Problems",
		"Condition" + section + "text=p1", "Condition" + section + "text=Asthma,", "Condition" + section + "text=since ", "Condition" + section + "text=Bold",
		"Condition" + section + "text=May", "Condition" + section + "text= 2019",
		"Condition" + section + "entry.observation.templateId.root=2.16.840.1.113883.10.20.22.4.4", "Condition" + section + "entry.observation.text.reference.value=#p1",
		"Condition" + section + "entry.observation.value.code=195967001", "Condition" + section + "entry.observation.value.codeSystem=2.16.840.1.113883.6.96",
		"Practitioner" + section + "entry.observation.performer.assignedEntity.id.root=2.16.840.1.113883.4.6",
		"Practitioner" + section + "entry.observation.performer.assignedEntity.id.extension=1",
	}
	got := objects(rows)
	got[0] = `.={*}` // the style sheet
	if f := rows[0].Fields[0]; f.Carrier != inspect.InName || f.Value != `xml-stylesheet type="text/xsl" href="CDA.xsl"` {
		t.Errorf("style sheet %+v", f)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	checkSplits(t, openXML(inspect.Shape{}), discharge)
}

func TestCDAUnreadable(t *testing.T) {
	const head = `<ClinicalDocument xmlns="urn:hl7-org:v3">`
	tests := map[string]string{
		"text in pieces outside of a narrative": head + `<title>536<b/>904399</title></ClinicalDocument>`,
		"text of an entry in pieces":            head + `<observation><text>536<b/>904399</text></observation></ClinicalDocument>`,
		"another instruction":                   `<?php 1?>` + head + `</ClinicalDocument>`,
		"instruction like a style sheet":        `<?xml-stylesheets?>` + head + `</ClinicalDocument>`,
		"style sheet inside":                    head + `<?xml-stylesheet a?></ClinicalDocument>`,
		"style sheet behind":                    head + `</ClinicalDocument><?xml-stylesheet a?>`,
		"style sheet of something else":         `<?xml-stylesheet a?><ClinicalDocument xmlns="urn:x"/>`,
		"document type":                         `<!DOCTYPE a>` + head + `</ClinicalDocument>`,
		"records that the request names":        `<?xml-stylesheet a?>` + head + `</ClinicalDocument>`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			shape := inspect.Shape{}
			if name == "records that the request names" {
				shape.Records = []string{"a.b"}
			}
			_, err := whole(newXML(shape, Limits{}), body)
			if got := reason(t, err); got != inspect.ReasonSyntax {
				t.Errorf("reason %q", got)
			}
			checkSplits(t, openXML(shape), body)
		})
	}
}

// TestCDAParts: what is no whole document is read as one, and comments have no names.
func TestCDAParts(t *testing.T) {
	const body = `<section xmlns="urn:hl7-org:v3"><!-- the SSN --><id root="1.2"><!-- 1 --></id><text>a<!-- 2 -->b<br/>c</text><addr/></section>`
	rows, err := whole(newXML(inspect.Shape{}, Limits{}), body)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".= the SSN ", ".section.id.root=1.2", ".= 1 ", ".section.text=a", ".section.text= 2 ", ".section.text=b", ".section.text=c"}
	if diff := cmp.Diff(want, objects(rows)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	checkSplits(t, openXML(inspect.Shape{}), body)
}

// TestCDATables holds the tables to the form of what they list.
func TestCDATables(t *testing.T) {
	for _, table := range []map[string]string{cdaRoles, cdaTemplates} {
		for key, object := range table {
			if resourceName([]byte(object)) == "" && object != clinicalDocument {
				t.Errorf("%s is of %q, which is no resource", key, object)
			}
		}
	}
	if got := cdaTemplate([]byte("2.16.840.1.113883.10.20.22.4.16")); got != "MedicationStatement" {
		t.Errorf("an activity is of %q", got)
	}
	if got := cdaTemplate([]byte("2.16.840.1.113883.10.20.21.4.16")); got != "" {
		t.Errorf("a template of another branch is of %q", got)
	}
}
