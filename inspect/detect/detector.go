package detect

import "github.com/phigate/phigate/inspect"

// Detector recognises one kind of identifier. Its functions are called concurrently, do not allocate, and look at a
// bounded number of bytes around the place they are asked about.
type Detector struct {
	// Name is the detector's stable name, in snake case; policies and decision records spell it so.
	Name string
	// Category is the kind of identifier.
	Category inspect.Category
	// Doc says in one sentence what is recognised, with its source.
	Doc string
	// Keys are phrases of lower-case words. A field whose name holds one is a finding whatever its value is, and the
	// words tell of the identifier when they stand near a match in free text.
	Keys []string
	// Hints are phrases that tell of the identifier, in a field's name or in free text, and decide nothing alone.
	Hints []string
	// Base names the detector whose grammar this one shares: a date of birth is a date that something tells of.
	Base string
	// Narrower names the detector that reports a field's value instead, if its Check holds for the value.
	Narrower string
	// Check looks at the whole value of a field that Keys names, without the white space around it. It returns the
	// evidence that the value itself gives; none if it does not look like the identifier.
	Check func(v []byte, now clock) inspect.Evidence
	// Strict says that a value which fails Check is no finding even in a field that Keys names.
	Strict bool
	// Anchors are the places where Find is asked.
	Anchors anchor
	// Told says that Find is asked only where a key, a hint or words near the place tell of the identifier.
	Told bool
	// Find looks for the identifier at a place.
	Find func(t *text, at token) (match, bool)
	// Normal appends the canonical spelling of a value to dst; nil appends the value.
	Normal func(dst, v []byte) []byte
}

// anchor is a set of kinds of places in a text.
type anchor uint8

const (
	atDigits  anchor = 1 << iota // a run of digits
	atMixed                      // a run of letters and digits
	atCapital                    // a run of letters that begins with a capital
	atPair                       // a run of two to four letters or digits with "-", ":" or "." behind it
	atSign                       // an "@"
	atColon                      // a ":"
	anchors   = iota
)

// match is a place that satisfies a detector's grammar.
type match struct {
	start, end int
	// alone is how likely the match is when nothing tells of it; very unlikely ones are then not reported.
	alone inspect.Likelihood
	// valid says that a check digit or range rule holds, or that the grammar is so narrow that it needs none.
	valid bool
}

// clock is what the detectors know of the time.
type clock struct {
	// today is the date as the number YYYYMMDD.
	today int
}

// table holds all detectors. Where two are equally sure of the same bytes, the earlier one wins.
var table = [...]*Detector{
	&ssn, &itin, &mbi, &hicn, &npi, &dea, &card, &iban, &ein,
	&email, &phone, &fax,
	&birthDate, &deathDate, &serviceDate, &date, &age,
	&mrn, &plan, &account, &licence, &passport, &vin, &plate, &device, &udi, &uniqueID,
	&webURL, &ipAddress, &macAddress,
	&icd10, &ndc, &loinc, &snomed, &cpt, &hcpcs, &clinicalText,
	&personName, &street, &city, &namedCity, &zip, &geo, &photo, &biometric,
}

// Detectors returns all detectors. The caller must not change them.
func Detectors() []*Detector { return append([]*Detector(nil), table[:]...) }

// Names returns the names of all detectors in the order of the table.
func Names() []string {
	names := make([]string, 0, len(table))
	for _, d := range table {
		names = append(names, d.Name)
	}
	return names
}

// indexOf returns the place of the named detector in the table, -1 if there is none.
func indexOf(name string) int {
	for i, d := range table {
		if d.Name == name {
			return i
		}
	}
	return -1
}
