package salesforce

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/format"
)

// typed decodes a body as the route says, types its records and spells their fields, one a line: what must be Contact's
// LastName is "Contact.LastName=Lee". Control data and empty values are left out; a value that is not in the body has
// its carrier in front.
func typed(t *testing.T, rt *Route, dir inspect.Direction, body string) []string {
	t.Helper()
	name, shape := rt.Format, rt.Request
	if dir == inspect.Response {
		name, shape = rt.ResponseFormat, rt.Response
	}
	if name == "" {
		name = "json"
	}
	var dec inspect.Decoder
	for _, f := range format.Formats {
		if f.Name == name {
			dec = f.New(shape, format.Limits{})
		}
	}
	var lines []string
	buf := []byte(body)
	var rec inspect.Record
	for {
		n, err := dec.Decode(buf, true, &rec)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return lines
		}
		rt.Type(dir, &rec)
		lines = append(lines, spell(&rec)...)
		buf = buf[n:]
	}
}

func spell(rec *inspect.Record) []string {
	var lines []string
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Object == Control || len(f.Value) == 0 {
			continue
		}
		carrier := ""
		if f.Carrier != inspect.InBody {
			carrier = f.Carrier.String() + " "
		}
		lines = append(lines, fmt.Sprintf("%s%s.%s=%s", carrier, f.Object, f.Name, f.Value))
	}
	return lines
}

func TestTypeRequest(t *testing.T) {
	tests := map[string]struct {
		line, body string
		want       []string
		reads      string
	}{
		"row": {"POST B/sobjects/Contact", `{"LastName":"Lee","SSN__c":"1"}`,
			[]string{"Contact.LastName=Lee", "Contact.SSN__c=1"}, ""},
		"row that claims to be another": {"POST B/sobjects/Contact", `{"attributes":{"type":"Lead"},"SSN__c":"1"}`,
			[]string{"Contact.SSN__c=1"}, ""},
		"attributes that hold a value": {"POST B/sobjects/Contact", `{"attributes":{"type":"Contact","url":"123-45-6789"}}`,
			[]string{".url=123-45-6789"}, ""},
		"foreign key by external id": {"POST B/sobjects/Contact", `{"Account":{"MRN__c":"A1"},"Gene__r":{"MRN__c":"G1"}}`,
			[]string{"Account.MRN__c=A1", ".MRN__c=G1"}, ""},
		"foreign key that claims to be another": {"POST B/sobjects/Contact", `{"Account":{"attributes":{"type":"Lead"},"MRN__c":"A1"}}`,
			[]string{"Account.MRN__c=A1"}, ""},
		"polymorphic foreign key": {"POST B/sobjects/Task", `{"Who":{"attributes":{"type":"Lead"},"MRN__c":"A1"}}`,
			[]string{"Lead.MRN__c=A1"}, ""},
		"compound": {"PATCH B/sobjects/Contact/{contact}", `{"MailingAddress":{"street":"1 Oak","postalCode":"02139"},"Home__c":{"latitude":"1"}}`,
			[]string{"Contact.MailingStreet=1 Oak", "Contact.MailingPostalCode=02139", "Contact.Home__Latitude__s=1"}, ""},
		"list value": {"POST B/sobjects/Contact", `{"X__c":["a"]}`, []string{"Contact.X__c=a"}, ""},
		"collection": {"POST B/composite/sobjects",
			`{"allOrNone":false,"records":[{"LastName":"Lee","attributes":{"type":"Contact"}},{"attributes":{"type":"Lead"},"Email":"e"},{"Phone":"5"}]}`,
			[]string{"Contact.LastName=Lee", "Lead.Email=e", ".Phone=5"}, ""},
		"collection of one object": {"PATCH B/composite/sobjects/Contact/MRN__c",
			`{"records":[{"attributes":{"type":"Lead"},"MRN__c":"M1"}]}`, []string{"Contact.MRN__c=M1"}, ""},
		"value for a control field": {"POST B/composite/sobjects", `{"allOrNone":"123-45-6789","records":[]}`,
			[]string{".allOrNone=123-45-6789"}, ""},
		"digits in a control field": {"POST B/composite/sobjects", `{"records":[{"attributes":{"type":"Contact","referenceId":"ref1"}},{"attributes":{"type":"Contact","referenceId":"ref123456789"}}]}`,
			[]string{".referenceId=ref123456789"}, ""},
		"rows under another name": {"POST B/composite/sobjects", `{"rows":[{"SSN__c":"1"}],"records":[]}`, []string{".SSN__c=1"}, ""},
		"tree": {"POST B/composite/tree/Account",
			`{"records":[{"attributes":{"type":"Account","referenceId":"ref1"},"Name":"A","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"ref2"},"LastName":"Lee"},{"Email":"e"}]}}]}`,
			[]string{"Account.Name=A", "Contact.LastName=Lee", "Contact.Email=e"}, ""},
		"quick action": {"POST B/sobjects/Case/quickActions/LogIt", `{"contextId":"{contact}","record":{"Subject":"s"}}`,
			[]string{".contextId={contact}", "Case.Subject=s"}, ""},
		"composite": {"POST B/composite",
			`{"allOrNone":true,"compositeRequest":[
			{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"a","body":{"LastName":"Lee","Account":{"MRN__c":"A1"}}},
			{"body":{"SSN__c":"1"},"referenceId":"b","url":"/services/data/v60.0/sobjects/Contact/MRN__c/M%201","method":"PATCH"},
			{"method":"GET","url":"/services/data/v60.0/query?q=SELECT Id,LastName FROM Contact WHERE SSN__c='5'","referenceId":"c"},
			{"method":"POST","url":"/services/data/v60.0/composite/sobjects","referenceId":"d","body":{"records":[{"attributes":{"type":"Lead"},"Email":"e"}]}},
			{"method":"PATCH","url":"/services/data/v60.0/sobjects/Contact/@{a.id}","referenceId":"e","body":{"Email":"e"}},
			{"method":"GET","url":"/services/data/v60.0/frobnicate/x","referenceId":"123-45-6789","body":{"Email":"e"}}]}`,
			[]string{"Contact.LastName=Lee", "Account.MRN__c=A1",
				"Contact.SSN__c=1", "path Contact.MRN__c=M 1",
				"query Contact.SSN__c=5", "Lead.Email=e", "Contact.Email=e",
				"path .url=/services/data/v60.0/frobnicate/x", ".referenceId=123-45-6789", ".Email=e",
				"path .=frobnicate", "path .=x"},
			"Contact.Id Contact.LastName"},
		"batch": {"POST B/composite/batch",
			`{"batchRequests":[{"method":"POST","url":"v60.0/sobjects/Contact","richInput":{"LastName":"Lee"}},{"method":"GET","url":"/services/data/v60.0/sobjects/Account/{account}?fields=Name"}]}`,
			[]string{"Contact.LastName=Lee"}, "Account.Name"},
		"graph": {"POST B/composite/graph",
			`{"graphs":[{"graphId":"1","compositeRequest":[{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"a","body":{"LastName":"Lee"}}]}]}`,
			[]string{"Contact.LastName=Lee"}, ""},
		"bulk 2 query": {"POST B/jobs/query", `{"operation":"query","query":"SELECT Id, Account.Name FROM Contact WHERE SSN__c='5'"}`,
			[]string{"query Contact.SSN__c=5"}, "Contact.Id Account.Name"},
		"bulk 2 ingest": {"POST B/jobs/ingest", `{"object":"Contact","operation":"insert","contentType":"CSV","columnDelimiter":"PIPE"}`, nil, ""},
		"retrieve": {"POST B/composite/sobjects/Contact", `{"ids":["{contact}"],"fields":["Id","Account.Name"]}`,
			[]string{".={contact}"}, "Contact.Id Account.Name"},
		"parameterized search": {"POST B/parameterizedSearch",
			`{"q":"Lee","fields":["Id"],"sobjects":[{"name":"Contact","fields":["SSN__c"]}]}`,
			[]string{".q=Lee", ".name=Contact"}, ".Id Contact.SSN__c"},
		"apex rest": {"POST /services/apexrest/x", `{"id":"123456789","r":{"attributes":{"type":"Contact"},"LastName":"Lee"}}`,
			[]string{".id=123456789", "Contact.LastName=Lee"}, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), expand(tc.line))
			got := typed(t, rt, inspect.Request, expand(tc.body))
			want := append([]string(nil), tc.want...)
			for i := range want {
				want[i] = expand(want[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.reads, refs(rt.Reads)); diff != "" {
				t.Errorf("reads: %s", diff)
			}
			if err := rt.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTypeResponse(t *testing.T) {
	tests := map[string]struct {
		line, body string
		want       []string
	}{
		"row": {"GET B/sobjects/Contact/{contact}",
			`{"attributes":{"type":"Contact","url":"/services/data/v60.0/sobjects/Contact/{contact}"},"Id":"{contact}","LastName":"Lee"}`,
			[]string{"Contact.Id={contact}", "Contact.LastName=Lee"}},
		"row without attributes": {"GET B/sobjects/Contact/{contact}", `{"LastName":"Lee"}`, []string{"Contact.LastName=Lee"}},
		"created":                {"POST B/sobjects/Contact", `{"id":"{contact}","success":true,"errors":[]}`, nil},
		"error": {"POST B/sobjects/Contact", `[{"message":"bad value: Lee","errorCode":"STRING_TOO_LONG","fields":["LastName"]}]`,
			[]string{".message=bad value: Lee"}},
		"error of a read": {"GET B/sobjects/Contact/{contact}", `[{"message":"no","errorCode":"NOT_FOUND"}]`,
			[]string{".message=no"}},
		"query": {"GET B/query?q=SELECT+Id+FROM+Contact",
			`{"totalSize":1,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/{cursor}-2000","records":[
			{"Account":{"attributes":{"type":"Account"},"Name":"A"},"Cases":{"totalSize":1,"done":true,"records":[{"Subject":"s","attributes":{"type":"Case"}}]},"Contact__r":{"SSN__c":"1"},"SSN__c":"1","attributes":{"type":"Contact"}}]}`,
			[]string{"Account.Name=A", "Case.Subject=s", ".SSN__c=1", "Contact.SSN__c=1"}},
		"aggregate": {"GET B/query?q=SELECT+SSN__c+x,COUNT(Id),MAX(Birthdate),Account.Name,COUNT(Id)+n+FROM+Contact+GROUP+BY+SSN__c,Account.Name",
			`{"records":[{"attributes":{"type":"AggregateResult"},"x":"1","expr0":5,"expr1":"1970-01-01","Name":"A","n":7}]}`,
			[]string{"Contact.SSN__c=1", "Contact.expr0=5", "Contact.Birthdate=1970-01-01", "Account.Name=A", "Contact.n=7"}},
		"nested aggregate": {"GET B/query?q=SELECT+CALENDAR_YEAR(CreatedDate),FORMAT(MAX(Birthdate))+FROM+Contact+GROUP+BY+CALENDAR_YEAR(CreatedDate)",
			`{"records":[{"attributes":{"type":"AggregateResult"},"expr0":2024,"expr1":"1970-01-01"}]}`,
			[]string{"Contact.CreatedDate=2024", "Contact.Birthdate=1970-01-01"}},
		"alias of a function": {"GET B/query?q=SELECT+FORMAT(SSN__c)+s,(SELECT+toLabel(Subject)+t+FROM+Cases)+FROM+Contact",
			`{"records":[{"attributes":{"type":"Contact"},"s":"1","Cases":{"records":[{"attributes":{"type":"Case"},"t":"x"}]}}]}`,
			[]string{"Contact.SSN__c=1", "Case.Subject=x"}},
		"history": {"GET B/query?q=SELECT+Field,OldValue+FROM+ContactHistory",
			`{"records":[{"attributes":{"type":"ContactHistory"},"OldValue":"1","Field":"SSN__c"}]}`,
			[]string{"ContactHistory.SSN__c=1", "ContactHistory.Field=SSN__c"}},
		"query error": {"GET B/query?q=SELECT+Id+FROM+Contact", `[{"message":"m","errorCode":"MALFORMED_QUERY"}]`, []string{".message=m"}},
		"search": {"GET B/search?q=FIND+%7Bx%7D", `{"searchRecords":[{"attributes":{"type":"Lead"},"Email":"e"}]}`,
			[]string{"Lead.Email=e"}},
		"retrieve": {"GET B/composite/sobjects/Contact?ids={contact}", `[{"attributes":{"type":"Contact"},"SSN__c":"1"},null]`,
			[]string{"Contact.SSN__c=1", "Contact.=null"}},
		"collection": {"POST B/composite/sobjects",
			`[{"id":"{contact}","success":true,"errors":[]},{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"dup 1","fields":["SSN__c"]}]}]`,
			[]string{".message=dup 1"}},
		"children": {"GET B/sobjects/Account/{account}/Contacts", `{"totalSize":1,"done":true,"records":[{"LastName":"Lee"}]}`,
			[]string{"Contact.LastName=Lee"}},
		"blob": {"GET B/sobjects/ContentVersion/{contact}/VersionData", `{"a":"b"}`, []string{"ContentVersion.a=b"}},
		"recent": {"GET B/sobjects/Contact", `{"objectDescribe":{"label":"x"},"recentItems":[{"attributes":{"type":"Contact"},"Name":"Lee"}]}`,
			[]string{".label=x", "Contact.Name=Lee"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), expand(tc.line))
			got := typed(t, rt, inspect.Response, expand(tc.body))
			want := append([]string(nil), tc.want...)
			for i := range want {
				want[i] = expand(want[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTypeCompositeResponse(t *testing.T) {
	requests := map[string]string{
		"POST B/composite": `{"compositeRequest":[
			{"method":"GET","url":"/services/data/v60.0/query?q=SELECT+SSN__c+x,COUNT(Id)+FROM+Contact+GROUP+BY+SSN__c","referenceId":"a"},
			{"method":"GET","url":"/services/data/v60.0/sobjects/Lead/{contact}","referenceId":"b"},
			{"method":"POST","url":"/services/data/v60.0/sobjects/Lead","referenceId":"c","body":{}}]}`,
		"POST B/composite/batch": `{"batchRequests":[
			{"method":"GET","url":"v60.0/query?q=SELECT+SSN__c+x,COUNT(Id)+FROM+Contact+GROUP+BY+SSN__c"},
			{"method":"GET","url":"v60.0/sobjects/Lead/{contact}"},
			{"method":"POST","url":"v60.0/sobjects/Lead","richInput":{}}]}`,
	}
	tests := map[string]struct{ line, body string }{
		"in order": {"POST B/composite", `{"compositeResponse":[
			{"body":{"totalSize":1,"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]},"httpStatusCode":200,"referenceId":"a"},
			{"body":{"Email":"e"},"httpHeaders":{},"httpStatusCode":200,"referenceId":"b"},
			{"body":[{"message":"m","errorCode":"E"}],"httpStatusCode":400,"referenceId":"c"}]}`},
		"by reference": {"POST B/composite", `{"compositeResponse":[
			{"body":{"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]},"referenceId":"a"},
			{"body":{"Email":"e"},"referenceId":"b"},
			{"body":{"message":"m"},"referenceId":"z"}]}`},
		"batch": {"POST B/composite/batch", `{"hasErrors":false,"results":[
			{"statusCode":200,"result":{"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]}},
			{"statusCode":200,"result":{"Email":"e"}},
			{"statusCode":400,"result":[{"message":"m","errorCode":"E"}]}]}`},
	}
	want := []string{"Contact.SSN__c=1", "Lead.Email=e", ".message=m"}
	t.Run("out of order", func(t *testing.T) {
		rt := mustRoute(t, New(Config{}), expand("POST B/composite"))
		typed(t, rt, inspect.Request, expand(requests["POST B/composite"]))
		got := typed(t, rt, inspect.Response, `{"compositeResponse":[{"body":{"Email":"e"},"referenceId":"b"}]}`)
		if diff := cmp.Diff([]string{"Lead.Email=e"}, got); diff != "" {
			t.Error(diff)
		}
	})
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), expand(tc.line))
			typed(t, rt, inspect.Request, expand(requests[tc.line]))
			if diff := cmp.Diff(want, typed(t, rt, inspect.Response, tc.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErr(t *testing.T) {
	sub := func(method, url string) string {
		return `{"compositeRequest":[{"method":"` + method + `","url":"` + url + `","referenceId":"a"}]}`
	}
	tests := map[string]struct{ line, body, want string }{
		"query of a job":   {"POST B/jobs/query", `{"query":"SELECT x"}`, "route: query"},
		"nested composite": {"POST B/composite", sub("POST", "/services/data/v60.0/composite/batch"), "route: nested_composite"},
		"query":            {"POST B/composite", sub("GET", "/services/data/v60.0/query?q=SELECT"), "route: query"},
		"path":             {"POST B/composite", sub("GET", "/services/data/v60.0/query/../sobjects"), "route: dot_segment"},
		"other host":       {"POST B/composite", sub("GET", "https://evil.example/%2e%2e/"), "route: dot_segment"},
		"no url":           {"POST B/composite", `{"compositeRequest":[{"method":"GET"}]}`, "route: subrequest"},
		"too many": {"POST B/composite/batch", `{"batchRequests":[` +
			strings.Repeat(`{"method":"GET","url":"v60.0/limits"},`, maxSubrequests) + `{"method":"GET","url":"v60.0/limits"}]}`, "route: subrequest"},
		"unknown write":  {"POST B/composite", sub("POST", "/services/data/v60.0/frobnicate"), "route: subrequest"},
		"anonymous Apex": {"POST B/tooling/composite", sub("GET", "/services/data/v60.0/tooling/executeAnonymous?anonymousBody=x"), "route: subrequest"},
		"good":           {"POST B/composite", sub("GET", "/services/data/v60.0/limits"), "<nil>"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			rt := mustRoute(t, New(Config{}), expand(tc.line))
			typed(t, rt, inspect.Request, tc.body)
			if got := fmt.Sprint(rt.Err()); got != tc.want {
				t.Errorf("error %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTarget(t *testing.T) {
	tests := map[string]struct {
		line string
		want []string // with the range of the value in the target behind it
	}{
		"nothing":     {"GET B/sobjects/Contact/{contact}?fields=Id,LastName", nil},
		"external id": {"PATCH B/sobjects/Contact/MRN__c/M%201", []string{"path Contact.MRN__c=M 1 <M%201>"}},
		"suffix":      {"PATCH B/sobjects/Contact/MRN__c/M1.json", []string{"path Contact.MRN__c=M1 <M1>"}},
		"lone value":  {"GET B/sobjects/Contact/123-45-6789", []string{"path .=123-45-6789 <123-45-6789>"}},
		"literals": {"GET B/query?q=SELECT+Id+FROM+Contact+WHERE+SSN__c='123-45-6789'+AND+Account.Name+LIKE+%27O%20Neil%25%27",
			[]string{"query Contact.SSN__c=123-45-6789 <123-45-6789>", "query Account.Name=O Neil% <O%20Neil%25>"}},
		"escaped literal": {`GET B/query?q=SELECT+Id+FROM+Contact+WHERE+A__c='O\'Neil'`,
			[]string{`query Contact.A__c=O'Neil <SELECT+Id+FROM+Contact+WHERE+A__c='O\'Neil'>`}},
		"search term":  {"GET B/search?q=FIND+%7BMary+Lee%7D", []string{"query .=Mary Lee <Mary+Lee>"}},
		"parameters":   {"GET /services/apexrest/p/1?ssn=1&b", []string{"path .=1 <1>", "query .ssn=1 <1>"}},
		"unknown":      {"GET /a%20b?c=d", []string{"path .=a b <a%20b>", "query .c=d <d>"}},
		"control":      {"GET B/jobs/query/{job}/results?maxRecords=100&locator=MTAwMDA", nil},
		"not control":  {"GET B/jobs/query/{job}/results?maxRecords=123456789", []string{"query .maxRecords=123456789 <123456789>"}},
		"fields value": {"GET B/sobjects/Contact/{contact}?fields=123-45-6789", []string{"query .fields=123-45-6789 <123-45-6789>"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			line := expand(tc.line)
			rt := mustRoute(t, New(Config{}), line)
			_, target, _ := strings.Cut(line, " ")
			var rec inspect.Record
			rt.Target(&rec, target)
			var got []string
			for i := range rec.Fields {
				one := rec
				one.Fields = rec.Fields[i : i+1]
				for _, l := range spell(&one) {
					got = append(got, l+" <"+string(rec.Raw[rec.Fields[i].Start:rec.Fields[i].End])+">")
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTargetSpeltOtherwise(t *testing.T) {
	rt := mustRoute(t, New(Config{}), expand("PATCH B/sobjects/Contact/MRN__c/M1"))
	var rec inspect.Record
	rt.Target(&rec, "//services/data/v60.0/sobjects/Contact/MRN__c/M1")
	if len(rec.Fields) != 1 || string(rec.Fields[0].Value) != "M1" || rec.Path(0) != "MRN__c" {
		t.Errorf("fields %v", spell(&rec))
	}
}

func TestTypeForm(t *testing.T) {
	rt := mustRoute(t, New(Config{}), expand("POST B/query?_HttpMethod=GET"))
	rt.Format = "form"
	got := typed(t, rt, inspect.Request, "q=SELECT+SSN__c+x,COUNT(Id)+FROM+Contact+WHERE+MRN__c='M1'+GROUP+BY+SSN__c")
	if diff := cmp.Diff([]string{"query Contact.MRN__c=M1"}, got); diff != "" {
		t.Error(diff)
	}
	got = typed(t, rt, inspect.Response, `{"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]}`)
	if diff := cmp.Diff([]string{"Contact.SSN__c=1"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestTypeErrorOfDownload checks that an error in JSON is not taken for a row of the CSV that was asked for.
func TestTypeErrorOfDownload(t *testing.T) {
	rt := mustRoute(t, New(Config{}), expand("GET B/jobs/query/{job}/results"))
	rec := inspect.Record{Nodes: []inspect.Node{{Parent: -1, Array: true}, {Parent: 0}}, Fields: []inspect.Field{
		{Node: 1, Name: []byte("errorCode"), Value: []byte("NOT_FOUND")}, {Node: 1, Name: []byte("message"), Value: []byte("m")}}}
	rt.Type(inspect.Response, &rec)
	if diff := cmp.Diff([]string{".message=m"}, spell(&rec)); diff != "" {
		t.Error(diff)
	}
}

// TestHandMade checks that a Route without a Router types nothing and does not panic.
func TestHandMade(t *testing.T) {
	rt := &Route{API: REST, Method: http.MethodGet}
	var rec inspect.Record
	rt.Target(&rec, "/x")
	rt.Type(inspect.Request, &rec)
	if rt.Err() != nil || New(Config{}).Learns(rt) {
		t.Error("a route without a router has learnt something")
	}
}
