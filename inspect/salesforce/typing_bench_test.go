package salesforce

import (
	"slices"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// rowRecord is a row of a query's result with a parent and a compound field, as the JSON decoder gives it.
func rowRecord() *inspect.Record {
	rec := &inspect.Record{Base: "records[]", Nodes: []inspect.Node{{Parent: -1}, {Parent: 0, Key: []byte("attributes")},
		{Parent: 0, Key: []byte("Account")}, {Parent: 2, Key: []byte("attributes")},
		{Parent: 0, Key: []byte("MailingAddress")}}}
	add := func(node int, name, value string) {
		rec.Fields = append(rec.Fields, inspect.Field{Node: node, Name: []byte(name), Value: []byte(value)})
	}
	add(1, "type", "Contact")
	add(1, "url", "/services/data/v60.0/sobjects/Contact/0035e00000Abcde")
	for _, name := range []string{"Id", "FirstName", "LastName", "Email", "Phone", "Birthdate", "SSN__c", "MRN__c"} {
		add(0, name, "value")
	}
	add(3, "type", "Account")
	add(2, "Name", "value")
	add(4, "street", "1 Oak")
	add(4, "city", "Reno")
	return rec
}

// rowTyper returns a function that types the record once more, as a decoder would hand it out.
func rowTyper(t testing.TB, line string, rec *inspect.Record) func() {
	req := New(Config{})
	rt, err := route(req, expand(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	nodes, fields := slices.Clone(rec.Nodes), slices.Clone(rec.Fields)
	base := rec.Base
	return func() {
		rec.Reset()
		rec.Base = base
		rec.Nodes, rec.Fields = append(rec.Nodes, nodes...), append(rec.Fields, fields...)
		rt.Type(inspect.Response, rec)
	}
}

func csvRecord() *inspect.Record {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for _, name := range []string{"LastName", "Account.Name", "Owner.Email", "SSN__c", "sf__Id"} {
		rec.Fields = append(rec.Fields, inspect.Field{Name: []byte(name), Value: []byte("value")})
	}
	return rec
}

var rowKinds = map[string]struct {
	line string
	rec  func() *inspect.Record
}{
	"json":  {"GET B/query?q=SELECT+Id+FROM+Contact", rowRecord},
	"alias": {"GET B/query?q=SELECT+FORMAT(SSN__c)+s,Id+FROM+Contact", rowRecord},
	"csv":   {"GET B/jobs/query/{job}/results", csvRecord},
}

func TestTypeAllocations(t *testing.T) {
	for name, tc := range rowKinds {
		t.Run(name, func(t *testing.T) {
			if n := testing.AllocsPerRun(100, rowTyper(t, tc.line, tc.rec())); n != 0 {
				t.Errorf("%v allocations for a row", n)
			}
		})
	}
}

func BenchmarkType(b *testing.B) {
	for name, tc := range rowKinds {
		b.Run(name, func(b *testing.B) {
			f := rowTyper(b, tc.line, tc.rec())
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

func BenchmarkRoute(b *testing.B) {
	r := New(Config{})
	for name, line := range map[string]string{
		"row":   "PATCH /services/data/v60.0/sobjects/Contact/MRN__c/M1",
		"query": "GET /services/data/v60.0/query?q=SELECT+Id,LastName+FROM+Contact+WHERE+SSN__c='123-45-6789'",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := route(r, line, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
