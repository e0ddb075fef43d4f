package salesforce

import (
	"bytes"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// query reads the queries and field lists in a typed body: in a job's description, a form, a batch of SOQL, and in
// what says which rows to return.
func (t *typer) query(rt *Route, rec *inspect.Record, root int, c *content, dir inspect.Direction) {
	if c.kind == selection && dir == inspect.Request {
		rt.Reads = append(rt.Reads, t.selected(rec, root, c)...)
		return
	}
	if c.kind != jobState && c.kind != queryText {
		return
	}
	for i, n := 0, len(rec.Fields); i < n; i++ {
		f := &rec.Fields[i]
		name := string(f.Name)
		if f.Node == root && (c.kind == jobState && name == "query" || c.kind == queryText && (name == "q" || name == "")) &&
			len(bytes.TrimSpace(f.Value)) > 0 {
			t.bodyQuery(rt, rec, i, dir)
		}
	}
}

// bodyQuery reads the query in field i. The query itself counts as control data: its values become fields of their
// own.
func (t *typer) bodyQuery(rt *Route, rec *inspect.Record, i int, dir inspect.Direction) {
	q, err := ParseSOQL(rec.Fields[i].Value)
	if err != nil {
		if dir == inspect.Request { // a response says what the org already has
			t.x.fail(PathQuery)
		}
		return
	}
	if dir == inspect.Request {
		rel := t.x.router.relations(t.x.host)
		rt.Reads = append(rt.Reads, q.reads(rel)...)
		t.x.mu.Lock()
		if c := &t.x.bodies[inspect.Response]; c.kind == rows && c.plan == nil { // a form's query is answered at once
			c.plan = q.plan(rel)
		}
		t.x.mu.Unlock()
	}
	rec.Fields[i].Object = Control
	t.literals(rec, i, q.Literals)
}

// literals appends the values of a query in field i, with the range of the whole field.
func (t *typer) literals(rec *inspect.Record, i int, literals []Literal) {
	rel := t.x.router.relations(t.x.host)
	for k := range literals {
		lit := &literals[k]
		object, name := lit.meaning(rel)
		f := rec.Fields[i]
		f.Object, f.Name, f.Value = object, rec.Keep([]byte(name)), rec.Keep(lit.Value)
		f.Carrier, f.Kind = inspect.InQuery, inspect.String
		rec.Fields = append(rec.Fields, f)
	}
}

// meaning returns the field that a literal is compared with.
func (l *Literal) meaning(rel relations) (object, name string) {
	if l.from == nil || l.Path == "" {
		return "", l.Path
	}
	refs := l.from.resolve(l.Path, rel)
	if len(refs) == 1 {
		object = refs[0].Object
	}
	return object, refs[0].Field
}

// selected returns what {"ids":[…],"fields":[…]} and {"q":…,"sobjects":[{"name":…,"fields":[…]}]} ask for.
func (t *typer) selected(rec *inspect.Record, root int, c *content) []Ref {
	var refs []Ref
	q := &SOQL{}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Node <= root || f.Node >= len(rec.Nodes) || string(rec.Nodes[f.Node].Key) != "fields" {
			continue
		}
		q.Object = c.object
		if owner := rec.Nodes[f.Node].Parent; owner > root {
			q.Object = fieldText(rec, owner, "name")
		}
		if q.Object == "" {
			refs = append(refs, Ref{Field: string(f.Value)})
			continue
		}
		refs = append(refs, q.resolve(string(f.Value), t.x.router.relations(t.x.host))...)
	}
	return refs
}

// fieldText returns the value of a container's field, "" if there is none.
func fieldText(rec *inspect.Record, node int, name string) string {
	for i := range rec.Fields {
		if f := &rec.Fields[i]; f.Node == node && string(f.Name) == name {
			return string(f.Value)
		}
	}
	return ""
}

// subrequest is what is remembered of a subrequest for its response.
type subrequest struct {
	reference string
	response  content
}

// maxSubrequests is more than Salesforce takes in one request.
const maxSubrequests = 1000

// typeSubrequest types an element of compositeRequest or batchRequests: its URL decides what its body is, as if it had
// been sent by itself.
func (rt *Route) typeSubrequest(t *typer, rec *inspect.Record) {
	t.begin(rec, inspect.Request)
	t.tree(rec, 0, &content{kind: composites}, true)
	url := -1
	method := ""
	for i := range rec.Fields {
		if f := &rec.Fields[i]; f.Node == 0 {
			switch string(f.Name) {
			case "url":
				url = i
			case "method":
				method = strings.ToUpper(string(f.Value))
			}
		}
	}
	if url < 0 || method == "" {
		rt.x.remember(subrequest{})
		rt.x.fail(PathSubrequest)
		return
	}
	m := &matcher{router: rt.x.router, host: rt.x.host, inBody: true}
	sub, err := m.route(method, fullURL(string(rec.Fields[url].Value)), nil)
	if err != nil {
		rt.x.remember(subrequest{})
		rt.x.fail(err.Reason)
		return
	}
	if sub.Operation == None { // what it does is not known, so that the whole must be refused
		rt.x.fail(PathSubrequest)
	}
	rt.x.remember(subrequest{fieldText(rec, 0, "referenceId"), sub.x.bodies[inspect.Response]})
	rt.Reads = append(rt.Reads, sub.Reads...)
	for i := range rec.Nodes {
		n := &rec.Nodes[i]
		if n.Parent == 0 && (string(n.Key) == "body" || string(n.Key) == "richInput") {
			c := &sub.x.bodies[inspect.Request]
			t.tree(rec, i, c, false)
			t.query(rt, rec, i, c, inspect.Request)
		}
	}
	t.urlValues(rec, url, sub)
}

// fullURL returns the URL of a subrequest as a top-level request would have it; batches leave /services/data out.
func fullURL(url string) string {
	bare := strings.TrimLeft(url, "/")
	if len(bare) > 1 && (bare[0] == 'v' || bare[0] == 'V') && isDigit(bare[1]) {
		return "/services/data/" + bare
	}
	if bare != "" && url[0] != '/' {
		return "/" + url
	}
	return url
}

// urlValues makes fields of the values in the URL of a subrequest, which stands in field i.
func (t *typer) urlValues(rec *inspect.Record, i int, sub *Route) {
	var inner inspect.Record
	sub.Target(&inner, sub.x.target.raw)
	whole := &rec.Fields[i]
	whole.Carrier = inspect.InPath
	if sub.API != Unknown {
		whole.Object = Control
	}
	for k := range inner.Fields {
		v := &inner.Fields[k]
		if v.Object == Control {
			continue
		}
		f := rec.Fields[i]
		f.Object, f.Name, f.Carrier = v.Object, rec.Keep(v.Name), v.Carrier
		f.Value = rec.Keep(v.Value)
		rec.Fields = append(rec.Fields, f)
	}
}

// remember keeps a subrequest for its response.
func (x *exchange) remember(s subrequest) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.subs) < maxSubrequests {
		x.subs = append(x.subs, s)
	} else if x.err == nil {
		x.err = &PathError{Reason: PathSubrequest}
	}
}

// recall returns what the i-th result answers: results come in the order of their requests; one with another
// reference belongs to the request of that reference.
func (x *exchange) recall(i int, reference string) content {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i < len(x.subs) && (reference == "" || x.subs[i].reference == reference) {
		return x.subs[i].response
	}
	for _, s := range x.subs {
		if reference != "" && s.reference == reference {
			return s.response
		}
	}
	return content{}
}

// subresponse types an element of compositeResponse or results.
func (t *typer) subresponse(rec *inspect.Record) {
	t.begin(rec, inspect.Response)
	t.tree(rec, 0, &content{kind: composites}, true)
	c := t.x.recall(t.count, fieldText(rec, 0, "referenceId"))
	t.count++
	for i := range rec.Nodes {
		if n := &rec.Nodes[i]; n.Parent == 0 && (string(n.Key) == "body" || string(n.Key) == "result") {
			t.tree(rec, i, &c, false)
		}
	}
}
