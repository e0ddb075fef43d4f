package org

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescribe(t *testing.T) {
	w := newWorld(t, Config{})
	resp, body := w.send("GET", base+"/sobjects/CONTACT/describe/", nil, nil)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	var got objectDescribe
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "Contact" || got.KeyPrefix != "003" || !got.Createable || got.Custom {
		t.Errorf("summary %+v", got.objectSummary)
	}
	account, address := "Account", "MailingAddress"
	want := map[string]fieldDescribe{
		"MRN__c":      {Label: "MRN", Type: "string", SOAPType: "xsd:string", Length: 20, ByteLength: 60, Nillable: true, Createable: true, Updateable: true, Custom: true, ExternalID: true, IDLookup: true, Unique: true, Filterable: true, Sortable: true, Groupable: true},
		"LastName":    {Label: "Last Name", Type: "string", SOAPType: "xsd:string", Length: 80, ByteLength: 240, Createable: true, Updateable: true, Filterable: true, Sortable: true, Groupable: true},
		"AccountId":   {Label: "Account", Type: "reference", SOAPType: "tns:ID", Length: 18, ByteLength: 54, Nillable: true, Createable: true, Updateable: true, Filterable: true, Sortable: true, Groupable: true, ReferenceTo: []string{"Account"}, RelationshipName: &account},
		"MailingCity": {Label: "Mailing City", Type: "string", SOAPType: "xsd:string", Length: 40, ByteLength: 120, Nillable: true, Createable: true, Updateable: true, Filterable: true, Sortable: true, Groupable: true, CompoundFieldName: &address},
		"CreatedDate": {Label: "Created Date", Type: "datetime", SOAPType: "xsd:dateTime", Nillable: true, Filterable: true, Sortable: true, Groupable: true},
		"Name":        {Label: "Name", Type: "string", SOAPType: "xsd:string", Length: 121, ByteLength: 363, Nillable: true, NameField: true, Filterable: true, Sortable: true, Groupable: true},
	}
	for _, f := range got.Fields {
		w, ok := want[f.Name]
		if !ok {
			continue
		}
		delete(want, f.Name)
		w.Name = f.Name
		w.PicklistValues = []picklistValue{}
		if w.ReferenceTo == nil {
			w.ReferenceTo = []string{}
		}
		if diff := cmp.Diff(w, f); diff != "" {
			t.Errorf("%s (-want +got)\n%s", f.Name, diff)
		}
	}
	if len(want) > 0 {
		t.Errorf("not described: %v", want)
	}
	if !slices.Contains(got.Children, childDescribe{ChildSObject: "Case", Field: "ContactId", RelationshipName: "Cases"}) {
		t.Errorf("children %+v", got.Children)
	}
}

func TestMetadata(t *testing.T) {
	w := newWorld(t, Config{})
	for path, want := range map[string]string{
		"/services/data":            `"url":"/services/data/v60.0"`,
		base:                        `"composite":"/services/data/v60.0/composite"`,
		base + "/limits":            `"DailyApiRequests":{"Max":100000`,
		base + "/sobjects":          `"name":"BenchRow__c"`,
		base + "/sobjects.json":     `"name":"Contact"`,
		base + "/sobjects/Contact/": `"recentItems":[]`,
	} {
		t.Run(path, func(t *testing.T) {
			w.t = t
			resp, body := w.send("GET", path, nil, nil)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, want) || !json.Valid([]byte(body)) {
				t.Errorf("status %d, body %s", resp.StatusCode, body)
			}
			if resp, body := w.send("HEAD", path, nil, nil); resp.StatusCode != http.StatusOK || body != "" {
				t.Errorf("HEAD: status %d, body %q", resp.StatusCode, body)
			}
		})
	}
}

// TestConcurrency writes and reads from several clients at once; the race detector looks on.
func TestConcurrency(t *testing.T) {
	const clients, calls = 8, 20
	w := newWorld(t, Config{Record: true})
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for i := range calls {
				path := fmt.Sprintf("%s/sobjects/Contact/MRN__c/M%d", base, i)
				body := fmt.Sprintf(`{"LastName":"Client %d"}`, n)
				for _, r := range []struct{ method, path, body string }{
					{"PATCH", path, body}, {"GET", path, ""}, {"GET", base + "/query?q=SELECT+Name,Owner.Name+FROM+Contact", ""},
				} {
					req, err := http.NewRequest(r.method, "https://"+w.server.Addr+r.path, strings.NewReader(r.body))
					if err != nil {
						t.Error(err)
						return
					}
					req.Header.Set("Authorization", "Bearer "+testToken)
					resp, err := w.client.Do(req)
					if err != nil {
						t.Error(err)
						return
					}
					resp.Body.Close()
					if resp.StatusCode > 201 {
						t.Errorf("%s: status %d", r.method, resp.StatusCode)
					}
				}
			}
		})
	}
	wg.Wait()
	if rows := w.org.Rows("Contact"); len(rows) != calls {
		t.Errorf("%d rows, want %d", len(rows), calls)
	}
	if got := w.org.CallCount(); got != 3*clients*calls {
		t.Errorf("%d calls, want %d", got, 3*clients*calls)
	}
}
