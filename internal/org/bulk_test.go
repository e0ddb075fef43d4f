package org

import (
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var csvHeader = http.Header{"Content-Type": {"text/csv; charset=UTF-8"}}

// chunked hides the length of a body, so that it is sent in chunks.
type chunked struct{ io.Reader }

// load runs an ingest job to its end and returns the information about it.
func (w *world) load(spec, body string) string {
	w.t.Helper()
	w.send("POST", base+"/jobs/ingest", strings.NewReader(spec), nil)
	job := base + "/jobs/ingest/" + makeID("750", w.org.serial["750"])
	if resp, got := w.send("PUT", job+"/batches", chunked{strings.NewReader(body)}, csvHeader); resp.StatusCode != 201 || got != "" {
		w.t.Fatalf("upload: %d %s", resp.StatusCode, got)
	}
	w.send("PATCH", job, strings.NewReader(`{"state":"UploadComplete"}`), nil)
	w.send("GET", job, nil, nil)
	_, info := w.send("GET", job, nil, nil)
	return info
}

func TestIngestLife(t *testing.T) {
	w := newWorld(t, Config{})
	info := func(state string) string {
		return `{"id":"{J1}","operation":"insert","object":"Contact","createdById":"{U1}","createdDate":"2026-05-17T12:00:00.000+0000",` +
			`"systemModstamp":"2026-05-17T12:00:00.000+0000","state":"` + state + `","concurrencyMode":"Parallel","contentType":"CSV",` +
			`"apiVersion":60.0,"contentUrl":"services/data/v60.0/jobs/ingest/{J1}/batches","lineEnding":"LF","columnDelimiter":"COMMA"`
	}
	full := func(state string, processed, failed int) string {
		return info(state) + fmt.Sprintf(`,"jobType":"V2Ingest","numberRecordsProcessed":%d,"numberRecordsFailed":%d,"apiActiveProcessingTime":1,`+
			`"apexProcessingTime":0,"retries":0,"totalProcessingTime":1}`, processed, failed)
	}
	job := "{B}/jobs/ingest/{J1}"
	for _, s := range []step{
		{"POST", "{B}/jobs/ingest", `{"object":"contact","operation":"insert","contentType":"CSV","lineEnding":"LF"}`, nil, 200, info("Open") + "}"},
		{"GET", job + "/successfulResults", "", nil, 400, errorBodyBare("INVALIDJOBSTATE", "The job's results are not ready: it is in state Open")},
		{"DELETE", job, "", nil, 400, errorBodyBare("INVALIDJOBSTATE", "Deleting a job that is in state Open is not allowed")},
		{"PUT", job + "/batches", "x", nil, 400, errorBodyBare("CLIENTINPUTERROR", "Content-Type must be text/csv")},
		{"PUT", job + "/batches/", "LastName,Email,MRN__c\nLee,,M1\n\"O\"\"Neil\r\nx\",nope,\n", csvHeader, 201, ""},
		{"PUT", job + "/batches", "LastName\nx\n", csvHeader, 400, errorBodyBare("INVALIDJOBSTATE", "Found multiple contents for job: {J1}, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.")},
		{"PATCH", job, `{"state":"Nope"}`, nil, 400, errorBodyBare("INVALIDJOBSTATE", "Job state can only be changed to Aborted or UploadComplete")},
		{"PATCH", job, `{"state":"UploadComplete"}`, nil, 200, info("UploadComplete") + "}"},
		{"GET", job, "", nil, 200, full("InProgress", 0, 0)},
		{"GET", job, "", nil, 200, full("JobComplete", 2, 1)},
		{"GET", job, "", nil, 200, full("JobComplete", 2, 1)},
		{"PATCH", job, `{"state":"Aborted"}`, nil, 400, errorBodyBare("INVALIDJOBSTATE", "Aborting or closing a job that is in state JobComplete is not allowed")},
		{"GET", job + "/successfulResults", "", nil, 200, "\"sf__Id\",\"sf__Created\",\"LastName\",\"Email\",\"MRN__c\"\n\"{C1}\",\"true\",\"Lee\",\"\",\"M1\"\n"},
		{"GET", job + "/failedResults", "", nil, 200, "\"sf__Id\",\"sf__Error\",\"LastName\",\"Email\",\"MRN__c\"\n\"\",\"INVALID_EMAIL_ADDRESS:Email: invalid email address: nope:Email --\",\"O\"\"Neil\r\nx\",\"nope\",\"\"\n"},
		{"GET", job + "/unprocessedrecords", "", nil, 200, "\"LastName\",\"Email\",\"MRN__c\"\n"},
		{"GET", "{B}/jobs/ingest", "", nil, 200, `{"done":true,"nextRecordsUrl":null,"records":[` + info("JobComplete") + `}]}`},
		{"DELETE", job, "", nil, 204, ""},
		{"GET", job, "", nil, 404, errorBodyBare("NOT_FOUND", "The requested resource does not exist")},
	} {
		w.call(s)
	}
}

func TestIngest(t *testing.T) {
	w := newWorld(t, Config{})
	for name, test := range map[string]struct {
		spec, body string
		state      string
		rows       []string // LastName of the contacts afterwards
	}{
		"insert":             {`{"object":"Contact","operation":"insert"}`, "LastName\nLee\nSmith\n", "JobComplete", []string{"Old", "Lee", "Smith"}},
		"no last line break": {`{"object":"Contact","operation":"insert"}`, "LastName\nLee", "JobComplete", []string{"Old", "Lee"}},
		"byte order mark":    {`{"object":"Contact","operation":"insert"}`, "\uFEFFLastName\nLee\n", "JobComplete", []string{"Old", "Lee"}},
		"dialect":            {`{"object":"Contact","operation":"insert","columnDelimiter":"PIPE","lineEnding":"CRLF"}`, "Phone|LastName\r\n1,2|Lee\r\n", "JobComplete", []string{"Old", "Lee"}},
		"wrong line ending":  {`{"object":"Contact","operation":"insert"}`, "LastName\r\nLee\r\n", "Failed", []string{"Old"}},
		"bare quote":         {`{"object":"Contact","operation":"insert"}`, "LastName\nL\"ee\n", "Failed", []string{"Old"}},
		"open quote":         {`{"object":"Contact","operation":"insert"}`, "LastName\n\"Lee\n", "Failed", []string{"Old"}},
		"unknown column":     {`{"object":"Contact","operation":"insert"}`, "LastName,Nope\nLee,1\n", "Failed", []string{"Old"}},
		"empty":              {`{"object":"Contact","operation":"insert"}`, "\n", "Failed", []string{"Old"}},
		"short record":       {`{"object":"Contact","operation":"insert"}`, "LastName,Phone\nLee\nSmith,1\n", "JobComplete", []string{"Old", "Smith"}},
		"upsert":             {`{"object":"Contact","operation":"upsert","externalIdFieldName":"MRN__c"}`, "MRN__c,LastName\nm0,New\nM1,Lee\n,None\n", "JobComplete", []string{"New", "Lee"}},
		"update":             {ids.Replace(`{"object":"Contact","operation":"update"}`), ids.Replace("Id,LastName\n{C1},New\n{C2},Nobody\n"), "JobComplete", []string{"New"}},
		"null":               {`{"object":"Contact","operation":"update"}`, ids.Replace("Id,LastName\n{C1},#N/A\n"), "JobComplete", []string{"Old"}},
		"delete":             {`{"object":"Contact","operation":"delete"}`, ids.Replace("Id\n{C1}\n"), "JobComplete", nil},
		"parent":             {`{"object":"Contact","operation":"insert"}`, "LastName,Account.External_Id__c,User:Owner.Username\nLee,A1,nurse@acme.example\nX,A2,\n", "JobComplete", []string{"Old", "Lee"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.t = t
			w.send("POST", base+"/sobjects/Contact", strings.NewReader(`{"LastName":"Old","MRN__c":"M0"}`), nil)
			w.send("POST", base+"/sobjects/Account", strings.NewReader(`{"Name":"Clinic","External_Id__c":"A1"}`), nil)
			info := w.load(test.spec, test.body)
			if !strings.Contains(info, `"state":"`+test.state+`"`) || (test.state == "Failed") != strings.Contains(info, "InvalidBatch") {
				t.Errorf("info %s", info)
			}
			var got []string
			for _, r := range w.org.Rows("Contact") {
				got = append(got, r["LastName"])
				if name == "parent" && r["LastName"] == "Lee" && (r["AccountId"] != makeID("001", 1) || r["OwnerId"] != makeID("005", 2)) {
					t.Errorf("references %v", r)
				}
			}
			if diff := cmp.Diff(test.rows, got); diff != "" {
				t.Errorf("rows (-want +got)\n%s", diff)
			}
		})
	}
}

func TestBadJobs(t *testing.T) {
	w := newWorld(t, Config{})
	for name, s := range map[string]step{
		"object":    {"POST", "{B}/jobs/ingest", `{"object":"Nope","operation":"insert"}`, nil, 400, errorBodyBare("INVALIDJOB", "InvalidJob : Unable to find object: Nope")},
		"operation": {"POST", "{B}/jobs/ingest", `{"object":"Contact","operation":"x"}`, nil, 400, errorBodyBare("INVALIDJOB", "InvalidJob : Operation is not supported")},
		"key":       {"POST", "{B}/jobs/ingest", `{"object":"Contact","operation":"upsert"}`, nil, 400, errorBodyBare("INVALIDJOB", "InvalidJob : externalIdFieldName is missing or no external id field")},
		"delimiter": {"POST", "{B}/jobs/ingest", `{"object":"Contact","operation":"insert","columnDelimiter":"DOT"}`, nil, 400, errorBodyBare("INVALIDJOB", "columnDelimiter is invalid")},
		"ending":    {"POST", "{B}/jobs/ingest", `{"object":"Contact","operation":"insert","lineEnding":"CR"}`, nil, 400, errorBodyBare("INVALIDJOB", "lineEnding is invalid")},
		"no job":    {"PUT", "{B}/jobs/ingest/{J2}/batches", "x", csvHeader, 404, errorBodyBare("NOT_FOUND", "The requested resource does not exist")},
		"aggregate": {"POST", "{B}/jobs/query", `{"operation":"query","query":"SELECT COUNT(Id) FROM Contact"}`, nil, 400, errorBodyBare("API_ERROR", "Aggregate functions, GROUP BY and OFFSET are not supported in bulk queries")},
		"children":  {"POST", "{B}/jobs/query", `{"operation":"query","query":"SELECT (SELECT Id FROM Cases) FROM Contact"}`, nil, 400, errorBodyBare("API_ERROR", "Nested queries are not supported in bulk queries")},
		"compound":  {"POST", "{B}/jobs/query", `{"operation":"query","query":"SELECT MailingAddress FROM Contact"}`, nil, 400, errorBodyBare("API_ERROR", "Selecting compound data is not supported in bulk queries")},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.call(s)
		})
	}
}

func TestAbort(t *testing.T) {
	w := newWorld(t, Config{})
	w.send("POST", base+"/jobs/ingest", strings.NewReader(`{"object":"Contact","operation":"insert"}`), nil)
	job := base + "/jobs/ingest/" + makeID("750", 1)
	w.send("PUT", job+"/batches", strings.NewReader("LastName\nLee\n"), csvHeader)
	if _, body := w.send("PATCH", job, strings.NewReader(`{"state":"Aborted"}`), nil); !strings.Contains(body, `"state":"Aborted"`) {
		t.Errorf("abort: %s", body)
	}
	w.call(step{"GET", "{B}/jobs/ingest/{J1}/unprocessedrecords", "", nil, 200, "\"LastName\"\n\"Lee\"\n"})
	if rows := w.org.Rows("Contact"); rows != nil {
		t.Errorf("rows %v", rows)
	}
}

func TestBulkQuery(t *testing.T) {
	w := seeded(t, Config{BulkPage: 2})
	info := func(state string) string {
		return `{"id":"{J1}","operation":"query","object":"Contact","createdById":"{U1}","createdDate":"2026-05-17T12:00:00.000+0000",` +
			`"systemModstamp":"2026-05-17T12:00:00.000+0000","state":"` + state + `","concurrencyMode":"Parallel","contentType":"CSV",` +
			`"apiVersion":60.0,"lineEnding":"CRLF","columnDelimiter":"TAB"`
	}
	job := "{B}/jobs/query/{J1}"
	w.call(step{"POST", "{B}/jobs/query", `{"operation":"query","query":"SELECT LastName, Account.Name FROM Contact","columnDelimiter":"TAB","lineEnding":"CRLF"}`, nil, 200, info("UploadComplete") + "}"})
	w.call(step{"GET", job + "/results", "", nil, 400, errorBodyBare("INVALIDJOBSTATE", "The job's results are not ready: it is in state UploadComplete")})
	w.send("GET", ids.Replace(job), nil, nil)
	w.call(step{"GET", job, "", nil, 200, info("JobComplete") + `,"jobType":"V2Query","numberRecordsProcessed":3,"retries":0,"totalProcessingTime":1}`})
	resp, body := w.send("GET", ids.Replace(job)+"/results", nil, nil)
	if diff := cmp.Diff("\"LastName\"\t\"Account.Name\"\r\n\"Lee\"\t\"Clinic\"\r\n\"O'Neil\"\t\"Clinic\"\r\n", body); diff != "" {
		t.Errorf("first page (-want +got)\n%s", diff)
	}
	locator := resp.Header.Get("Sforce-Locator")
	if n := resp.Header.Get("Sforce-NumberOfRecords"); n != "2" || locator == "null" || locator == "" {
		t.Errorf("%s records, locator %q", n, locator)
	}
	resp, body = w.send("GET", ids.Replace(job)+"/results?maxRecords=5&locator="+locator, nil, nil)
	if body != "\"LastName\"\t\"Account.Name\"\r\n\"smith\"\t\"Payer's\"\r\n" || resp.Header.Get("Sforce-Locator") != "null" {
		t.Errorf("second page %q, locator %q", body, resp.Header.Get("Sforce-Locator"))
	}
	w.call(step{"GET", job + "/results?locator=x", "", nil, 400, errorBodyBare("INVALID_LOCATOR", "The locator is not valid")})
	w.call(step{"DELETE", job, "", nil, 204, ""})
}

func TestBench(t *testing.T) {
	const rows = 3000
	w := newWorld(t, Config{BenchRows: rows})
	w.send("POST", base+"/jobs/query", strings.NewReader(`{"operation":"query","query":"SELECT Id, Key__c, Notes__c FROM BenchRow__c"}`), nil)
	job := base + "/jobs/query/" + makeID("750", 1)
	w.send("GET", job, nil, nil)
	w.send("GET", job, nil, nil)
	_, result := w.send("GET", job+"/results", nil, nil)
	records, err := csv.NewReader(strings.NewReader(result)).ReadAll()
	if err != nil || len(records) != rows+1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, record := range records[1:] {
		want := benchRow(i)
		if record[0] != want["Id"] || record[1] != want["Key__c"] || record[2] != want["Notes__c"] || strings.ContainsAny(record[2], "\"\\\n") {
			t.Fatalf("row %d is %q", i, record)
		}
	}
	body := "Name,Notes__c\n1,\"a\n\"\"b\"\"\"\n" + strings.Repeat("2,x\n", 70_000) + "3,x"
	if info := w.load(`{"object":"BenchRow__c","operation":"insert"}`, body); !strings.Contains(info, `"numberRecordsProcessed":70002,`) {
		t.Errorf("info %s", info)
	}
	if diff := cmp.Diff(Intake{Rows: 70_002, Bytes: int64(len(body)), SHA256: sha256.Sum256([]byte(body))}, w.org.Intake()); diff != "" {
		t.Errorf("intake (-want +got)\n%s", diff)
	}
	if got := w.org.Rows("BenchRow__c"); got != nil {
		t.Errorf("%d rows were kept", len(got))
	}
}

// FuzzCSV compares with encoding/csv, which differs in one thing only: it drops carriage returns before line breaks.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",\n\n\"x\ny\"", "a\"b\n", "\"a\"b\n", "\"", "\xEF\xBB\xBFa\n", ",\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\r") {
			return
		}
		oracle := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\xEF\xBB\xBF")))
		oracle.FieldsPerRecord = -1
		reader := newCSVReader(strings.NewReader(s), ',', false)
		var out []byte
		for {
			want, wantErr := oracle.Read()
			got, err := reader.Read()
			if (wantErr == nil) != (err == nil) || errors.Is(wantErr, io.EOF) != errors.Is(err, io.EOF) {
				t.Fatalf("error %v, want %v", err, wantErr)
			}
			if err != nil {
				break
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
			out = dialect{comma: ','}.appendRow(out[:0], got...)
			again, err := newCSVReader(strings.NewReader(string(out)), ',', false).Read()
			if diff := cmp.Diff(got, again); diff != "" || err != nil {
				t.Fatalf("written and read: %v (-want +got)\n%s", err, diff)
			}
		}
	})
}

func BenchmarkGenerated(b *testing.B) {
	o, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	q := queryResult{}
	obj := o.table("BenchRow__c").object
	for _, name := range []string{"Id", "Name", "Key__c", "Email__c", "Phone__c", "Notes__c"} {
		q.columns = append(q.columns, column{object: obj, field: obj.field(name)})
	}
	var row []byte
	row = q.appendGenerated(row, dialect{comma: ','}, 0)
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		row = q.appendGenerated(row[:0], dialect{comma: ','}, i)
		i++
	}
}
