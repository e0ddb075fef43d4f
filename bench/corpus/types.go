package corpus

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// Type is a type of span: what it is of, and which detectors are made for it.
type Type struct {
	Name string
	// Category is the category that a finding must have to be right.
	Category inspect.Category
	// Optional says that the text belongs to nobody in particular (an organisation's name, its telephone number): a
	// finding there is neither right nor wrong.
	Optional bool
	// Detectors are the names that are right in the strict sense; empty means Name alone.
	Detectors []string
}

// types are the types of spans. All but the last are PHI (45 CFR 164.514(b)(2)(i)) or make a record clinical. Names that
// differ from a detector's name have none that is made for them alone.
var types = []Type{
	{Name: "person_name", Category: inspect.Name},
	{Name: "street_address", Category: inspect.Geographic},
	{Name: "city", Category: inspect.Geographic},
	{Name: "county", Category: inspect.Geographic, Detectors: []string{"county", "city"}},
	{Name: "zip_code", Category: inspect.Geographic},
	{Name: "geo", Category: inspect.Geographic},
	{Name: "date_birth", Category: inspect.Date},
	{Name: "date_death", Category: inspect.Date},
	{Name: "date_service", Category: inspect.Date},
	{Name: "date", Category: inspect.Date, Detectors: []string{"date", "date_service"}},
	{Name: "age_over_89", Category: inspect.Date},
	{Name: "phone", Category: inspect.Phone},
	{Name: "fax", Category: inspect.Fax},
	{Name: "email", Category: inspect.Email},
	{Name: "us_ssn", Category: inspect.SSN},
	{Name: "us_itin", Category: inspect.SSN},
	{Name: "mrn", Category: inspect.MRN},
	{Name: "health_plan_id", Category: inspect.Plan},
	{Name: "us_mbi", Category: inspect.Plan},
	{Name: "us_hicn", Category: inspect.Plan},
	{Name: "account_number", Category: inspect.Account},
	{Name: "credit_card", Category: inspect.Account},
	{Name: "iban", Category: inspect.Account},
	{Name: "us_driver_license", Category: inspect.Licence},
	{Name: "license_number", Category: inspect.Licence, Detectors: []string{"license_number", "us_driver_license"}},
	{Name: "us_dea", Category: inspect.Licence},
	{Name: "vin", Category: inspect.Vehicle},
	{Name: "license_plate", Category: inspect.Vehicle},
	{Name: "device_id", Category: inspect.Device},
	{Name: "device_udi", Category: inspect.Device},
	{Name: "mac_address", Category: inspect.Device},
	{Name: "url", Category: inspect.URL},
	{Name: "ip_address", Category: inspect.IP},
	{Name: "biometric", Category: inspect.Biometric},
	{Name: "photo", Category: inspect.Photo},
	{Name: "passport", Category: inspect.Other},
	{Name: "us_npi", Category: inspect.Other},
	{Name: "unique_id", Category: inspect.Other},
	{Name: "icd10_cm", Category: inspect.Clinical},
	{Name: "snomed_ct", Category: inspect.Clinical},
	{Name: "loinc", Category: inspect.Clinical},
	{Name: "ndc", Category: inspect.Clinical},
	{Name: "cpt", Category: inspect.Clinical},
	{Name: "hcpcs", Category: inspect.Clinical},
	{Name: "clinical_text", Category: inspect.Clinical},
	{Name: "facility", Optional: true},
	{Name: "organisation", Optional: true},
	{Name: "bank", Optional: true},
}

// Types returns the types of spans.
func Types() []Type { return slices.Clone(types) }
