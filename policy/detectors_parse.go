package policy

import (
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/phigate/phigate/inspect"
)

// Limits of the detectors that a policy defines.
const (
	maxDetectors = 64   // one bit each in Detectors
	maxPattern   = 512  // bytes
	maxProgram   = 1024 // instructions of the compiled pattern
	maxLiterals  = 8    // of a detector
	minLiteral   = 2    // bytes
	maxWords     = 32   // of context
	maxText      = 64   // bytes of a literal or a word
)

// defineDetectors reads the section detectors.
func (f *file) defineDetectors(n *yaml.Node) {
	if n == nil {
		return
	}
	d := &Detectors{spelt: spelling(n)}
	f.items(n, "detectors", func(n *yaml.Node) {
		if len(d.list) == maxDetectors {
			f.report(n, "", "more than %d detectors", maxDetectors)
			return
		}
		if one := f.defineDetector(n); one != nil {
			d.list = append(d.list, one)
		}
	})
	for i, one := range d.list {
		for _, literal := range one.literals {
			for _, c := range []byte{literal[0], upper(literal[0])} {
				d.first[c] |= 1 << i
			}
			for _, c := range []byte{literal[1], upper(literal[1])} {
				d.second[c] |= 1 << i
			}
		}
		f.defined = append(f.defined, one.name)
	}
	if len(d.list) > 0 {
		f.policy.detectors = d
	}
}

// defineDetector reads an entry of detectors.
func (f *file) defineDetector(n *yaml.Node) *detector {
	d := &detector{category: inspect.Other, alone: inspect.Possible}
	var tree *syntax.Regexp
	likelihood := func(l *inspect.Likelihood) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if s, ok := f.word(n, "likelihood", likelihoodNames()); ok {
				*l, _ = inspect.ParseLikelihood(s)
			}
		}
	}
	seen := f.mapping(n, "detector",
		key{"name", func(n *yaml.Node) { d.name = f.detectorName(n) }},
		key{"category", func(n *yaml.Node) {
			f.set(n, "category", inspect.Categories(), func(i int) { d.category = inspect.Category(i) })
		}},
		key{"pattern", func(n *yaml.Node) { d.pattern, tree = f.pattern(n) }},
		key{"literal", func(n *yaml.Node) { d.literals = f.literals(n) }},
		key{"check", func(n *yaml.Node) {
			if s, ok := f.word(n, "check", slices.Sorted(maps.Keys(checks))); ok {
				d.check = checks[s]
			}
		}},
		key{"context", func(n *yaml.Node) { d.context = f.contextWords(n) }},
		key{"likelihood", likelihood(&d.alone)},
		key{"with_context", likelihood(&d.told)})
	if seen == nil {
		return nil
	}
	for _, k := range []string{"name", "pattern"} {
		if seen[k] == nil {
			f.report(n, `a detector is {name: org_mrn, category: mrn, pattern: 'AC\d{8}', …}`, "a detector without %s", k)
		}
	}
	if c := seen["category"]; c != nil && c.Kind != yaml.ScalarNode {
		f.report(c, "name one", "a detector has one category")
	}
	f.checkContext(n, seen, d)
	if tree != nil && seen["literal"] == nil {
		if d.literals = required(tree); d.literals == nil {
			f.report(seen["pattern"], "add literal: a text of two or more characters that stands in every value to look at",
				"no literal stands in all that the pattern matches")
		}
	}
	if d.name == "" || d.pattern == nil || len(d.literals) == 0 {
		return nil
	}
	return d
}

// checkContext fills in how likely a match with words around it is.
func (f *file) checkContext(n *yaml.Node, seen map[string]*yaml.Node, d *detector) {
	with, words := seen["with_context"], seen["context"]
	switch {
	case words == nil && with != nil:
		f.report(with, "context: [chart, record]", "with_context without context")
	case words == nil && seen["likelihood"] != nil && d.alone == inspect.VeryUnlikely:
		f.report(seen["likelihood"], "what is very unlikely is not reported; add context", "the detector finds nothing")
	case words != nil && with == nil:
		d.told = max(d.alone, inspect.Likely)
	case with != nil && d.told < d.alone:
		f.report(with, "words around a match make it more likely", "with_context is below likelihood")
	}
}

// detectorName reads a name in snake case that no detector has.
func (f *file) detectorName(n *yaml.Node) string {
	s, ok := f.text(n, "name of a detector")
	if !ok {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if i >= 64 || !('a' <= c && c <= 'z') && (i == 0 || !isDigit(c) && c != '_') {
			f.report(n, "small letters, digits and '_', at most 64", "%q is no name of a detector", s)
			return ""
		}
	}
	switch {
	case slices.Contains(f.vocabulary.Detectors, s):
		f.report(n, "choose another name", "%q is the name of a built-in detector", s)
	case strings.HasPrefix(s, edmPrefix):
		f.report(n, "choose another name", "names that begin with %s are those of exact data", edmPrefix)
	case slices.Contains(f.names, s):
		f.report(n, "", "detector %q is there twice", s)
	default:
		f.names = append(f.names, s)
		return s
	}
	return ""
}

// pattern compiles a regular expression in the syntax of RE2.
func (f *file) pattern(n *yaml.Node) (*regexp.Regexp, *syntax.Regexp) {
	s, ok := f.text(n, "pattern")
	if !ok {
		return nil, nil
	}
	if len(s) > maxPattern {
		f.report(n, "", "the pattern is longer than %d bytes", maxPattern)
		return nil, nil
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		f.report(n, "the syntax is that of RE2, without look-around and back-references", "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil, nil
	}
	tree = tree.Simplify()
	program, err := syntax.Compile(tree)
	if err != nil || len(program.Inst) > maxProgram {
		f.report(n, "repeat less", "the pattern is larger than %d instructions", maxProgram)
		return nil, nil
	}
	if shortest(tree) == 0 {
		f.report(n, "", "the pattern matches an empty text")
		return nil, nil
	}
	compiled, err := regexp.Compile(s)
	if err != nil {
		f.report(n, "", "the pattern cannot be compiled")
		return nil, nil
	}
	return compiled, tree
}

func (f *file) literals(n *yaml.Node) []string {
	var literals []string
	f.each(n, "literal", func(n *yaml.Node) {
		s, ok := f.text(n, "literal")
		if !ok {
			return
		}
		if len(s) < minLiteral || len(s) > maxText || !isASCII(s) {
			f.report(n, "", "a literal is not %d to %d characters of ASCII", minLiteral, maxText)
			return
		}
		literals = append(literals, strings.ToLower(s))
	})
	if len(literals) > maxLiterals {
		f.report(n, "", "more than %d literals", maxLiterals)
	}
	return literals
}

func (f *file) contextWords(n *yaml.Node) []string {
	var words []string
	f.each(n, "context", func(n *yaml.Node) {
		s, ok := f.text(n, "context")
		if !ok {
			return
		}
		if len(s) > maxText || !isASCII(s) {
			f.report(n, "", "a word of context is not 1 to %d characters of ASCII", maxText)
			return
		}
		words = append(words, strings.ToLower(strings.TrimSpace(s)))
	})
	if len(words) > maxWords {
		f.report(n, "", "more than %d words of context", maxWords)
	}
	return words
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// shortest returns the number of characters of the shortest text that a simplified pattern matches.
func shortest(t *syntax.Regexp) int {
	switch t.Op {
	case syntax.OpLiteral:
		return len(t.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(t.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range t.Sub {
			n += shortest(sub)
		}
		return n
	case syntax.OpAlternate:
		n := shortest(t.Sub[0])
		for _, sub := range t.Sub[1:] {
			n = min(n, shortest(sub))
		}
		return n
	}
	return 0
}

// required returns texts in small letters of which one stands in all that a simplified pattern matches; nil if there are
// none. Of several such sets it takes the one whose shortest text is longest.
func required(t *syntax.Regexp) (best []string) {
	switch t.Op {
	case syntax.OpLiteral:
		if s := literalRun(t); len(s) >= minLiteral {
			return []string{s}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(t.Sub[0])
	case syntax.OpConcat:
		for _, sub := range t.Sub {
			if set := required(sub); leastLength(set) > leastLength(best) {
				best = set
			}
		}
	case syntax.OpAlternate:
		for _, sub := range t.Sub {
			set := required(sub)
			if set == nil || len(best)+len(set) > maxLiterals {
				return nil
			}
			best = append(best, set...)
		}
	}
	return best
}

// literalRun returns the longest run of ASCII characters of a literal that stand for themselves, in small letters. In any
// case, k and s stand for other characters too: the Kelvin sign and the long s.
func literalRun(t *syntax.Regexp) string {
	best, from := "", 0
	for i := 0; i <= len(t.Rune); i++ {
		if i < len(t.Rune) {
			r := t.Rune[i]
			if r < 0x80 && (t.Flags&syntax.FoldCase == 0 || !strings.ContainsRune("kKsS", r)) {
				continue
			}
		}
		if run := t.Rune[from:i]; len(run) > len(best) {
			best = strings.ToLower(string(run))
		}
		from = i + 1
	}
	return best[:min(len(best), maxText)]
}

func leastLength(set []string) int {
	if len(set) == 0 {
		return 0
	}
	least := len(set[0])
	for _, s := range set {
		least = min(least, len(s))
	}
	return least
}
