package org

import (
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// seeded returns an org with two accounts and four contacts, of whom one is deleted.
func seeded(t *testing.T, cfg Config) *world {
	t.Helper()
	w := newWorld(t, cfg)
	for _, s := range []struct{ object, body string }{
		{"Account", `{"Name":"Clinic","External_Id__c":"A1"}`},
		{"Account", `{"Name":"Payer's","AnnualRevenue":1000}`},
		{"Contact", `{"LastName":"Lee","FirstName":"Ann","MRN__c":"M1","Birthdate":"1980-01-31","Risk_Score__c":2.5,"AccountId":"{A1}","HasConsent__c":true}`},
		{"Contact", `{"LastName":"O'Neil","FirstName":"Bob","MRN__c":"M2","Birthdate":"1990-06-01","Risk_Score__c":10,"AccountId":"{A1}"}`},
		{"Contact", `{"LastName":"smith","MRN__c":"50%","Last_Visit__c":"2026-05-16T08:00:00Z","AccountId":"{A2}"}`},
		{"Contact", `{"LastName":"Gone"}`},
		{"Case", `{"Subject":"x","ContactId":"{C1}"}`},
	} {
		if resp, body := w.send("POST", base+"/sobjects/"+s.object, strings.NewReader(ids.Replace(s.body)), nil); resp.StatusCode != 201 {
			t.Fatalf("%s: %s", s.body, body)
		}
	}
	w.send("DELETE", base+"/sobjects/Contact/"+makeID("003", 4), nil, nil)
	return w
}

// TestWhere selects contacts and names them by the first letters of their last names.
func TestWhere(t *testing.T) {
	w := seeded(t, Config{})
	for where, want := range map[string]string{
		"":                       "LOs",
		"LastName = 'LEE'":       "L",
		"LastName != 'Lee'":      "Os",
		"FirstName != 'Ann'":     "Os",
		"FirstName = ''":         "s",
		"FirstName = null":       "s",
		"FirstName != NULL":      "LO",
		"LastName = 'O\\'Neil'":  "O",
		"LastName LIKE 'o%'":     "O",
		"LastName LIKE '%e_'":    "L",
		"LastName LIKE '_e_'":    "L",
		"LastName LIKE '%e%'":    "LO",
		"MRN__c LIKE '%\\%'":     "s",
		"MRN__c LIKE 'M\\%'":     "",
		"NOT LastName LIKE 'o%'": "Ls",
		"(NOT LastName LIKE 'o%') AND FirstName = 'ann'":                    "L",
		"LastName IN ('lee', 'Smith')":                                      "Ls",
		"LastName NOT IN ('lee', 'Smith')":                                  "O",
		"LastName < 'n'":                                                    "L",
		"Risk_Score__c > 2.5":                                               "O",
		"Risk_Score__c >= 2.5":                                              "LO",
		"Risk_Score__c < 10.0":                                              "L",
		"Risk_Score__c != 10":                                               "Ls",
		"HasConsent__c = TRUE":                                              "L",
		"HasConsent__c = false":                                             "Os",
		"Birthdate = 1980-01-31":                                            "L",
		"Birthdate > 1980-01-31":                                            "O",
		"Birthdate >= 1980-01-31 AND Birthdate < 1990-01-01":                "L",
		"Last_Visit__c > 2026-05-16T07:59:59Z":                              "s",
		"Last_Visit__c = YESTERDAY":                                         "s",
		"Last_Visit__c = TODAY":                                             "",
		"Last_Visit__c = LAST_N_DAYS:3":                                     "s",
		"CreatedDate = THIS_YEAR":                                           "LOs",
		"Account.Name = 'Clinic'":                                           "LO",
		"Account.Name = 'Clinic' OR LastName = 'smith'":                     "LOs",
		"LastName = 'smith' OR LastName = 'lee' AND FirstName = 'bob'":      "s",
		"(LastName = 'smith' OR LastName = 'lee') AND HasConsent__c=true":   "L",
		"Id = '{C1}'":                                                       "L",
		"Id = '0035e0000000001'":                                            "L",
		"Id IN (SELECT ContactId FROM Case)":                                "L",
		"Id NOT IN (SELECT ContactId FROM Case WHERE Subject = 'x')":        "Os",
		"AccountId IN (SELECT Id FROM Account WHERE Name LIKE 'payer\\'s')": "s",
		"LastName = 'Lee' ALL ROWS":                                         "L",
		"LastName = 'Gone' ALL ROWS":                                        "G",
		"LastName != null ORDER BY LastName DESC":                           "sOL",
		"LastName != null ORDER BY FirstName NULLS LAST, Id":                "LOs",
		"LastName != null ORDER BY FirstName DESC":                          "sOL",
		"LastName != null ORDER BY Risk_Score__c DESC NULLS LAST LIMIT 1":   "O",
		"LastName != null ORDER BY Account.Name DESC, LastName LIMIT 2":     "sL",
		"LastName != null LIMIT 1 OFFSET 1":                                 "O",
		"LastName != null LIMIT 0":                                          "",
		"LastName != null LIMIT 5 OFFSET 9":                                 "",
		"LastName = 'lee' WITH SECURITY_ENFORCED LIMIT 1 FOR VIEW":          "L",
		"c.LastName = 'lee'":                                                "L",
	} {
		t.Run(where, func(t *testing.T) {
			w.t = t
			q := "SELECT LastName FROM Contact c"
			if where != "" {
				q += " WHERE " + ids.Replace(where)
			}
			resp, body := w.send("GET", base+"/query/?q="+url.QueryEscape(q), nil, nil)
			if resp.StatusCode != 200 {
				t.Fatalf("status %d: %s", resp.StatusCode, body)
			}
			records, err := elements(lookupMember(jsontext.Value(body), "records"))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, r := range records {
				got += stringOf(lookupMember(r, "LastName"))[:1]
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	w := seeded(t, Config{})
	const contact = `{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},`
	const one = `{"totalSize":1,"done":true,"records":[`
	agg := func(members ...string) string {
		return `{"totalSize":` + string(rune('0'+len(members))) + `,"done":true,"records":[{"attributes":{"type":"AggregateResult"},` +
			strings.Join(members, `},{"attributes":{"type":"AggregateResult"},`) + `}]}`
	}
	for q, want := range map[string]string{
		"SELECT id, contact.lastname FROM contact WHERE MRN__c='m1'": one + contact + `"Id":"{C1}","LastName":"Lee"}]}`,
		"SELECT Account.Owner.Name, Account.Name, Name FROM Contact WHERE MRN__c='M1'": one + contact +
			`"Account":{"attributes":{"type":"Account","url":"{B}/sobjects/Account/{A1}"},"Owner":{"attributes":{"type":"User","url":"{B}/sobjects/User/{U1}"},"Name":"Integration User"},"Name":"Clinic"},"Name":"Ann Lee"}]}`,
		"SELECT ReportsTo.Name FROM Contact WHERE MRN__c='M1'": one + contact + `"ReportsTo":null}]}`,
		"SELECT Name, (SELECT Subject FROM Cases), (SELECT Id FROM Tasks) FROM Contact WHERE MRN__c='M1'": one + contact +
			`"Name":"Ann Lee","Cases":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Case","url":"{B}/sobjects/Case/{K1}"},"Subject":"x"}]},"Tasks":null}]}`,
		"SELECT COUNT() FROM Contact": `{"totalSize":3,"done":true,"records":[]}`,
		"SELECT COUNT(Id), MAX(Birthdate) youngest, SUM(Risk_Score__c), COUNT_DISTINCT(AccountId) FROM Contact": agg(
			`"expr0":3,"youngest":"1990-06-01","expr1":12.5,"expr2":2`),
		"SELECT Account.Name, COUNT(Id) n FROM Contact GROUP BY Account.Name ORDER BY Account.Name DESC": agg(`"Name":"Payer's","n":1`, `"Name":"Clinic","n":2`),
		"SELECT LastName x, COUNT(Id) FROM Contact WHERE LastName='Lee' GROUP BY LastName":               agg(`"x":"Lee","expr0":1`),
		"SELECT MIN(LastName) FROM Contact WHERE LastName='nobody'":                                      agg(`"expr0":null`),
		"SELECT toLabel(LeadSource), HasConsent__c FROM Contact WHERE MRN__c='M1'":                       one + contact + `"LeadSource":null,"HasConsent__c":true}]}`,
	} {
		t.Run(q, func(t *testing.T) {
			w.t = t
			w.call(step{"GET", "{B}/query?q=" + url.QueryEscape(q), "", nil, 200, want})
		})
	}
}

func TestBadSOQL(t *testing.T) {
	w := seeded(t, Config{})
	for q, code := range map[string]string{
		"SELECT":                          "MALFORMED_QUERY",
		"SELECT Id":                       "MALFORMED_QUERY",
		"SELECT Id FROM Contact WHERE":    "MALFORMED_QUERY",
		"SELECT Id FROM Contact WHERE Id": "MALFORMED_QUERY",
		"SELECT Id FROM Contact WHERE LastName = 'x":          "MALFORMED_QUERY",
		"SELECT Id FROM Contact WHERE LastName = '\\q'":       "MALFORMED_QUERY",
		"SELECT Id FROM Contact; DELETE":                      "MALFORMED_QUERY",
		"SELECT Id FROM Contact LIMIT x":                      "MALFORMED_QUERY",
		"SELECT Id FROM Contact LIMIT -1":                     "MALFORMED_QUERY",
		"SELECT Id, Id FROM Contact":                          "MALFORMED_QUERY",
		"SELECT Id x FROM Contact":                            "MALFORMED_QUERY",
		"SELECT LastName, COUNT(Id) FROM Contact":             "MALFORMED_QUERY",
		"SELECT FIELDS(ALL) FROM Contact":                     "MALFORMED_QUERY",
		"SELECT NOPE(Id) FROM Contact":                        "MALFORMED_QUERY",
		"SELECT Id FROM Nope":                                 "INVALID_TYPE",
		"SELECT (SELECT Id FROM Nopes) FROM Contact":          "INVALID_TYPE",
		"SELECT Nope FROM Contact":                            "INVALID_FIELD",
		"SELECT Nope.Name FROM Contact":                       "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Nope = 1":               "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE LastName = 1":           "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Birthdate = '1980'":     "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Birthdate = 1980":       "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Risk_Score__c = 'x'":    "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE HasConsent__c = 1":      "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Description = 'x'":      "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Birthdate LIKE 'x'":     "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE LastName < null":        "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE CreatedDate = NOT_SOON": "INVALID_FIELD",
		"SELECT Id FROM Contact WHERE Id = 'x'":               "INVALID_QUERY_FILTER_OPERATOR",
		"SELECT Id FROM Contact WHERE " + strings.Repeat("(", 100) + "Id=null" + strings.Repeat(")", 100): "MALFORMED_QUERY",
	} {
		t.Run(q[:min(len(q), 60)], func(t *testing.T) {
			w.t = t
			resp, body := w.send("GET", base+"/query?q="+url.QueryEscape(q), nil, nil)
			if resp.StatusCode != 400 || !strings.Contains(body, `"errorCode":"`+code+`"`) {
				t.Errorf("status %d, body %s; want %s", resp.StatusCode, body, code)
			}
		})
	}
}

func TestPages(t *testing.T) {
	w := seeded(t, Config{Page: 2, BenchRows: 5})
	record := func(id, mrn string) string {
		return `{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/` + id + `"},"MRN__c":"` + mrn + `"}`
	}
	w.call(step{"GET", "{B}/query?q=SELECT+MRN__c+FROM+Contact", "", nil, 200,
		`{"totalSize":3,"done":false,"nextRecordsUrl":"{B}/query/{Q1}-2","records":[` + record("{C1}", "M1") + `,` + record("{C2}", "M2") + `]}`})
	w.call(step{"GET", "{B}/query/{Q1}-2", "", nil, 200, `{"totalSize":3,"done":true,"records":[` + record("{C3}", "50%") + `]}`})
	for _, locator := range []string{"{Q1}", "{Q1}-3", "{Q1}--1", "nope-2"} {
		w.call(step{"GET", "{B}/query/" + locator, "", nil, 400, errorBodyBare("INVALID_QUERY_LOCATOR", "invalid query locator")})
	}
	_, body := w.send("GET", base+"/query?q=SELECT+Name+FROM+BenchRow__c+WHERE+Index__c>=3", nil, nil)
	if !strings.Contains(body, `"totalSize":2,`) || !strings.Contains(body, `"Name":"Row 4"`) {
		t.Errorf("generated rows: %s", body)
	}
}

func TestSearch(t *testing.T) {
	w := seeded(t, Config{})
	const found = `{"searchRecords":[{"attributes":{"type":"Contact","url":"{B}/sobjects/Contact/{C1}"},"Id":"{C1}","LastName":"Lee"}]}`
	for name, s := range map[string]step{
		"SOSL":       {"GET", "{B}/search/?q=" + url.QueryEscape("FIND {lee} IN ALL FIELDS RETURNING Contact(Id, LastName), Lead"), "", nil, 200, found},
		"parameters": {"POST", "{B}/parameterizedSearch", `{"q":"lee","sobjects":[{"name":"Contact","fields":["Id","LastName"]}]}`, nil, 200, found},
		"no term":    {"GET", "{B}/search?q=FIND", "", nil, 400, errorBodyBare("MALFORMED_QUERY", "FIND {term} expected")},
		"short":      {"GET", "{B}/parameterizedSearch?q=l&sobject=Contact", "", nil, 400, errorBodyBare("INVALID_SEARCH", "search term must be longer than one character: l")},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.call(s)
		})
	}
}

func FuzzSOQL(f *testing.F) {
	o, err := New(Config{BenchRows: 3})
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range []string{
		"SELECT Id, Account.Name a FROM Contact c WHERE (NOT Name LIKE 'a\\%_') AND Birthdate IN (TODAY, 2020-01-01) ORDER BY Id DESC NULLS LAST LIMIT 1 OFFSET 2",
		"SELECT COUNT(Id), LastName FROM Contact GROUP BY LastName", "SELECT (SELECT Id FROM Cases) FROM Contact WHERE Id IN (SELECT ContactId FROM Case)",
		"SELECT FIELDS(ALL) FROM BenchRow__c WHERE Name != '\\u0041' LIMIT 200 ALL ROWS",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		p, err := o.prepare(q, false)
		if err != nil {
			if err.Status != 400 || err.Code == "" {
				t.Errorf("error %+v", err)
			}
			return
		}
		if p.aggregate {
			o.aggregateRecords(p)
			return
		}
		rows := o.run(p)
		for i := range min(rows.n, 10) {
			if v := jsontext.Value(o.record(nil, p, rows.at(i), base)); !v.IsValid() {
				t.Errorf("record is no JSON: %s", v)
			}
		}
	})
}

func TestEscapes(t *testing.T) {
	for src, want := range map[string]string{
		`'a\'b'`: `a'b`, `'\\n'`: `\n`, `'\n'`: "\n", `'\u00e9'`: "é", `'\%'`: "%", `'\_'`: "_", `'\"'`: `"`,
	} {
		tokens, err := lex(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if diff := cmp.Diff(want, plain(tokens[0].text)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", src, diff)
		}
	}
}
