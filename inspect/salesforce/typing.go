package salesforce

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// Type sets the objects of a decoded body record: Node.Object, Field.Object, and Field.Name where the format's name is
// not the field's own: the CSV column "Account.Name" becomes Name, the part street of MailingAddress becomes
// MailingStreet, an alias of a SELECT list the field behind it. An object that cannot be known stays empty.
//
// The values of queries and URLs inside the body are appended to rec.Fields, each with its own object, name and value,
// with the range of the whole query or URL, and a Carrier that is not InBody: they cannot be edited in place.
//
// A direction's records are typed in their order by one goroutine at a time; the two directions may go on at the same
// time. In steady state it allocates nothing for rows.
func (rt *Route) Type(dir inspect.Direction, rec *inspect.Record) {
	if rt.x == nil || len(rec.Nodes) == 0 {
		return
	}
	if rec.Role == inspect.Header {
		typeHeader(rec)
		return
	}
	content := rt.x.content(dir)
	c := &content
	t := &rt.x.typers[dir]
	t.x = rt.x
	format := rt.Format
	if dir == inspect.Response {
		format = rt.ResponseFormat
	}
	switch {
	case c.soap:
		rt.typeSOAP(t, rec, c, dir)
		return
	case isMarkup(rec):
		rt.typeMarkup(t, rec, c, dir)
		return
	case format == formatCSV && len(rec.Nodes) == 1: // an error may be JSON
		t.row(rec, c)
		return
	case c.kind == composites && rec.Role == inspect.Data && dir == inspect.Request:
		rt.typeSubrequest(t, rec)
		return
	case c.kind == composites && rec.Role == inspect.Data:
		t.subresponse(rec)
		return
	}
	split := rec.Role == inspect.Data && rec.Base != ""
	t.begin(rec, dir)
	t.tree(rec, 0, c, split)
	t.query(rt, rec, 0, c, dir)
}

// place says what a container is.
type place uint8

const (
	outside   place = iota // not under the container that is typed
	free                   // of nothing that is known
	wrap                   // around rows: its own names are the API's
	row                    // a row
	list                   // an array of rows
	holder                 // the object around the array of a relationship's rows
	compound               // a compound field: an address, a geolocation, a name
	scalars                // an array that is the value of one field
	attribute              // attributes
)

// spot is what is known of a container.
type spot struct {
	place      place
	object     string // of the row, or of the rows in it
	own        string // attributes.type; the attribute type of an XML element
	said       string // the first element of that name
	plan       *plan
	name       []byte // compound, scalars: the field
	rows       bool   // holds an array named records
	failed     bool   // describes an error
	fixed      bool   // attributes.type does not count
	full       bool   // an XML element that holds more than attributes
	linked     bool   // it has an attribute url
	attributed bool   // it has attributes
	clash      bool   // it says two things of itself
}

// typer types the records of one direction. Its memory is reused from record to record.
type typer struct {
	x        *exchange
	response bool
	count    int    // subresponses so far
	call     string // of a SOAP request; empty until it was seen
	spots    []spot
	scratch  []byte
	names    map[string]string
	related  map[relation]string
	columns  []column
}

// relation is a relationship of an object.
type relation struct{ object, name string }

// maxRemembered bounds what a typer remembers of names, which come from the traffic.
const maxRemembered = 1024

// begin looks at all containers of a record once.
func (t *typer) begin(rec *inspect.Record, dir inspect.Direction) {
	t.response = dir == inspect.Response
	t.spots = t.spots[:0]
	for i := range rec.Nodes {
		n := &rec.Nodes[i]
		t.spots = append(t.spots, spot{})
		if n.Array && n.Parent >= 0 && n.Parent < i && string(n.Key) == "records" {
			t.spots[n.Parent].rows = true
		}
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Node < 0 || f.Node >= len(rec.Nodes) {
			continue
		}
		n := &rec.Nodes[f.Node]
		switch string(f.Name) {
		case "type":
			if n.Parent >= 0 && n.Parent < f.Node && f.Kind == inspect.String && string(n.Key) == "attributes" {
				t.spots[n.Parent].own = t.intern(f.Value)
			}
		case "errorCode", "statusCode":
			t.spots[f.Node].failed = t.response
		}
	}
}

// intern returns an API name as a string, "" if b is none.
func (t *typer) intern(b []byte) string {
	if s, ok := t.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if !isSafeName(s) {
		return ""
	}
	if t.names == nil {
		t.names = make(map[string]string)
	}
	if len(t.names) < maxRemembered {
		t.names[s] = s
	}
	return s
}

// follow returns the object that a relationship leads to, "" if that is not certain.
func (t *typer) follow(object string, name []byte) string {
	if object == "" {
		return ""
	}
	if o, ok := t.related[relation{object, string(name)}]; ok {
		return o
	}
	o := only(t.x.router.relations(t.x.host)(object, string(name)))
	if t.related == nil {
		t.related = make(map[relation]string)
	}
	if len(t.related) < maxRemembered {
		t.related[relation{object, string(name)}] = o
	}
	return o
}

// tree types the container root and what is in it. split says that the record is one row of those that c describes;
// otherwise it is all of the body.
func (t *typer) tree(rec *inspect.Record, root int, c *content, split bool) {
	t.spots[root] = t.root(&rec.Nodes[root], t.spots[root], c, split)
	t.spots[root].mark(&rec.Nodes[root])
	for i := root + 1; i < len(rec.Nodes); i++ {
		n := &rec.Nodes[i]
		if n.Parent < root || n.Parent >= i || t.spots[n.Parent].place == outside {
			continue
		}
		t.child(n, &t.spots[i], &t.spots[n.Parent], c)
		t.spots[i].mark(n)
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Node >= root && f.Node < len(t.spots) && t.spots[f.Node].place != outside {
			t.field(rec, f, &t.spots[f.Node], &rec.Nodes[f.Node])
		}
	}
	for i := root; i < len(t.spots); i++ {
		if t.spots[i].place == row && isHistory(t.spots[i].object) {
			nameHistory(rec, i)
		}
	}
}

// rowObject returns what a container is a row of.
func (s *spot) rowObject() string {
	if s.place == row {
		return s.object
	}
	return ""
}

// mark gives the container that s is of its object.
func (s *spot) mark(n *inspect.Node) {
	if s.place != free {
		n.Object = s.rowObject()
	}
}

// root returns what the root container is.
func (t *typer) root(n *inspect.Node, s spot, c *content, split bool) spot {
	s.object, s.plan, s.fixed = c.object, c.plan, c.fixed && c.object != ""
	switch {
	case c.field != nil: // the body is the value of a field, whatever it holds
		s.place, s.name = scalars, c.field
	case c.kind == anything, c.kind == queryText:
		s.place = free
		s.asRow(n)
	case c.kind != rows:
		s.place = wrap
	case split && n.Array, c.list == "[]" && !split && n.Array:
		s.place = list
	case !split && c.list != "" && s.own == "":
		s.place = wrap
	case n.Array:
		s.place = list
	default:
		s.place = row
		t.settle(&s)
	}
	return s
}

// asRow makes a row of a container that says what it is a row of.
func (s *spot) asRow(n *inspect.Node) {
	if s.own != "" && !n.Array {
		s.place, s.object = row, s.own
	}
}

// settle decides between what a row says of itself and what its place says.
func (t *typer) settle(s *spot) {
	switch {
	case s.failed && s.own == "":
		s.place, s.object = wrap, ""
	case s.own == "AggregateResult":
		s.object = ""
		if s.plan != nil {
			s.object = s.plan.object
		}
	case s.own != "" && !s.fixed:
		s.object = s.own
	}
}

// child finds out what a container in another one is.
func (t *typer) child(n *inspect.Node, s, parent *spot, c *content) {
	switch parent.place {
	case row:
		t.inRow(n, s, parent)
	case list:
		s.place, s.object, s.plan, s.fixed = row, parent.object, parent.plan, parent.fixed
		t.settle(s)
	case holder:
		s.place, s.object, s.plan = wrap, parent.object, parent.plan
		if n.Array && string(n.Key) == "records" {
			s.place = list
		}
	case wrap, free:
		s.place = parent.place
		s.asRow(n)
		if parent.place == wrap && c.kind == rows && string(n.Key) == c.list {
			s.object, s.plan, s.fixed = c.object, c.plan, c.fixed && c.object != ""
			if s.place = list; !n.Array {
				s.place = row
				t.settle(s)
			}
		}
	case compound, scalars:
		s.place, s.object, s.name = parent.place, parent.object, parent.name
	case attribute:
		s.place = attribute
	}
}

// inRow finds out what a container in a row is.
func (t *typer) inRow(n *inspect.Node, s, parent *spot) {
	switch {
	case string(n.Key) == "attributes":
		s.place = attribute
	case n.Array:
		s.place, s.object, s.name = scalars, parent.object, n.Key
	case s.rows:
		s.place, s.object, s.plan = holder, t.follow(parent.object, n.Key), t.subplan(parent, n.Key)
	case s.own == "" && isCompound(n.Key):
		s.place, s.object, s.name = compound, parent.object, n.Key
	default: // the row on the other side of a relationship
		s.place, s.object = row, t.follow(parent.object, n.Key)
		s.fixed = s.object != "" && !t.response
		t.settle(s)
	}
}

// subplan returns the plan of a sub-select.
func (t *typer) subplan(parent *spot, key []byte) *plan {
	if parent.plan == nil {
		return nil
	}
	return parent.plan.children[string(t.lower(key))]
}

// lower returns b in lower case, in memory that is reused.
func (t *typer) lower(b []byte) []byte {
	t.scratch = t.scratch[:0]
	for _, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		t.scratch = append(t.scratch, c)
	}
	return t.scratch
}

// field types one field by its container.
func (t *typer) field(rec *inspect.Record, f *inspect.Field, s *spot, n *inspect.Node) {
	if s.place != free { // what the format knows of its own, such as the type of a resource of FHIR, stays
		f.Object = ""
	}
	switch s.place {
	case row:
		f.Object = s.object
		if s.plan != nil {
			t.rename(f, s)
		}
	case list:
		f.Object = s.object
	case compound:
		f.Object = s.object
		f.Name = t.component(rec, s.name, f.Name)
	case scalars:
		f.Object = s.object
		if len(f.Name) == 0 {
			f.Name = s.name
		}
	case attribute:
		if isControl(f) {
			f.Object = Control
		}
	case wrap, holder:
		if (controlNames[string(f.Name)] || len(f.Name) == 0 && string(n.Key) == "fields") && isControl(f) {
			f.Object = Control
		}
	}
}

// rename puts the field behind an alias in its place.
func (t *typer) rename(f *inspect.Field, s *spot) {
	m, ok := s.plan.names[string(t.lower(f.Name))]
	if !ok {
		return
	}
	f.Object = m.object
	if m.name != nil {
		f.Name = m.name
	}
}

// nameHistory gives the old and new values in a row of a history object the name of the field that they are of.
func nameHistory(rec *inspect.Record, node int) {
	var name []byte
	for i := range rec.Fields {
		if f := &rec.Fields[i]; f.Node == node && string(f.Name) == "Field" && isSafeName(string(f.Value)) {
			name = f.Value
		}
	}
	if name == nil {
		return
	}
	for i := range rec.Fields {
		if f := &rec.Fields[i]; f.Node == node && (bytes.EqualFold(f.Name, oldValue) || bytes.EqualFold(f.Name, newValue)) {
			f.Name = name
		}
	}
}

// The value columns of history objects.
var oldValue, newValue = []byte("OldValue"), []byte("NewValue")
