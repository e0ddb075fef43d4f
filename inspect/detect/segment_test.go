package detect

import (
	"strings"
	"testing"
)

func TestSegmentFields(t *testing.T) {
	tests := map[string]string{ // the detector that the name decides for, "" if none, "?" in front if it hints
		"PID_3": "mrn", "PID_3_MR": "mrn", "PID_3_SS": "us_ssn", "PID_3_DL": "us_driver_license", "PID_3_LN": "us_driver_license", "PID_3_EI": "unique_id",
		"PID_3_MRT": "mrn", "PV1_7_LN": "us_driver_license", "PV1_7_SL": "us_driver_license", "PID_3_4": "", "PID_3_5": "", "PID_3_XX": "",
		"PID_5": "person_name", "PID_5_2": "person_name", "PID_5_1_3": "person_name", "PID_5_5": "", "PID_5_7": "", "PID_7": "date_birth",
		"PID_8": "", "PID_11": "street_address", "PID_11_3": "city", "PID_11_4": "", "PID_11_5": "zip_code", "PID_13": "phone",
		"PID_13_PH": "phone", "PID_13_FX": "fax", "PID_13_FX_12": "fax", "PID_13_4": "email", "PID_13_2": "", "PID_14": "phone",
		"PID_18": "account_number", "PID_19": "us_ssn", "PID_20": "us_driver_license", "PID_29": "date_death", "NK1_2_2": "person_name",
		"GT1_12": "us_ssn", "IN1_36": "health_plan_id", "IN1_49": "health_plan_id", "IN1_49_SS": "us_ssn", "PV1_19": "account_number",
		"PV1_7": "?us_npi", "PV1_7_NPI": "us_npi", "PV1_7_2": "person_name", "PV1_44": "date_service", "DG1_3_I10": "icd10_cm",
		"DG1_3": "icd10_cm", "DG1_3_2": "clinical_text", "OBX_3_LN": "loinc", "OBX_3": "", "OBX_3_2": "", "OBX_5_SCT": "snomed_ct",
		"NTE_3": "", "MSH_7": "", "ZZZ_5": "",

		"NM1_03": "person_name", "NM1_IL_03": "person_name", "NM1_BILLING_ORG_03": "", "NM1_IL_MI_09": "health_plan_id", "NM1_QC_SSN_09": "us_ssn",
		"NM1_BILLING_ORG_XX_09": "us_npi", "NM1_PR_ORG_PI_09": "", "NM1_IL_09": "", "N1_PE_XX_04": "us_npi", "N1_PE_02": "", "N3_01": "street_address",
		"N4_01": "city", "N4_02": "", "N4_03": "zip_code", "DMG_02": "date_birth", "REF_SY_02": "us_ssn", "REF_EA_02": "mrn", "REF_EI_02": "us_ein",
		"REF_LU_02": "", "REF_DX_02": "", "REF_23_02": "unique_id", "REF_0B_02": "us_driver_license", "BPR_09": "account_number", "NM1_QC_HN_09": "health_plan_id", "PER_TE_04": "phone", "PER_FX_08": "fax", "PER_EM_06": "email", "PER_EX_06": "", "CLM_01": "account_number", "CLM_05": "",
		"HI_ABK_01": "", "HI_ABK_01_2": "icd10_cm", "HI_ABF_12_2": "icd10_cm", "HI_BK_01_2": "", "SV1_HC_01_2": "cpt", "SV1_HC_01_3": "",
		"DTP_SERVICE_03": "date_service", "DTP_03": "date_service", "DTM_PRODUCTION_02": "", "PAT_06": "date_death", "INS_12": "date_death",
		"LIN_N4_03": "ndc", "SBR_03": "health_plan_id",

		"PID.5": "person_name", "PID-5": "person_name", "pid.5.1": "person_name", "PID.11.5": "zip_code", "PID_19__c": "us_ssn", "XPN.1": "person_name",
		"XAD.5": "zip_code", "FN.1": "person_name", "CX.1": "mrn", "CX.5": "",

		"AM01_CA": "person_name", "AM01_CB": "person_name", "AM01_C4": "date_birth", "AM01_CY": "mrn", "AM01_CY_SSN": "us_ssn", "AM01_CY_MEDICARE": "us_mbi",
		"AM01_CP": "zip_code", "AM01_CQ": "phone", "AM01_HN": "email", "AM04_C2": "health_plan_id", "AM04_CD": "person_name", "AM07_D2": "unique_id", "AM07_D7": "ndc",
		"AM07_D7_NDC": "ndc", "AM07_D7_UPC": "", "AM07_DE": "date_service", "AM03_DB": "?us_npi", "AM03_DB_NPI": "us_npi", "AM03_DB_DEA": "us_dea", "AM03_DR": "person_name",
		"AM03_2J": "person_name", "AM13_DO": "icd10_cm", "AM13_DO_ICD": "icd10_cm", "AM13_DO_OTHER": "icd10_cm", "HDR_B1_NPI": "us_npi", "HDR_B1": "?us_npi", "HDR_D1": "date_service",
		"HDR_A4": "", "AM07_E7": "", "AM99_CA": "person_name", "AM1_CA": "", "XM01_CA": "", "AM01": "", "AM01_ZZ": "", "am01_ca": "person_name",

		"PID": "", "PID_": "", "PID_x": "", "5_PID": "", "PID_5_a_b": "", "PID_0": "", strings.Repeat("PID_5", 20): "",
	}
	l, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			plan := l.compile(place{name: []byte(name)})
			got := ""
			if plan.typed >= 0 {
				got = table[plan.typed].Name
			} else if n := indexOf(strings.TrimPrefix(want, "?")); n >= 0 && plan.hints == 1<<n {
				got = "?" + table[n].Name
			}
			if got != want {
				t.Errorf("%s is of %q, want %q", name, got, want)
			}
			if (plan.part != notName) != (want == personName.Name) {
				t.Errorf("%s is part %d of a name", name, plan.part)
			}
		})
	}
}

// TestSegmentVocabulary holds every entry to what a name of its field is read as, and to the table of detectors.
func TestSegmentVocabulary(t *testing.T) {
	for name := range segmentFields {
		k, ok := parseSegment([]byte(name))
		if spelt := k.spell(); !ok || spelt != name {
			t.Errorf("entry %q is read as %q", name, spelt)
		}
		if _, found := k.find(); !found {
			t.Errorf("entry %q is not found", name)
		}
	}
	known := func(detector string) {
		if name := strings.Trim(detector, "?="); name != "" && indexOf(name) < 0 {
			t.Errorf("no detector %q", detector)
		}
	}
	for _, vocabulary := range []map[string]string{segmentVocabulary, telecomVocabulary} {
		for detector := range vocabulary {
			known(detector)
		}
	}
	seen := map[string]bool{}
	for _, names := range telecomVocabulary {
		for name := range strings.FieldsSeq(names) {
			if seen[name] {
				t.Errorf("%s holds two things", name)
			}
			seen[name] = true
		}
	}
	for kind := range hl7Vocabulary {
		kind, detector, _ := strings.Cut(kind, " ")
		known(detector)
		if hl7Components[kind] == nil {
			t.Errorf("no type %q", kind)
		}
		for _, own := range hl7Components[kind] {
			known(own)
		}
	}
}

func TestSegmentDates(t *testing.T) {
	s := newScanner(t)
	r := record("", cell{name: "PID_7", value: "19800506"}, cell{name: "DTP_SERVICE_03", value: "20260101-20260102"}, cell{name: "PV1_44", value: "202601051030"})
	got := ""
	for _, f := range s.Inspect(r, nil) {
		got += f.Detector + " "
		if f.Start != 0 || f.End != len(r.Fields[f.Field].Value) {
			t.Errorf("%s at %d:%d", f.Detector, f.Start, f.End)
		}
	}
	if got != "date_birth date_service date_service " {
		t.Errorf("found %s", got)
	}
}
