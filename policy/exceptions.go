package policy

import (
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// maxException is how long an exception may last: what is needed for longer belongs into a rule.
const maxException = 366 * 24 * time.Hour

// exception lets pass what one rule would not, for a time.
type exception struct {
	rule   *rule
	client string    // empty: all
	scope  scope     // where it holds
	end    time.Time // the first moment at which it holds no longer
	reason string
	id     string // of one that was approved elsewhere
}

// exception reads an entry of exceptions.
func (f *file) exception(n *yaml.Node) {
	e := exception{}
	var fields *yaml.Node
	seen := f.mapping(n, "exception",
		key{"rule", func(n *yaml.Node) { e.rule = f.knownRule(n) }},
		key{"client", func(n *yaml.Node) { e.client, _ = f.knownClient(n) }},
		key{"object", func(n *yaml.Node) {
			f.each(n, "object", func(n *yaml.Node) { e.scope.addObject(f.objectPattern(n)) })
		}},
		key{"field", func(n *yaml.Node) { fields = n }},
		key{"until", func(n *yaml.Node) { e.end = f.until(n) }},
		key{"reason", func(n *yaml.Node) { e.reason, _ = f.text(n, "reason") }})
	if seen == nil {
		return
	}
	if fields != nil {
		f.each(fields, "field", func(n *yaml.Node) { e.scope.addField(f.fieldPattern(n, e.scope.objects)) })
	}
	for _, k := range []string{"rule", "until", "reason"} {
		if seen[k] == nil {
			f.report(n, "an exception names a rule, a last day and a reason", "an exception without %s", k)
		}
	}
	if e.rule != nil {
		f.useless(seen, &e)
	}
	f.policy.exceptions = append(f.policy.exceptions, e)
}

// useless reports an exception that can never meet its rule.
func (f *file) useless(seen map[string]*yaml.Node, e *exception) {
	r := e.rule
	if e.client != "" && len(r.clients) > 0 && !slices.Contains(r.clients, e.client) {
		f.report(seen["client"], "", "rule %q is not about client %q", r.name, e.client)
	}
	if len(e.scope.objects) > 0 && !overlapping(e.scope.objects, r.scope.objects) {
		f.report(seen["object"], "", "rule %q is not about this object", r.name)
	}
	if len(e.scope.fields) > 0 && !overlapping(e.scope.fields, r.scope.fields) {
		f.report(seen["field"], "", "rule %q is not about this field", r.name)
	}
}

func overlapping(a, b []pattern) bool {
	if len(b) == 0 {
		return true
	}
	for _, p := range a {
		if slices.ContainsFunc(b, func(q pattern) bool { return overlaps(p, q) }) {
			return true
		}
	}
	return false
}

func (f *file) knownRule(n *yaml.Node) *rule {
	names := f.policy.Rules()
	s, ok := f.word(n, "rule", names)
	if !ok {
		return nil
	}
	return f.policy.rules[slices.Index(names, s)]
}

func (f *file) knownClient(n *yaml.Node) (string, bool) {
	return f.word(n, "client", f.policy.clientNames())
}

// until reads the last day of an exception and returns the moment after it.
func (f *file) until(n *yaml.Node) time.Time {
	day, err := time.Parse(time.DateOnly, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		f.report(n, "the last day, such as 2027-01-31", "until is no date")
		return time.Time{}
	}
	now := f.policy.clock()
	end := day.AddDate(0, 0, 1)
	if !now.Before(end) { // it loosens nothing any more: no reason to refuse a file that was right yesterday
		f.policy.warnings = append(f.policy.warnings, Problem{File: f.file, Line: n.Line, Column: n.Column,
			What: "the exception ended on " + n.Value, Hint: "remove it, or have it approved again"})
	}
	if end.Sub(now) > maxException {
		f.report(n, fmt.Sprintf("at most until %s", now.UTC().Add(maxException).Format(time.DateOnly)),
			"the exception lasts longer than a year")
	}
	return end
}

// ExceptionName returns what decisions call exception n of a [Hit]: the identifier under which it was approved, or
// policy:N for the Nth of the file.
func (p *Policy) ExceptionName(n int) string {
	if n < 1 || n > len(p.exceptions) {
		return ""
	}
	if id := p.exceptions[n-1].id; id != "" {
		return id
	}
	return fmt.Sprintf("policy:%d", n)
}

// excepted returns the number of the exception, from 1, under which a hit of r passes at this moment; 0 if there is
// none. object and name are of the field that was hit, both empty for a hit on a record of unknown object.
func (pl *Plan) excepted(r *rule, object string, name []byte) int {
	for i := range pl.policy.exceptions {
		e := &pl.policy.exceptions[i]
		if e.rule != r || e.client != "" && e.client != pl.subject.Client {
			continue
		}
		if e.scope.contains(object, name) && pl.policy.clock().Before(e.end) {
			return i + 1
		}
	}
	return 0
}
