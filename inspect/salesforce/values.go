package salesforce

import (
	"strings"

	"github.com/phigate/phigate/inspect"
)

// Target fills rec with the values that stand in the request's target: one field for each path segment that is a value
// (the value of an external id with its object and name), for each query parameter, and for each literal of a SOQL or
// SOSL query instead of the query itself. target is the origin-form as sent; rec.Raw is a copy of it, and the ranges of
// the fields are exact, but for literals with escapes, which get the range of the whole parameter. Names, Ids, versions
// and locators are no fields; parameters that can hold nothing else get the object Control.
func (rt *Route) Target(rec *inspect.Record, target string) {
	rec.Reset()
	rec.Raw = []byte(target)
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	if rt.x == nil {
		return
	}
	t := rt.x.target
	if target != t.raw {
		if t = rt.again(target); t == nil { // it is not what was routed: all of it may be a value
			rec.Fields = append(rec.Fields, inspect.Field{Carrier: inspect.InPath, Encoding: inspect.PathSegment,
				End: len(rec.Raw), Value: rec.Raw})
			return
		}
	}
	for i := range t.segs {
		s := &t.segs[i]
		if s.kind != segValue || s.value == "" {
			continue
		}
		f := inspect.Field{Carrier: inspect.InPath, Encoding: inspect.PathSegment, Start: s.start, End: s.end,
			Value: rec.Keep([]byte(s.value))}
		if s.name != "" {
			f.Object, f.Name = rt.Object, rec.Keep([]byte(s.name))
		}
		rec.Fields = append(rec.Fields, f)
	}
	for i := range t.params {
		p := &t.params[i]
		if p.name != "" && !inspect.IsName([]byte(p.name)) { // anything can be said in a name
			rec.Fields = append(rec.Fields, inspect.Field{Carrier: inspect.InName, Encoding: inspect.FormValue,
				Start: p.start, End: p.end, Value: rec.Keep([]byte(p.name))})
		}
		if p.value != "" {
			rt.param(rec, t, p)
		}
	}
}

// again takes a target apart that is spelt otherwise than the one that was routed; nil if it means another thing.
func (rt *Route) again(raw string) *target {
	m := &matcher{router: rt.x.router, host: rt.x.host}
	other, err := m.route(rt.Method, raw, nil)
	if err != nil || other.Template != rt.Template {
		return nil
	}
	return other.x.target
}

// param appends the values of one parameter.
func (rt *Route) param(rec *inspect.Record, t *target, p *param) {
	isQuery := p.name == "q" || p.name == "explain"
	switch {
	case isQuery && rt.x.soql != nil:
		rt.literals(rec, t, p, rt.x.soql.Literals)
		return
	case isQuery && rt.x.sosl != nil:
		rt.literals(rec, t, p, rt.x.sosl.Literals)
		return
	}
	f := inspect.Field{Carrier: inspect.InQuery, Encoding: inspect.FormValue, Start: p.start, End: p.end,
		Name: rec.Keep([]byte(p.name)), Value: rec.Keep([]byte(p.value))}
	if rt.isControl(p, &f) {
		f.Object = Control
	}
	rec.Fields = append(rec.Fields, f)
}

// literals appends the literals of a query in a parameter.
func (rt *Route) literals(rec *inspect.Record, t *target, p *param, literals []Literal) {
	rel := rt.x.router.relations(rt.x.host)
	for i := range literals {
		l := &literals[i]
		object, name := l.meaning(rel)
		f := inspect.Field{Object: object, Name: rec.Keep([]byte(name)), Carrier: inspect.InQuery,
			Encoding: inspect.FormValue, Start: p.start, End: p.end, Value: rec.Keep(l.Value)}
		if l.End-l.Start == len(l.Value) {
			f.Start, f.End = t.rawRange(p, l.Start, l.End)
		}
		rec.Fields = append(rec.Fields, f)
	}
}

// isControl reports whether a parameter can hold nothing but control data.
func (rt *Route) isControl(p *param, f *inspect.Field) bool {
	if rt.API == Unknown || rt.API == ApexREST || rt.API == OAuth {
		return false
	}
	switch {
	case p.name == "fields" || hasEnding(p.name, ".fields"):
		return everyPart(p.value, func(s string) bool { return isToken([]byte(s), 4) })
	case p.name == "ids":
		return everyPart(p.value, isID)
	}
	return controlParams[p.name] && (isControl(f) || len(p.value) <= 6 && strings.Trim(p.value, "0123456789") == "")
}

// controlParams are the parameters that hold control data.
var controlParams = map[string]bool{"_HttpMethod": true, "allOrNone": true, "batchSize": true, "columns": true,
	"isPkChunkingEnabled": true, "jobType": true, "limit": true, "locator": true, "maxRecords": true, "queryLocator": true,
	"sobject": true, "sobjects": true}

// everyPart reports whether every part of a comma-separated list is as asked.
func everyPart(list string, ok func(string) bool) bool {
	for part := range strings.SplitSeq(list, ",") {
		if !ok(strings.TrimSpace(part)) {
			return false
		}
	}
	return true
}
