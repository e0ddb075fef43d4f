package org

import (
	"fmt"
	"strings"
	"testing"
)

func TestCollections(t *testing.T) {
	w := newWorld(t, Config{})
	const missing = `{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]}`
	const rolledBack = `{"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back because not all records were valid and the request was using AllOrNone header","fields":[]}]}`
	two := func(allOrNone bool) string {
		return fmt.Sprintf(`{"allOrNone":%v,"records":[{"LastName":"A","MRN__c":"M1","attributes":{"type":"Contact"}},{"attributes":{"type":"Contact"}}]}`, allOrNone)
	}
	create := step{"POST", "{B}/composite/sobjects", `{"records":[{"attributes":{"type":"Contact"},"LastName":"A","MRN__c":"M1"},{"attributes":{"type":"Account"},"Name":"B"}]}`, nil, 200, `[` + savedC1 + `,` + savedA1 + `]`}
	for name, test := range map[string]struct {
		steps []step
		rows  int
	}{
		"some":        {[]step{{"POST", "{B}/composite/sobjects", two(false), nil, 200, `[` + savedC1 + `,` + missing + `]`}}, 1},
		"all or none": {[]step{{"POST", "{B}/composite/sobjects", two(true), nil, 200, `[` + rolledBack + `,` + missing + `]`}}, 0},
		"mixed types": {[]step{create}, 1},
		"no type": {[]step{{"POST", "{B}/composite/sobjects", `{"records":[{"LastName":"A"}]}`, nil, 200,
			`[{"success":false,"errors":[{"statusCode":"INVALID_TYPE","message":"sObject type is not specified in the record's attributes","fields":[]}]}]`}}, 0},
		"bad date fails the request": {[]step{{"POST", "{B}/composite/sobjects", `{"records":[{"attributes":{"type":"Contact"},"LastName":"A"},{"attributes":{"type":"Contact"},"LastName":"B","Birthdate":"x"}]}`, nil, 400,
			errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of date from VALUE_STRING value x or request may be missing a required field")}}, 0},
		"too many": {[]step{{"POST", "{B}/composite/sobjects", `{"records":[` + strings.Repeat(`{},`, 200) + `{}]}`, nil, 400,
			errorBodyBare("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call")}}, 0},
		"update": {[]step{create,
			{"PATCH", "{B}/composite/sobjects", `{"records":[{"attributes":{"type":"Contact"},"id":"{C1}","Phone":"1"},{"attributes":{"type":"Contact"},"Phone":"1"}]}`, nil, 200,
				`[` + savedC1 + `,{"success":false,"errors":[{"statusCode":"MISSING_ARGUMENT","message":"Id not specified in an update call","fields":["Id"]}]}]`}}, 1},
		"upsert": {[]step{create,
			{"PATCH", "{B}/composite/sobjects/Contact/MRN__c", `{"records":[{"attributes":{"type":"Contact"},"MRN__c":"m1","Phone":"1"},{"attributes":{"type":"Contact"},"MRN__c":"M2","LastName":"B"},{"attributes":{"type":"Account"},"Name":"x"}]}`, nil, 200,
				`[{"id":"{C1}","success":true,"errors":[],"created":false},{"id":"{C2}","success":true,"errors":[],"created":true},{"success":false,"errors":[{"statusCode":"INVALID_TYPE","message":"sObject type 'Account' is not supported.","fields":[]}]}]`}}, 2},
		"ambiguous upsert": {[]step{
			{"POST", "{B}/composite/sobjects", `{"records":[{"attributes":{"type":"Contact"},"LastName":"A","Legacy_Id__c":"L"},{"attributes":{"type":"Contact"},"LastName":"B","Legacy_Id__c":"L"}]}`, nil, 200, `[` + savedC1 + `,` + strings.Replace(savedC1, "C1", "C2", 1) + `]`},
			{"PATCH", "{B}/composite/sobjects/Contact/Legacy_Id__c", `{"records":[{"attributes":{"type":"Contact"},"Legacy_Id__c":"l"}]}`, nil, 200,
				`[{"success":false,"errors":[{"statusCode":"DUPLICATE_EXTERNAL_ID","message":"Legacy_Id__c: more than one record found for external id field: [{C1}, {C2}]","fields":["Legacy_Id__c"]}]}]`}}, 2},
		"retrieve": {[]step{create,
			{"GET", "{B}/composite/sobjects/Contact?ids={C1},{C2}&fields=LastName", "", nil, 200, `[{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"LastName":"A","Id":"{C1}"},null]`},
			{"POST", "{B}/composite/sobjects/Contact", `{"ids":["{C1}"],"fields":["Id"]}`, nil, 200, `[{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Id":"{C1}"}]`}}, 1},
		"delete": {[]step{create,
			{"DELETE", "{B}/composite/sobjects?ids={C1},{C2}&allOrNone=true", "", nil, 200, `[` + rolledBack + `,{"success":false,"errors":[{"statusCode":"NOT_FOUND","message":"invalid cross reference id","fields":[]}]}]`},
			{"DELETE", "{B}/composite/sobjects?ids={C1},{A1}", "", nil, 200, `[` + savedC1 + `,` + savedA1 + `]`}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.t = t
			for _, s := range test.steps {
				w.call(s)
			}
			if rows := w.org.Rows("Contact"); len(rows) != test.rows {
				t.Errorf("%d rows, want %d", len(rows), test.rows)
			}
		})
	}
}

func TestComposite(t *testing.T) {
	w := newWorld(t, Config{})
	sub := func(method, url, ref, body string) string {
		if body != "" {
			body = `,"body":` + body
		}
		return fmt.Sprintf(`{"method":%q,"url":%q,"referenceId":%q%s}`, method, base+url, ref, body)
	}
	linked := sub("POST", "/sobjects/Account", "acc", `{"Name":"Cl\"inic"}`) + `,` +
		sub("POST", "/sobjects/Contact", "con", `{"LastName":"Lee","AccountId":"@{acc.id}"}`) + `,` +
		sub("GET", "/query?q=SELECT+Name+FROM+Account", "q", "") + `,` +
		sub("PATCH", "/sobjects/Contact/@{con.id}", "patch", `{"Description":"of @{q.records[0].Name}"}`)
	saved := func(ref, body, location string) string {
		return `{"body":` + body + `,"httpHeaders":{"Location":"{B}/sobjects/` + location + `"},"httpStatusCode":201,"referenceId":"` + ref + `"}`
	}
	result := func(ref string, status int, body string) string {
		return fmt.Sprintf(`{"body":%s,"httpHeaders":{},"httpStatusCode":%d,"referenceId":%q}`, body, status, ref)
	}
	missing := errorBody("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName")
	halted := errorBodyBare("PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed.")
	failing := sub("POST", "/sobjects/Account", "a", `{"Name":"x"}`) + `,` + sub("POST", "/sobjects/Contact", "b", `{}`) + `,` +
		sub("POST", "/sobjects/Contact", "c", `{"LastName":"@{b.id}"}`)
	good := saved("acc", savedA1, "Account/{A1}") + `,` + saved("con", savedC1, "Contact/{C1}") + `,` +
		result("q", 200, `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account","url":"{B}/sobjects/Account/{A1}"},"Name":"Cl\"inic"}]}`) + `,` + result("patch", 204, "null")
	for name, test := range map[string]struct {
		step
		accounts int
	}{
		"references":  {step{"POST", "{B}/composite", `{"compositeRequest":[` + linked + `]}`, nil, 200, `{"compositeResponse":[` + good + `]}`}, 1},
		"all or none": {step{"POST", "{B}/composite", `{"allOrNone":true,"compositeRequest":[` + failing + `]}`, nil, 200, `{"compositeResponse":[` + result("a", 400, halted) + `,` + result("b", 400, missing) + `,` + result("c", 400, halted) + `]}`}, 0},
		"some": {step{"POST", "{B}/composite", `{"compositeRequest":[` + failing + `]}`, nil, 200,
			`{"compositeResponse":[` + saved("a", savedA1, "Account/{A1}") + `,` + result("b", 400, missing) + `,` + result("c", 400, errorBodyBare("PROCESSING_HALTED", "Invalid reference specified. No value for b.id found")) + `]}`}, 1},
		"nested":     {step{"POST", "{B}/composite", `{"compositeRequest":[` + sub("POST", "/composite/batch", "x", `{}`) + `]}`, nil, 200, `{"compositeResponse":[` + result("x", 400, errorBodyBare("INVALID_INPUT", "Composite requests cannot be nested")) + `]}`}, 0},
		"same names": {step{"POST", "{B}/composite", `{"compositeRequest":[` + sub("GET", "/limits", "x", "") + `,` + sub("GET", "/limits", "x", "") + `]}`, nil, 400, errorBodyBare("INVALID_INPUT", "Each subrequest needs a referenceId of its own")}, 0},
		"batch": {step{"POST", "{B}/composite/batch", `{"batchRequests":[{"method":"POST","url":"v60.0/sobjects/Account","richInput":{"Name":"x"}},{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","richInput":{}},{"method":"GET","url":"v60.0/limits/"}]}`, nil, 200,
			`{"hasErrors":true,"results":[{"statusCode":201,"result":` + savedA1 + `},{"statusCode":400,"result":` + missing + `},{"statusCode":200,"result":` + limitsBody(t) + `}]}`}, 1},
		"halted batch": {step{"POST", "{B}/composite/batch", `{"haltOnError":true,"batchRequests":[{"method":"POST","url":"v60.0/sobjects/Contact","richInput":{}},{"method":"POST","url":"v60.0/sobjects/Account","richInput":{"Name":"x"}}]}`, nil, 200,
			`{"hasErrors":true,"results":[{"statusCode":400,"result":` + missing + `},{"statusCode":412,"result":` + errorBodyBare("BATCH_PROCESSING_HALTED", "Batch processing halted per request") + `}]}`}, 0},
		"graphs": {step{"POST", "{B}/composite/graph", `{"graphs":[{"graphId":"1","compositeRequest":[` + failing + `]},{"graphId":"2","compositeRequest":[` + sub("POST", "/sobjects/Account", "a", `{"Name":"x"}`) + `]}]}`, nil, 200,
			`{"graphs":[{"graphId":"1","graphResponse":{"compositeResponse":[` + result("a", 400, halted) + `,` + result("b", 400, missing) + `,` + result("c", 400, halted) + `]},"isSuccessful":false},` +
				`{"graphId":"2","graphResponse":{"compositeResponse":[` + saved("a", strings.Replace(savedA1, "A1", "A2", 1), "Account/{A2}") + `]},"isSuccessful":true}]}`}, 1},
		"tree": {step{"POST", "{B}/composite/tree/Account", `{"records":[{"attributes":{"type":"Account","referenceId":"r1"},"Name":"x","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r2"},"LastName":"Lee"}]}}]}`, nil, 201,
			`{"hasErrors":false,"results":[{"referenceId":"r1","id":"{A1}"},{"referenceId":"r2","id":"{C1}"}]}`}, 1},
		"failed tree": {step{"POST", "{B}/composite/tree/Account", `{"records":[{"attributes":{"type":"Account","referenceId":"r1"},"Name":"x","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r2"}}]}}]}`, nil, 400,
			`{"hasErrors":true,"results":[{"referenceId":"r2","errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]}]}`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.t = t
			w.call(test.step)
			if rows := w.org.Rows("Account"); len(rows) != test.accounts {
				t.Errorf("%d accounts, want %d", len(rows), test.accounts)
			}
			for _, r := range w.org.Rows("Contact") {
				if d := r["Description"]; d != "" && d != `of Cl"inic` {
					t.Errorf("the reference became %q", d)
				}
			}
		})
	}
}

func limitsBody(t *testing.T) string {
	t.Helper()
	a, err := limits(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(a.body)
}
