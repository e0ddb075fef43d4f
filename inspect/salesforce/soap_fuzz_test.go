package salesforce

import (
	"bytes"
	"testing"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/format"
)

// FuzzSOAP types whatever the decoder reads. A number that is an SSN is control data nowhere but in the credentials of a
// login; every field keeps its range and stands in a node; and the first call is the only one.
func FuzzSOAP(f *testing.F) {
	const ssn = "536-90-4399"
	for _, call := range []string{
		`<create><sObjects xsi:type="Contact"><fieldsToNull>` + ssn + `</fieldsToNull><a nil="` + ssn + `"/></sObjects></create>`,
		`<query><queryString>SELECT Id FROM Contact WHERE a = '` + ssn + `'</queryString></query>`, `<delete><ids>` + ssn + `</ids></delete>`,
		`<login><username>` + ssn + `</username><password>` + ssn + `</password></login>`, `<retrieve><fieldList>` + ssn + `</fieldList></retrieve>`,
		`<queryResponse><result><queryLocator>` + ssn + `</queryLocator><records><type>` + ssn + `</type><Cases><records><b>` + ssn + `</b></records></Cases></records><size>536904399</size></result></queryResponse>`,
		`<loginResponse><result><sessionId>` + ssn + `</sessionId><userInfo><userId>` + ssn + `</userId></userInfo></result></loginResponse>`,
	} {
		f.Add([]byte(envelope(call)), false)
		f.Add([]byte(envelope(call)), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, plain bool) {
		for _, line := range []string{partner, "POST /services/data/v60.0/sobjects/Contact", "POST /services/async/60.0/job"} {
			rt := mustRoute(t, New(Config{}), line)
			for dir, shape := range []inspect.Shape{rt.Request, rt.Response} {
				if plain {
					shape = inspect.Shape{}
				}
				fuzzTyping(t, rt, inspect.Direction(dir), shape, body, ssn)
			}
		}
	})
}

func fuzzTyping(t *testing.T, rt *Route, dir inspect.Direction, shape inspect.Shape, body []byte, ssn string) {
	f, err := format.Choose("xml", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	dec := f.New(shape, format.Limits{})
	var rec inspect.Record
	for at := 0; at < len(body); {
		n, err := dec.Decode(body[at:], true, &rec)
		if err != nil {
			return
		}
		at += n
		rt.Type(dir, &rec)
		for i := range rec.Fields {
			f := &rec.Fields[i]
			if f.Node < 0 || f.Node >= len(rec.Nodes) || f.Start > f.End || f.End > len(rec.Raw) {
				t.Fatalf("field %s=%q stands at %d:%d in node %d", f.Name, f.Value, f.Start, f.End, f.Node)
			}
			credential := string(f.Name) == "username" || string(f.Name) == "password"
			if f.Object == Control && !credential && (bytes.Equal(f.Value, []byte(ssn)) || string(f.Value) == "536904399") {
				t.Fatalf("%s=%q counts as control data", f.Name, f.Value)
			}
		}
	}
}
