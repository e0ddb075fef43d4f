package org

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep the records of a tree may be nested.
const maxDepth = 5

// node is a record of a tree with what became of it.
type node struct {
	reference string
	id        string
	err       *apiError
}

// tree answers /composite/tree/X: nested records, all stored or none. o.mu is held.
func (o *Org) tree(c *call) (*answer, *apiError) {
	t := o.table(c.path[2])
	if t == nil {
		return nil, errNoResource()
	}
	doc, err := document(c.body)
	if err != nil {
		return nil, err
	}
	list, err := elements(lookupMember(doc, "records"))
	if err != nil {
		return nil, err
	}
	var nodes []node
	failed := false
	o.atomically(func() bool {
		for _, v := range list {
			if err = o.plant(c, t, v, change{}, &nodes, 1); err != nil {
				return false
			}
		}
		for _, n := range nodes {
			failed = failed || n.err != nil
		}
		return !failed
	})
	if err != nil {
		return nil, err
	}
	return renderTree(nodes, failed), nil
}

// plant stores a record and those below it. Its own error is for the request as a whole; that of a record is noted.
func (o *Org) plant(c *call, t *table, v jsontext.Value, parent change, nodes *[]node, depth int) *apiError {
	if len(*nodes) == maxCollection || depth > maxDepth {
		return fail("INVALID_INPUT", "A tree takes up to %d records in %d levels", maxCollection, maxDepth)
	}
	attributes := lookupMember(v, "attributes")
	reference := stringOf(lookupMember(attributes, "referenceId"))
	if kind := stringOf(lookupMember(attributes, "type")); reference == "" || o.table(kind) != t {
		return fail("INVALID_INPUT", "Each record of a tree needs attributes with its type and a referenceId")
	}
	list, err := members(v)
	if err != nil {
		return err
	}
	var nested []string
	for _, m := range list {
		if _, ok := t.object.child(m.name); ok {
			nested = append(nested, m.name)
		}
	}
	ch, err := o.change(t.object, v, nested...)
	if err == nil {
		for name, id := range parent {
			ch[name] = id
		}
	}
	n := node{reference: reference, err: err}
	if err == nil {
		n.id, n.err = o.insert(t, ch, c.user)
	}
	*nodes = append(*nodes, n)
	if n.err != nil {
		return nil // children of a record that is not there cannot be stored
	}
	for _, m := range list {
		if rel, ok := t.object.child(m.name); ok {
			if err := o.plantAll(c, rel, m.raw, n.id, nodes, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// plantAll stores the records of a child relationship.
func (o *Org) plantAll(c *call, rel child, v jsontext.Value, parent string, nodes *[]node, depth int) *apiError {
	list, err := elements(lookupMember(v, "records"))
	if err != nil {
		return err
	}
	for _, v := range list {
		if err := o.plant(c, o.table(rel.Object), v, change{rel.Field: parent}, nodes, depth); err != nil {
			return err
		}
	}
	return nil
}

// renderTree renders the result: all Ids, or only the records that are at fault.
func renderTree(nodes []node, failed bool) *answer {
	status := http.StatusCreated
	b := []byte(`{"hasErrors":false,"results":[`)
	if failed {
		status = http.StatusBadRequest
		b = []byte(`{"hasErrors":true,"results":[`)
	}
	first := true
	for _, n := range nodes {
		if failed && n.err == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"referenceId":`...)
		b = appendString(b, n.reference)
		if n.err != nil {
			b = append(append(append(b, `,"errors":[`...), n.err.save()...), `]}`...)
			continue
		}
		b = appendString(append(b, `,"id":`...), n.id)
		b = append(b, '}')
	}
	return jsonAnswer(status, append(b, `]}`...))
}
