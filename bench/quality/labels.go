package main

import (
	"fmt"
	"strings"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
)

// label is what a type of span means here.
type label struct {
	// name is the type's name in the report: a detector's where one is made for it.
	name     string
	category inspect.Category
	// optional says that a finding there is neither right nor wrong.
	optional bool
	// detectors are the names that are right in the strict sense.
	detectors []string
}

// labels are the types of spans that are understood, by their names in capitals without separators.
type labels map[string]label

// foreign are the types of other people's sets: i2b2 2006 and 2014, n2c2, Presidio, Nemotron-PII, ai4privacy, the
// entity types of Azure, Google Cloud and AWS. A type that Safe Harbor does not list (a profession, a hospital, a nation)
// is optional, and so is one that says less than a category.
var foreign = []struct {
	detector string
	names    string
}{
	{"person_name", `NAME PERSON PER PATIENT DOCTOR FIRSTNAME LASTNAME MIDDLENAME GIVENNAME SURNAME FULLNAME
		PERSONNAME PREFERREDNAME CLINICIAN STAFF HCPNAME PATIENTNAME FEMALENAME MALENAME`},
	{"street_address", `STREET STREETADDRESS ADDRESS LOCATION LOC GPE LOCATIONOTHER BUILDINGNUMBER STREETNAME SECONDARYADDRESS
		USADDRESS GEOGRAPHICALLOCATION`},
	{"city", "CITY COUNTY NEIGHBORHOOD TOWN DISTRICT"},
	{"zip_code", "ZIP ZIPCODE POSTALCODE POSTCODE"},
	{"geo", "COORDINATE COORDINATES LATITUDE LONGITUDE NEARBYGPSCOORDINATE GPS"},
	{"date", "DATE DATETIME DATEOFSERVICE ADMISSIONDATE DISCHARGEDATE"},
	{"date_birth", "DOB DATEOFBIRTH BIRTHDATE BIRTHDAY"},
	{"phone", "PHONE PHONENUMBER TELEPHONE TELEPHONENUMBER TELEPHONENUM USPHONENUMBER"},
	{"fax", "FAX FAXNUMBER"},
	{"email", "EMAIL EMAILADDRESS"},
	{"us_ssn", "SSN USSSN USSOCIALSECURITYNUMBER SOCIALNUM SOCIALSECURITYNUMBER"},
	{"us_itin", "ITIN USITIN USINDIVIDUALTAXPAYERIDENTIFICATION USINDIVIDUALTAXPAYERIDENTIFICATIONNUMBER"},
	{"mrn", "MRN MEDICALRECORD MEDICALRECORDNUMBER PATIENTID CHARTNUMBER"},
	{"health_plan_id", "HEALTHPLAN HEALTHPLANBENEFICIARYNUMBER HEALTHPLANNUMBER MEMBERID INSURANCEID POLICYNUMBER HEALTHINSURANCE"},
	{"us_mbi", "MBI USMBI MEDICAREBENEFICIARYIDENTIFIER USMEDICAREBENEFICIARYIDENTIFIER"},
	{"account_number", "ACCOUNT ACCOUNTNUMBER ACCOUNTNUM BANKACCOUNT BANKACCOUNTNUMBER USBANKNUMBER USBANKACCOUNTNUMBER"},
	{"iban", "IBAN IBANCODE"},
	{"credit_card", "CREDITCARD CREDITCARDNUMBER CREDITDEBITNUMBER CREDITDEBITCARD PAYMENTCARD"},
	{"us_driver_license", "LICENSE LICENCE LICENSENUMBER USDRIVERLICENSE DRIVERID DRIVERLICENSENUM DRIVERLICENSE DRIVERSLICENSE USDRIVERSLICENSENUMBER CERTIFICATELICENSENUMBER MEDICALLICENSE"},
	{"us_dea", "DEA DEANUMBER USDEANUMBER DRUGENFORCEMENTAGENCYNUMBER"},
	{"us_npi", "NPI USNPI USHEALTHCARENPI"},
	{"vin", "VIN VEHICLE VEHICLEIDENTIFIER VEHICLEIDENTIFICATIONNUMBER VEHICLEVIN VEHICLEVRM"},
	{"license_plate", "PLATE LICENSEPLATE USLICENSEPLATE"},
	{"device_id", "DEVICE DEVICEID DEVICEIDENTIFIER SERIALNUMBER IMEI IMEINUMBER PHONEIMEI"},
	{"mac_address", "MAC MACADDRESS"},
	{"url", "URL DOMAINNAME WEBSITE"},
	{"ip_address", "IP IPADDRESS IPV4 IPV6"},
	{"biometric", "BIOID BIOMETRIC BIOMETRICIDENTIFIER"},
	{"photo", "PHOTO IMAGE"},
	{"passport", "PASSPORT USPASSPORT PASSPORTNUMBER USUKPASSPORTNUMBER"},
	{"unique_id", "UNIQUEID UNIQUEIDENTIFIER IDNUM EMPLOYEEID CUSTOMERID STUDENTID NATIONALID"},
	{"icd10_cm", "ICD ICD10 ICD10CODE"},
	{"", `AGE HOSPITAL ORGANIZATION ORGANISATION ORG COMPANY COMPANYNAME PROFESSION OCCUPATION JOBTITLE STATE COUNTRY NRP
		NATIONALITY TITLE TIME USERNAME PASSWORD PIN CVV GENDER SEX RACE ETHNICITY RACEETHNICITY RELIGION RELIGIOUSBELIEF
		LANGUAGE POLITICALVIEW SEXUALITY EMPLOYMENTSTATUS EDUCATIONLEVEL BLOODTYPE CRYPTO SWIFT SWIFTBIC SWIFTBICCODE BANKROUTINGNUMBER ABAROUTINGNUMBER
		OTHER ID MISC HTTPCOOKIE APIKEY CURRENCY AMOUNT TAXID TAXNUM IDCARDNUM IDCARD LOCATIONCOUNTRY`},
}

// knownLabels returns the types of the corpus and those of other people.
func knownLabels() labels {
	all := labels{}
	byName := map[string]corpus.Type{}
	for _, t := range corpus.Types() {
		l := label{name: t.Name, category: t.Category, optional: t.Optional, detectors: t.Detectors}
		if len(l.detectors) == 0 {
			l.detectors = []string{t.Name}
		}
		all[fold(t.Name)], byName[t.Name] = l, t
	}
	for _, f := range foreign {
		for name := range strings.FieldsSeq(f.names) {
			l := label{name: "optional", optional: true}
			if f.detector != "" {
				l = label{name: f.detector, category: byName[f.detector].Category, detectors: []string{f.detector}}
			}
			if _, known := all[fold(name)]; !known {
				all[fold(name)] = l
			}
		}
	}
	return all
}

// of returns what a type means. Prefixes of IOB tagging are ignored.
func (l labels) of(name string) (label, error) {
	folded := fold(name)
	found, ok := l[folded]
	if !ok && len(name) > 2 && name[1] == '-' {
		found, ok = l[folded[1:]]
	}
	if !ok {
		return label{}, fmt.Errorf("type %q is not known; bench/quality/labels.go lists those that are", name)
	}
	return found, nil
}

// fold returns a type's name in capitals without separators.
func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToUpper(name))
}
