package salesforce

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// formatXML is the format of SOAP and of Bulk 1.0 jobs that say so; formatUnread is no format: what has it is unreadable.
const (
	formatXML    = "xml"
	formatUnread = "unread"
)

// soapCall is what an element of a SOAP body asks for.
type soapCall struct {
	op Operation
	// rows is the name of the elements in it that are records of their own; the call itself is one if it is empty.
	rows string
	// answers is the path of the records in its response, from the result on.
	answers string
	// plain says that the call neither reads nor changes rows. It makes no record.
	plain bool
}

// soapCalls are the calls of the partner and the enterprise API. Those that describe something are known by their name's
// beginning.
var soapCalls = map[string]soapCall{
	"create": {op: Create, rows: "sObjects"}, "update": {op: Update, rows: "sObjects"}, "upsert": {op: Upsert, rows: "sObjects"},
	"delete": {op: Delete, rows: "ids"}, "undelete": {op: Update, rows: "ids"}, "emptyRecycleBin": {op: Delete, rows: "ids"},
	"deleteByExample": {op: Delete, rows: "sObjects"}, "merge": {op: Update, rows: "request"},
	"convertLead": {op: Update, rows: "leadConverts"}, "process": {op: Update, rows: "actions"},
	"performQuickActions": {op: Create, rows: "quickActions"}, "sendEmail": {op: Create, rows: "messages"},
	"sendEmailMessage": {op: Create, rows: "ids"}, "findDuplicates": {op: Read, rows: "sObjects"},
	"query": {op: Read, answers: "records"}, "queryAll": {op: Read, answers: "records"}, "queryMore": {op: Read, answers: "records"},
	"search": {op: Search, answers: "searchRecords"}, "retrieve": {op: Read}, "getUpdated": {op: Read}, "getDeleted": {op: Read},
	"findDuplicatesByIds": {op: Read}, "executeListView": {op: Read}, "renderEmailTemplate": {op: Read},
	"renderStoredEmailTemplate": {op: Read}, "retrieveQuickActionTemplates": {op: Read}, "retrieveMassQuickActionTemplates": {op: Read},
	"setPassword": {op: Update}, "resetPassword": {op: Update}, "changeOwnPassword": {op: Update}, "invalidateSessions": {op: Update},
	"login": {op: Login, plain: true}, "logout": {op: Login, plain: true},
	"getUserInfo": {op: Describe, plain: true}, "getServerTimestamp": {op: Describe, plain: true},
}

// soapRequest and soapResponse are the paths of the records in the bodies of these calls. They are not to be changed.
var soapRequest, soapResponse = soapPaths()

const soapBody = "Envelope.Body."

func soapPaths() (request, response []string) {
	for _, name := range slices.Sorted(maps.Keys(soapCalls)) {
		call := soapCalls[name]
		if call.plain {
			continue
		}
		in, out := soapBody+name, soapBody+name+"Response.result"
		if call.rows != "" {
			in += "." + call.rows
		}
		if call.answers != "" {
			out += "." + call.answers
		}
		request, response = append(request, in), append(response, out)
	}
	return request, response
}

// callOf returns the call with the given name.
func callOf(name string) (soapCall, bool) {
	if strings.HasPrefix(name, "describe") {
		return soapCall{op: Describe, plain: true}, true
	}
	call, ok := soapCalls[name]
	return call, ok
}

// soap matches what stands behind Soap. The partner and the enterprise API are read; the bodies of metadata, tooling,
// Apex and of an org's own services are not.
func (m *matcher) soap() {
	m.set(SOAP, Mixed)
	m.rt.Dialect = SOAPFault
	m.rt.Format, m.rt.ResponseFormat = formatUnread, formatUnread
	for _, kind := range [...]string{"u", "c", "m", "T", "s"} {
		if !m.fixed(kind) {
			continue
		}
		m.rest()
		if kind == "u" || kind == "c" {
			m.rt.Format, m.rt.ResponseFormat = formatXML, formatXML
			m.rt.Request.Records, m.rt.Response.Records = soapRequest, soapResponse
			m.body(inspect.Request, content{kind: rows, soap: true})
			m.body(inspect.Response, content{kind: rows, soap: true})
		}
		return
	}
	if m.fixed("class") {
		for m.left() > 0 {
			if m.name() == "" {
				m.take(segValue, "")
			}
		}
		return
	}
	m.rt.API = Unknown
	m.rt.Dialect = JSONArray
	m.rt.Format, m.rt.ResponseFormat = "", ""
}

// typeSOAP types a record of an envelope.
func (rt *Route) typeSOAP(t *typer, rec *inspect.Record, c *content, dir inspect.Direction) {
	t.beginMarkup(rec, dir)
	name, rest, _ := strings.Cut(strings.TrimPrefix(rec.Base, soapBody), ".")
	name = strings.TrimSuffix(name, "[]")
	if rec.Role != inspect.Data {
		if dir == inspect.Request {
			rt.calls(t, rec)
		}
		t.frame(rec)
		if dir == inspect.Response {
			t.cursor(rec, c)
		} else {
			t.tellMethod(rec)
		}
		return
	}
	root := spot{place: free}
	switch {
	case rest == "sObjects[]", name == "retrieveResponse", rest == "result.records[]":
		root = spot{place: row, plan: c.plan}
	case dir == inspect.Response && rest == "result[]", rest == "ids[]":
		root.place = wrap
	}
	t.markup(rec, root, c)
	if dir == inspect.Response {
		return
	}
	if !rt.called(t, rec, name) {
		return
	}
	t.arguments(rt, rec, name)
	t.tellMethod(rec)
}

// tellMethod puts a field in front of the others that tells what the record does, as the parts of a composite request
// have one. A record that does nothing that REST has a method for, such as a login, or what stands in front of the
// call, is no part of a request: its field does not stand in the body.
func (t *typer) tellMethod(rec *inspect.Record) {
	f := inspect.Field{Object: Control, Name: methodName, Value: soapMethods[soapCalls[t.call].op]}
	if f.Value == nil {
		f.Carrier = inspect.InHeader
	}
	rec.Fields = slices.Insert(rec.Fields, 0, f)
}

// methodName is the name of the field that tells what a part of a mixed request does.
var methodName = []byte("method")

// soapMethods are the methods that REST has for an operation.
var soapMethods = map[Operation][]byte{Create: []byte("POST"), Update: []byte("PATCH"), Upsert: []byte("PATCH"),
	Delete: []byte("DELETE"), Read: []byte("GET"), Search: []byte("GET")}

// calls finds out what an envelope asks for: the one element in its body.
func (rt *Route) calls(t *typer, rec *inspect.Record) {
	if len(rec.Nodes) > 1 && string(rec.Nodes[1].Key) != "Envelope" {
		t.x.fail(PathSOAP)
		return
	}
	if len(rec.Nodes) == 1 && slices.ContainsFunc(rec.Fields, func(f inspect.Field) bool { return len(f.Name) > 0 }) {
		t.x.fail(PathSOAP) // a root without elements
		return
	}
	n := 0
	in := func(node int, name []byte) {
		if !isNodeAt(rec, node, "Body", "Envelope") {
			return
		}
		if n++; n > 1 {
			t.x.fail(PathSOAP)
		}
		rt.called(t, rec, string(name))
	}
	for i := 1; i < len(rec.Nodes); i++ {
		if s := &t.spots[i]; s.full || !s.attributed { // neither: it was opened in an earlier record
			in(rec.Nodes[i].Parent, rec.Nodes[i].Key)
		}
	}
	for i := range rec.Fields {
		if f := &rec.Fields[i]; f.Carrier == inspect.InBody && len(f.Name) > 0 && !isAttribute(rec, f) {
			in(f.Node, f.Name)
		}
	}
}

// isNodeAt reports whether a node has the given key and stands in one with the other, at the document's root.
func isNodeAt(rec *inspect.Record, node int, key, in string) bool {
	if node < 2 || node >= len(rec.Nodes) || string(rec.Nodes[node].Key) != key {
		return false
	}
	parent := rec.Nodes[node].Parent
	return parent > 0 && rec.Nodes[parent].Parent == 0 && string(rec.Nodes[parent].Key) == in
}

// leastWindow is what is certainly held until it was decided, in bytes.
const leastWindow = 4 << 10

// called takes note of the call. One that is not known, or not the first, is refused. What the request does is known
// with it: as the call comes with the first bytes, nothing was released and nobody looks at the Route yet; of an
// envelope with more in front of it the operation stays mixed.
func (rt *Route) called(t *typer, rec *inspect.Record, name string) bool {
	call, ok := callOf(name)
	if !ok || t.call != "" && t.call != name {
		t.x.fail(PathSOAP)
		return false
	}
	if t.call == "" {
		t.call = strings.Clone(name)
		if rec.Offset < leastWindow {
			rt.Operation = call.op
		}
	}
	return true
}

// cursor remembers what the rows on the further pages of a query mean.
func (t *typer) cursor(rec *inspect.Record, c *content) {
	if c.plan == nil || !c.plan.matters() {
		return
	}
	for i := range rec.Fields {
		if f := &rec.Fields[i]; string(f.Name) == "queryLocator" && isLocator(string(f.Value)) {
			t.x.router.memory.keepCursor(t.x.host, strings.Clone(string(f.Value)), c.plan)
		}
	}
}

// arguments reads what a call asks for: its query, search or list of fields.
func (t *typer) arguments(rt *Route, rec *inspect.Record, name string) {
	switch name {
	case "query", "queryAll":
		if i := t.argument(rec, "queryString"); i >= 0 {
			t.bodyQuery(rt, rec, i, inspect.Request)
		}
	case "search":
		if i := t.argument(rec, "searchString"); i >= 0 {
			t.bodySearch(rt, rec, i)
		}
	case "queryMore":
		if i := t.argument(rec, "queryLocator"); i >= 0 && isLocator(string(rec.Fields[i].Value)) {
			rec.Fields[i].Object = Control
			p := t.x.router.memory.cursor(t.x.host, string(rec.Fields[i].Value))
			t.x.mu.Lock()
			t.x.bodies[inspect.Response].plan = p
			t.x.mu.Unlock()
		}
	case "retrieve":
		t.retrieve(rt, rec)
	}
}

// argument returns the index of the one field of a call with the given name, -1 without one. A second one is refused:
// the org could take either.
func (t *typer) argument(rec *inspect.Record, name string) int {
	found := -1
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Node != 0 || string(f.Name) != name || isAttribute(rec, f) || f.Carrier != inspect.InBody {
			continue
		}
		if found >= 0 {
			t.x.fail(PathSOAP)
		}
		found = i
	}
	return found
}

// bodySearch reads the search in field i, like bodyQuery.
func (t *typer) bodySearch(rt *Route, rec *inspect.Record, i int) {
	s, err := ParseSOSL(rec.Fields[i].Value)
	if err != nil {
		t.x.fail(PathQuery)
		return
	}
	rt.Reads = append(rt.Reads, s.reads(t.x.router.relations(t.x.host))...)
	rec.Fields[i].Object = Control
	t.literals(rec, i, s.Literals)
}

// retrieve reads which fields of which object are asked for.
func (t *typer) retrieve(rt *Route, rec *inspect.Record) {
	list, object := t.argument(rec, "fieldList"), t.argument(rec, "sObjectType")
	if list < 0 || object < 0 {
		return
	}
	q := &SOQL{Object: string(bytes.TrimSpace(rec.Fields[object].Value))}
	paths := string(rec.Fields[list].Value)
	for path := range strings.SplitSeq(paths, ",") {
		if path = strings.TrimSpace(path); path != "" {
			rt.Reads = append(rt.Reads, q.resolve(path, t.x.router.relations(t.x.host))...)
		}
	}
	if everyPart(paths, func(s string) bool { return isToken([]byte(s), 4) }) {
		rec.Fields[list].Object = Control
	}
	if isControl(&rec.Fields[object]) {
		rec.Fields[object].Object = Control
	}
}
