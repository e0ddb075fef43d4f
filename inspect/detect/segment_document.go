package detect

import "bytes"

// documentVocabulary lists places in C-CDA by what they hold: by the name of the element and of its attribute, or of the
// element around and of the element, with the object that the decoder of C-CDA gives in front where that decides. A "~" in
// front of a detector says that the value has to look like it.
var documentVocabulary = map[string][]string{
	"mrn":            {"Patient.id.extension"},
	"account_number": {"Encounter.id.extension"},
	"health_plan_id": {"Coverage.id.extension"},
	"date_death":     {"deceasedTime.value"},
	"date_service": {"ClinicalDocument.low.value", "ClinicalDocument.high.value", "Encounter.low.value", "Encounter.high.value", "Coverage.low.value",
		"Coverage.high.value", "Practitioner.low.value", "Practitioner.high.value", "Practitioner.time.value", "ClinicalDocument.time.value"},
	// In the others a low and a high can be of a quantity too.
	"~date_service": {"Condition.low.value", "Condition.high.value", "AllergyIntolerance.low.value", "AllergyIntolerance.high.value",
		"MedicationStatement.low.value", "MedicationStatement.high.value", "MedicationRequest.low.value", "MedicationRequest.high.value",
		"Procedure.low.value", "Procedure.high.value", "ServiceRequest.low.value", "ServiceRequest.high.value", "Immunization.low.value",
		"Immunization.high.value"},
	"~phone": {"telecom.value"},
	"person_name": {"assignedPerson.name", "guardianPerson.name", "relatedPerson.name", "associatedPerson.name", "informationRecipient.name",
		"recipientPerson.name", "responsiblePerson.name"},
}

// documentFields are the entries of documentVocabulary.
var documentFields = func() map[string]keyPlan {
	m := make(map[string]keyPlan, 64)
	for detector, names := range documentVocabulary {
		name := string(bytes.TrimPrefix([]byte(detector), []byte("~")))
		f := newSegmentField(name)
		plan := keyPlan{typed: f.typed, hints: f.hints, clinical: true, checked: name != detector}
		if name == personName.Name {
			plan.part = fullName
		}
		for _, place := range names {
			m[place] = plan
		}
	}
	return m
}()

// ofDocument returns the plan for a place in C-CDA of which more is known than its words say. What a code or its system is
// called is no name of a person, although it is displayName.
func ofDocument(p place) (keyPlan, bool) {
	if len(p.object)+len(p.parent)+len(p.name) > maxSystem {
		return keyPlan{}, false
	}
	name := string(p.parent) + "." + string(p.name)
	plan, ok := documentFields[p.object+"."+name]
	if !ok {
		plan, ok = documentFields[name]
	}
	if !ok && (string(p.name) == "displayName" && bytes.HasSuffix(p.parent, []byte("Code")) || string(p.name) == "codeSystemName") {
		plan, ok = keyPlan{typed: -1, clinical: true}, true
	}
	plan.steers = steeringOf(p)
	return plan, ok
}
