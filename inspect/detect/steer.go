package detect

import "bytes"

// In FHIR and C-CDA the value that says what an identifier or a code is stands beside it: the system of an Identifier, a
// Coding or a ContactPoint, the root of an II, the codeSystem of a CD. It steers what its neighbours are taken for, as a
// key does. Records without such names pay one comparison for each field.

// steering is what a value says of others.
type steering uint8

const (
	steersNothing    steering = iota
	steersBeside              // a system, root or codeSystem: of its neighbours
	steersItself              // a telecom of C-CDA, whose scheme says what it is
	maxSteeringReach = 12     // how many fields away a neighbour may stand
)

// steeringOf returns what a value at p says of others.
func steeringOf(p place) steering {
	switch name := string(p.name); {
	case name == "system", name == "root", name == "codeSystem", name == "value" && string(p.parent) == "system":
		return steersBeside
	case name == "value" && string(p.parent) == "telecom":
		return steersItself
	}
	return steersNothing
}

// steer gives the fields beside those that steer the plans of what these say.
func (sc *scratch) steer() {
	for i := range sc.fields {
		switch sc.fields[i].steers {
		case steersBeside:
			sc.steerBeside(i)
		case steersItself:
			if d := bySystem(scheme(sc.rec.Fields[i].Value)); d >= 0 {
				sc.fields[i] = &steeredPlans[d]
			}
		}
	}
}

// steerBeside looks at what the field i steers.
func (sc *scratch) steerBeside(i int) {
	v := sc.rec.Fields[i].Value
	level, name := sc.level(i)
	if hasSuffix(v, "v2-0203") || hasSuffix(v, "2.16.840.1.113883.12.203") || hasSuffix(v, "/v2/0203") {
		sc.steerKind(i, level)
		return
	}
	d := bySystem(v)
	if d < 0 && string(name) == "root" && sc.ofPatientRole(level) {
		d = int8(indexOf(mrn.Name)) // an assigning authority of its own: a hospital's
	}
	if d < 0 {
		return
	}
	for j := max(0, i-maxSteeringReach); j < min(len(sc.fields), i+maxSteeringReach+1); j++ {
		if at, other := sc.level(j); at == level && steered(name, other) {
			sc.fields[j] = &steeredPlans[d]
		}
	}
}

// steered reports whether what has the name steers its neighbour other.
func steered(name, other []byte) bool {
	switch string(name) {
	case "root":
		return string(other) == "extension"
	case "codeSystem":
		return string(other) == "code"
	}
	return string(other) == "value" || string(other) == "code"
}

// steerKind looks at the type of an Identifier: a code of HL7's table 0203 at the level of field i, which steers the
// value of the Identifier around it.
func (sc *scratch) steerKind(i, level int) {
	d := int8(-1)
	for j := max(0, i-maxSteeringReach); j < min(len(sc.fields), i+maxSteeringReach+1); j++ {
		at, name := sc.level(j)
		if at == level && string(name) == "code" {
			d = byKind(sc.rec.Fields[j].Value)
		}
	}
	if d < 0 {
		return
	}
	for j := max(0, i-maxSteeringReach); j < min(len(sc.fields), i+maxSteeringReach+1); j++ {
		if at, name := sc.level(j); string(name) == "value" && at != level && sc.around(at, level) {
			sc.fields[j] = &steeredPlans[d]
		}
	}
}

// byKind returns the detector of identifiers of a kind in HL7's table 0203, -1 for others.
func byKind(code []byte) int8 {
	if len(code) > 4 {
		return -1
	}
	var key [5]byte
	if name := hl7Components["CX"][string(append(append(key[:0], '_'), code...))]; name != "" {
		return int8(indexOf(name))
	}
	return -1
}

// level returns the node that field i stands in and its name. In FHIR's XML a value is an attribute of an element of its
// name: that element's node and the name "value" stand for the node around it and the element's name.
func (sc *scratch) level(i int) (node int, name []byte) {
	f := &sc.rec.Fields[i]
	if string(f.Name) == "value" && f.Node > 0 && f.Node < len(sc.rec.Nodes) {
		switch n := &sc.rec.Nodes[f.Node]; string(n.Key) {
		case "system", "value", "code":
			return n.Parent, n.Key
		}
	}
	return f.Node, f.Name
}

// around reports whether the node outer holds the node inner, as an Identifier holds the codings of its type.
func (sc *scratch) around(outer, inner int) bool {
	for range 4 {
		if inner <= 0 || inner >= len(sc.rec.Nodes) {
			return false
		}
		if inner = sc.rec.Nodes[inner].Parent; inner == outer {
			return true
		}
	}
	return false
}

// ofPatientRole reports whether node is an id in C-CDA's recordTarget/patientRole.
func (sc *scratch) ofPatientRole(node int) bool {
	if node <= 0 || node >= len(sc.rec.Nodes) || string(sc.rec.Nodes[node].Key) != "id" {
		return false
	}
	parent := sc.rec.Nodes[node].Parent
	return parent >= 0 && string(sc.rec.Nodes[parent].Key) == "patientRole"
}

// scheme returns the scheme of a URL, empty if v is none.
func scheme(v []byte) []byte {
	i := bytes.IndexByte(v, ':')
	if i < 0 {
		return nil
	}
	return v[:i]
}

// bySystem returns the detector of what a system, an OID or a scheme is of, -1 if nothing is known of it.
func bySystem(v []byte) int8 {
	const urn = "urn:oid:"
	if len(v) > len(urn) && string(v[:len(urn)]) == urn {
		v = v[len(urn):]
	}
	if len(v) > maxSystem {
		return -1
	}
	if d, ok := systems[string(v)]; ok {
		return d
	}
	for _, f := range systemFamilies {
		if len(v) > len(f.prefix) && string(v[:len(f.prefix)]) == f.prefix {
			return int8(indexOf(f.detector))
		}
	}
	return -1
}

// maxSystem is the length of the longest system that is known, in bytes.
const maxSystem = 80

// systemFamilies are the systems of many issuers: a state's licences, a country's passports.
var systemFamilies = [...]struct{ prefix, detector string }{
	{"2.16.840.1.113883.4.3.", "us_driver_license"},
	{"2.16.840.1.113883.4.330.", "passport"},
	{"http://hl7.org/fhir/sid/passport-", "passport"},
}

// systemVocabulary lists the systems by the detector of what is of them: the naming systems of HL7's registry of OIDs and
// of terminology.hl7.org, the systems of a ContactPoint, the schemes of a TEL.
var systemVocabulary = map[string]string{
	"us_ssn":        "2.16.840.1.113883.4.1 http://hl7.org/fhir/sid/us-ssn",
	"us_npi":        "2.16.840.1.113883.4.6 http://hl7.org/fhir/sid/us-npi",
	"us_mbi":        "2.16.840.1.113883.4.927 http://hl7.org/fhir/sid/us-mbi",
	"us_hicn":       "2.16.840.1.113883.4.572 http://hl7.org/fhir/sid/us-medicare",
	"us_dea":        "2.16.840.1.113883.4.814 http://terminology.hl7.org/NamingSystem/USDEANumber",
	"us_ein":        "2.16.840.1.113883.4.4",
	"us_itin":       "2.16.840.1.113883.4.2",
	"loinc":         "2.16.840.1.113883.6.1 http://loinc.org",
	"snomed_ct":     "2.16.840.1.113883.6.96 http://snomed.info/sct",
	"icd10_cm":      "2.16.840.1.113883.6.90 2.16.840.1.113883.6.3 http://hl7.org/fhir/sid/icd-10-cm http://hl7.org/fhir/sid/icd-10",
	"cpt":           "2.16.840.1.113883.6.12 http://www.ama-assn.org/go/cpt",
	"hcpcs":         "2.16.840.1.113883.6.285 http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets http://terminology.hl7.org/CodeSystem/HCPCS",
	"ndc":           "2.16.840.1.113883.6.69 http://hl7.org/fhir/sid/ndc",
	"clinical_text": "http://www.nlm.nih.gov/research/umls/rxnorm 2.16.840.1.113883.6.88", // RxNorm
	"phone":         "phone pager sms tel",
	"fax":           "fax",
	"email":         "email mailto",
	"url":           "url http https",
}

// systems are the entries of systemVocabulary.
var systems = func() map[string]int8 {
	m := make(map[string]int8, 64)
	for detector, names := range systemVocabulary {
		for _, name := range bytes.Fields([]byte(names)) {
			m[string(name)] = int8(indexOf(detector))
		}
	}
	return m
}()

// steeredPlans are the plans of values that are steered, by the detector.
var steeredPlans = func() (plans [len(table)]keyPlan) {
	for i := range plans {
		plans[i] = keyPlan{typed: int8(i), hints: 1 << i, clinical: true}
	}
	return plans
}()

// resourceVocabulary lists values of FHIR and C-CDA by the detector of what they hold: by the name above them and their
// own, with the type of the resource in front where that decides. A "?" in front of a detector says that the name hints
// only; those under "" hold no identifier, whatever their words say.
var resourceVocabulary = map[string][]string{
	"mrn":            {"Patient.identifier.value", "Person.identifier.value", "RelatedPerson.identifier.value"},
	"health_plan_id": {"Coverage.identifier.value", "Coverage.class.value"},
	"account_number": {"Encounter.identifier.value", "Account.identifier.value", "Claim.identifier.value", "ClaimResponse.identifier.value",
		"ExplanationOfBenefit.identifier.value", "EpisodeOfCare.identifier.value"},
	"device_id":  {"Device.identifier.value"},
	"device_udi": {"udiCarrier.carrierHRF", "udiCarrier.deviceIdentifier"},
	"person_name": {"Patient.name.text", "Practitioner.name.text", "RelatedPerson.name.text", "Person.name.text", "contact.name.text",
		"subject.display", "patient.display", "individual.display", "beneficiary.display", "practitioner.display", "requester.display",
		"performer.display", "author.display", "recorder.display", "asserter.display", "attester.display", "subscriber.display",
		"policyHolder.display", "insured.display", "generalPractitioner.display", "actor.display", "who.display", "agent.display",
		"participant.display", "collector.display", "enterer.display", "sender.display", "recipient.display"},
	"unique_id": {"MedicationRequest.identifier.value", "MedicationDispense.identifier.value", "ServiceRequest.identifier.value",
		"DiagnosticReport.identifier.value", "Specimen.identifier.value", "accessionIdentifier.value", "ResearchSubject.identifier.value"},
	"city":           {"address.district"},
	"ip_address":     {"network.address"},
	"street_address": {"address.text"},
	"clinical_text": {"Condition.code.text", "Condition.coding.display", "AllergyIntolerance.code.text", "AllergyIntolerance.coding.display",
		"medicationCodeableConcept.text", "Procedure.code.text", "reasonCode.text", "value.displayName"},
	"date_service":  {"effectiveTime.value", "period.start", "period.end"},
	"?date_service": {"low.value", "high.value", "time.value"},
	"": {"code.displayName", "translation.displayName", ".fullUrl", "entry.fullUrl", "request.url", "extension.url", "modifierExtension.url",
		"meta.profile"},
}

// resourceFields are the entries of resourceVocabulary.
var resourceFields = func() map[string]segmentField {
	m := make(map[string]segmentField, 64)
	for detector, names := range resourceVocabulary {
		for _, name := range names {
			f := newSegmentField(detector)
			if detector == personName.Name {
				f.part = fullName
			}
			m[name] = f
		}
	}
	return m
}()

// ofResource returns the plan for a place in FHIR or C-CDA of which more is known than its words say.
func ofResource(p place) (keyPlan, bool) {
	if len(p.object)+len(p.parent)+len(p.name) > maxSystem {
		return keyPlan{}, false
	}
	name := string(p.parent) + "." + string(p.name)
	f, ok := resourceFields[p.object+"."+name]
	if !ok {
		f, ok = resourceFields[name]
	}
	return keyPlan{typed: f.typed, hints: f.hints, part: f.part, clinical: true, steers: steeringOf(p)}, ok
}
