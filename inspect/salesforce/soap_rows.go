package salesforce

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// isMarkup reports whether a record's bytes are XML: those of the other formats that are typed do not start like it.
func isMarkup(rec *inspect.Record) bool {
	b := bytes.TrimLeft(bytes.TrimPrefix(rec.Raw, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return len(b) > 0 && b[0] == '<'
}

// isAttribute reports whether a field of an XML record is an attribute: its value stands between quotes, which no text
// of an element does.
func isAttribute(rec *inspect.Record, f *inspect.Field) bool {
	if f.Start == 0 || f.Encoding != inspect.XMLText || f.Start > len(rec.Raw) {
		return false
	}
	c := rec.Raw[f.Start-1]
	return c == '"' || c == '\''
}

// typeMarkup types an XML body of an API that speaks JSON or CSV too: REST and Bulk 1.0.
func (rt *Route) typeMarkup(t *typer, rec *inspect.Record, c *content, dir inspect.Direction) {
	t.beginMarkup(rec, dir)
	root := spot{place: wrap}
	switch {
	case dir == inspect.Request && c.kind == composites:
		t.x.fail(PathSubrequest)
	case dir == inspect.Request && (c.kind == selection || c.kind == queryText):
		t.x.fail(PathQuery)
	case c.field != nil:
		root = spot{place: scalars, object: c.object, name: c.field}
	case c.kind == anything:
		root.place = free
	case c.kind == rows && rec.Role == inspect.Data && rec.Base != "":
		root = spot{place: row, object: c.object, plan: c.plan, fixed: c.fixed && c.object != ""}
	}
	t.markup(rec, root, c)
}

// beginMarkup looks at all fields of an XML record once. What a row says that it is stands in its attribute type, or in
// its first element of that name.
func (t *typer) beginMarkup(rec *inspect.Record, dir inspect.Direction) {
	t.response = dir == inspect.Response
	t.spots = t.spots[:0]
	for i := range rec.Nodes {
		n := &rec.Nodes[i]
		t.spots = append(t.spots, spot{})
		if n.Parent >= 0 && n.Parent < i {
			p := &t.spots[n.Parent]
			p.full = true
			p.rows = p.rows || string(n.Key) == "records"
		}
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		s := &t.spots[f.Node]
		if f.Carrier != inspect.InBody || len(f.Name) == 0 {
			continue
		}
		if isAttribute(rec, f) {
			s.attributed = true
			s.linked = s.linked || string(f.Name) == "url"
			if string(f.Name) == "type" {
				s.own = t.intern(localName(f.Value))
				if strings.EqualFold(s.own, "sObject") {
					s.own = ""
				}
			}
			continue
		}
		s.full = true
		switch string(f.Name) {
		case "type":
			if s.said == "" {
				s.said = t.intern(bytes.TrimSpace(f.Value))
			} else if !t.response && !strings.EqualFold(s.said, string(bytes.TrimSpace(f.Value))) {
				s.clash = true
			}
		case "errorCode", "statusCode":
			s.failed = t.response
		}
	}
}

// localName returns a qualified name without its prefix.
func localName(b []byte) []byte {
	b = bytes.TrimSpace(b)
	return b[bytes.IndexByte(b, ':')+1:]
}

// markup types all of an XML record. root says what its first node is.
func (t *typer) markup(rec *inspect.Record, root spot, c *content) {
	for i := range rec.Nodes {
		n, s := &rec.Nodes[i], &t.spots[i]
		if i == 0 {
			s.place, s.object, s.plan, s.name, s.fixed = root.place, root.object, root.plan, root.name, root.fixed
			if s.place == row {
				t.settleMarkup(s)
			}
		} else {
			t.element(n, s, &t.spots[n.Parent], c, i)
		}
		n.Object = s.rowObject()
	}
	t.markupFields(rec)
}

func (t *typer) markupFields(rec *inspect.Record) {
	for i := range rec.Fields {
		f := &rec.Fields[i]
		t.markupField(rec, f, &t.spots[f.Node], &rec.Nodes[f.Node])
	}
	for i := range t.spots {
		if t.spots[i].place == row && isHistory(t.spots[i].object) {
			nameHistory(rec, i)
		}
	}
}

// settleMarkup decides between what a row says of itself and what its place says. A row of a request that says two
// things is refused.
func (t *typer) settleMarkup(s *spot) {
	own := s.own
	if own == "" {
		own = s.said
	} else if s.said != "" && !strings.EqualFold(own, s.said) {
		s.clash = true
	}
	if s.clash && !t.response && !s.fixed {
		t.x.fail(PathSOAP)
	}
	s.own = own
	t.settle(s)
}

// element finds out what an element in another one is.
func (t *typer) element(n *inspect.Node, s, parent *spot, c *content, i int) {
	if !s.full {
		s.place = attribute // its value, if it has one, is a field of its parent
		return
	}
	switch parent.place {
	case row:
		t.elementInRow(n, s, parent)
	case holder:
		s.place, s.object, s.plan = wrap, parent.object, parent.plan
		if string(n.Key) == "records" {
			s.place = row
			t.settleMarkup(s)
		}
	case wrap, free:
		s.place = parent.place
		switch key := string(n.Key); {
		case key == "record", key == "masterRecord":
			s.place = row
			t.settleMarkup(s)
		case parent.place == wrap && c.isRow(key, i, n.Parent):
			s.place, s.object, s.plan, s.fixed = row, c.object, c.plan, c.fixed && c.object != ""
			t.settleMarkup(s)
		case s.own != "" && s.linked: // REST says of each row what and where it is
			s.place = row
			t.settleMarkup(s)
		}
	case compound, scalars:
		s.place, s.object, s.name = parent.place, parent.object, parent.name
	case attribute:
		s.place = attribute
	}
}

// isRow reports whether an element, the i-th in its record, is a row although it does not say so.
func (c *content) isRow(key string, i, parent int) bool {
	if c.soap || c.kind != rows {
		return false
	}
	switch c.list {
	case "":
		return i == 1
	case "[]":
		return parent == 1
	}
	return key == c.list[strings.LastIndexByte(c.list, '.')+1:]
}

// elementInRow finds out what an element in a row is.
func (t *typer) elementInRow(n *inspect.Node, s, parent *spot) {
	switch {
	case s.rows:
		s.place, s.object, s.plan = holder, t.follow(parent.object, n.Key), t.subplan(parent, n.Key)
	case isCompound(n.Key) && s.said == "" && (s.own == "" || strings.EqualFold(s.own, "address") || strings.EqualFold(s.own, "location")):
		s.place, s.object, s.name = compound, parent.object, n.Key
	case string(n.Key) == "sObject": // Bulk 1.0 puts the row on the other side of a relationship into one
		s.place, s.object, s.plan, s.fixed = row, parent.object, parent.plan, parent.fixed
		t.settleMarkup(s)
	default:
		s.place, s.object = row, t.follow(parent.object, n.Key)
		s.fixed = s.object != "" && !t.response
		t.settleMarkup(s)
	}
}

// markupField types one field by its container.
func (t *typer) markupField(rec *inspect.Record, f *inspect.Field, s *spot, n *inspect.Node) {
	f.Object = ""
	switch {
	case f.Carrier == inspect.InName:
		if isQualified(f.Value) {
			f.Object = Control
		}
		return
	case isAttribute(rec, f):
		if isControlAttribute(f) {
			f.Object = Control
		} else if s.place == row || s.place == compound || s.place == scalars {
			f.Object = s.object
		}
		return
	case len(f.Name) == 0: // a comment
		return
	}
	switch s.place {
	case row:
		t.rowElement(f, s)
	case compound:
		f.Object = s.object
		f.Name = t.component(rec, s.name, f.Name)
	case scalars:
		f.Object = s.object
	case attribute:
		if isControl(f) {
			f.Object = Control
		}
	case wrap, holder, free:
		if s.place == free && !soapNames[string(f.Name)] {
			return
		}
		if (controlNames[string(f.Name)] || soapNames[string(f.Name)] || string(n.Key) == "errors" && string(f.Name) == "fields") &&
			(isControl(f) || isCount(f.Value) || isMoment(f.Value)) {
			f.Object = Control
		}
	}
}

// soapNames are the names of control data in XML, besides controlNames.
var soapNames = map[string]bool{"convertedStatus": true, "endDate": true, "ids": true, "queryLocator": true,
	"recordToMergeIds": true, "result": true, "sObjectType": true, "startDate": true, "updatedRelatedIds": true, "mergedRecordIds": true,
	"accountId": true, "contactId": true, "leadId": true, "ownerId": true, "opportunityId": true, "batchId": true, "jobId": true}

// rowElement types a value in a row.
func (t *typer) rowElement(f *inspect.Field, s *spot) {
	switch string(f.Name) {
	case "type":
		if s.said != "" && strings.EqualFold(s.said, string(bytes.TrimSpace(f.Value))) {
			f.Object = Control
			return
		}
	case "fieldsToNull": // it writes the field that it names
		if !t.response && isToken(f.Value, 4) {
			f.Object, f.Name, f.Kind, f.Value = s.object, f.Value, inspect.Null, nil
			return
		}
	}
	f.Object = s.object
	if s.plan != nil {
		t.rename(f, s)
	}
}

// isQualified reports whether b is an API name, perhaps with a prefix.
func isQualified(b []byte) bool {
	prefix, name, found := bytes.Cut(b, []byte(":"))
	return isToken(prefix, 4) && (!found || isToken(name, 4))
}

// isControlAttribute reports whether an attribute can be nothing but control data.
func isControlAttribute(f *inspect.Field) bool {
	switch string(f.Name) {
	case "type", "nil", "mustUnderstand", "actor", "encodingStyle", "url", "relay", "id", "href":
	default:
		return false
	}
	v := f.Value
	return isControl(f) || isQualified(v) || bytes.Equal(v, []byte("http://schemas.xmlsoap.org/soap/encoding/"))
}

// isCount reports whether b is a number of at most eight digits: an SSN has one more.
func isCount(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) <= 8
}

// isMoment reports whether b is a date with a time of day, as the limits of getUpdated are.
func isMoment(b []byte) bool {
	const shape = "0000-00-00T00:00:00"
	if len(b) < len(shape) || len(b) > 29 {
		return false
	}
	for i := range shape {
		if shape[i] != b[i] && !(shape[i] == '0' && isDigit(b[i])) {
			return false
		}
	}
	return len(bytes.Trim(b[len(shape):], "0123456789.:+-Z")) == 0
}
