package salesforce

import (
	"strconv"
	"strings"
)

// plan says what the names in a query's result stand for, where they are not the fields' own: aliases, and the rows of
// aggregate queries. It does not change.
type plan struct {
	object   string             // the object that the rows are made from; empty if unknown
	grouped  bool               // the rows are of AggregateResult
	names    map[string]meaning // lower-case name in the result -> field
	children map[string]*plan   // lower-case relationship -> plan of its sub-select
}

// meaning is the field behind a name. The name is nil for what is only counted.
type meaning struct {
	object string
	name   []byte
}

// plan returns what the names in the result of q stand for.
func (q *SOQL) plan(rel relations) *plan {
	p := &plan{grouped: q.grouped, names: make(map[string]meaning), children: make(map[string]*plan)}
	p.object = only(q.objects(rel))
	unnamed := 0
	for i := range q.Items {
		it := &q.Items[i]
		if it.Sub != nil {
			p.children[strings.ToLower(it.Sub.Object)] = it.Sub.plan(rel)
			continue
		}
		name := it.Alias
		if name == "" && it.Path != "" && (it.Function != "" && q.grouped || it.Function == "DISTANCE") {
			name = "expr" + strconv.Itoa(unnamed)
			unnamed++
		}
		if name == "" && q.grouped {
			name = it.Path[strings.LastIndexByte(it.Path, '.')+1:]
		}
		if name != "" && it.Path != "" {
			p.names[strings.ToLower(name)] = q.meaning(it, rel)
		}
	}
	return p
}

// meaning returns the field whose values an item shows.
func (q *SOQL) meaning(it *Item, rel relations) meaning {
	refs := q.resolve(it.Path, rel)
	m := meaning{name: []byte(refs[0].Field)}
	if len(refs) == 1 {
		m.object = refs[0].Object
	}
	if it.Function == "COUNT" || it.Function == "COUNT_DISTINCT" || it.Function == "GROUPING" {
		m.name = nil
	}
	return m
}

// matters reports whether rows cannot be typed without the plan.
func (p *plan) matters() bool {
	if p.grouped || len(p.names) > 0 {
		return true
	}
	for _, c := range p.children {
		if c.matters() {
			return true
		}
	}
	return false
}

// only returns the one element of s, or "" if it has none or several.
func only(s []string) string {
	if len(s) == 1 {
		return s[0]
	}
	return ""
}
