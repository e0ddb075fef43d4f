package main

import "github.com/phigate/phigate/inspect"

// identifier is one of the kinds of the regulation, or clinical codes, and how its detectors find it.
type identifier struct {
	category inspect.Category
	// title is the regulation's name for it (45 CFR 164.514(b)(2)(i)), shortened.
	title     string
	detectors []described
}

// described says how one detector finds what it is for. Every string is for a reader of docs/detectors.md; "–" is nothing.
type described struct {
	name     string
	places   string // the names and places of structures that decide alone
	grammar  string // what is looked for where no name decides
	validity string // what a value has to satisfy to be surer of
	words    string // what in the field's name or in the text around makes a match of the grammar likely
	gaps     string // what is known not to be found, or to be found in error
}

// identifiers are all of them, in the order of the regulation. A test holds them to the detectors that there are.
var identifiers = []identifier{
	{inspect.Name, "Names", []described{
		{"person_name", "first, last, full, preferred, maiden name of anybody; PID-5, NK1-2, XCN, NM103–105, AM01 CA/CB, `given`, `family`, `name` of a person's resource",
			"title and capitalised words; `Last, First M`; a first name of the lists and a last name, an initial (Emily S.) or both; initials and a last name (J. Smith); the name that other fields of the record hold",
			"a word of the lists of names; words that are ordinary too need another reason", "patient, Dr., wife, seen by, contact and the like before it; MD, RN and the like behind it",
			"rare first names without a word before them; one name alone without such a word; names in small letters; drug, place and disease names are left out by lists, not by understanding"},
	}},
	{inspect.Geographic, "Geographic subdivisions smaller than a state", []described{
		{"street_address", "street, address lines; PID-11, N3, AM01 CM, `line`, `streetAddressLine`", "number, up to four words, suffix; post office box, rural route; Hauptstrasse 5, Calle Mayor 12, 12 rue de la Paix; a number and any words behind lives at or Address:", "suffix of USPS Publication 28",
			"lives at, resides at", "streets without a suffix (Broadway) that no word announces, names of houses; highways by number alone"},
		{"city", "city, town, county, district; PID-11.3, N4-01, AM01 CN", "capitalised words before a state, its abbreviation, a ZIP code or a postcode, or behind a street and a comma", "–", "lives in, moved to, resident of", "as for place_name where no state stands behind it"},
		{"place_name", "–", "the name of a larger or known city behind in, from, near, at, to and the like; any capitalised words behind lives in, resident of, born in", "a list: the Census Bureau's places of 100,000 inhabitants and more, capitals, some abroad",
			"in, near, outside", "smaller places; cities before the name of an institution; behind a comma alone; a city that is a person's name too only behind in or near"},
		{"zip_code", "zip, postal code; PID-11.5, N4-03, AM01 CP", "five digits, or five and four, behind a state; postcodes of the United Kingdom and Canada behind a town; digits between a street and a town", "first three digits assigned by USPS", "zip, postal code", "five bare digits without a state"},
		{"geo", "latitude, longitude, coordinates", "two decimals with three places or more, joined by a comma", "within ±90 and ±180", "–", "degrees, minutes and seconds"},
	}},
	{inspect.Date, "Elements of dates but the year, ages over 89", []described{
		{"date_birth", "birth, dob; PID-7, DMG02, AM01 C4, `birthDate`, `birthTime`", "a date", "on the calendar, not in the future", "born, DOB", "as for date"},
		{"date_death", "death, deceased, dod; PID-29, `deceasedDateTime`, `deceasedTime`", "a date", "on the calendar, not in the future", "died, expired on, passed away", "as for date"},
		{"date_service", "admission, discharge, service, visit, fill; PV1-44, DTP, HDR D1, `effectiveTime`, dates of clinical objects", "a date", "on the calendar",
			"admitted, seen, surgery and the like", "dates of an API's own bookkeeping (CreatedDate, SystemModstamp) are left out by name"},
		{"date", "–", "ISO 8601, US and European order, names of months, HL7's and X12's digits, weeks of ISO 8601; a month with its year; a day with its month", "on the calendar, from 1900 to two years ahead",
			"on, since, date, due", "holidays; weekdays; eight bare digits without a word"},
		{"age_over_89", "age", "90 to 120 and years old, yo, y/o", "from 90 to 120", "age, aged", "numbers in words; months of age"},
	}},
	{inspect.Phone, "Telephone numbers", []described{
		{"phone", "phone, mobile, pager; PID-13/14, PER TE, AM01 CQ, `telecom`", "NPA-NXX-XXXX with marks or blanks, +1, extensions; E.164 behind a +; where told, 7 to 15 digits in groups as other countries write them", "area code and exchange of the numbering plan; 555-01XX and toll-free are less likely",
			"call, dial, ph, reached at", "ten bare digits without a word; foreign numbers whose word is behind them; words for it in other languages but a few"},
	}},
	{inspect.Fax, "Fax numbers", []described{
		{"fax", "fax, facsimile; PID-13 FX, PER FX, `system` fax", "a telephone number", "as for phone", "fax", "a number whose word for fax stands in another sentence is a telephone number"},
	}},
	{inspect.Email, "Electronic mail addresses", []described{
		{"email", "email; PID-13.4, PER EM, AM01 HN, mailto:", "local part, @, host with a dot", "last label alphabetic", "–", "name at host dot com"},
	}},
	{inspect.SSN, "Social security numbers", []described{
		{"us_ssn", "ssn, social security, ss#; PID-19, PID-3 SS, REF SY, AM01 CY SSN, OID 2.16.840.1.113883.4.1, sid/us-ssn", "3-2-4 digits with one kind of mark; nine digits; masked but for the last four",
			"area, group and serial that may be issued", "social, tax id", "nine bare digits without a word"},
		{"us_itin", "itin, atin; OID …4.2", "9, group of IRS publication 1915", "group 50–65, 70–88, 90–92, 94–99", "taxpayer", "–"},
	}},
	{inspect.MRN, "Medical record numbers", []described{
		{"mrn", "mrn, medical record, chart, patient id; PID-2/3/4, REF EA, AM01 CY, `Patient.identifier`, `patientRole/id`", "letters and at least four digits, only where told", "none: every hospital has its own (`detectors:` in the policy and exact data match add it)",
			"MRN, chart, medical record", "a number without any word"},
	}},
	{inspect.Plan, "Health plan beneficiary numbers", []described{
		{"us_mbi", "mbi, medicare id; REF F6, AM01 CY MEDICARE, OID …4.927, sid/us-mbi", "eleven letters and digits of the pattern of CMS", "the pattern", "medicare, beneficiary", "–"},
		{"us_hicn", "hicn, medicare claim number; OID …4.572", "nine digits and a beneficiary code; railroad forms", "SSN's rules on the nine digits", "medicare", "reported as another plan number where a name says so"},
		{"health_plan_id", "member, subscriber, group, policy, Medicaid id; IN1-36/49, NM109 MI, SBR03, AM04 C2/C1, `Coverage`", "letters and digits, only where told", "none", "member, subscriber, policy, insurers' names", "a number without any word"},
	}},
	{inspect.Account, "Account numbers", []described{
		{"account_number", "account, claim, visit, encounter, routing; PID-18, PV1-19, CLM01, AM06 DZ, `Encounter.identifier`", "letters and digits, only where told", "none", "account, claim, encounter", "a number without any word; order numbers are left out"},
		{"credit_card", "card number, cc", "13 to 19 digits in one or in groups", "issuer's range, length and Luhn", "card, visa", "–"},
		{"iban", "iban", "country, check digits, up to 30 characters", "length of the country, modulo 97", "–", "–"},
	}},
	{inspect.Licence, "Certificate and license numbers", []described{
		{"us_driver_license", "driver's license, license number, dmv; PID-20, PID-3 DL, REF 0B, OID …4.3.*", "letters, then digits, as states print them, only where told", "none: the states' formats together are nearly anything", "license, dl, dmv",
			"licences of practice are reported by this detector, and missed where the text says RN or MD lic. in a form of its own"},
		{"us_dea", "dea; AM03 DB DEA, OID …4.814", "two letters (or one and 9), seven digits", "check digit; the second letter is the initial of a name in the record", "prescriber, controlled substance", "–"},
	}},
	{inspect.Vehicle, "Vehicle identifiers and plates", []described{
		{"vin", "vin, chassis", "17 letters and digits without I, O, Q", "check digit of 49 CFR 565.15", "vehicle, car", "VINs of other countries without a check digit"},
		{"license_plate", "license plate, plate number", "4 to 8 letters and digits, only where told", "none", "plate", "a plate without the word; plates with two blanks"},
	}},
	{inspect.Device, "Device identifiers and serial numbers", []described{
		{"device_id", "device id, serial number, imei, lot; `Device.identifier`", "letters and at least three digits, only where told", "none", "serial, SN, implant, device", "a serial number behind a product's name alone; runs of letters and digits inside of base64 in the neighbourhood of such words"},
		{"device_udi", "udi; `udiCarrier`", "GS1: (01) and elements of the one device", "check digit of GS1", "–", "HIBCC and ICCBBA forms are found by name only"},
		{"mac_address", "mac, hardware address", "six pairs of hex, three groups of four", "–", "–", "–"},
	}},
	{inspect.URL, "Web universal resource locators", []described{
		{"url", "url, website; PER UR", "scheme and authority; www.", "host with a dot; not of a terminology or schema", "–", "host names alone"},
	}},
	{inspect.IP, "Internet protocol addresses", []described{
		{"ip_address", "ip, login ip, network address", "dotted quad; groups of hex", "no part of an OID or a version; private and documentation ranges are less likely", "host, from, logged in", "–"},
	}},
	{inspect.Biometric, "Biometric identifiers", []described{
		{"biometric", "fingerprint, voiceprint, retina, iris, face template", "letters and digits behind such a word", "none", "fingerprint, iris and the like", "templates without a name"},
	}},
	{inspect.Photo, "Full-face photographs and comparable images", []described{
		{"photo", "photo, picture, scan, VersionData", "base64 of 64 characters and more", "first bytes of JPEG, PNG, GIF, TIFF, WEBP, HEIC, DICOM, PDF and archives", "–", "what is in the picture is not looked at"},
	}},
	{inspect.Other, "Any other unique identifying number", []described{
		{"passport", "passport, travel document; PID-3 PPN, OID …4.330.*", "nine digits, a letter and eight, other countries' six to nine, only where told", "none", "visa, immigration", "–"},
		{"us_npi", "npi; NM109 XX, XCN NPI, AM03 DB NPI, OID …4.6, sid/us-npi", "ten digits that begin with 1 or 2", "Luhn over 80840", "provider, taxonomy", "a tenth of all times in seconds since 1970 pass its check: without a word it is only possible"},
		{"us_ein", "ein, fein; NM109 FI, REF EI", "2-7 digits", "prefix assigned by the IRS", "tax id", "an organisation's; not scored"},
		{"unique_id", "employee, student, study subject, prescription, specimen, military, alien, tribal id; REF of the 834, AM07 D2", "letters and digits, only where told; what stands behind Username: or Password:", "none", "accession, rx, specimen, student, NHS no", "a number whose word is behind it, or abbreviated in a way of its own"},
	}},
	{inspect.Clinical, "Clinical codes and statements (no identifiers; they make a record health information)", []described{
		{"icd10_cm", "icd, dx code; DG1-3, HI ABK/ABF, AM13 DO, `system`, OID …6.90", "letter, digits, dot", "range of a chapter", "dx, diagnosis", "codes of three characters without a word"},
		{"snomed_ct", "snomed; `system`, OID …6.96", "6 to 18 digits", "partition and Verhoeff", "snomed", "only where told"},
		{"loinc", "loinc; OBX-3 LN, `system`, OID …6.1", "digits, hyphen, digit", "Luhn", "loinc", "only where told; codes of C-CDA's own sections and documents are left out"},
		{"ndc", "ndc, drug code; LIN N4, AM07 D7, `system`, OID …6.69", "4-4-2, 5-3-2, 5-4-1, 5-4-2 digits", "–", "drug, medication, rx", "eleven bare digits without a word"},
		{"cpt", "cpt, procedure code; SV1 HC, `system`, OID …6.12", "five digits; four and F, T, U", "–", "cpt", "only where told"},
		{"hcpcs", "hcpcs, service code; `system`, OID …6.285", "letter and four digits", "–", "hcpcs", "in X12 both kinds have one qualifier and are reported as cpt"},
		{"clinical_text", "diagnosis, medication, allergy, result; DG1-4, AL1-3, `code.text`", "–", "–", "–", "the statement's field decides, not what it says"},
	}},
}
