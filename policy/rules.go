package policy

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// rule is one rule of the policy. Empty lists and sets of its conditions match everything.
type rule struct {
	name    string
	action  Action
	monitor bool
	second  bool   // a verdict on what the rule did needs a second reviewer
	change  change // how values are changed, if action does so

	directions  uint8 // a set of inspect.Direction
	carriers    uint8 // a set of inspect.Carrier
	apis        []string
	operations  []string
	clients     []string
	hosts       []string
	onFinding   bool // it matches findings, by sight
	sight       sight
	scope       scope
	combination *combination
	consent     *consent
}

// onField reports whether r matches fields, whatever was found in them.
func (r *rule) onField() bool {
	return !r.onFinding && (len(r.scope.fields) > 0 || len(r.scope.objects) > 0 && r.combination == nil)
}

// onRecord reports whether r matches a record as a whole.
func (r *rule) onRecord() bool { return !r.onFinding && !r.onField() }

// bare reports whether r asks for nothing but the subject, the object and the field: then a query's answer is known
// from its SELECT list.
func (r *rule) bare() bool {
	return r.onField() && r.combination == nil && r.consent == nil && r.carries(inspect.InBody)
}

func (r *rule) carries(c inspect.Carrier) bool { return r.carriers == 0 || r.carriers&(1<<c) != 0 }

func (r *rule) faces(d inspect.Direction) bool { return r.directions == 0 || r.directions&(1<<d) != 0 }

// concerns reports whether the rule can match a transfer of s in direction d. A request that does several things is
// taken to do what the rule is about; [Plan.Judge] looks at its parts.
func (r *rule) concerns(s *Subject, d inspect.Direction) bool {
	return r.faces(d) && r.between(s) &&
		(len(r.apis) == 0 || slices.Contains(r.apis, s.API)) &&
		(len(r.operations) == 0 || slices.Contains(r.operations, s.Operation) || severalOperations(s.Operation))
}

// between reports whether the rule is about the client and the host of s.
func (r *rule) between(s *Subject) bool {
	return (len(r.clients) == 0 || slices.Contains(r.clients, s.Client)) &&
		(len(r.hosts) == 0 || matchesAnyHost(r.hosts, s.Host))
}

// severalOperations reports whether an operation stands for others, or for one that is not known.
func severalOperations(op string) bool { return op == "mixed" || op == "none" || op == "" }

// sight is a set of findings.
type sight struct {
	detectors  []string
	categories uint32 // a set of inspect.Category
	least      inspect.Likelihood
}

func (s *sight) sees(f *inspect.Finding) bool {
	return f.Likelihood >= s.least &&
		(s.categories == 0 || s.categories&(1<<f.Category) != 0) &&
		(len(s.detectors) == 0 || slices.Contains(s.detectors, f.Detector))
}

// scope is a set of fields: those whose object and name both match.
type scope struct{ objects, fields []pattern }

func (s *scope) addObject(p pattern, ok bool) {
	if ok {
		s.objects = append(s.objects, p)
	}
}

func (s *scope) addField(p pattern, ok bool) {
	if ok {
		s.fields = append(s.fields, p)
	}
}

// contains reports whether the field of an object is in s, by the names as they are spelt.
func (s *scope) contains(object string, name []byte) bool {
	return (len(s.objects) == 0 || matchesAny(s.objects, object)) &&
		(len(s.fields) == 0 || len(name) > 0 && matchesAny(s.fields, name))
}

// concerns is contains for conditions that restrict. An object matches also under its canonical name, and an unknown
// one is taken for the one that the scope is about if more than the object is asked for: what is not known to be
// harmless is not released.
func (s *scope) concerns(object, canonical string, name []byte, more bool) bool {
	if len(s.fields) > 0 && (len(name) == 0 || !matchesAny(s.fields, name)) {
		return false
	}
	if len(s.objects) == 0 || matchesAny(s.objects, object) || matchesAny(s.objects, canonical) {
		return true
	}
	return object == "" && (more || slices.ContainsFunc(s.fields, func(p pattern) bool { return !p.everything() }))
}

// combination asks for several things in one record.
type combination struct {
	all        bool  // all of the conditions, else any
	conditions []int // indices in Policy.conditions
}

// condition is one part of a combination: a finding in a field of the scope, or such a field that is not empty.
type condition struct {
	onFinding bool
	sight     sight
	scope     scope
}

// consent is a field of the same record whose value turns a rule off.
type consent struct {
	field  pattern
	values [][]byte
}

// given reports whether a value is one of those that turn the rule off. Words are compared in any case, because the
// APIs spell a checkbox true, TRUE and True.
func (c *consent) given(value []byte) bool {
	return slices.ContainsFunc(c.values, func(v []byte) bool { return equalFold(v, value) })
}

// change says how values are changed.
type change struct {
	keepFirst, keepLast int  // mask: characters that stay
	char                byte // mask: what stands for the others
	as                  kind // generalise: what the value is; anyKind tells by the finding, the name and the value
}

// stricter returns the change that keeps no more than either.
func (c change) stricter(o change) change {
	c.keepFirst, c.keepLast = min(c.keepFirst, o.keepFirst), min(c.keepLast, o.keepLast)
	return c
}
