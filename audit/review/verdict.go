package review

// Verdict is what a person makes of a decision, by the names and numbers of OCSF 1.8.0 (verdict_id of the incident
// profile).
type Verdict struct {
	Name  string // in records, queries and exports
	ID    int    // OCSF's verdict_id
	Title string // for people
	Key   string // the letter on the keyboard
}

// Verdicts returns the verdicts in the order in which they are offered. Of OCSF's list those are left out that say
// nothing about an egress decision: suspicious, security risk, managed externally.
func Verdicts() []Verdict {
	return []Verdict{
		{"true_positive", 2, "True positive", "t"},
		{"false_positive", 1, "False positive", "f"},
		{"benign", 5, "Benign", "b"},
		{"disregard", 3, "Disregard", "d"},
		{"test", 6, "Test", "e"},
		{"insufficient_data", 7, "Insufficient data", "i"},
		{"duplicate", 10, "Duplicate", "u"},
	}
}

// VerdictNamed returns the verdict with the given name.
func VerdictNamed(name string) (Verdict, bool) {
	for _, v := range Verdicts() {
		if v.Name == name {
			return v, true
		}
	}
	return Verdict{}, false
}
