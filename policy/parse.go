package policy

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// file is a policy file while it is read.
type file struct {
	reader
	policy     *Policy
	vocabulary Vocabulary
	whens      map[string]string
	defined    []string // the detectors that the file defines
	names      []string // of them, the broken ones included
}

// parse reads the whole file. Sections that refer to others are read after them, whatever the file's order.
func (f *file) parse(src []byte) {
	root := f.load(src)
	if root == nil {
		return
	}
	later := func(*yaml.Node) {}
	seen := f.mapping(root, "policy",
		key{"version", f.version},
		key{"mode", func(n *yaml.Node) { f.policy.mode = f.modeOf(n) }},
		key{"unreadable", f.unreadable},
		key{"hosts", func(n *yaml.Node) { f.items(n, "hosts", f.host) }},
		key{"detectors", later}, key{"clients", later}, key{"rules", later}, key{"exceptions", later})
	if seen == nil {
		return
	}
	if seen["version"] == nil {
		f.report(root, "version: 1", "a policy without version")
	}
	f.defineDetectors(seen["detectors"])
	f.section(seen["clients"], "clients", f.client)
	f.section(seen["rules"], "rules", f.rule)
	f.section(seen["exceptions"], "exceptions", f.exception)
}

func (f *file) section(n *yaml.Node, what string, read func(*yaml.Node)) {
	if n != nil {
		f.items(n, what, read)
	}
}

func (f *file) version(n *yaml.Node) {
	v, ok := f.number(n, "version", 0, 1<<30)
	if ok && v != 1 {
		f.report(n, "this program reads version 1", "version %d of the grammar", v)
	}
	f.policy.version = v
}

func (f *file) modeOf(n *yaml.Node) Mode {
	s, _ := f.word(n, "mode", modeNames[:])
	return Mode(max(slices.Index(modeNames[:], s), 0))
}

func (f *file) unreadable(n *yaml.Node) {
	s, ok := f.word(n, "action", actionNames[:])
	if !ok {
		return
	}
	a, _ := ParseAction(s)
	if a.changes() {
		f.report(n, "block, alert or allow", "what cannot be read cannot be changed by %s", s)
		return
	}
	f.policy.unreadable = a
}

// name reads the name of a client, rule or test: it goes into decisions and refusals.
func (f *file) name(n *yaml.Node, what string) string {
	s, ok := f.text(n, "name of a "+what)
	if !ok {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		alnum := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alnum && (i == 0 || c != '-' && c != '_' && c != '.') || i >= 64 {
			f.report(n, "letters, digits, '-', '_' and '.', at most 64", "%q is no name of a %s", s, what)
			return ""
		}
	}
	return s
}

// objectPattern reads an object or a glob of objects.
func (f *file) objectPattern(n *yaml.Node) (pattern, bool) {
	s, ok := f.apiName(n, "object")
	if !ok {
		return "", false
	}
	known := f.vocabulary.Objects
	if len(known) > 0 && !custom(s) && !containsFold(known, s) && !containsFold(known, f.policy.canonical(s)) {
		// An org has objects that no list knows. Only a name that is one slip away from a known one must be a mistake.
		if nearest(s, known) <= 1 {
			f.report(n, DidYouMean(s, known), "unknown object %q", s)
			return "", false
		}
		f.policy.warnings = append(f.policy.warnings, Problem{File: f.file, Line: n.Line, Column: n.Column,
			What: fmt.Sprintf("object %q is none of those that are known", s), Hint: DidYouMean(s, known)})
	}
	return newPattern(s), true
}

// fieldPattern reads a field or a glob of fields of the given objects; without any it may be a field of all.
func (f *file) fieldPattern(n *yaml.Node, objects []pattern) (pattern, bool) {
	s, ok := f.apiName(n, "field")
	if !ok {
		return "", false
	}
	known, complete := f.fieldsOf(objects)
	if complete && !custom(s) && !containsFold(known, s) {
		f.report(n, DidYouMean(s, known), "unknown field %q", s)
		return "", false
	}
	return newPattern(s), true
}

// fieldsOf returns the fields of the objects that match, and whether the vocabulary knows all of these objects.
func (f *file) fieldsOf(objects []pattern) (known []string, complete bool) {
	for _, o := range objects {
		if o.globbed() || strings.Contains(string(o), "__") {
			return nil, false
		}
	}
	matched := 0
	for object, fields := range f.vocabulary.Fields {
		if len(objects) == 0 || matchesAny(objects, object) {
			matched++
			known = append(known, fields...)
		}
	}
	slices.Sort(known)
	return slices.Compact(known), matched > 0 && matched >= len(objects)
}

// apiName reads a name that an API could have; "*" may stand for parts of it.
func (f *file) apiName(n *yaml.Node, what string) (string, bool) {
	s, ok := f.text(n, what)
	if !ok {
		return "", false
	}
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '*'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '.') || i >= 160 {
			f.report(n, "letters, digits and '_'; '*' stands for any part", "%q is no %s", s, what)
			return "", false
		}
	}
	if object, field, dotted := strings.Cut(s, "."); dotted && what == "field" {
		f.report(n, fmt.Sprintf("object: %s, field: %s", object, field), "%q names an object and a field", s)
		return "", false
	}
	return s, true
}

// custom reports whether a name is one that an org makes up itself, or a glob.
func custom(s string) bool { return strings.Contains(s, "__") || strings.Contains(s, "*") }

func containsFold(known []string, s string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, s) })
}
