package salesforce

import (
	"errors"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// canonical spells the path of a target the way the router understands it.
func canonical(t *target) string {
	var b []byte
	for _, s := range t.segs {
		b = append(b, '/')
		b = inspect.PathSegment.Append(b, []byte(s.value))
	}
	if len(b) == 0 {
		return "/"
	}
	return string(b)
}

func FuzzRoute(f *testing.F) {
	for _, seed := range []struct{ method, target string }{
		{"POST", "//services/data/v60.0/sobjects/Contact.json/"},
		{"PATCH", "/services/data/v60.0/sobjects/Contact/MRN__c/M%201?_HttpMethod=PATCH"},
		{"GET", "/services/data/v60.0/query?q=SELECT+Id+FROM+A+WHERE+B='%27'&x=%41"},
		{"GET", "/services/data/v60.0/search/?q=FIND+%7Bx%7D"},
		{"GET", "/services/async/60.0/job/7505e00000Abcde/batch/7515e00000Abcde/result/1"},
		{"POST", "/services/data/v60.0/composite/tree/Account"},
		{"GET", "/services/apexrest/a/b%2525c/...json.xml?a&&=b"},
	} {
		f.Add(seed.method, seed.target, false)
	}
	r := New(Config{Jobs: 10, Schemas: 10})
	f.Fuzz(func(t *testing.T, method, raw string, inBody bool) {
		m := &matcher{router: r, host: host, inBody: inBody}
		rt, err := m.route(method, raw, nil)
		if err != nil {
			return
		}
		checkValues(t, rt, raw)
		if strings.ContainsAny(rt.Template, "%?;\\ ") {
			t.Fatalf("template %q", rt.Template)
		}
		path := canonical(rt.x.target)
		again, refused := parseTarget(path, inBody)
		if refused != nil {
			t.Fatalf("the canonical path is refused for %s", refused.Reason)
		}
		if twice := canonical(again); twice != path {
			t.Fatalf("canonical twice: %q and %q", path, twice)
		}
		_, query, _ := strings.Cut(raw, "?")
		m = &matcher{router: r, host: host, inBody: inBody}
		other, err := m.route(method, path+"?"+query, nil)
		if err != nil || summary(other) != summary(rt) {
			t.Fatalf("the canonical path means %v, not %q", other, summary(rt))
		}
	})
}

// checkValues checks that the ranges of a target's values lie in it, and that what has no query literals decodes to
// the values.
func checkValues(t *testing.T, rt *Route, raw string) {
	t.Helper()
	var rec inspect.Record
	rt.Target(&rec, raw)
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Start < 0 || f.End < f.Start || f.End > len(raw) {
			t.Fatalf("range %d to %d of %d bytes", f.Start, f.End, len(raw))
		}
		value, reason := unescape(raw[f.Start:f.End], f.Carrier == inspect.InQuery)
		if reason != "" {
			t.Fatalf("range %q does not decode: %s", raw[f.Start:f.End], reason)
		}
		if rt.x.soql == nil && rt.x.sosl == nil && value != string(f.Value) {
			t.Fatalf("range %q is not the value %q", raw[f.Start:f.End], f.Value)
		}
	}
}

// FuzzSubrequest types composite requests whose URL, method and body keys are arbitrary.
func FuzzSubrequest(f *testing.F) {
	f.Add("GET", "v60.0/query?q=SELECT+Id+FROM+A+WHERE+B='x'", "records", "attributes")
	f.Add("POST", "/services/data/v60.0/sobjects/Contact/MRN__c/x", "Account", "MailingAddress")
	f.Fuzz(func(t *testing.T, method, url, key, name string) {
		rt := mustRoute(t, New(Config{Jobs: 1, Schemas: 1}), "POST /services/data/v60.0/composite")
		rec := inspect.Record{Base: "compositeRequest[]", Raw: []byte(url), Nodes: []inspect.Node{{Parent: -1},
			{Parent: 0, Key: []byte("body")}, {Parent: 1, Key: []byte(key)}, {Parent: 2, Array: true, Key: []byte("records")},
			{Parent: 3}, {Parent: 4, Key: []byte(name)}}}
		for node, fieldName := range []string{"method", "type", name, key, "type", "street"} {
			rec.Fields = append(rec.Fields, inspect.Field{Node: node, Name: []byte(fieldName), Value: []byte(method)})
		}
		rec.Fields = append(rec.Fields, inspect.Field{Name: []byte("url"), Value: []byte(url), End: len(url)})
		before := len(rec.Fields)
		rt.Type(inspect.Request, &rec)
		var refused *PathError
		if err := rt.Err(); err != nil && !errors.As(err, &refused) {
			t.Fatalf("error %v", err)
		}
		if len(rec.Fields) < before {
			t.Fatal("a field has gone")
		}
		for i := range rec.Fields {
			rec.Path(i)
		}
	})
}
