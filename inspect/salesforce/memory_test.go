package salesforce

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

const host = "acme.my.salesforce.com"

// org is a Fetch that answers from a table and keeps the paths it was asked for.
type org struct {
	answers map[string]string
	asked   []string
}

func (o *org) fetch(_ context.Context, path string) ([]byte, error) {
	o.asked = append(o.asked, path)
	if body, ok := o.answers[path]; ok {
		return []byte(body), nil
	}
	return nil, errors.New("404")
}

// teach takes an exchange through Route and Learn.
func teach(t *testing.T, r *Router, line, request, response string) {
	t.Helper()
	rt := mustRoute(t, r, expand(line))
	if !r.Learns(rt) {
		t.Fatalf("%s teaches nothing", line)
	}
	r.Learn(rt, "ACME.my.salesforce.com:443", 200, []byte(expand(request)), []byte(expand(response)))
}

// upload is what a route says about a bulk transfer.
type upload struct {
	Operation                             Operation
	Object, Format, Answer, Answered, Sep string
	Reads                                 string
	Dialect                               Dialect
}

func uploadOf(rt *Route) upload {
	u := upload{Operation: rt.Operation, Object: rt.Object, Format: rt.Format, Answer: rt.ResponseFormat,
		Answered: rt.Response.Object, Reads: refs(rt.Reads), Dialect: rt.Dialect}
	for _, d := range []byte{rt.Request.Delimiter, rt.Response.Delimiter} {
		if d != 0 {
			u.Sep = string(d)
		}
	}
	return u
}

func TestJobs(t *testing.T) {
	const ingest = `{"id":"{job}AAB","operation":"upsert","object":"Contact","contentType":"CSV","columnDelimiter":"PIPE","lineEnding":"LF"}`
	const query = `{"id":"{job}","operation":"query","object":"Contact","contentType":"CSV","columnDelimiter":"COMMA"}`
	const classic = `<?xml version="1.0" encoding="UTF-8"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload">` +
		`<id>{job}</id><operation>insert</operation><object>Contact</object><contentType>CSV</contentType></jobInfo>`
	const classicJSON = `{"id":"{job}","operation":"query","object":"Contact","contentType":"JSON"}`
	const classicXML = `{"id":"{job}","operation":"delete","object":"Contact","contentType":"XML"}`
	queryWant := upload{Operation: Read, Object: "Contact", Answer: "csv", Answered: "Contact", Sep: ",", Reads: "Contact.Id Account.Name"}
	tests := map[string]struct {
		create, request, response string // what was seen before
		line                      string
		want                      upload
	}{
		"upload": {"POST B/jobs/ingest", `{}`, ingest, "PUT B/jobs/ingest/{job}/batches",
			upload{Operation: Upsert, Object: "Contact", Format: "csv", Sep: "|"}},
		"upload by the long id": {"POST B/jobs/ingest", `{}`, ingest, "PUT B/jobs/ingest/7505e00000AbcdeAAB/batches",
			upload{Operation: Upsert, Object: "Contact", Format: "csv", Sep: "|"}},
		"failed rows": {"GET B/jobs/ingest/{job}", ``, ingest, "GET B/jobs/ingest/{job}/failedResults",
			upload{Operation: Read, Object: "Contact", Answer: "csv", Answered: "Contact", Sep: "|"}},
		"a list of jobs": {"GET B/jobs/ingest", ``, `{"done":true,"records":[` + ingest + `]}`, "PUT B/jobs/ingest/{job}/batches",
			upload{Operation: Upsert, Object: "Contact", Format: "csv", Sep: "|"}},
		"query results": {"POST B/jobs/query", `{"query":"SELECT Id, Account.Name FROM Contact"}`, query,
			"GET B/jobs/query/{job}/results?maxRecords=5", queryWant},
		"closing": {"POST B/jobs/ingest", `{}`, ingest, "PATCH B/jobs/ingest/{job}", upload{Operation: Job, Object: "Contact"}},
		"bulk 1 upload": {"POST /services/async/60.0/job", `<jobInfo/>`, classic, "POST /services/async/60.0/job/{job}/batch",
			upload{Operation: Create, Object: "Contact", Format: "csv", Dialect: BulkXML}},
		"bulk 1 upload comes back": {"POST /services/async/60.0/job", `<jobInfo/>`, classic,
			"GET /services/async/60.0/job/{job}/batch/{batch}/request",
			upload{Operation: Read, Object: "Contact", Answer: "csv", Answered: "Contact", Dialect: BulkXML}},
		"bulk 1 outcome": {"POST /services/async/60.0/job", `<jobInfo/>`, classic,
			"GET /services/async/60.0/job/{job}/batch/{batch}/result",
			upload{Operation: Read, Object: "Contact", Answer: "csv", Dialect: BulkXML}},
		"bulk 1 query": {"POST /services/async/60.0/job", `{}`, classicJSON, "POST /services/async/60.0/job/{job}/batch",
			upload{Operation: Read, Object: "Contact", Format: "soql", Dialect: BulkJSON}},
		"bulk 1 query result": {"POST /services/async/60.0/job", `{}`, classicJSON,
			"GET /services/async/60.0/job/{job}/batch/{batch}/result/7525e00000Abcde",
			upload{Operation: Read, Object: "Contact", Answer: "json", Answered: "Contact", Dialect: BulkJSON}},
		"bulk 1 query list": {"POST /services/async/60.0/job", `{}`, classicJSON,
			"GET /services/async/60.0/job/{job}/batch/{batch}/result",
			upload{Operation: Read, Object: "Contact", Answer: "json", Dialect: BulkJSON}},
		"bulk 1 xml": {"POST /services/async/60.0/job", `{}`, classicXML, "POST /services/async/60.0/job/{job}/batch",
			upload{Operation: Delete, Object: "Contact", Format: "xml", Dialect: BulkXML}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			r := New(Config{})
			teach(t, r, tc.create, tc.request, tc.response)
			if diff := cmp.Diff(tc.want, uploadOf(mustRoute(t, r, expand(tc.line)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnknownJob(t *testing.T) {
	const good = `{"id":"{job}","operation":"insert","object":"Contact"}`
	tests := map[string]struct {
		line, path, answer, object string
	}{
		"ingest": {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", good, "Contact"},
		"query": {"GET B/jobs/query/{job}/results", "/services/data/v60.0/jobs/query/{job}",
			`{"id":"{job}","operation":"query","object":"Contact"}`, "Contact"},
		"bulk 1": {"POST /services/async/60.0/job/{job}/batch", "/services/async/60.0/job/{job}",
			`<jobInfo><id>{job}</id><operation>insert</operation><object>Contact</object></jobInfo>`, "Contact"},
		"another job":     {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", `{"id":"7505e00000zzzzz","object":"Contact"}`, ""},
		"no job":          {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", `[{"errorCode":"x"}]`, ""},
		"not JSON":        {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", `{"id"`, ""},
		"not XML":         {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", `<jobInfo>`, ""},
		"an odd object":   {"PUT B/jobs/ingest/{job}/batches", "/services/data/v60.0/jobs/ingest/{job}", `{"id":"{job}","object":"a b"}`, ""},
		"not there":       {"PUT B/jobs/ingest/{job}/batches", "", "", ""},
		"upper-case path": {"PUT B/JOBS/INGEST/{job}/BATCHES", "/services/data/v60.0/jobs/ingest/{job}", good, "Contact"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			o := &org{answers: map[string]string{expand(tc.path): expand(tc.answer)}}
			r := New(Config{})
			for range 2 {
				rt, err := route(r, expand(tc.line), o.fetch)
				if err != nil {
					t.Fatal(err)
				}
				if rt.Object != tc.object {
					t.Errorf("object %q, want %q", rt.Object, tc.object)
				}
			}
			if tc.object != "" {
				if diff := cmp.Diff([]string{expand(tc.path)}, o.asked); diff != "" {
					t.Errorf("asked: %s", diff)
				}
			}
		})
	}
}

// TestJobsAreApart checks that a job is known for its org and for its time only, and that only good answers teach.
func TestJobsAreApart(t *testing.T) {
	const created = `{"id":"{job}","operation":"insert","object":"Contact"}`
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := New(Config{Jobs: 2, Now: func() time.Time { return now }})
	create := mustRoute(t, r, expand("POST B/jobs/ingest"))
	r.Learn(create, "other.my.salesforce.com", 200, nil, []byte(expand(created)))
	r.Learn(create, host, 400, nil, []byte(expand(created)))
	r.Learn(create, host, 200, nil, []byte(expand(created))[:20])
	object := func() string { return mustRoute(t, r, expand("PUT B/jobs/ingest/{job}/batches")).Object }
	if got := object(); got != "" {
		t.Fatalf("object %q of a job that is not known", got)
	}
	r.Learn(create, host, 200, nil, []byte(expand(created)))
	now = now.Add(jobLife - time.Second)
	if got := object(); got != "Contact" {
		t.Fatalf("object %q, want Contact", got)
	}
	now = now.Add(time.Second)
	if got := object(); got != "" {
		t.Fatalf("object %q of a job that has expired", got)
	}
}

// TestForeignJobInfo checks that the description of one job is not taken for another's.
func TestForeignJobInfo(t *testing.T) {
	r := New(Config{})
	info := mustRoute(t, r, expand("GET B/jobs/ingest/{job}"))
	r.Learn(info, host, 200, nil, []byte(`{"id":"7505e00000zzzzz","operation":"insert","object":"Lead"}`))
	if got := mustRoute(t, r, "PUT /services/data/v60.0/jobs/ingest/7505e00000zzzzz/batches").Object; got != "" {
		t.Errorf("object %q", got)
	}
}

func TestLearnSchema(t *testing.T) {
	const line = "GET B/query?q=SELECT+Patient__r.SSN__c,(SELECT+Id+FROM+Genes__r)+FROM+Lab__c"
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := New(Config{Now: func() time.Time { return now }})
	if got := refs(mustRoute(t, r, expand(line)).Reads); got != ".SSN__c .Id" {
		t.Fatalf("reads %q before the description", got)
	}
	teach(t, r, "GET B/sobjects/Lab__c/describe", "", `{"name":"Lab__c","fields":[
		{"name":"Id","relationshipName":null,"referenceTo":[]},
		{"name":"Patient__c","relationshipName":"Patient__r","referenceTo":["Contact"]},
		{"name":"OwnerId","relationshipName":"Owner","referenceTo":["Group","User"]}],
		"childRelationships":[{"relationshipName":"Genes__r","childSObject":"Gene__c"},{"relationshipName":null,"childSObject":"X"}]}`)
	rt := mustRoute(t, r, expand(line))
	if got := refs(rt.Reads); got != "Contact.SSN__c Gene__c.Id" {
		t.Fatalf("reads %q after the description", got)
	}
	got := typed(t, rt, inspect.Response,
		`{"records":[{"attributes":{"type":"Lab__c"},"Patient__r":{"SSN__c":"1"},"Owner":{"Email":"e"}}]}`)
	if diff := cmp.Diff([]string{"Contact.SSN__c=1", ".Email=e"}, got); diff != "" {
		t.Error(diff)
	}
	now = now.Add(schemaLife)
	if got := refs(mustRoute(t, r, expand(line)).Reads); got != ".SSN__c .Id" {
		t.Errorf("reads %q after the description has expired", got)
	}
}

func TestLearnCursor(t *testing.T) {
	r := New(Config{})
	teach(t, r, "GET B/query?q=SELECT+SSN__c+x,COUNT(Id)+FROM+Contact+GROUP+BY+SSN__c", "",
		`{"done":false,"nextRecordsUrl":"/services/data/v60.0/query/{cursor}-2000","records":[]}`)
	rt := mustRoute(t, r, expand("GET B/query/{cursor}-4000"))
	got := typed(t, rt, inspect.Response, `{"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]}`)
	if diff := cmp.Diff([]string{"Contact.SSN__c=1"}, got); diff != "" {
		t.Error(diff)
	}
	if r.Learns(mustRoute(t, r, expand("GET B/query?q=SELECT+Id+FROM+Contact"))) {
		t.Error("a query whose rows speak for themselves need not be remembered")
	}
	other := mustRoute(t, New(Config{}), expand("GET B/query/{cursor}-4000"))
	got = typed(t, other, inspect.Response, `{"records":[{"attributes":{"type":"AggregateResult"},"x":"1"}]}`)
	if diff := cmp.Diff([]string{".x=1"}, got); diff != "" {
		t.Errorf("a cursor that is not known: %s", diff)
	}
}

func TestTypeCSV(t *testing.T) {
	r := New(Config{})
	teach(t, r, "POST B/jobs/ingest", "{}", `{"id":"{job}","operation":"insert","object":"Contact","columnDelimiter":"SEMICOLON"}`)
	teach(t, r, "POST B/jobs/query", `{"query":"SELECT FORMAT(SSN__c) s, Account.Name FROM Contact"}`,
		`{"id":"7505e00000query","operation":"query","object":"Contact"}`)
	tests := map[string]struct {
		line, body string
		dir        inspect.Direction
		want       []string
	}{
		"upload": {"PUT B/jobs/ingest/{job}/batches",
			"LastName;Account.Ext__c;ReportsTo.Account.X__c;Gene__r.MRN__c;User:Owner.Email\nLee;A1;x;G1;e\nLi;A2;y;G2;f\n", inspect.Request,
			[]string{"Contact.LastName=Lee", "Account.Ext__c=A1", "Account.X__c=x", ".MRN__c=G1", "User.Email=e",
				"Contact.LastName=Li", "Account.Ext__c=A2", "Account.X__c=y", ".MRN__c=G2", "User.Email=f"}},
		"words with dots": {"PUT B/jobs/ingest/{job}/batches",
			"Driver's License No.;Acct. No;No.;User: No.\nD1;A1;1;2\n", inspect.Request,
			[]string{".=Driver's License No.", ".=Acct. No", ".=User: No.",
				"Contact.Driver's License No.=D1", "Contact.Acct. No=A1", "Contact.No.=1", "Contact.User: No.=2"}},
		"failed rows": {"GET B/jobs/ingest/{job}/failedResults",
			"sf__Id;sf__Error;SSN__c\n{contact};bad: 1;1\n123-45-6789;x;2\n", inspect.Response,
			[]string{".sf__Error=bad: 1", "Contact.SSN__c=1",
				".sf__Id=123-45-6789", ".sf__Error=x", "Contact.SSN__c=2"}},
		"no header": {"PUT B/jobs/ingest/{job}/batches", "Mary Lee;123-45-6789\n", inspect.Request,
			[]string{".=Mary Lee", ".=123-45-6789"}},
		"query results": {"GET B/jobs/query/7505e00000query/results", "s,Account.Name\n1,A\n", inspect.Response,
			[]string{"Contact.SSN__c=1", "Account.Name=A"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := typed(t, mustRoute(t, r, expand(tc.line)), tc.dir, expand(tc.body))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTypeSOQLBatch(t *testing.T) {
	r := New(Config{})
	teach(t, r, "POST /services/async/60.0/job", "{}", `{"id":"{job}","operation":"query","object":"Contact","contentType":"CSV"}`)
	rt := mustRoute(t, r, expand("POST /services/async/60.0/job/{job}/batch"))
	got := typed(t, rt, inspect.Request, "SELECT Id, Account.Name FROM Contact WHERE SSN__c = '1'")
	if diff := cmp.Diff([]string{"query Contact.SSN__c=1"}, got); diff != "" {
		t.Error(diff)
	}
	if got := refs(rt.Reads); got != "Contact.Id Account.Name" {
		t.Errorf("reads %q", got)
	}
	bad := mustRoute(t, r, expand("POST /services/async/60.0/job/{job}/batch"))
	typed(t, bad, inspect.Request, "SELECT /*")
	if bad.Err() == nil {
		t.Error("a batch that does not parse is not refused")
	}
}
