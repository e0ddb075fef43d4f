package corpus

import "fmt"

// recordID is a Salesforce record Id of 18 characters: 15 of base 62 and a suffix that says which of them are capitals.
func (g *generator) recordID(prefix string) string {
	const base = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte(prefix + pick(g, []string{"5g0", "8c0", "Hs0", "Dn0", "4W0"}) + "000")
	for len(id) < 15 {
		id = append(id, base[g.IntN(len(base))])
	}
	for chunk := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[chunk*5+i]; 'A' <= c && c <= 'Z' {
				bits |= 1 << i
			}
		}
		id = append(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return string(id)
}

// oid is an object identifier of a hospital's system (ISO/IEC 9834).
func (g *generator) oid() string {
	return fmt.Sprintf("2.16.840.1.113883.3.%d.%d.%d", 100+g.IntN(900), 1+g.IntN(9), 1+g.IntN(9999))
}

// uuid is a random UUID (RFC 9562).
func (g *generator) uuid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-%x%03x-%012x", g.Uint32(), g.IntN(1<<16), g.IntN(1<<12), 8+g.IntN(4), g.IntN(1<<12), g.Int64N(1<<48))
}

// terminology are addresses that name code systems and profiles: nobody lives there.
var terminology = []string{"http://hl7.org/fhir/StructureDefinition/patient-religion", "http://snomed.info/sct", "http://loinc.org",
	"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "http://unitsofmeasure.org", "http://www.nlm.nih.gov/research/umls/rxnorm",
	"http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", "urn:oid:2.16.840.1.113883.6.238",
	"http://hl7.org/fhir/sid/icd-10-cm", "http://terminology.hl7.org/CodeSystem/condition-clinical"}

// harmless is something that looks like an identifier and is none.
func (g *generator) harmless(kind string) string {
	switch kind {
	case "id":
		return g.recordID(pick(g, []string{"001", "003", "005", "500", "00Q", "006", "0Hz", "a0B"}))
	case "id15":
		return g.recordID(pick(g, []string{"001", "003", "005", "500"}))[:15]
	case "oid":
		return g.oid()
	case "uuid":
		return g.uuid()
	case "epoch":
		return fmt.Sprint(1577836800 + g.IntN(210000000))
	case "epochms":
		return fmt.Sprint(1577836800000 + g.Int64N(210000000000))
	case "order":
		return g.shape(pick(g, []string{"SO-#######", "10#######", "ORD%########", "PO##########", "WO-00######", "45########"}))
	case "version":
		return g.shape(pick(g, []string{"%.##.%", "v%.%.##", "20##.%.%", "%.0.0-rc%", "10.#.%.###", "2.5.1"}))
	case "term":
		return pick(g, terminology)
	case "stamp":
		return g.dayBetween(2023, 2026).Format("2006-01-02T") + fmt.Sprintf("%02d:%02d:%02d.000+0000", g.IntN(24), g.IntN(60), g.IntN(60))
	case "stampz":
		return g.dayBetween(2023, 2026).Format("2006-01-02T") + fmt.Sprintf("%02d:%02d:%02d.%03dZ", g.IntN(24), g.IntN(60), g.IntN(60), g.IntN(1000))
	case "stamphl7":
		return g.dayBetween(2023, 2026).Format("20060102") + fmt.Sprintf("%02d%02d%02d", g.IntN(24), g.IntN(60), g.IntN(60))
	case "date6":
		return g.dayBetween(2023, 2026).Format("060102")
	case "date8":
		return g.dayBetween(2023, 2026).Format("20060102")
	case "time":
		return fmt.Sprintf("%02d:%02d", g.IntN(24), g.IntN(60))
	case "time4":
		return fmt.Sprintf("%02d%02d", g.IntN(24), g.IntN(60))
	case "tracking":
		return g.shape(pick(g, []string{"1Z??####0#########", "9400############ ####"[:16], "############", "JD##############"}))
	case "sku":
		return g.shape(pick(g, []string{"SKU-#####", "HW-%####-BLK", "A##-B##", "PN ####-##"}))
	case "amount":
		return g.shape(pick(g, []string{"%##.##", "%###.##", "%#.##", "%####.00"}))
	case "hash":
		return fmt.Sprintf("%016x%016x%08x", g.Uint64(), g.Uint64(), g.Uint32())
	case "number":
		return fmt.Sprint(g.IntN(100000))
	case "control":
		return g.shape("%########")
	case "bp":
		return fmt.Sprintf("%d/%d", 95+g.IntN(80), 55+g.IntN(45))
	case "year":
		return fmt.Sprint(1985 + g.IntN(40))
	}
	return pick(g, []string{"n/a", "unknown", "none", "other"})
}
