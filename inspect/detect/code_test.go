package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestLOINC(t *testing.T) {
	checkExamples(t, "loinc", map[string]example{
		"words":       {value: "LOINC 2093-3", want: "2093-3", likelihood: inspect.VeryLikely},
		"alone":       {value: "2093-3"},
		"check digit": {value: "loinc 2093-4", want: "2093-4", likelihood: inspect.Likely},
		"key":         {key: "LOINC_Code__c", value: "2093-3", want: "2093-3", likelihood: inspect.VeryLikely},
	})
}

func TestSNOMED(t *testing.T) {
	checkExamples(t, "snomed_ct", map[string]example{
		"words":       {value: "SNOMED CT 73211009", want: "73211009", likelihood: inspect.VeryLikely},
		"alone":       {value: "73211009"},
		"check digit": {value: "snomed 73211008", want: "73211008", likelihood: inspect.Likely},
		"key":         {key: "snomedCode", value: "22298006", want: "22298006", likelihood: inspect.VeryLikely},
	})
}

func TestCPT(t *testing.T) {
	checkExamples(t, "cpt", map[string]example{
		"words":    {value: "CPT 99213", want: "99213", likelihood: inspect.Likely},
		"alone":    {value: "99213"},
		"category": {value: "cpt code 0001F", want: "0001F", likelihood: inspect.Likely},
		"key":      {key: "CPT__c", value: "99213", want: "99213", likelihood: inspect.VeryLikely},
	})
}

func TestHCPCS(t *testing.T) {
	checkExamples(t, "hcpcs", map[string]example{
		"words": {value: "HCPCS J1100", want: "J1100", likelihood: inspect.VeryLikely},
		"alone": {value: "J1100"},
		"key":   {key: "HCPCS_Code__c", value: "J1100", want: "J1100", likelihood: inspect.VeryLikely},
	})
}

func TestClinicalText(t *testing.T) {
	checkExamples(t, "clinical_text", map[string]example{
		"diagnosis":   {key: "Diagnosis__c", value: "Type 2 diabetes", want: "Type 2 diabetes", likelihood: inspect.VeryLikely},
		"allergy":     {key: "Allergies__c", value: "penicillin", want: "penicillin", likelihood: inspect.VeryLikely},
		"description": {value: "penicillin"},
		"code":        {key: "Diagnosis_Code__c", value: "E11.9"},
		"narrower":    {key: "Diagnosis__c", value: "E11.9"},
	})
}
