package detect

// hl7Vocabulary lists the fields of HL7 v2 (2.2 to 2.9) that have a composite type, by that type and the detector for
// what the type leaves open: an identifier whose kind the message does not say, the text of a code. The types themselves
// are listed too: HL7's XML encoding names elements by them.
var hl7Vocabulary = map[string]string{
	"XPN": `PID_5 PID_6 PID_9 NK1_2 NK1_30 GT1_3 GT1_4 GT1_45 IN1_6 IN1_16 IN2_7 IN2_9 IN2_40 IN2_49 IN2_52 MRG_7 STF_3 XPN`,
	"XCN": `PV1_7 PV1_8 PV1_9 PV1_17 PV1_52 PV2_13 PD1_4 EVN_5 OBR_10 OBR_16 OBR_28 ORC_10 ORC_11 ORC_12 ORC_19 OBX_16 DG1_16 PR1_8
PR1_11 PR1_12 RXA_10 RXE_13 RXE_14 RXO_14 RXD_10 ROL_4 FT1_20 FT1_21 TXA_5 TXA_9 TXA_10 TXA_11 TXA_22 AIP_3 SCH_12 SCH_16 SCH_20
PRT_5 XCN`,
	"XAD":               `PID_11 NK1_4 NK1_32 GT1_5 IN1_19 STF_11 PRT_14 ROL_11 XAD`,
	"XTN":               `PID_13 PID_14 PID_40 NK1_5 NK1_6 NK1_31 NK1_40 GT1_6 GT1_7 GT1_18 IN2_58 IN2_63 IN2_64 OBR_17 ORC_14 STF_10 ROL_12 PRT_15 SCH_13 SCH_17 XTN`,
	"CX mrn":            `PID_2 PID_3 PID_4 PID_21 MRG_1 MRG_2 MRG_4 NK1_33 PD1_12 CX`,
	"CX account_number": `PID_18 PV1_5 PV1_19 PV1_50 GT1_2 MRG_3 MRG_5 MRG_6`,
	"CX health_plan_id": `IN1_49`,
	"CX":                `NK1_12 GT1_29 IN2_1 STF_2`,
	"CWE":               `OBX_3 OBX_5 OBR_4 FT1_7 FT1_25 CWE CE`,
	"CWE clinical_text": `DG1_3 PRB_3 PR1_3 RXA_5 RXE_2 RXO_1 RXD_2 RXG_4 FT1_19 AL1_3 IAM_3 PV2_3 OBR_31 ORC_16`,
}

// hl7Components are the components of HL7's types that hold identifiers, and the codes of the kinds of their first one,
// as segmentKey spells both. A "=" is the detector of the
// field, an empty one none, and a "?" in front says that the name hints only.
var hl7Components = map[string]map[string]string{
	"XPN": {"": "person_name", "_1_3": "person_name", "_1_5": "person_name", "_2": "person_name", "_3": "person_name"},
	"XCN": {"": "?us_npi", "_2": "person_name", "_2_3": "person_name", "_3": "person_name", "_4": "person_name",
		"_NPI": "us_npi", "_DEA": "us_dea", "_SS": "us_ssn", "_LN": "us_driver_license", "_SL": "us_driver_license", "_MD": "us_driver_license",
		"_EI": "unique_id"},
	"XAD": {"": "street_address", "_1_2": "street_address", "_1_3": "street_address", "_2": "street_address", "_3": "city",
		"_5": "zip_code", "_9": "city"},
	"XTN": {"": "phone", "_PH": "phone", "_CP": "phone", "_BP": "phone", "_FX": "fax", "_NET": "email", "_4": "email",
		"_7": "phone", "_12": "phone", "_PH_12": "phone", "_CP_12": "phone", "_FX_12": "fax", "_BP_12": "phone"},
	// Table 0203 of HL7 v2.9: LN and SL are licences, MD that of a physician, EI is an employee's number, MRT a temporary MR.
	"CX": {"": "=", "_SS": "us_ssn", "_MR": "mrn", "_PI": "mrn", "_PT": "mrn", "_PN": "mrn", "_AN": "account_number",
		"_VN": "account_number", "_BA": "account_number", "_DL": "us_driver_license", "_PPN": "passport", "_VS": "passport",
		"_MC": "us_mbi", "_MA": "health_plan_id", "_MB": "health_plan_id", "_MI": "health_plan_id", "_SN": "health_plan_id",
		"_HC": "health_plan_id", "_JHN": "health_plan_id", "_NPI": "us_npi", "_DEA": "us_dea", "_TAX": "us_itin",
		"_BC": "credit_card", "_XX": "", "_EI": "unique_id", "_EN": "", "_LN": "us_driver_license",
		"_SL": "us_driver_license", "_MD": "us_driver_license", "_MRT": "mrn"},
	"CWE": {"_I10": "icd10_cm", "_LN": "loinc", "_SCT": "snomed_ct", "_C4": "cpt", "_HCPCS": "hcpcs", "_NDC": "ndc", "_2": "="},
}

// hl7NameParts are the parts of a person's name that components of HL7's types are.
var hl7NameParts = map[string]namePart{
	"XPN": lastName, "XPN_1_3": lastName, "XPN_1_5": lastName, "XPN_2": firstName, "XPN_3": firstName,
	"XCN_2": lastName, "XCN_2_3": lastName, "XCN_3": firstName, "XCN_4": firstName,
}

// segmentVocabulary lists the other fields by what they hold: those of HL7 v2 with a simple type, and the elements of X12
// (005010: 270, 271, 276, 277, 278, 820, 834, 835, 837). Those under "" hold no identifier.
// "#" stands for the numbers 1 to 12.
var segmentVocabulary = map[string]string{
	"us_ssn":            `PID_19 NK1_37 GT1_12 IN2_2 REF_SY_2 REF_SY_3 NM1_SSN_9 N1_SSN_4`,
	"us_driver_license": `PID_20 REF_0B_2`,
	"date_birth":        `PID_7 NK1_16 GT1_8 IN1_18 STF_6 DMG_2`,
	"date_death":        `PID_29 GT1_23 PAT_6 INS_12 DTP_DEATH_3`,
	"date_service": `PV1_44 PV1_45 PV2_8 PV2_9 DG1_5 PR1_5 OBX_14 OBX_19 OBR_7 OBR_8 OBR_14 OBR_22 EVN_6 ACC_1 FT1_4 RXA_3 RXA_4
RXE_32 RXD_3 TXA_4 AL1_6 IAM_13 PRB_7 PRB_8 PRB_16 IN1_24 SPM_17 SPM_18 SCH_11_4 SCH_11_5 DTP_3 DTM_2 CLP_13`,
	"date":           `PID_20_3 FT1_5 DLN_3`,
	"city":           `PID_12 PID_23 N4_1`,
	"street_address": `N3_1 N3_2 SAD_1 SAD_2 SAD_3`,
	"zip_code":       `N4_3`,
	"person_name":    `NM1_3 NM1_4 NM1_5 NM1_12 FN_1 FN_3 FN_5`,
	"phone":          `PER_TE_4 PER_TE_6 PER_TE_8 PER_HP_4 PER_HP_6 PER_HP_8 PER_CP_4 PER_CP_6 PER_CP_8 PER_WP_4 PER_WP_6 PER_WP_8 PER_AP_4 PER_AP_6 PER_AP_8 PER_BN_4 PER_BN_6 PER_BN_8`,
	"fax":            `PER_FX_4 PER_FX_6 PER_FX_8`,
	"email":          `PER_EM_4 PER_EM_6 PER_EM_8`,
	"url":            `PER_UR_4 PER_UR_6 PER_UR_8`,
	"mrn":            `REF_EA_2`,
	"health_plan_id": `IN1_8 IN1_36 IN2_8 IN2_26 IN2_61 NM1_MI_9 NM1_II_9 NM1_MR_9 N1_MI_4 SBR_3 REF_1L_2 REF_0F_2 REF_IG_2 REF_6P_2
REF_1W_2 NM1_HN_9 REF_NQ_2 REF_49_2 REF_38_2 REF_18_2`,
	"us_mbi":   `IN2_6 REF_F6_2`,
	"us_npi":   `NM1_XX_9 N1_XX_4 REF_HPI_2`,
	"us_dea":   `REF_DH_2`,
	"us_ein":   `NM1_EIN_9 NM1_FI_9 NM1_EI_9 N1_FI_4 N1_EIN_4 REF_EI_2 REF_TJ_2`,
	"passport": `NK1_36`,
	"account_number": `CLM_1 CLP_1 CLP_7 ACT_1 REF_EJ_2 REF_D9_2 REF_F8_2 REF_1K_2 REF_9F_2 REF_G1_2 REF_G3_2 REF_Y4_2 REF_3H_2
REF_BB_2 REF_XZ_2 REF_NT_2 HCR_2 BPR_9 BPR_15`,
	"unique_id":     `REF_17_2 REF_23_2 REF_4A_2 REF_6O_2 REF_ABB_2 REF_Q4_2 REF_QQ_2 REF_ZZ_2`, // the 834's supplemental identifiers
	"icd10_cm":      `DG1_3 PRB_3 FT1_19 HI_ABK_#_2 HI_ABJ_#_2 HI_ABF_#_2 HI_APR_#_2 HI_ABN_#_2 III_ABK_2 III_ABF_2`,
	"clinical_text": `DG1_4 OBR_13 PR1_4 AL1_5 IAM_5 PV2_12`,
	"cpt":           `SV1_HC_1_2 SV2_HC_2_2 SVC_HC_1_2 SVC_HC_6_2 SVD_HC_3_2 EQ_HC_2_2 SV3_AD_3_2`,
	"ndc":           `LIN_N4_3 SVC_N4_1_2 SV1_N4_1_2`,
	"":              `NM1_ORG_3 NM1_ORG_4 NM1_ORG_5 NM1_PI_9 NM1_ETIN_9 DTM_PRODUCTION_2 DTM_EXPIRY_2 REF_DX_2`,
}

// x12NameParts are the parts of a person's name that elements of X12 are, and those of HL7's type FN.
var x12NameParts = map[string]namePart{
	"NM1_3": lastName, "NM1_12": lastName, "NM1_4": firstName, "NM1_5": firstName,
	"FN_1": lastName, "FN_3": lastName, "FN_5": lastName,
}
