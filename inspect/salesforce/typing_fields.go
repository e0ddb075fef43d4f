package salesforce

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// isCompound reports whether a key is that of a compound field: an address, a geolocation or a name.
func isCompound(key []byte) bool {
	return bytes.HasSuffix(key, []byte("Address")) || bytes.HasSuffix(key, []byte("__c")) || string(key) == "Name" ||
		bytes.HasSuffix(key, []byte("Location"))
}

// component returns the name of the field that a part of a compound field is: street of MailingAddress is
// MailingStreet, latitude of Home__c is Home__Latitude__s, LastName of Name is LastName.
func (t *typer) component(rec *inspect.Record, field, part []byte) []byte {
	if len(part) == 0 {
		return field
	}
	if !isSafeName(string(part)) || string(field) == "Name" {
		return part
	}
	prefix, custom := bytes.CutSuffix(field, []byte("__c"))
	b := t.scratch[:0]
	if custom {
		b = append(append(b, prefix...), "__"...)
	} else {
		b = append(b, bytes.TrimSuffix(field, []byte("Address"))...)
	}
	at := len(b)
	b = append(b, part...)
	if 'a' <= b[at] && b[at] <= 'z' {
		b[at] -= 'a' - 'A'
	}
	if custom {
		b = append(b, "__s"...)
	}
	t.scratch = b
	return rec.Keep(b)
}

// controlNames are the names of control data around rows, in descriptions of jobs and in subrequests.
var controlNames = map[string]bool{
	"allOrNone": true, "apiVersion": true, "assignmentRuleId": true, "collateSubrequests": true, "columnDelimiter": true,
	"concurrencyMode": true, "contentType": true, "contentUrl": true, "created": true, "createdById": true, "done": true,
	"entityTypeName": true, "errorCode": true, "externalIdFieldName": true, "graphId": true, "haltOnError": true,
	"hasErrors": true, "httpStatusCode": true, "id": true, "isSuccessful": true, "jobType": true, "lineEnding": true,
	"method": true, "nextRecordsUrl": true, "numberRecordsFailed": true, "numberRecordsProcessed": true, "object": true,
	"operation": true, "referenceId": true, "retries": true, "size": true, "state": true, "statusCode": true,
	"success": true, "totalSize": true,
}

// isControl reports whether a field's value can be nothing but control data: a truth value, a small number, an Id, an
// API name with hardly a digit, or an address within the API made of such parts.
func isControl(f *inspect.Field) bool {
	switch f.Kind {
	case inspect.Bool, inspect.Null:
		return true
	case inspect.Number:
		return len(f.Value) <= 6
	}
	v := f.Value
	if len(v) == 0 || IsID(v) {
		return true
	}
	if v[0] == '/' {
		return isControlPath(v)
	}
	if isDigit(v[0]) {
		return len(v) <= 4
	}
	return isToken(v, 4)
}

// isToken reports whether b is an API name, perhaps with dots and dashes, of at most so many digits.
func isToken(b []byte, digits int) bool {
	if len(b) > 80 || len(b) == 0 || !isLetter(b[0]) && b[0] != '_' {
		return false
	}
	for _, c := range b {
		if isDigit(c) {
			if digits--; digits < 0 {
				return false
			}
		} else if !isNameByte(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// isControlPath reports whether every part of a path is an Id, a locator, a version, or a name without digits.
func isControlPath(b []byte) bool {
	for len(b) > 0 {
		part := b[1:]
		if i := bytes.IndexByte(part, '/'); i >= 0 {
			part = part[:i]
		}
		b = b[1+len(part):]
		if len(part) > 0 && !isToken(part, 0) && !isVersion(part) && !isLocator(string(part)) {
			return false
		}
	}
	return true
}

// isVersion reports whether b is v60.0.
func isVersion(b []byte) bool {
	return len(b) >= 4 && len(b) <= 5 && b[0] == 'v' && isDigit(b[1]) && isDigit(b[len(b)-1]) && b[len(b)-2] == '.' &&
		isDigit(b[len(b)-3])
}

// typeHeader types the names of columns: those that look like names are control data. The first row of a file without
// a header is data, and is inspected where it does not.
func typeHeader(rec *inspect.Record) {
	for i := range rec.Fields {
		f := &rec.Fields[i]
		f.Object = ""
		object, path, found := bytes.Cut(f.Value, []byte(":"))
		if isToken(object, 4) && (!found || isToken(path, 4)) {
			f.Object = Control
		}
	}
}

// column is what a column of a CSV body means.
type column struct {
	raw    []byte // the name in the header; the typer's own copy
	object string
	name   []byte
	system bool // sf__Id and the like
}

// row types a CSV row. What the columns mean is found out once.
func (t *typer) row(rec *inspect.Record, c *content) {
	if len(rec.Nodes) > 0 {
		rec.Nodes[0].Object = c.object
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if i == len(t.columns) {
			t.columns = append(t.columns, t.column(f.Name, c))
		} else if !bytes.Equal(t.columns[i].raw, f.Name) {
			t.columns[i] = t.column(f.Name, c)
		}
		col := &t.columns[i]
		f.Object, f.Name = col.object, col.name
		if col.system && isControl(f) {
			f.Object = Control
		}
	}
	if isHistory(c.object) {
		nameHistory(rec, 0)
	}
}

// isFieldPath reports whether b is API names with dots between them. Other headers are somebody's own words, and a dot in
// them is one of an abbreviation: what stands before the one of "Driver's License No." is all that the name says.
func isFieldPath(b []byte) bool {
	for more := true; more; {
		var part []byte
		part, b, more = bytes.Cut(b, []byte("."))
		if !isSafeName(string(part)) {
			return false
		}
	}
	return true
}

// column finds out what a column means: Field, Rel.Field, Rel__r.Field, or Object:Rel.Field where the relationship is
// polymorphic.
func (t *typer) column(header []byte, c *content) column {
	col := column{raw: bytes.Clone(header), object: c.object}
	col.name = col.raw
	if c.kind == outcomes {
		col.object = ""
		col.system = string(header) == "Id" || string(header) == "Success" || string(header) == "Created"
		return col
	}
	if c.plan != nil {
		if m, ok := c.plan.names[string(t.lower(header))]; ok {
			col.object = m.object
			if m.name != nil {
				col.name = m.name
			}
			return col
		}
	}
	if bytes.HasPrefix(header, []byte("sf__")) {
		col.object = ""
		col.system = string(header) == "sf__Id" || string(header) == "sf__Created"
		return col
	}
	path := header
	object, named, found := bytes.Cut(header, []byte(":"))
	if found {
		path = named
	}
	if !isFieldPath(path) {
		return col
	}
	for {
		rel, rest, more := bytes.Cut(path, []byte("."))
		if !more {
			break
		}
		col.object = t.follow(col.object, rel)
		path = rest
	}
	if found {
		col.object = t.intern(object)
	}
	col.name = col.raw[len(col.raw)-len(path):]
	return col
}
