package org

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxCollection is how many records a collection or a tree may hold.
const maxCollection = 200

// outcome is what became of one record of a collection.
type outcome struct {
	id      string
	created *bool // told by upsert only
	err     *apiError
}

func (r outcome) append(dst []byte) []byte {
	if r.err == nil {
		return append(dst, saveResult(r.id, r.created)...)
	}
	dst = append(dst, `{"success":false,"errors":[`...)
	dst = append(dst, r.err.save()...)
	return append(dst, `]}`...)
}

// collections answers /composite/sobjects and what is below it. o.mu is held.
func (o *Org) collections(c *call) (*answer, *apiError) {
	if len(c.path) == 2 {
		switch c.method {
		case http.MethodPost:
			return o.saveAll(c, func(t *table, v jsontext.Value) outcome {
				id, err := o.create(t, v, c.user)
				return outcome{id: id, err: err}
			})
		case http.MethodPatch:
			return o.saveAll(c, func(t *table, v jsontext.Value) outcome { return o.updateOne(t, v, c.user) })
		case http.MethodDelete:
			return o.deleteAll(c)
		}
		return nil, errMethod(c.method, "POST,PATCH,DELETE")
	}
	t := o.table(c.at(2))
	if t == nil {
		return nil, errNoResource()
	}
	if len(c.path) == 3 {
		return only(c, func(c *call) (*answer, *apiError) { return o.retrieve(c, t) }, http.MethodGet, http.MethodPost)
	}
	f := t.object.field(c.at(3))
	if len(c.path) > 4 || f == nil || !f.ExternalID && f.Kind != kindID {
		return nil, errNoResource()
	}
	return only(c, func(c *call) (*answer, *apiError) {
		return o.saveAll(c, func(t *table, v jsontext.Value) outcome { return o.upsertOne(t, f, v, c.user) })
	}, http.MethodPatch)
}

// collection is the body of a request that saves several records.
type collection struct {
	AllOrNone bool             `json:"allOrNone"`
	Records   []jsontext.Value `json:"records"`
}

// saveAll applies save to each record of a collection.
func (o *Org) saveAll(c *call, save func(*table, jsontext.Value) outcome) (*answer, *apiError) {
	var in collection
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	if len(in.Records) > maxCollection {
		return nil, errTooMany()
	}
	var results []outcome
	var broken *apiError
	o.atomically(func() bool {
		failed := false
		for _, v := range in.Records {
			r := o.saveTyped(c, v, save)
			if r.err != nil && r.err.Code == "JSON_PARSER_ERROR" {
				broken = r.err // the org reads all records before it saves one
				return false
			}
			failed = failed || r.err != nil
			results = append(results, r)
		}
		return !(in.AllOrNone && failed)
	})
	if broken != nil {
		return nil, broken
	}
	return jsonAnswer(http.StatusOK, renderOutcomes(results, in.AllOrNone)), nil
}

func errTooMany() *apiError {
	return fail("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than %d records into this call", maxCollection)
}

// saveTyped finds a record's table by its attributes. A path that names an object wants that one.
func (o *Org) saveTyped(c *call, v jsontext.Value, save func(*table, jsontext.Value) outcome) outcome {
	kind := stringOf(lookupMember(lookupMember(v, "attributes"), "type"))
	if kind == "" {
		return outcome{err: fail("INVALID_TYPE", "sObject type is not specified in the record's attributes")}
	}
	t := o.table(kind)
	if t == nil || len(c.path) > 2 && t != o.table(c.path[2]) {
		return outcome{err: fail("INVALID_TYPE", "sObject type '%s' is not supported.", kind)}
	}
	return save(t, v)
}

// renderOutcomes renders results; after a rollback the records without a fault of their own say why they failed.
func renderOutcomes(results []outcome, allOrNone bool) []byte {
	failed := false
	for _, r := range results {
		failed = failed || r.err != nil
	}
	b := []byte{'['}
	for i, r := range results {
		if i > 0 {
			b = append(b, ',')
		}
		if allOrNone && failed && r.err == nil {
			r = outcome{err: fail("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were "+
				"valid and the request was using AllOrNone header")}
		}
		b = r.append(b)
	}
	return append(b, ']')
}

func (o *Org) updateOne(t *table, v jsontext.Value, user string) outcome {
	id, ok := normalID(stringOf(lookupMember(v, "Id")))
	if !ok {
		return outcome{err: fail("MISSING_ARGUMENT", "Id not specified in an update call").on("Id")}
	}
	ch, err := o.change(t.object, v, "Id")
	if err == nil {
		err = o.update(t, id, ch, user)
	}
	return outcome{id: id, err: err}
}

func (o *Org) upsertOne(t *table, f *field, v jsontext.Value, user string) outcome {
	ch, err := o.change(t.object, v)
	if err != nil {
		return outcome{err: err}
	}
	id, created, err := o.upsertChange(t, f, ch[f.Name], ch, user)
	return outcome{id: id, created: &created, err: err}
}

// deleteAll answers DELETE /composite/sobjects?ids=.
func (o *Org) deleteAll(c *call) (*answer, *apiError) {
	ids := strings.Split(c.query.Get("ids"), ",")
	if c.query.Get("ids") == "" {
		return nil, fail("MISSING_ARGUMENT", "ids not specified")
	}
	if len(ids) > maxCollection {
		return nil, errTooMany()
	}
	allOrNone := strings.EqualFold(c.query.Get("allOrNone"), "true")
	var results []outcome
	o.atomically(func() bool {
		failed := false
		for _, s := range ids {
			r := o.removeOne(strings.TrimSpace(s), c.user)
			failed = failed || r.err != nil
			results = append(results, r)
		}
		return !(allOrNone && failed)
	})
	return jsonAnswer(http.StatusOK, renderOutcomes(results, allOrNone)), nil
}

// removeOne deletes the row of an Id whose object its prefix tells.
func (o *Org) removeOne(s, user string) outcome {
	id, ok := normalID(s)
	if !ok {
		return outcome{err: fail("MALFORMED_ID", "malformed id %s", s)}
	}
	t := o.tableOf(id)
	if t == nil {
		return outcome{err: fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")}
	}
	return outcome{id: id, err: o.remove(t, id, user)}
}

// retrieve answers /composite/sobjects/X: rows by Id, null for those that are not there.
func (o *Org) retrieve(c *call, t *table) (*answer, *apiError) {
	var in struct{ IDs, Fields []string }
	if c.method == http.MethodPost {
		if err := into(c.body, &in); err != nil {
			return nil, err
		}
	} else {
		in.IDs = strings.Split(c.query.Get("ids"), ",")
		in.Fields = strings.Split(c.query.Get("fields"), ",")
	}
	var fields []*field
	for _, name := range in.Fields {
		f := t.object.field(strings.TrimSpace(name))
		if f == nil {
			return nil, errNoColumn(name, t.object)
		}
		fields = append(fields, f)
	}
	if fields == nil {
		return nil, fail("MISSING_ARGUMENT", "fields not specified")
	}
	if id := t.object.field("Id"); !containsField(fields, id) {
		fields = append(fields, id)
	}
	b := []byte{'['}
	for i, s := range in.IDs {
		if i > 0 {
			b = append(b, ',')
		}
		id, ok := normalID(strings.TrimSpace(s))
		if r := t.find(id); ok && r != nil && !r.deleted() {
			b = appendRecord(b, t.object, r, fields, c.base)
		} else {
			b = append(b, "null"...)
		}
	}
	return jsonAnswer(http.StatusOK, append(b, ']')), nil
}
