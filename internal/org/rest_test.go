package org

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	savedC1 = `{"id":"{C1}","success":true,"errors":[]}`
	savedA1 = `{"id":"{A1}","success":true,"errors":[]}`
)

// errorBody is the body of an error with fields.
func errorBody(code, message string, fields ...string) string {
	return string(fail(code, "%s", message).on(fields...).body())
}

func TestRows(t *testing.T) {
	w := newWorld(t, Config{})
	lee := step{"POST", "{B}/sobjects/Contact", `{"LastName":"Lee","MRN__c":"M1","Email":"lee@patient.example"}`, nil, 201, savedC1}
	for name, steps := range map[string][]step{
		"create and get": {
			{"POST", "/{B}//sobjects//contact/", `{"attributes":{"type":"Contact"},"LastName":" Lee ","firstname":"Ann","MailingCity":"Bonn"}`, nil, 201, savedC1},
			{"GET", "{B}/sobjects/Contact/{C1}?fields=Name,MailingAddress,Birthdate,HasConsent__c", "", nil, 200,
				`{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Name":"Ann Lee","MailingAddress":{"street":null,` +
					`"city":"Bonn","state":null,"postalCode":null,"country":null,"geocodeAccuracy":null,"latitude":null,"longitude":null},` +
					`"Birthdate":null,"HasConsent__c":false,"Id":"{C1}"}`},
			{"GET", "{B}/sobjects/Contact/0035e0000000001?fields=Id", "", nil, 200,
				`{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Id":"{C1}"}`},
		},
		"update": {
			lee,
			{"PATCH", "{B}/sobjects/Contact/{C1}", `{"Phone":"555","Birthdate":"1980-01-31","Risk_Score__c":3,"HasConsent__c":true,"Last_Visit__c":"2026-01-02T03:04:05+01:00"}`, nil, 204, ""},
			{"POST", "{B}/sobjects/Contact/{C1}?_HttpMethod=PATCH", `{"Email":null}`, nil, 204, ""},
			{"GET", "{B}/sobjects/Contact/{C1}?fields=Phone,Birthdate,Risk_Score__c,HasConsent__c,Last_Visit__c,Email", "", nil, 200,
				`{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Phone":"555","Birthdate":"1980-01-31","Risk_Score__c":3.0,` +
					`"HasConsent__c":true,"Last_Visit__c":"2026-01-02T02:04:05.000+0000","Email":null,"Id":"{C1}"}`},
		},
		"delete": {
			lee,
			{"DELETE", "{B}/sobjects/Contact/{C1}", "", nil, 204, ""},
			{"DELETE", "{B}/sobjects/Contact/{C1}", "", nil, 404, errorBody("ENTITY_IS_DELETED", "entity is deleted")},
			{"GET", "{B}/sobjects/Contact/{C1}", "", nil, 404, errorBody("ENTITY_IS_DELETED", "entity is deleted")},
			{"PATCH", "{B}/sobjects/Contact/{C1}", `{"Phone":"1"}`, nil, 404, errorBody("ENTITY_IS_DELETED", "entity is deleted")},
			{"GET", "{B}/query?q=SELECT+Id+FROM+Contact", "", nil, 200, `{"totalSize":0,"done":true,"records":[]}`},
			{"GET", "{B}/queryAll?q=SELECT+IsDeleted+FROM+Contact", "", nil, 200,
				`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"IsDeleted":true}]}`},
		},
		"external id": {
			{"PATCH", "{B}/sobjects/Contact/MRN__c/M%2F1", `{"LastName":"Lee"}`, nil, 201, `{"id":"{C1}","success":true,"errors":[],"created":true}`},
			{"PATCH", "{B}/sobjects/Contact/mrn__c/m%2f1", `{"Phone":"1"}`, nil, 200, `{"id":"{C1}","success":true,"errors":[],"created":false}`},
			{"GET", "{B}/sobjects/Contact/MRN__c/M%2F1?fields=Phone", "", nil, 200,
				`{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Phone":"1","Id":"{C1}"}`},
			{"GET", "{B}/sobjects/Contact/MRN__c/M2", "", nil, 404, errorBody("NOT_FOUND", "The requested resource does not exist")},
			{"PATCH", "{B}/sobjects/Contact/MRN__c/M2", `{"MRN__c":"M2","LastName":"X"}`, nil, 400,
				errorBody("INVALID_FIELD", "The MRN__c field should not be specified in the sobject data.", "MRN__c")},
			{"GET", "{B}/sobjects/Contact/Phone/1", "", nil, 404,
				errorBody("NOT_FOUND", "Provided external ID field does not exist or is not accessible: Phone")},
			{"DELETE", "{B}/sobjects/Contact/MRN__c/M%2F1", "", nil, 204, ""},
		},
		"ambiguous external id": {
			{"POST", "{B}/sobjects/Contact", `{"LastName":"A","Legacy_Id__c":"L"}`, nil, 201, savedC1},
			{"POST", "{B}/sobjects/Contact", `{"LastName":"B","Legacy_Id__c":"l"}`, nil, 201, strings.Replace(savedC1, "C1", "C2", 1)},
			{"GET", "{B}/sobjects/Contact/Legacy_Id__c/L", "", nil, 300, `["{B}/sobjects/Contact/{C1}","{B}/sobjects/Contact/{C2}"]`},
			{"PATCH", "{B}/sobjects/Contact/Legacy_Id__c/L", `{}`, nil, 300, `["{B}/sobjects/Contact/{C1}","{B}/sobjects/Contact/{C2}"]`},
		},
		"relationships": {
			{"POST", "{B}/sobjects/Account", `{"Name":"Clinic","External_Id__c":"A1"}`, nil, 201, savedA1},
			{"POST", "{B}/sobjects/Contact", `{"LastName":"Lee","Account":{"External_Id__c":"A1"}}`, nil, 201, savedC1},
			{"POST", "{B}/sobjects/Contact", `{"LastName":"Lee","Account":{"External_Id__c":"A2"}}`, nil, 400,
				errorBody("INVALID_FIELD", "Foreign key external ID: a2 not found for field External_Id__c in entity Account")},
			{"GET", "{B}/sobjects/Account/{A1}/Contacts?fields=LastName", "", nil, 200,
				`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"LastName":"Lee","Id":"{C1}"}]}`},
			{"GET", "{B}/sobjects/Contact/{C1}/Account?fields=Name", "", nil, 200,
				`{"attributes":{"type":"Account","url":"{B}/sobjects/Account/{A1}"},"Name":"Clinic","Id":"{A1}"}`},
			{"PATCH", "{B}/sobjects/Contact/{C1}/Account", `{"Phone":"1"}`, nil, 204, ""},
			{"GET", "{B}/sobjects/Contact/{C1}/ReportsTo", "", nil, 404, errorBody("NOT_FOUND", "The requested resource does not exist")},
		},
		"person account": {
			{"POST", "{B}/sobjects/Account", `{"FirstName":"Ann","LastName":"Lee","PersonEmail":"a@b.example"}`, nil, 201, savedA1},
			{"GET", "{B}/sobjects/Account/{A1}?fields=Name,IsPersonAccount", "", nil, 200,
				`{"attributes":{"type":"Account","url":"{B}/sobjects/Account/{A1}"},"Name":"Ann Lee","IsPersonAccount":true,"Id":"{A1}"}`},
		},
		"blob": {
			{"POST", "{B}/sobjects/ContentVersion", `{"Title":"t","PathOnClient":"t.txt","VersionData":"aGVsbG8="}`, nil, 201, `{"id":"{V1}","success":true,"errors":[]}`},
			{"GET", "{B}/sobjects/ContentVersion/{V1}?fields=VersionData,ContentSize", "", nil, 200,
				`{"attributes":{"type":"ContentVersion","url":"{B}/sobjects/ContentVersion/{V1}"},"VersionData":"{B}/sobjects/ContentVersion/{V1}/VersionData","ContentSize":5,"Id":"{V1}"}`},
			{"GET", "{B}/sobjects/ContentVersion/{V1}/VersionData", "", nil, 200, "hello"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.t = t
			for _, s := range steps {
				w.call(s)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	w := newWorld(t, Config{})
	const noRow = "Provided external ID field does not exist or is not accessible: Id"
	contact := "{B}/sobjects/Contact"
	for name, s := range map[string]step{
		"required":     {"POST", contact, `{"FirstName":"A"}`, nil, 400, errorBody("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName")},
		"blank":        {"PATCH", contact + "/{C1}", `{"LastName":"  "}`, nil, 400, errorBody("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName")},
		"unknown":      {"POST", contact, `{"LastName":"A","Nope__c":1}`, nil, 400, errorBodyBare("INVALID_FIELD", "No such column 'Nope__c' on sobject of type Contact")},
		"read-only":    {"POST", contact, `{"LastName":"A","CreatedDate":"2020-01-01"}`, nil, 400, errorBody("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CreatedDate. Please check the security settings of this field and verify that it is read/write for your profile or permission set.", "CreatedDate")},
		"too long":     {"POST", contact, `{"LastName":"A","SSN__c":"123-45-67890"}`, nil, 400, errorBody("STRING_TOO_LONG", "SSN: data value too large: 123-45-67890 (max length=11)", "SSN__c")},
		"e-mail":       {"POST", contact, `{"LastName":"A","Email":"ann"}`, nil, 400, errorBody("INVALID_EMAIL_ADDRESS", "Email: invalid email address: ann", "Email")},
		"date":         {"POST", contact, `{"LastName":"A","Birthdate":"***"}`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of date from VALUE_STRING value *** or request may be missing a required field")},
		"number":       {"POST", contact, `{"LastName":"A","Risk_Score__c":"x"}`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of double from VALUE_STRING value x or request may be missing a required field")},
		"not a string": {"POST", contact, `{"LastName":5}`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or request may be missing a required field")},
		"boolean":      {"POST", contact, `{"LastName":"A","HasConsent__c":"perhaps"}`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING value perhaps or request may be missing a required field")},
		"picklist":     {"POST", "{B}/sobjects/Case", `{"Status":"Nope"}`, nil, 400, errorBody("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Status: bad value for restricted picklist field: Nope", "Status")},
		"malformed id": {"POST", contact, `{"LastName":"A","AccountId":"zzz"}`, nil, 400, errorBody("MALFORMED_ID", "Account ID: id value of incorrect type: zzz", "AccountId")},
		"wrong object": {"POST", contact, `{"LastName":"A","AccountId":"{C1}"}`, nil, 400, errorBody("FIELD_INTEGRITY_EXCEPTION", "Account ID: id value of incorrect type: {C1}", "AccountId")},
		"no such row":  {"POST", contact, `{"LastName":"A","AccountId":"{A1}"}`, nil, 400, errorBody("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "AccountId")},
		"duplicate":    {"POST", contact, `{"LastName":"A","MRN__c":"m1"}`, nil, 400, errorBody("DUPLICATE_VALUE", "duplicate value found: MRN__c duplicates value on record with id: {C1}", "MRN__c")},
		"broken JSON":  {"POST", contact, `{"LastName":"A"`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Unexpected end-of-input or character at offset 15")},
		"two values":   {"POST", contact, `{"LastName":"A"}{}`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Unexpected character after the document at offset 17")},
		"array":        {"POST", contact, `[]`, nil, 400, errorBodyBare("JSON_PARSER_ERROR", "Cannot deserialize instance of object from START_ARRAY value [")},
		"bad id":       {"GET", contact + "/nope", "", nil, 400, errorBodyBare("MALFORMED_ID", "Contact ID: id value of incorrect type: nope")},
		"absent":       {"GET", contact + "/{C2}", "", nil, 404, errorBodyBare("NOT_FOUND", noRow)},
		"other prefix": {"GET", contact + "/{A1}", "", nil, 404, errorBodyBare("NOT_FOUND", noRow)},
		"no object":    {"POST", "{B}/sobjects/Nope", `{}`, nil, 404, errorBodyBare("NOT_FOUND", "The requested resource does not exist")},
		"no version":   {"GET", "/services/data/v9.0/limits", "", nil, 404, errorBodyBare("NOT_FOUND", "The requested resource does not exist")},
		"no path":      {"GET", "/nope", "", nil, 404, errorBodyBare("NOT_FOUND", "The requested resource does not exist")},
		"method":       {"PUT", contact, `{}`, nil, 405, errorBodyBare("METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,POST")},
		"fields":       {"GET", contact + "/{C1}?fields=Nope", "", nil, 400, errorBodyBare("INVALID_FIELD", "No such column 'Nope' on sobject of type Contact")},
		"session":      {"GET", contact + "/{C1}", "", http.Header{"Authorization": {"Bearer x"}}, 401, errorBodyBare("INVALID_SESSION_ID", "Session expired or invalid")},
		"no session":   {"GET", contact + "/{C1}", "", http.Header{"Authorization": nil}, 401, errorBodyBare("INVALID_SESSION_ID", "Session expired or invalid")},
		"OAuth scheme": {"GET", contact + "/{C2}", "", http.Header{"Authorization": {"OAuth " + testToken}}, 404, errorBodyBare("NOT_FOUND", noRow)},
		"SFDC session": {"GET", contact + "/{C2}", "", http.Header{"Authorization": nil, "X-Sfdc-Session": {testToken}}, 404, errorBodyBare("NOT_FOUND", noRow)},
		"multipart":    {"POST", contact, "--x--", http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}, 400, errorBodyBare("INVALID_MULTIPART_REQUEST", "This org does not take multipart requests")},
		"bulk 1.0":     {"POST", "/services/async/60.0/job", `{}`, nil, 400, `{"exceptionCode":"FeatureNotEnabled","exceptionMessage":"Async API not enabled"}`},
		"bulk 1.0 XML": {"POST", "/services/async/60.0/job", `<x/>`, http.Header{"Content-Type": {"application/xml"}}, 400, `<?xml version="1.0" encoding="UTF-8"?><error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>FeatureNotEnabled</exceptionCode><exceptionMessage>Async API not enabled</exceptionMessage></error>`},
	} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.t = t
			w.call(step{"POST", contact, `{"LastName":"Lee","MRN__c":"M1"}`, nil, 201, savedC1})
			before := w.org.Rows("Contact")
			w.call(s)
			if diff := cmp.Diff(before, w.org.Rows("Contact")); diff != "" {
				t.Errorf("rows changed: (-before +after)\n%s", diff)
			}
		})
	}
}

// errorBodyBare is the body of an error without fields.
func errorBodyBare(code, message string) string { return string(fail(code, "%s", message).body()) }

func TestIDs(t *testing.T) {
	for id15, want := range map[string]string{
		"001A0000006Vm9r": "001A0000006Vm9rIAC", // the example of Salesforce's own documentation
		"012000000000000": "012000000000000AAA",
		"0035e00000ABCDE": "0035e00000ABCDEAA5",
	} {
		got, ok := normalID(id15)
		if !ok || got != want {
			t.Errorf("normalID(%s) = %s, %v; want %s", id15, got, ok, want)
		}
		if got, ok := normalID(strings.ToUpper(want)); !ok || got != want {
			t.Errorf("normalID(%s) = %s, %v; want %s", strings.ToUpper(want), got, ok, want)
		}
	}
	for _, bad := range []string{"", "001A0000006Vm9", "001A0000006Vm9rIA9", "001A0000006Vm9-", "001A0000006Vm9r555"} {
		if got, ok := normalID(bad); ok {
			t.Errorf("normalID(%q) = %s", bad, got)
		}
	}
	seen := map[string]bool{}
	for n := range int64(5000) {
		id := makeID("003", n)
		if again, ok := normalID(id[:15]); !ok || again != id || seen[id] {
			t.Fatalf("Id %d is %s", n, id)
		}
		seen[id] = true
	}
}
