package salesforce

import (
	"maps"
	"slices"
)

// standard are objects of Salesforce, Health Cloud and its predecessor package beside those in KeyPrefix, as the object
// references name them. An org can have others: the list is for hints, not for judging.
var standard = []string{
	"AccountContactRelation", "AllergyIntolerance", "Campaign", "CareBarrier", "CareDeterminant", "CareDiagnosis", "CareObservation",
	"CareObservationComponent", "CarePlan", "CarePlanTemplate", "CareProgram", "CareProgramEnrollee", "CareProgramEnrolleeProduct",
	"CareProgramGoal", "CareProgramProvider", "CareRegisteredDevice", "CareRequest", "CareRequestDrug", "CareRequestItem", "ClinicalAlert",
	"ClinicalEncounter", "ClinicalEncounterProvider", "ClinicalServiceRequest", "CodeSet", "CodeSetBundle", "ContactPointAddress",
	"ContactPointConsent", "ContactPointEmail", "ContactPointPhone", "ContentNote", "Contract", "CoverageBenefit", "CoverageBenefitItem",
	"DiagnosticSummary", "EventLogFile", "FeedComment", "FeedItem", "GoalAssignment", "GoalDefinition", "HealthCondition",
	"HealthcareFacility", "HealthcarePayerNetwork", "HealthcareProvider", "Identifier", "Individual", "Knowledge__kav", "LiveChatTranscript",
	"Medication", "MedicationDispense", "MedicationRequest", "MedicationStatement", "MedicinalIngredient", "MemberPlan", "MessagingSession",
	"PatientHealthReaction", "PatientImmunization", "PatientMedicalProcedure", "PatientMedicationDosage", "PersonLifeEvent", "PersonName",
	"ProviderSpecialty", "PurchaserPlan", "ServiceAppointment", "Solution", "UnitOfMeasure", "Visit", "VoiceCall", "WorkOrder",
}

// Objects returns the API names of the objects that are known, sorted, each once.
func Objects() []string {
	names := slices.AppendSeq(slices.Clone(standard), maps.Values(KeyPrefix))
	slices.Sort(names)
	return slices.Compact(names)
}
