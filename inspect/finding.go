package inspect

import (
	"slices"
	"strings"
)

// Finding says that a detector recognised an identifier in a field. It cannot carry the value: it has only places,
// counts and names from fixed lists.
type Finding struct {
	// Detector is the detector's name from its table, such as "us_ssn".
	Detector string
	// Category is the kind of identifier in 45 CFR 164.514(b)(2)(i), or clinical.
	Category Category
	// Likelihood is how sure the detector is.
	Likelihood Likelihood
	// Evidence is what made it sure.
	Evidence Evidence
	// Field is the index in Record.Fields.
	Field int
	// Start and End are the range of the identifier in Field.Value, in bytes.
	Start, End int
}

// Likelihood is how sure a detector is of a finding.
type Likelihood uint8

// The likelihoods, least first.
const (
	VeryUnlikely Likelihood = iota
	Unlikely
	Possible
	Likely
	VeryLikely
)

var likelihoodNames = [...]string{"very_unlikely", "unlikely", "possible", "likely", "very_likely"}

// String returns the likelihood's name as the policy file spells it.
func (l Likelihood) String() string { return likelihoodNames[l] }

// ParseLikelihood returns the likelihood with the given name.
func ParseLikelihood(name string) (Likelihood, bool) {
	i := slices.Index(likelihoodNames[:], name)
	return Likelihood(max(i, 0)), i >= 0
}

// Evidence is the set of reasons for a finding.
type Evidence uint8

// The reasons for a finding.
const (
	ByShape        Evidence = 1 << iota // the grammar matches
	ByValidity                          // a check digit or range rule holds
	ByKey                               // the field's name says so
	ByContext                           // words near the value say so
	ByCoOccurrence                      // other findings of the record support it
)

var evidenceNames = [...]string{"shape", "validity", "key", "context", "co-occurrence"}

// String returns the names of the reasons joined by "+".
func (e Evidence) String() string {
	var names []string
	for i, name := range evidenceNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// Category is a class of identifier: the letters (A) to (R) of 45 CFR 164.514(b)(2)(i), and the codes that make a
// record clinical.
type Category uint8

// The categories, in the order of the regulation.
const (
	Name Category = iota
	Geographic
	Date
	Phone
	Fax
	Email
	SSN
	MRN
	Plan
	Account
	Licence
	Vehicle
	Device
	URL
	IP
	Biometric
	Photo
	Other
	Clinical
)

var categoryNames = [...]string{"name", "geographic", "date", "phone", "fax", "email", "ssn", "mrn", "plan", "account",
	"licence", "vehicle", "device", "url", "ip", "biometric", "photo", "other", "clinical"}

// String returns the category's name as the policy file spells it.
func (c Category) String() string { return categoryNames[c] }

// Letter returns the category's letter in 45 CFR 164.514(b)(2)(i), 'A' to 'R', or 0 for clinical codes.
func (c Category) Letter() byte {
	if c > Other {
		return 0
	}
	return 'A' + byte(c)
}

// ParseCategory returns the category with the given name.
func ParseCategory(name string) (Category, bool) {
	i := slices.Index(categoryNames[:], name)
	return Category(max(i, 0)), i >= 0
}

// Categories returns the names of all categories in the order of the regulation.
func Categories() []string { return slices.Clone(categoryNames[:]) }
