package detect

import "strings"

// telecomVocabulary lists the fields of NCPDP's Telecommunication Standard (5.1, D.0) by what they hold: the identifier of
// the field, behind it what its qualifier says (AM01_CY_SSN is CY_SSN). Identifiers stand for one field in whatever segment
// they are (Data Dictionary, section II). Those under "" hold no identifier.
var telecomVocabulary = map[string]string{
	"person_name":       `CA CB CC CD DR 2J 4E CL PE PF E9_NAME`,
	"date_birth":        `C4`,
	"date_service":      `D1 DE EP DY FU PB PC ZE E8 UX UY`,
	"street_address":    `CM CG 2K PG 3U TV`,
	"city":              `CN CH 2M PH 5J TW`,
	"zip_code":          `CP CJ 2P PK 6D TY`,
	"phone":             `CQ CK PM`,
	"email":             `HN`,
	"mrn":               `CY CY_MRN CY_FACILITY`,
	"us_ssn":            `CY_SSN E9_SSN`,
	"us_driver_license": `CY_LICENSE E9_LICENSE DB_LICENSE DL_LICENSE`,
	"passport":          `CY_PASSPORT CY_VISA`,
	"health_plan_id":    `C2 C1 NU MJ N5 2A CY_PLAN CY_MEDICAID`,
	"us_mbi":            `CY_MEDICARE`,
	"unique_id":         `CY_MILITARY CY_STATE CY_EMPLOYEE CY_ALIEN CY_TRIBAL D2 EN EK CW`,
	"us_npi":            `B1_NPI DB_NPI DL_NPI E9_NPI`,
	"us_dea":            `DB_DEA DL_DEA E9_DEA`,
	"us_ein":            `DB_EIN B1_EIN DL_EIN`,
	"account_number":    `DZ A7 F3 PY EV`,
	"icd10_cm":          `DO DO_ICD`,
	"snomed_ct":         `DO_SNOMED`,
	"ndc":               `D7 D7_NDC EA_NDC TE TE_NDC`,
	"cpt":               `D7_CPT EA_CPT`,
	"hcpcs":             `D7_HCPCS EA_HCPCS`,
	"?us_npi":           `B1 DB DL E9`,
	"": `A1 A2 A3 A4 A9 AK AM AN B2 B1_NCPDP B1_UPIN DB_UPIN DB_NCPDP DL_NCPDP C3 C5 C6 C7 C8 CE CF CI CO CR CX CZ D3 D5 D6 D8 D9 DC DF
DI DJ DK DN DQ DT DU DV DX E1 E3 E7 ED EE EF EG EJ EM ER ET EU EW EX EY EZ F5 F6 F7 F9 FA FB FI FM FO G1 H1 H2 H3 H4 HB
HC HD HF HG K1 K2 K3 K5 K6 K7 NX PA PD PJ PT SE TA TB TC VE WE XE 2C 2E 2N 3V 4C 4X 5C 6C 7C 8C 28 7F 8F D7_UPC D7_NAPPI D7_GTIN
TE_UPC TE_GTIN`,
}

// telecomNameParts are the parts of a person's name that fields of the standard are.
var telecomNameParts = map[string]namePart{
	"CA": firstName, "CC": firstName, "2J": firstName, "PE": firstName, "CB": lastName, "CD": lastName, "DR": lastName, "4E": lastName,
	"PF": lastName, "CL": fullName, "E9_NAME": fullName,
}

// telecomFields are the entries of telecomVocabulary.
var telecomFields = func() map[string]segmentField {
	fields := make(map[string]segmentField, 256)
	for detector, names := range telecomVocabulary {
		for name := range strings.FieldsSeq(names) {
			f := newSegmentField(detector)
			f.part = telecomNameParts[name]
			fields[name] = f
		}
	}
	return fields
}()

// findTelecom returns what is known of a field of a segment (AM01_CA) or of the header (HDR_D1) of NCPDP's standard. Where
// nothing is known of it with what its qualifier says, that is left out.
func findTelecom(name []byte) (segmentField, bool) {
	segment, field, ok := strings.Cut(strings.ToUpper(string(cutSuffix(name))), "_")
	if !ok || segment != "HDR" && (len(segment) != 4 || segment[:2] != "AM") {
		return segmentField{}, false
	}
	f, ok := telecomFields[field]
	if !ok {
		field, _, _ = strings.Cut(field, "_")
		f, ok = telecomFields[field]
	}
	return f, ok
}
