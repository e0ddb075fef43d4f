package format

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// fhirDecoder reads resources of FHIR R4 in JSON: a jsonDecoder that knows what the objects are. A resource's type is the
// object of its node and its values, also of one that is contained in another. The entries of a Bundle are the records,
// unless the request names others; a resource by itself is one.
type fhirDecoder struct {
	json inspect.Decoder
	any  bool // a record of data was read
}

func newFHIR(shape inspect.Shape, lim Limits) inspect.Decoder {
	if len(shape.Records) == 0 {
		shape.Records = []string{"entry"}
	}
	return &fhirDecoder{json: newJSON(shape, lim)}
}

// fhirMediaType and fhirXMLMediaType are the types that promise FHIR in JSON and in XML (R4, section 3.1.0.1.2).
const (
	fhirMediaType    = "application/fhir+json"
	fhirXMLMediaType = "application/fhir+xml"
)

// isFHIR reports whether a JSON document that starts with prefix says early what resource it is.
func isFHIR(prefix []byte) bool {
	i := bytes.Index(prefix, []byte(`"resourceType"`))
	if i < 0 || bytes.TrimLeft(prefix, " \t\r\n\xEF\xBB\xBF")[0] != '{' {
		return false
	}
	value := bytes.TrimLeft(prefix[i+len(`"resourceType"`):], " \t\r\n")
	return len(value) > 0 && value[0] == ':'
}

// Decode implements [inspect.Decoder].
func (d *fhirDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	n, err := d.json.Decode(buf, eof, rec)
	if err != nil || n == 0 {
		return n, err
	}
	typeResources(rec)
	if rec.Role == inspect.Data {
		d.any = true
	} else if !d.any && n == len(buf) && eof && rec.Nodes[0].Object != "Bundle" {
		rec.Role = inspect.Data // a resource by itself
	}
	return n, nil
}

// typeResources gives the nodes of resources and all in them their types.
func typeResources(rec *inspect.Record) {
	found := false
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if string(f.Name) == "resourceType" && f.Kind == inspect.String && f.Carrier == inspect.InBody {
			if name := resourceName(f.Value); name != "" {
				rec.Nodes[f.Node].Object = name
				found = true
			}
		}
	}
	if !found {
		return
	}
	for i := range rec.Nodes {
		if n := &rec.Nodes[i]; n.Object == "" && n.Parent >= 0 {
			n.Object = rec.Nodes[n.Parent].Object
		}
	}
	for i := range rec.Fields {
		rec.Fields[i].Object = rec.Nodes[rec.Fields[i].Node].Object
	}
}

// resourceName returns the type of a resource of R4 that b is, "" if it is none. It does not keep b.
func resourceName(b []byte) string { return fhirResources[string(b)] }

// fhirResources are the types of resources in R4 (4.0.1).
var fhirResources = func() map[string]string {
	m := make(map[string]string, 160)
	for name := range strings.FieldsSeq(`Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent
Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition
Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue
Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference
EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence
EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse
HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan
Invoice Library Linkage List Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense
MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction
MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect
MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition
OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation
Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson
RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis
Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription Substance
SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult
VisionPrescription`) {
		m[name] = name
	}
	return m
}()
