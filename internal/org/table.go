package org

import (
	"slices"
	"strings"
)

// table holds the rows of an object in the order of their creation. A Row in it never changes: an update puts another
// in its place, so that a reader who holds one needs no lock.
type table struct {
	object *object
	rows   []Row
	byID   map[string]int
	// index finds rows by unique and external-id fields: field, lower-case value, Ids. Deleted rows are not in it.
	index map[string]map[string][]string
}

func newTable(obj *object) *table {
	t := &table{object: obj, byID: map[string]int{}, index: map[string]map[string][]string{}}
	for _, f := range obj.Fields {
		if f.Unique || f.ExternalID {
			t.index[f.Name] = map[string][]string{}
		}
	}
	return t
}

// find returns the row of an Id, deleted or not; nil if there is none.
func (t *table) find(id string) Row {
	if i, ok := t.byID[id]; ok {
		return t.rows[i]
	}
	return nil
}

// match returns the Ids of the rows that have a value in an indexed field or, for the Id field, the row itself. Text
// is compared without case, as the org compares it.
func (t *table) match(f *field, value string) []string {
	if f.Kind == kindID {
		id, _ := normalID(value)
		if r := t.find(id); r != nil && !r.deleted() {
			return []string{id}
		}
		return nil
	}
	// A copy: the index changes under a caller that stores a row.
	return slices.Clone(t.index[f.Name][strings.ToLower(value)])
}

// put stores a row over the one of the same Id, or at the end.
func (t *table) put(r Row) {
	if i, ok := t.byID[r["Id"]]; ok {
		t.reindex(t.rows[i], false)
		t.rows[i] = r
	} else {
		t.byID[r["Id"]] = len(t.rows)
		t.rows = append(t.rows, r)
	}
	t.reindex(r, true)
}

// revert makes a row what it was; nil takes the newest row away, which must be the one of id.
func (t *table) revert(id string, was Row) {
	if was != nil {
		t.put(was)
		return
	}
	last := len(t.rows) - 1
	t.reindex(t.rows[last], false)
	t.rows = t.rows[:last]
	delete(t.byID, id)
}

// reindex adds a row to the index or takes it out.
func (t *table) reindex(r Row, add bool) {
	if r.deleted() {
		return
	}
	for name, values := range t.index {
		v := strings.ToLower(r[name])
		switch {
		case v == "":
		case add:
			values[v] = append(values[v], r["Id"])
		default:
			values[v] = slices.DeleteFunc(values[v], func(id string) bool { return id == r["Id"] })
			if len(values[v]) == 0 {
				delete(values, v)
			}
		}
	}
}

func (r Row) deleted() bool { return r["IsDeleted"] == "true" }

func (r Row) clone() Row {
	c := make(Row, len(r))
	for k, v := range r {
		c[k] = v
	}
	return c
}
