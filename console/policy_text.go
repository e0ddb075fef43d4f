package console

import (
	"regexp"
	"strconv"
	"strings"
)

// codeLine is a line of a policy, cut into parts that have a colour each.
type codeLine struct {
	Number int
	ID     string // of the line on which a rule begins
	Marked bool
	Parts  []codePart
}

// codePart is a piece of a line. Class is empty for what has no colour.
type codePart struct{ Class, Text string }

var (
	yamlKey    = regexp.MustCompile(`^(\s*(?:- +)*)("[^"]*"|'[^']*'|[A-Za-z_][\w.-]*)(:)(\s|$)`)
	yamlDash   = regexp.MustCompile(`^\s*(?:- +)+`)
	yamlWord   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z_][\w.-]*:(?:\s|$)|[\w-]+|\s#.*$`)
	policyVerb = regexp.MustCompile(`^(?:block|redact|mask|generalise|alert|allow|enforce|monitor)$`)
)

// highlighted cuts a policy into coloured lines and lists its rules. The rule with the given name is marked.
func highlighted(r *request, text, rule string) ([]codeLine, []ruleLink) {
	var wanted []string
	if rule != "" {
		wanted = []string{rule}
	}
	var lines []codeLine
	var rules []ruleLink
	within := false // the list of rules
	for _, l := range policyLines(text, wanted) {
		line := codeLine{Number: l.Number, Marked: l.Marked, Parts: codeParts(l.Text)}
		if l.Text != "" && l.Text[0] != ' ' && l.Text[0] != '-' && l.Text[0] != '#' {
			within = strings.HasPrefix(l.Text, "rules:")
		}
		if m := ruleName.FindStringSubmatch(l.Text); within && m != nil && strings.HasPrefix(strings.TrimLeft(l.Text, " "), "-") {
			line.ID = "rule-" + strconv.Itoa(l.Number)
			rules = append(rules, ruleLink{Name: m[1], ID: line.ID, Blocked: decisions(r, "rule", m[1], "after", "-30d")})
		}
		lines = append(lines, line)
	}
	return lines, rules
}

// codeParts cuts a line of YAML. Joined, the parts are the line again.
func codeParts(line string) []codePart {
	if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
		return []codePart{{"y-said", line}}
	}
	var parts []codePart
	if m := yamlKey.FindStringSubmatch(line); m != nil {
		parts = append(parts, codePart{"", m[1]}, codePart{"y-key", m[2]}, codePart{"", m[3]})
		line = line[len(m[1])+len(m[2])+len(m[3]):]
	} else if dash := yamlDash.FindString(line); dash != "" {
		parts = append(parts, codePart{"", dash})
		line = line[len(dash):]
	}
	for line != "" {
		at := yamlWord.FindStringIndex(line)
		if at == nil {
			break
		}
		word := line[at[0]:at[1]]
		parts = append(parts, codePart{"", line[:at[0]]}, codePart{wordClass(word), word})
		line = line[at[1]:]
	}
	parts = append(parts, codePart{"", line})
	return withText(parts)
}

// wordClass is the class of a word of a line.
func wordClass(word string) string {
	switch {
	case policyVerb.MatchString(word):
		return "y-" + word
	case word[0] == '"' || word[0] == '\'':
		return "y-text"
	case strings.HasPrefix(strings.TrimSpace(word), "#"):
		return "y-said"
	case strings.HasSuffix(strings.TrimSpace(word), ":"):
		return "y-key"
	}
	return ""
}

// withText leaves out parts that are empty.
func withText(parts []codePart) []codePart {
	kept := parts[:0]
	for _, p := range parts {
		if p.Text != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
