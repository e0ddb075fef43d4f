package corpus

import (
	"fmt"
	"strings"
)

// codes are concepts with their codes: name|ICD-10-CM|SNOMED CT.
var diagnoses = []string{
	"Type 2 diabetes mellitus without complications|E11.9|44054006", "Essential (primary) hypertension|I10|59621000",
	"Major depressive disorder, single episode, unspecified|F32.A|35489007", "Chronic obstructive pulmonary disease|J44.9|13645005",
	"Asthma|J45.909|195967001", "COVID-19|U07.1|840539006", "Hyperlipidemia, unspecified|E78.5|55822004",
	"Atrial fibrillation|I48.91|49436004", "Chronic kidney disease, stage 3|N18.30|433144002", "Low back pain|M54.50|279039007",
	"HIV disease|B20|86406008", "Opioid dependence, uncomplicated|F11.20|75544000", "Malignant neoplasm of breast|C50.919|254837009",
	"Sickle-cell disease|D57.1|417357006", "Schizophrenia, unspecified|F20.9|58214004", "Acute kidney failure|N17.9|14669001",
	"Parkinson's disease|G20.A1|49049000", "Congestive heart failure|I50.9|42343007", "Fracture of radius, initial encounter|S52.501A|111640008",
	"Pneumonia|J18.9|233604007",
}

// drugs are medicines with their NDC (package) and RxNorm codes: name|NDC.
var drugs = []string{"metformin 500 mg tablet|00093-1048-01", "lisinopril 10 mg tablet|68180-0980-01", "atorvastatin 40 mg tablet|00378-3952-77",
	"sertraline 50 mg tablet|16714-0612-04", "albuterol 90 mcg inhaler|00173-0682-20", "insulin glargine 100 unit/mL|00088-2220-33",
	"oxycodone 5 mg tablet|00406-0552-01", "warfarin 5 mg tablet|00056-0172-70"}

// tests are laboratory observations: name|LOINC|unit|low|high.
var tests = []string{"Hemoglobin A1c|4548-4|%|5|12", "Glucose|2345-7|mg/dL|60|300", "Creatinine|2160-0|mg/dL|1|6", "Potassium|2823-3|mmol/L|3|6",
	"Body weight|29463-7|kg|40|140", "Systolic blood pressure|8480-6|mm[Hg]|90|190", "HIV 1 RNA|20447-9|copies/mL|20|90000", "Hemoglobin|718-7|g/dL|7|17"}

// procedures are services: name|CPT or HCPCS code|detector.
var procedures = []string{"Office visit, established patient|99213|cpt", "Comprehensive metabolic panel|80053|cpt", "Chest X-ray, two views|71046|cpt",
	"Emergency department visit|99284|cpt", "Influenza vaccine administration|G0008|hcpcs", "Wheelchair, standard|K0001|hcpcs",
	"Colonoscopy with biopsy|45380|cpt", "Injection, ketorolac|J1885|hcpcs"}

// concept returns one row of a list.
func (g *generator) concept(list []string) []string { return strings.Split(pick(g, list), "|") }

// clinical is a code or the words of one.
func (g *generator) clinical(part, style string) value {
	switch part {
	case "icd":
		code := g.concept(diagnoses)[1]
		if style == "nodot" { // X12 and many feeds leave the dot out
			code = strings.ReplaceAll(code, ".", "")
		}
		return one("icd10_cm", code)
	case "dx":
		return one("clinical_text", g.concept(diagnoses)[0])
	case "snomed":
		return one("snomed_ct", g.concept(diagnoses)[2])
	case "loinc":
		if style != "" {
			return one("loinc", style)
		}
		return one("loinc", g.concept(tests)[1])
	case "ndc":
		code := g.concept(drugs)[1]
		if style == "digits" {
			code = strings.ReplaceAll(code, "-", "")
		}
		return one("ndc", code)
	case "drug":
		return one("clinical_text", g.concept(drugs)[0])
	case "cpt":
		row := g.concept(procedures)
		return one(row[2], row[1])
	}
	row := g.concept(tests)
	var low, high int
	if _, err := fmt.Sscan(row[3]+" "+row[4], &low, &high); err != nil {
		panic(err) // the table is part of the binary
	}
	switch part {
	case "unit":
		return plain(row[2])
	case "test":
		return plain(row[0])
	}
	return plain(fmt.Sprint(low + g.IntN(high-low)))
}
