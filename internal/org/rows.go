package org

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// change is what a request wants of a row: values by API name, the empty string for null.
type change map[string]string

// undo remembers what a row was; a nil Row says that there was none.
type undo struct {
	table *table
	id    string
	was   Row
}

// change reads a JSON record. Of the members it skips attributes and those named in skip. Relationship members that
// name a parent by external id become references.
func (o *Org) change(obj *object, v jsontext.Value, skip ...string) (change, *apiError) {
	list, err := members(v)
	if err != nil {
		return nil, err
	}
	c := change{}
	for _, m := range list {
		if m.name == "attributes" || contains(skip, m.name) {
			continue
		}
		f := obj.field(m.name)
		if f == nil && m.raw.Kind() == '{' {
			if ref := obj.parent(m.name); ref != nil {
				id, err := o.foreignKey(ref, m.raw)
				if err != nil {
					return nil, err
				}
				c[ref.Name] = id
				continue
			}
		}
		if f == nil {
			return nil, errNoColumn(m.name, obj)
		}
		if c[f.Name], err = f.fromJSON(m.raw); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func contains(list []string, name string) bool {
	for _, s := range list {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

func errNoColumn(name string, obj *object) *apiError {
	return fail("INVALID_FIELD", "No such column '%s' on sobject of type %s", name, obj.Name)
}

// foreignKey resolves {"MRN__c":"M1"} to the Id of the parent that ref points to.
func (o *Org) foreignKey(ref *field, v jsontext.Value) (string, *apiError) {
	list, err := members(v)
	if err != nil {
		return "", err
	}
	parent := o.table(ref.To)
	for _, m := range list {
		if m.name == "attributes" {
			continue
		}
		return o.parentID(parent, m.name, stringOf(m.raw))
	}
	return "", fail("INVALID_FIELD", "Foreign key external ID expected for %s", ref.Relationship).on(ref.Name)
}

// parentID finds a row by external id for a reference to it.
func (o *Org) parentID(t *table, name, value string) (string, *apiError) {
	f := t.object.field(name)
	if f == nil || !f.ExternalID && f.Kind != kindID {
		return "", fail("INVALID_FIELD", "Field name provided, %s is not an External ID or indexed field for %s", name, t.object.Name)
	}
	ids := t.match(f, value)
	if len(ids) != 1 {
		return "", fail("INVALID_FIELD", "Foreign key external ID: %s not found for field %s in entity %s",
			strings.ToLower(value), f.Name, t.object.Name)
	}
	return ids[0], nil
}

// insert makes a row and returns its Id. o.mu is held.
func (o *Org) insert(t *table, c change, user string) (string, *apiError) {
	r := Row{}
	for _, f := range t.object.Fields {
		if f.Default != "" {
			r[f.Name] = f.Default
		}
	}
	if err := o.apply(t, r, c, true); err != nil {
		return "", err
	}
	id := o.nextID(t.object.Prefix)
	r["Id"] = id
	now := o.stamp()
	r["CreatedDate"], r["CreatedById"] = now, user
	if t.object.field("OwnerId") != nil && r["OwnerId"] == "" {
		r["OwnerId"] = user
	}
	if t.object.field("CaseNumber") != nil {
		r["CaseNumber"] = "0000" + id[11:15]
	}
	o.store(t, r, now, user)
	return id, nil
}

// update changes a row that exists. o.mu is held.
func (o *Org) update(t *table, id string, c change, user string) *apiError {
	old := t.find(id)
	if old == nil {
		return errNoRow(false)
	}
	if old.deleted() {
		return errDeleted()
	}
	r := old.clone()
	if err := o.apply(t, r, c, false); err != nil {
		return err
	}
	o.store(t, r, o.stamp(), user)
	return nil
}

// remove marks a row as deleted. o.mu is held.
func (o *Org) remove(t *table, id, user string) *apiError {
	old := t.find(id)
	if old == nil {
		return fail("NOT_FOUND", "invalid cross reference id").with(http.StatusNotFound)
	}
	if old.deleted() {
		return errDeleted()
	}
	r := old.clone()
	r["IsDeleted"] = "true"
	o.store(t, r, o.stamp(), user)
	return nil
}

func errDeleted() *apiError {
	return fail("ENTITY_IS_DELETED", "entity is deleted").with(http.StatusNotFound)
}

// apply writes a change into r and checks the row that results.
func (o *Org) apply(t *table, r Row, c change, insert bool) *apiError {
	for _, f := range t.object.Fields { // the schema's order, so that the same change gives the same error
		s, ok := c[f.Name]
		if !ok {
			continue
		}
		if f.ReadOnly || f.CreateOnly && !insert {
			return fail("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: %s. Please check the security "+
				"settings of this field and verify that it is read/write for your profile or permission set.", f.Name).on(f.Name)
		}
		if s == "" {
			delete(r, f.Name)
			if f.Kind == kindBoolean {
				r[f.Name] = "false"
			}
			continue
		}
		if f.Kind == kindReference {
			var err *apiError
			if s, err = o.reference(f, s); err != nil {
				return err
			}
		}
		r[f.Name] = s
	}
	derive(t.object, r)
	return t.constraints(r)
}

// reference returns the Id of a row that a reference field may point to.
func (o *Org) reference(f *field, s string) (string, *apiError) {
	id, ok := normalID(s)
	if !ok {
		return "", fail("MALFORMED_ID", "%s ID: id value of incorrect type: %s", f.Label, s).on(f.Name)
	}
	target := o.tableOf(id)
	if target == nil || target.object.Name != f.To && !polymorphic(f, target.object.Name) {
		return "", fail("FIELD_INTEGRITY_EXCEPTION", "%s ID: id value of incorrect type: %s", f.Label, s).on(f.Name)
	}
	if r := target.find(id); r == nil || r.deleted() {
		return "", fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").on(f.Name)
	}
	return id, nil
}

// polymorphic reports whether a reference may also point to another object than the one its parent path reads.
func polymorphic(f *field, object string) bool {
	switch f.Name {
	case "WhoId":
		return object == "Lead"
	case "WhatId":
		return object == "Case"
	}
	return false
}

// derive computes the fields that follow from others.
func derive(obj *object, r Row) {
	last := r["LastName"]
	switch {
	case obj.field("LastName") == nil:
	case obj.Name == "Account" && last == "":
	default:
		r["Name"] = strings.TrimSpace(r["FirstName"] + " " + last)
	}
	if obj.Name == "Account" && last != "" {
		r["IsPersonAccount"] = "true"
	}
	if data, ok := r["VersionData"]; ok {
		r["ContentSize"] = blobSize(data)
	}
}

// constraints checks what concerns the row as a whole and the table.
func (t *table) constraints(r Row) *apiError {
	var missing []string
	for _, f := range t.object.Fields {
		if f.Required && r[f.Name] == "" {
			missing = append(missing, f.Name)
		}
	}
	if missing != nil {
		return fail("REQUIRED_FIELD_MISSING", "Required fields are missing: [%s]", strings.Join(missing, ", ")).on(missing...)
	}
	for _, f := range t.object.Fields {
		if !f.Unique || r[f.Name] == "" {
			continue
		}
		for _, id := range t.match(f, r[f.Name]) {
			if id != r["Id"] {
				return fail("DUPLICATE_VALUE", "duplicate value found: %s duplicates value on record with id: %s", f.Name, id).on(f.Name)
			}
		}
	}
	return nil
}

// store stamps a row and puts it into its table.
func (o *Org) store(t *table, r Row, now, user string) {
	if t.object.Prefix == benchPrefix {
		return // the rows of BenchRow__c are thrown away
	}
	r["LastModifiedDate"], r["SystemModstamp"], r["LastModifiedById"] = now, now, user
	if o.undo != nil {
		*o.undo = append(*o.undo, undo{t, r["Id"], t.find(r["Id"])})
	}
	t.put(r)
}

// atomically runs f, and takes back what it stored if it returns false. o.mu is held.
func (o *Org) atomically(f func() bool) {
	outer := o.undo
	var log []undo
	o.undo = &log
	kept := f()
	o.undo = outer
	if kept {
		if outer != nil {
			*outer = append(*outer, log...)
		}
		return
	}
	for i := len(log) - 1; i >= 0; i-- {
		log[i].table.revert(log[i].id, log[i].was)
	}
}

// stamp returns the time as a datetime value.
func (o *Org) stamp() string { return o.cfg.Now().UTC().Format(dateTimeLayout) }

// user returns the Id of the user of a name; empty if there is none. o.mu is held or o is not shared yet.
func (o *Org) user(name string) string {
	t := o.table("User")
	if ids := t.match(t.object.field("Username"), name); len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// seedUsers makes the users that a new org has.
func (o *Org) seedUsers() {
	t := o.table("User")
	for _, u := range []struct{ name, first, last string }{
		{Username, "Integration", "User"},
		{"nurse@acme.example", "Nora", "Sample"},
		{"admin@acme.example", "Ada", "Example"},
	} {
		o.store(t, Row{
			"Id": o.nextID("005"), "IsDeleted": "false", "IsActive": "true",
			"Username": u.name, "FirstName": u.first, "LastName": u.last, "Name": u.first + " " + u.last, "Email": u.name,
			"CreatedDate": o.stamp(), "CreatedById": makeID("005", 1),
		}, o.stamp(), makeID("005", 1)) // the first user is its own creator
	}
}
