package org

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// sobjects answers everything below /sobjects. o.mu is held.
func (o *Org) sobjects(c *call) (*answer, *apiError) {
	if len(c.path) == 1 {
		return only(c, o.listObjects, http.MethodGet)
	}
	t := o.table(c.path[1])
	if t == nil {
		return nil, errNoResource()
	}
	switch {
	case len(c.path) == 2:
		return o.objectRoot(c, t)
	case c.is(3, "", "", "describe"):
		return only(c, func(c *call) (*answer, *apiError) { return describe(t.object, c.base), nil }, http.MethodGet)
	case len(c.path) == 3:
		id, err := rowID(t, c.path[2])
		if err != nil {
			return nil, err
		}
		return o.row(c, t, id)
	case len(c.path) == 4:
		if f := t.object.field(c.path[2]); f != nil {
			return o.externalRow(c, t, f, c.path[3])
		}
		id, err := rowID(t, c.path[2])
		if err != nil {
			return nil, err
		}
		return o.below(c, t, id, c.path[3])
	}
	return nil, errNoResource()
}

// objectRoot answers /sobjects/X: create and a summary.
func (o *Org) objectRoot(c *call, t *table) (*answer, *apiError) {
	switch c.method {
	case http.MethodPost:
		doc, err := document(c.body)
		if err != nil {
			return nil, err
		}
		id, err := o.create(t, doc, c.user)
		if err != nil {
			return nil, err
		}
		return saved(http.StatusCreated, id, nil).set("Location", c.base+"/sobjects/"+t.object.Name+"/"+id), nil
	case http.MethodGet, http.MethodHead:
		body := append([]byte(`{"objectDescribe":`), marshal(summary(t.object, c.base))...)
		return jsonAnswer(http.StatusOK, append(body, `,"recentItems":[]}`...)), nil
	}
	return nil, errMethod(c.method, "HEAD,GET,POST")
}

// create makes a row of a JSON record.
func (o *Org) create(t *table, doc jsontext.Value, user string) (string, *apiError) {
	ch, err := o.change(t.object, doc)
	if err != nil {
		return "", err
	}
	return o.insert(t, ch, user)
}

// saved renders a SaveResult. created is nil where the call does not tell.
func saved(status int, id string, created *bool) *answer {
	return jsonAnswer(status, saveResult(id, created))
}

func saveResult(id string, created *bool) []byte {
	b := append([]byte(nil), `{"id":"`...)
	b = append(b, id...)
	b = append(b, `","success":true,"errors":[]`...)
	switch {
	case created == nil:
	case *created:
		b = append(b, `,"created":true`...)
	default:
		b = append(b, `,"created":false`...)
	}
	return append(b, '}')
}

// rowID reads the Id in a path.
func rowID(t *table, s string) (string, *apiError) {
	id, ok := normalID(s)
	if !ok {
		return "", fail("MALFORMED_ID", "%s ID: id value of incorrect type: %s", t.object.Label, s)
	}
	if !strings.HasPrefix(id, t.object.Prefix) {
		return "", errNoRow(false)
	}
	return id, nil
}

// row answers /sobjects/X/{id}.
func (o *Org) row(c *call, t *table, id string) (*answer, *apiError) {
	switch c.method {
	case http.MethodGet, http.MethodHead:
		r, err := live(t, id)
		if err != nil {
			return nil, err
		}
		fields, err := chosen(c, t.object)
		if err != nil {
			return nil, err
		}
		return jsonAnswer(http.StatusOK, appendRecord(nil, t.object, r, fields, c.base)), nil
	case http.MethodPatch:
		doc, err := document(c.body)
		if err != nil {
			return nil, err
		}
		ch, err := o.change(t.object, doc)
		if err != nil {
			return nil, err
		}
		if err := o.update(t, id, ch, c.user); err != nil {
			return nil, err
		}
		return noContent(), nil
	case http.MethodDelete:
		if err := o.remove(t, id, c.user); err != nil {
			return nil, err
		}
		return noContent(), nil
	}
	return nil, errMethod(c.method, "HEAD,GET,PATCH,DELETE")
}

// live returns a row that exists and is not deleted.
func live(t *table, id string) (Row, *apiError) {
	r := t.find(id)
	if r == nil {
		return nil, errNoRow(false)
	}
	if r.deleted() {
		return nil, errDeleted()
	}
	return r, nil
}

// chosen returns the fields that the fields parameter names, or all that a record shows.
func chosen(c *call, obj *object) ([]*field, *apiError) {
	list := c.query.Get("fields")
	if list == "" {
		return obj.Fields, nil
	}
	fields := []*field{}
	for name := range strings.SplitSeq(list, ",") {
		f := obj.field(strings.TrimSpace(name))
		if f == nil {
			return nil, errNoColumn(strings.TrimSpace(name), obj)
		}
		fields = append(fields, f)
	}
	if f := obj.field("Id"); !containsField(fields, f) {
		fields = append(fields, f)
	}
	return fields, nil
}

func containsField(list []*field, f *field) bool {
	for _, g := range list {
		if g == f {
			return true
		}
	}
	return false
}

// externalRow answers /sobjects/X/{field}/{value}: get, upsert and delete by external id.
func (o *Org) externalRow(c *call, t *table, f *field, value string) (*answer, *apiError) {
	if !f.ExternalID && f.Kind != kindID {
		return nil, fail("NOT_FOUND", "Provided external ID field does not exist or is not accessible: %s", f.Name).
			with(http.StatusNotFound)
	}
	ids := t.match(f, value)
	if len(ids) > 1 {
		return nil, choices(c, t, ids)
	}
	if c.method == http.MethodPatch {
		doc, err := document(c.body)
		if err != nil {
			return nil, err
		}
		id, created, err := o.upsert(t, f, value, doc, c.user)
		if err != nil {
			return nil, err
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		return saved(status, id, &created), nil
	}
	if len(ids) == 0 {
		return nil, errNoRow(true)
	}
	return o.row(c, t, ids[0])
}

// choices is the answer when several rows share an external id.
func choices(c *call, t *table, ids []string) *apiError {
	e := fail("MULTIPLE_CHOICES", "").with(http.StatusMultipleChoices)
	for _, id := range ids {
		e.Choices = append(e.Choices, c.base+"/sobjects/"+t.object.Name+"/"+id)
	}
	return e
}

// upsert changes the row that an external id names, or makes it. o.mu is held.
func (o *Org) upsert(t *table, f *field, value string, doc jsontext.Value, user string) (string, bool, *apiError) {
	ch, err := o.change(t.object, doc)
	if err != nil {
		return "", false, err
	}
	if _, ok := ch[f.Name]; ok {
		return "", false, fail("INVALID_FIELD", "The %s field should not be specified in the sobject data.", f.Name).on(f.Name)
	}
	return o.upsertChange(t, f, value, ch, user)
}

// upsertChange is upsert for a change that is read already.
func (o *Org) upsertChange(t *table, f *field, value string, ch change, user string) (string, bool, *apiError) {
	delete(ch, f.Name)
	ids := t.match(f, value)
	switch {
	case len(ids) > 1:
		return "", false, fail("DUPLICATE_EXTERNAL_ID", "%s: more than one record found for external id field: [%s]",
			f.Name, strings.Join(ids, ", ")).on(f.Name)
	case len(ids) == 1:
		return ids[0], false, o.update(t, ids[0], ch, user)
	case f.Kind == kindID && value != "":
		return "", false, errNoRow(false)
	case value == "":
		if f.Kind != kindID {
			return "", false, fail("MISSING_ARGUMENT", "%s not specified", f.Name).on(f.Name)
		}
	default:
		s, ok := f.canonical(strings.TrimSpace(value))
		if !ok {
			return "", false, fail("INVALID_FIELD", "bad value for %s", f.Name).on(f.Name)
		}
		if err := f.check(s); err != nil {
			return "", false, err
		}
		ch[f.Name] = s
	}
	id, err := o.insert(t, ch, user)
	return id, true, err
}

// below answers /sobjects/X/{id}/{name}: a parent, the children or a blob.
func (o *Org) below(c *call, t *table, id, name string) (*answer, *apiError) {
	r, err := live(t, id)
	if err != nil {
		return nil, err
	}
	if ref := t.object.parent(name); ref != nil {
		parent := o.tableOf(r[ref.Name])
		if r[ref.Name] == "" || parent == nil {
			return nil, fail("NOT_FOUND", "The requested resource does not exist").with(http.StatusNotFound)
		}
		return o.row(c, parent, r[ref.Name])
	}
	if ch, ok := t.object.child(name); ok {
		return only(c, func(c *call) (*answer, *apiError) { return o.children(c, ch, id) }, http.MethodGet)
	}
	if f := t.object.field(name); f != nil && f.Kind == kindBase64 {
		blob, bad := base64.StdEncoding.DecodeString(r[f.Name])
		if bad != nil {
			return nil, errNoResource()
		}
		return &answer{status: http.StatusOK, kind: "application/octetstream", body: blob}, nil
	}
	return nil, errNoResource()
}

// children answers a relationship path as a query would.
func (o *Org) children(c *call, ch child, id string) (*answer, *apiError) {
	t := o.table(ch.Object)
	fields, err := chosen(c, t.object)
	if err != nil {
		return nil, err
	}
	var records [][]byte
	for _, r := range t.rows {
		if !r.deleted() && r[ch.Field] == id {
			records = append(records, appendRecord(nil, t.object, r, fields, c.base))
		}
	}
	return jsonAnswer(http.StatusOK, appendPage(nil, len(records), "", records)), nil
}
