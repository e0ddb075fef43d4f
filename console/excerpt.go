package console

import (
	"regexp"
	"slices"
	"strings"
)

// policyLine is a line of a policy as a page shows it.
type policyLine struct {
	Number int
	Text   string
	Marked bool // part of one of the rules that are looked for
}

var (
	// ruleName finds the name of a rule, as "- name: x", "- {name: x, …" or "name: x" in a line of its own.
	ruleName = regexp.MustCompile(`^\s*-?\s*\{?\s*name:\s*["']?([^"',}\s]+)`)
	// passwordHash finds what a policy holds of a password. It is nobody's business who reads why a transfer was
	// blocked.
	passwordHash = regexp.MustCompile(`\$argon2(?:[A-Za-z0-9$+/=,.-]*[A-Za-z0-9$+/=])?`)
)

// policyLines cuts a policy into lines and marks the rules with the given names. A rule goes from the dash of its list
// to the next line that is indented no deeper. Hashes of passwords are left out.
func policyLines(text string, rules []string) []policyLine {
	text = passwordHash.ReplaceAllString(strings.TrimRight(text, "\n"), "(hash)")
	var lines []policyLine
	indent := -1 // of the dash of the rule that is marked; -1 outside of one
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		depth := len(line) - len(trimmed)
		if indent >= 0 && trimmed != "" && depth <= indent {
			indent = -1
		}
		if m := ruleName.FindStringSubmatch(line); m != nil && strings.HasPrefix(trimmed, "-") && slices.Contains(rules, m[1]) {
			indent = depth
		}
		lines = append(lines, policyLine{Number: i + 1, Text: line, Marked: indent >= 0 && trimmed != ""})
	}
	return lines
}

// marked are the lines of the rules that were looked for.
func marked(lines []policyLine) []policyLine {
	return slices.DeleteFunc(slices.Clone(lines), func(l policyLine) bool { return !l.Marked })
}
