package policy

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/phigate/phigate/inspect"
)

// apiNames are the names in salesforce.API, and operationNames those in salesforce.Operation, which this package does
// not import.
func apiNames() []string {
	return []string{"rest", "query", "composite", "bulk2", "bulk1", "soap", "oauth", "apexrest", "other", "unknown"}
}

func operationNames() []string {
	return []string{"create", "update", "upsert", "delete", "read", "search", "mixed", "job", "describe", "login",
		"none"}
}

func likelihoodNames() []string {
	return namesOf(func(l inspect.Likelihood) string { return l.String() }, inspect.VeryLikely)
}

func carrierNames() []string {
	return namesOf(func(c inspect.Carrier) string { return c.String() }, inspect.InName)
}

func directionNames() []string {
	return namesOf(func(d inspect.Direction) string { return d.String() }, inspect.Response)
}

func namesOf[T ~uint8](name func(T) string, last T) []string {
	var names []string
	for v := T(0); v <= last; v++ {
		names = append(names, name(v))
	}
	return names
}

// rule reads an entry of rules.
func (f *file) rule(n *yaml.Node) {
	r := &rule{action: Block}
	seen := f.mapping(n, "rule",
		key{"name", func(n *yaml.Node) { r.name = f.name(n, "rule") }},
		key{"mode", func(n *yaml.Node) { r.monitor = f.modeOf(n) == Monitor }},
		key{"second_review", func(n *yaml.Node) { r.second = f.boolean(n, "second_review") }},
		key{"when", func(n *yaml.Node) { f.when(n, r) }},
		key{"then", func(n *yaml.Node) { f.then(n, r) }})
	if seen == nil {
		return
	}
	for _, k := range []string{"name", "when", "then"} {
		if seen[k] == nil {
			f.report(n, "a rule is {name: …, when: {…}, then: …}", "a rule without %s", k)
		}
	}
	if builtIn(r.name) {
		f.report(seen["name"], "", "%q is the name of a built-in rule", r.name)
	}
	for _, o := range f.policy.rules {
		if o.name == r.name && r.name != "" {
			f.report(seen["name"], "", "rule %q is there twice", r.name)
		}
	}
	if seen["when"] != nil && seen["then"] != nil {
		f.checkRule(r, seen["when"], seen["then"])
	}
	f.policy.rules = append(f.policy.rules, r)
}

func builtIn(name string) bool {
	switch name {
	case "unreadable", ruleMasked, ruleClient, ruleFinding, ruleEdits:
		return true
	}
	return strings.HasPrefix(name, "may.")
}

// checkRule reports a rule that can do nothing, or not what it says.
func (f *file) checkRule(r *rule, when, then *yaml.Node) {
	if r.action.changes() {
		if r.onRecord() {
			f.report(then, "add detector, category or field to when, so that it says which value",
				"%s needs a value, and this rule is about a whole record", r.action)
		}
		if r.carriers != 0 && r.carriers&(1<<inspect.InBody) == 0 {
			f.report(then, "block or alert", "what stands outside of the body cannot be changed by %s", r.action)
		}
		if slices.ContainsFunc(r.scope.fields, func(p pattern) bool { return !p.globbed() && cursorName([]byte(p)) }) {
			f.report(then, "block or alert; replication reads these fields", "a cursor field cannot be changed by %s",
				r.action)
		}
	}
	if f.whens == nil {
		f.whens = map[string]string{}
	}
	spelt := spelling(when)
	if first, again := f.whens[spelt]; again && len(when.Content) > 0 {
		f.report(when, "the strictest action wins; join the two", "the same conditions as rule %q", first)
		return
	}
	f.whens[spelt] = r.name
}

// spelling returns a node as text that is the same for nodes that mean the same.
func spelling(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return fmt.Sprintf("%q", n.Value)
	}
	var parts []string
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step <= len(n.Content); i += step {
		part := spelling(n.Content[i])
		if step == 2 {
			part += ":" + spelling(n.Content[i+1])
		}
		parts = append(parts, part)
	}
	if step == 1 && len(parts) == 1 {
		return parts[0]
	}
	slices.Sort(parts)
	return fmt.Sprint(n.Kind, parts)
}

// when reads the conditions of a rule. Fields are read after objects: a field is known by its object.
func (f *file) when(n *yaml.Node, r *rule) {
	later := func(*yaml.Node) {}
	keys := append(f.sightKeys(&r.sight, &r.onFinding),
		key{"direction", func(n *yaml.Node) {
			f.set(n, "direction", directionNames(), func(i int) { r.directions |= 1 << i })
		}},
		key{"carrier", func(n *yaml.Node) {
			f.set(n, "carrier", carrierNames(), func(i int) { r.carriers |= 1 << i })
		}},
		key{"api", func(n *yaml.Node) { r.apis = f.words(n, "api", apiNames()) }},
		key{"operation", func(n *yaml.Node) { r.operations = f.words(n, "operation", operationNames()) }},
		key{"client", func(n *yaml.Node) { r.clients = f.words(n, "client", f.policy.clientNames()) }},
		key{"host", func(n *yaml.Node) {
			f.each(n, "host", func(n *yaml.Node) {
				if s, ok := f.reachable(n); ok {
					r.hosts = append(r.hosts, s)
				}
			})
		}},
		key{"object", later}, key{"field", later}, key{"record", later}, key{"unless", later})
	seen := f.mapping(n, "when", keys...)
	if seen == nil {
		return
	}
	if len(seen) == 0 {
		f.report(n, "when: {category: ssn}", "a rule needs at least one condition")
	}
	f.scope(seen["object"], seen["field"], &r.scope)
	if c := seen["record"]; c != nil {
		r.combination = f.combination(c)
	}
	if c := seen["unless"]; c != nil {
		r.consent = f.consent(c, r.scope.objects)
	}
}

// sightKeys returns the keys that choose findings.
func (f *file) sightKeys(s *sight, used *bool) []key {
	s.least = inspect.Possible
	choose := func(n *yaml.Node, names []string, more bool) {
		if !more && *used && len(s.detectors) > 0 {
			f.report(n, "name edm_ and the index in detector, or leave one out", "detector and edm say the same")
		}
		*used = true
		s.detectors = append(s.detectors, names...)
	}
	return []key{
		{"detector", func(n *yaml.Node) {
			more := false
			f.each(n, "detector", func(n *yaml.Node) {
				choose(n, f.detectors(n), more)
				more = true
			})
		}},
		{"edm", func(n *yaml.Node) { choose(n, f.edm(n), false) }},
		{"category", func(n *yaml.Node) {
			*used = true
			f.set(n, "category", inspect.Categories(), func(i int) { s.categories |= 1 << i })
		}},
		{"likelihood", func(n *yaml.Node) {
			*used = true
			if l, ok := f.word(n, "likelihood", likelihoodNames()); ok {
				s.least, _ = inspect.ParseLikelihood(l)
			}
		}},
	}
}

// scope reads the values of object and field, either of which may be nil.
func (f *file) scope(objects, fields *yaml.Node, s *scope) {
	if objects != nil {
		f.each(objects, "object", func(n *yaml.Node) { s.addObject(f.objectPattern(n)) })
	}
	if fields != nil {
		f.each(fields, "field", func(n *yaml.Node) { f.fieldOrPair(n, s) })
	}
}

// fieldOrPair reads a field. "*.SSN__c" is the field of all objects.
func (f *file) fieldOrPair(n *yaml.Node, s *scope) {
	if field, ok := strings.CutPrefix(n.Value, "*."); ok && n.Kind == yaml.ScalarNode {
		bare := *n
		bare.Value = field
		n = &bare
	}
	s.addField(f.fieldPattern(n, s.objects))
}

func (f *file) combination(n *yaml.Node) *combination {
	c := &combination{}
	read := func(all bool) func(*yaml.Node) {
		return func(n *yaml.Node) {
			c.all = all
			f.items(n, "record", func(n *yaml.Node) { f.condition(n, c) })
		}
	}
	seen := f.mapping(n, "record", key{"all", read(true)}, key{"any", read(false)},
		key{"edm", func(n *yaml.Node) {
			f.join(condition{onFinding: true, sight: sight{detectors: f.edm(n), least: inspect.Possible}}, c)
		}})
	if seen == nil {
		return c
	}
	if len(seen) != 1 {
		f.report(n, "record: {all: [{category: name}, {detector: icd10_cm}]}", "record needs either all or any")
	}
	if len(c.conditions) == 0 && len(seen) == 1 {
		f.report(n, "", "record has no conditions")
	}
	return c
}

func (f *file) condition(n *yaml.Node, c *combination) {
	var cond condition
	later := func(*yaml.Node) {}
	keys := append(f.sightKeys(&cond.sight, &cond.onFinding), key{"object", later}, key{"field", later})
	seen := f.mapping(n, "condition", keys...)
	if seen == nil {
		return
	}
	if len(seen) == 0 {
		f.report(n, "detector, edm, category, likelihood, object or field", "an empty condition")
	}
	f.scope(seen["object"], seen["field"], &cond.scope)
	f.join(cond, c)
}

// join adds a condition to a combination.
func (f *file) join(cond condition, c *combination) {
	c.conditions = append(c.conditions, len(f.policy.conditions))
	f.policy.conditions = append(f.policy.conditions, cond)
}

func (f *file) consent(n *yaml.Node, objects []pattern) *consent {
	c := &consent{}
	value := func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || n.Value == "" {
			f.report(n, "unless: {field: HasConsent__c, equals: true}", "the value is %s", kindOf(n))
			return
		}
		c.values = append(c.values, []byte(n.Value))
	}
	seen := f.mapping(n, "unless",
		key{"field", func(n *yaml.Node) { c.field, _ = f.fieldPattern(n, objects) }},
		key{"equals", value},
		key{"in", func(n *yaml.Node) { f.each(n, "in", value) }})
	if seen == nil {
		return c
	}
	if c.field.globbed() {
		f.report(seen["field"], "name one field", "unless does not take a pattern")
	}
	if seen["field"] == nil || (seen["equals"] == nil) == (seen["in"] == nil) {
		f.report(n, "unless: {field: HasConsent__c, equals: true}", "unless needs field, and either equals or in")
	}
	return c
}

func (f *file) words(n *yaml.Node, what string, known []string) []string {
	var words []string
	f.set(n, what, known, func(i int) { words = append(words, known[i]) })
	return words
}

// set calls add with the index of each word.
func (f *file) set(n *yaml.Node, what string, known []string, add func(int)) {
	f.each(n, what, func(n *yaml.Node) {
		if s, ok := f.word(n, what, known); ok {
			add(slices.Index(known, s))
		}
	})
}
