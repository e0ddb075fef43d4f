// Package detect recognises the identifiers of 45 CFR 164.514(b)(2)(i) and the codes that make a record clinical: it
// turns the fields of a record into findings.
//
// The strongest evidence is structure: the name of a field decides what its value is, whatever the value looks like.
// Validity (a check digit, a range) raises the likelihood of a finding and never hides one. A number without a telling
// name and without telling words around it is noise, and is reported as at most possible.
//
// Each identifier is one file, with its grammar, its validity rule and the names and words that tell of it, and one
// line in the table of detectors. A value is read once: a scanner finds the places where an identifier can begin, and
// only there an exact verifier looks. There are no regular expressions.
package detect
