package export

import (
	"slices"

	"github.com/phigate/phigate/audit"
)

// summary is what a decision's findings have in common: each name once, in the order in which it first occurs.
type summary struct {
	rules        []string // of the decision and of its findings
	detectors    []string
	categories   []string
	fields       []string // Object.Field, or the path where there is no field
	fingerprints []string
	count        int
	likelihood   string // the greatest
}

func summarise(d *audit.Decision) summary {
	var s summary
	s.rules = addNew(s.rules, d.Rules...)
	for i := range d.Finding {
		f := &d.Finding[i]
		s.rules = addNew(s.rules, f.Rules...)
		s.detectors = addNew(s.detectors, f.Detector)
		s.categories = addNew(s.categories, f.Category)
		s.fields = addNew(s.fields, place(f))
		s.fingerprints = addNew(s.fingerprints, f.Fingerprints...)
		s.count += f.Count
		if likelihoodRank(f.Likelihood) > likelihoodRank(s.likelihood) {
			s.likelihood = f.Likelihood
		}
	}
	return s
}

func addNew(list []string, names ...string) []string {
	for _, name := range names {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// place names where a finding was, by the names of the API.
func place(f *audit.Finding) string {
	switch {
	case f.Object != "" && f.Field != "":
		return f.Object + "." + f.Field
	case f.Field != "":
		return f.Field
	case f.Path != "":
		return f.Path
	}
	return f.Object
}

// likelihoodRank orders the likelihoods of a finding; a name that is not among them is least.
func likelihoodRank(name string) int {
	return slices.Index([]string{"very_unlikely", "unlikely", "possible", "likely", "very_likely"}, name)
}

// applied says what was done in the words that OCSF and CEF share.
type applied uint8

const (
	blocked  applied = iota
	modified         // some of it was taken out or made unreadable
	detected         // it passed, and somebody should know
	passed
)

// appliedOf reads the action of a decision. One that this version does not know counts as blocked, as it does in the
// gate.
func appliedOf(action string) applied {
	switch action {
	case "allow":
		return passed
	case "alert":
		return detected
	case "redact", "mask", "generalise":
		return modified
	}
	return blocked
}

// Severities by the numbers of OCSF (severity_id).
const (
	informational = 1
	low           = 2
	medium        = 3
	high          = 4
)

// severity says how soon somebody should look: what passed clean is informational, what was changed is low, what was
// blocked or passed with an alert is medium; a finding that is likely makes each of them one more.
func severity(d *audit.Decision, s summary) int {
	level := informational
	switch appliedOf(d.Action) {
	case passed:
		return informational
	case modified:
		level = low
	case blocked, detected:
		level = medium
	}
	if d.Kind != audit.Admin && likelihoodRank(s.likelihood) >= likelihoodRank("likely") {
		level++
	}
	return level
}
