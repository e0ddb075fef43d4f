package query

import (
	"slices"

	"github.com/phigate/phigate/audit"
)

// Key is something that can be asked for.
type Key struct {
	// Name is what stands before the colon.
	Name string
	// Example is a whole term.
	Example string
	// Doc says in a sentence what the key is about.
	Doc string
	// Values are all there are, for a key that has a fixed list.
	Values []string
}

// sort tells how the values of a key are written.
type sort uint8

const (
	names  sort = iota // any text, with wildcards
	listed             // one of Key.Values, or a pattern that fits some
	starts             // at least four letters or digits, with which the value begins
	ids                // letters, digits, dots, dashes and underscores; a star at the end
	keys               // the key of a case
	times              // a date, a time, or how long ago
)

// definition is a key and what it means.
type definition struct {
	Key
	sort sort
	// values appends the values that a decision has. It is nil for what only the index knows.
	values func(dst []string, d *audit.Decision) []string
}

// one makes a definition's values of a member that a decision has once.
func one(member func(*audit.Decision) string) func([]string, *audit.Decision) []string {
	return func(dst []string, d *audit.Decision) []string { return append(dst, member(d)) }
}

// each makes a definition's values of a member that every finding has.
func each(member func(*audit.Finding) string) func([]string, *audit.Decision) []string {
	return func(dst []string, d *audit.Decision) []string {
		for i := range d.Finding {
			dst = append(dst, member(&d.Finding[i]))
		}
		return dst
	}
}

// definitions is the one table of the language. Its order is the canonical one.
var definitions = [...]definition{
	{Key{"decision", "decision:block", "what was done", []string{"block", "redact", "mask", "generalise", "alert", "allow"}},
		listed, one(func(d *audit.Decision) string { return d.Action })},
	{Key{"detector", "detector:us_ssn", "which detector found something", nil},
		names, each(func(f *audit.Finding) string { return f.Detector })},
	{Key{"category", "category:ssn", "the kind of identifier that was found, after 45 CFR 164.514(b)(2)", []string{
		"name", "geographic", "date", "phone", "fax", "email", "ssn", "mrn", "plan", "account", "licence", "vehicle",
		"device", "url", "ip", "biometric", "photo", "other", "clinical"}},
		listed, each(func(f *audit.Finding) string { return f.Category })},
	{Key{"likelihood", "likelihood:very_likely", "how sure the detector was",
		[]string{"very_unlikely", "unlikely", "possible", "likely", "very_likely"}},
		listed, each(func(f *audit.Finding) string { return f.Likelihood })},
	{Key{"client", "client:ehr-*", "the client as the policy names it", nil},
		names, one(func(d *audit.Decision) string { return d.Client })},
	{Key{"object", "object:Contact", "the object of the exchange or of a finding", nil}, names, objectValues},
	{Key{"field", "field:SSN__c", "the field in which something was found", nil},
		names, each(func(f *audit.Finding) string { return f.Field })},
	{Key{"rule", "rule:ssn-never-leaves", "a rule that matched", nil}, names, ruleValues},
	{Key{"api", "api:bulk2", "the interface that was used", nil}, names, one(func(d *audit.Decision) string { return d.API })},
	{Key{"op", "op:upsert", "what the exchange was to do", nil}, names, one(func(d *audit.Decision) string { return d.Op })},
	{Key{"dir", "dir:request", "which body of the exchange", []string{"request", "response"}},
		listed, one(func(d *audit.Decision) string { return d.Dir })},
	{Key{"host", "host:*.my.salesforce.com", "where it went", nil},
		names, one(func(d *audit.Decision) string { return d.Dest.Host })},
	{Key{"mode", "mode:monitor", "whether the decision was carried out", []string{"enforce", "monitor"}},
		listed, one(func(d *audit.Decision) string { return d.Mode })},
	{Key{"kind", "kind:opening", "what the record is about", []string{"decision", "opening", "closing", "connect", "admin"}},
		listed, one(func(d *audit.Decision) string { return string(d.Kind) })},
	{Key{"reason", "reason:unreadable_*", "why the decision was taken", nil},
		names, one(func(d *audit.Decision) string { return d.Reason })},
	{Key{"coverage", "coverage:partial", "how much of the body was inspected", []string{"full", "partial", "opaque", "none"}},
		listed, one(func(d *audit.Decision) string { return string(d.Cover) })},
	{Key{"fp", "fp:3F2A", "the beginning of a fingerprint, of four characters or more", nil}, starts, fingerprintValues},
	{Key{"id", "id:01KAX3M9T0V5Q2Z8R4B6C7D8E9", "the decision with this ID, or those whose ID begins so: id:01KAX*", nil},
		ids, one(func(d *audit.Decision) string { return d.ID })},
	{Key{"node", "node:gate-1", "the gate that decided", nil}, names, one(func(d *audit.Decision) string { return d.Node })},
	{Key{"policy", "policy:3f2a", "the beginning of the policy's digest, of four characters or more", nil},
		starts, one(func(d *audit.Decision) string { return d.Policy.Digest })},
	{Key{"after", "after:-7d", "taken then or later: a date, a time, or how long ago (-7d, -12h, -30m, now)", nil}, times, nil},
	{Key{"before", "before:2026-11-01", "taken earlier than that", nil}, times, nil},
	{Key{"status", "status:open", "where its review stands", []string{"open", "assigned", "awaiting_second", "decided"}}, listed, nil},
	{Key{"verdict", "verdict:false_positive", "what a person said about it", []string{
		"false_positive", "true_positive", "disregard", "benign", "test", "insufficient_data", "duplicate"}}, listed, nil},
	{Key{"assignee", "assignee:kim", "who is to review it", nil}, names, nil},
	{Key{"case", "case:9f86d081884c7d65", "decisions of one case", nil}, keys, nil},
}

func objectValues(dst []string, d *audit.Decision) []string {
	// An object of the exchange that nothing was found in counts, and so does one that only a finding names. That there
	// is none counts only if there is none anywhere.
	start := len(dst)
	if d.Object != "" {
		dst = append(dst, d.Object)
	}
	for i := range d.Finding {
		if o := d.Finding[i].Object; o != "" && !slices.Contains(dst[start:], o) {
			dst = append(dst, o)
		}
	}
	return dst
}

func ruleValues(dst []string, d *audit.Decision) []string {
	start := len(dst)
	dst = append(dst, d.Rules...)
	for i := range d.Finding {
		for _, r := range d.Finding[i].Rules {
			if !slices.Contains(dst[start:], r) {
				dst = append(dst, r)
			}
		}
	}
	return dst
}

func fingerprintValues(dst []string, d *audit.Decision) []string {
	for i := range d.Finding {
		dst = append(dst, d.Finding[i].Fingerprints...)
	}
	return dst
}

// find returns the definition of a key, nil if there is none.
func find(name string) *definition {
	if name = fold(name); name == "action" {
		name = "decision"
	}
	for i := range definitions {
		if definitions[i].Name == name {
			return &definitions[i]
		}
	}
	return nil
}

// Keys returns what can be asked for, in canonical order.
func Keys() []Key {
	list := make([]Key, len(definitions))
	for i := range definitions {
		list[i] = definitions[i].Key
		list[i].Values = slices.Clone(list[i].Values)
	}
	return list
}

// AppendValues appends the values that d has of a key, each of which a term of that key is compared with: at least
// one, which is empty if d has none. Of a key that d itself does not know (status, verdict, assignee, case, after,
// before) it appends nothing.
func AppendValues(dst []string, key string, d *audit.Decision) []string {
	def := find(key)
	if def == nil || def.values == nil {
		return dst
	}
	start := len(dst)
	if dst = def.values(dst, d); len(dst) == start {
		dst = append(dst, "")
	}
	return dst
}
