package salesforce

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mustRoute routes a request that must not be refused.
func mustRoute(t *testing.T, r *Router, line string) *Route {
	t.Helper()
	rt, err := route(r, line, nil)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return rt
}

// route routes "METHOD /path"; fetch may be nil.
func route(r *Router, line string, fetch Fetch) (*Route, error) {
	method, target, _ := strings.Cut(line, " ")
	req := httptest.NewRequest(method, "https://acme.my.salesforce.com/", nil)
	path, query, _ := strings.Cut(target, "?")
	req.URL.Path, req.URL.RawPath, req.URL.RawQuery = path, path, query
	if plain, err := url.PathUnescape(path); err == nil {
		req.URL.Path = plain
	}
	return r.Route(req.Context(), req, fetch)
}

const (
	contact = "0035e00000Abcde"
	account = "0015e00000Abcde"
	jobID   = "7505e00000Abcde"
	batchID = "7515e00000Abcde"
	cursor  = "01g5e00000Abcde"
)

func summary(rt *Route) string {
	return strings.Join(strings.Fields(string(rt.API)+" "+string(rt.Operation)+" "+rt.Object+" "+rt.Template), " ")
}

// TestRoutes has every row of the table of formats that is routed here. "B" stands for /services/data/v60.0; Ids are
// spelt {contact} and so on.
func TestRoutes(t *testing.T) {
	const v = "/services/data/{version}"
	tests := map[string]string{
		// 1, 2: rows
		"POST B/sobjects/Contact":                                  "rest create Contact " + v + "/sobjects/Contact",
		"POST B/sobjects/Contact/":                                 "rest create Contact " + v + "/sobjects/Contact",
		"POST B/sobjects/contact":                                  "rest create contact " + v + "/sobjects/contact",
		"POST B/sobjects/ns__Gene__c":                              "rest create ns__Gene__c " + v + "/sobjects/ns__Gene__c",
		"GET B/sobjects/Contact":                                   "rest read Contact " + v + "/sobjects/Contact",
		"GET B/sobjects/Contact/{contact}":                         "rest read Contact " + v + "/sobjects/Contact/{id}",
		"HEAD B/sobjects/Contact/{contact}":                        "rest read Contact " + v + "/sobjects/Contact/{id}",
		"GET B/sobjects/Contact/0035e00000AbcdeAAB":                "rest read Contact " + v + "/sobjects/Contact/{id}",
		"GET B/sobjects/Contact/{contact}?fields=Id,LastName":      "rest read Contact " + v + "/sobjects/Contact/{id}",
		"PATCH B/sobjects/Contact/{contact}":                       "rest update Contact " + v + "/sobjects/Contact/{id}",
		"PUT B/sobjects/Contact/{contact}":                         "rest update Contact " + v + "/sobjects/Contact/{id}",
		"DELETE B/sobjects/Contact/{contact}":                      "rest delete Contact " + v + "/sobjects/Contact/{id}",
		"POST B/sobjects/Contact/{contact}?_HttpMethod=PATCH":      "rest update Contact " + v + "/sobjects/Contact/{id}",
		"POST B/sobjects/Contact/{contact}?_HttpMethod=DELETE":     "rest delete Contact " + v + "/sobjects/Contact/{id}",
		"GET B/sobjects/Account/123-45-6789":                       "rest read Account " + v + "/sobjects/Account/{value}",
		"GET B/sobjects/Contact/123456789012345":                   "rest read Contact " + v + "/sobjects/Contact/{value}",
		"PATCH B/sobjects/Gene__c/a015e00000Abcde":                 "rest update Gene__c " + v + "/sobjects/Gene__c/{id}",
		"GET B/sobjects/Contact/0035e00000AbcdeAAA":                "rest read Contact " + v + "/sobjects/Contact/{value}",
		"GET B/sobjects":                                           "rest describe " + v + "/sobjects",
		"GET B/tooling/sobjects/ApexClass/01p5e00000Abcde":         "rest read ApexClass " + v + "/tooling/sobjects/ApexClass/{id}",
		"DELETE B/tooling/sobjects/ApexTrigger/01q5e00000Abcde":    "rest delete ApexTrigger " + v + "/tooling/sobjects/ApexTrigger/{id}",
		"GET B/sobjects/Contact/updated?start=2024-01-01T00:00:00": "rest read Contact " + v + "/sobjects/Contact/updated",
		"GET B/sobjects/Contact/deleted/":                          "rest read Contact " + v + "/sobjects/Contact/deleted",
		"GET B/sobjects/Contact/listviews/00B5e00000Abcde/results": "rest read Contact " + v + "/sobjects/Contact/listviews/{id}/{value}",
		// 3: external ids
		"PATCH B/sobjects/Contact/MRN__c/M1":           "rest upsert Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"POST B/sobjects/Contact/MRN__c/M1":            "rest upsert Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"GET B/sobjects/Contact/MRN__c/M1":             "rest read Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"DELETE B/sobjects/Contact/MRN__c/M1":          "rest delete Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"PATCH B/sobjects/Contact/MRN__c/{contact}":    "rest upsert Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"PATCH B/sobjects/Contact/Email/a%40b.example": "rest upsert Contact " + v + "/sobjects/Contact/Email/{value}",
		"POST B/sobjects/Account/Id":                   "rest create Account " + v + "/sobjects/Account/Id",
		"POST B/sobjects/Contact/MRN__c":               "rest create Contact " + v + "/sobjects/Contact/MRN__c",
		"PATCH B/sobjects/Contact/MRN__c/a%2Eb":        "rest upsert Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		"PATCH B/sobjects/Contact/MRN__c/M1.json":      "rest upsert Contact " + v + "/sobjects/Contact/MRN__c/{value}",
		// 4: relationships
		"GET B/sobjects/Account/{account}/Contacts":             "rest read Contact " + v + "/sobjects/Account/{id}/Contacts",
		"GET B/sobjects/Account/{account}/Contacts?fields=Name": "rest read Contact " + v + "/sobjects/Account/{id}/Contacts",
		"GET B/sobjects/Contact/{contact}/Account":              "rest read Account " + v + "/sobjects/Contact/{id}/Account",
		"PATCH B/sobjects/Contact/{contact}/Account":            "rest update Account " + v + "/sobjects/Contact/{id}/Account",
		"GET B/sobjects/Contact/{contact}/Account/Parent":       "rest read Account " + v + "/sobjects/Contact/{id}/Account/Parent",
		"GET B/sobjects/Gene__c/a015e00000Abcde/Patient__r":     "rest read " + v + "/sobjects/Gene__c/{id}/Patient__r",
		"GET B/sobjects/Contact/MRN__c/M1/Account":              "rest read Account " + v + "/sobjects/Contact/MRN__c/{value}/Account",
		"DELETE B/sobjects/Contact/{contact}/ReportsTo":         "rest delete Contact " + v + "/sobjects/Contact/{id}/ReportsTo",
		"POST B/sobjects/User/0055e00000Abcde/password":         "rest update User " + v + "/sobjects/User/{id}/password",
		// 5, 6: blobs
		"GET B/sobjects/ContentVersion/0685e00000Abcde/VersionData":                  "rest read ContentVersion " + v + "/sobjects/ContentVersion/{id}/VersionData",
		"GET B/sobjects/Attachment/00P5e00000Abcde/body":                             "rest read Attachment " + v + "/sobjects/Attachment/{id}/Body",
		"GET B/sobjects/EventLogFile/0AT5e00000Abcde/LogFile":                        "rest read EventLogFile " + v + "/sobjects/EventLogFile/{id}/LogFile",
		"GET B/sobjects/Case/5005e00000Abcde/richTextImageFields/X__c/0EM5e00000Abc": "rest read Case " + v + "/sobjects/Case/{id}/richTextImageFields/X__c/{value}",
		"POST B/sobjects/ContentVersion":                                             "rest create ContentVersion " + v + "/sobjects/ContentVersion",
		"GET B/connect/files/0695e00000Abcde/content":                                "other read " + v + "/connect/{value}/{id}/{value}",
		// 8 to 12: composite
		"POST B/composite/sobjects":                                "composite create " + v + "/composite/sobjects",
		"PATCH B/composite/sobjects":                               "composite update " + v + "/composite/sobjects",
		"DELETE B/composite/sobjects?ids={contact}":                "composite delete " + v + "/composite/sobjects",
		"PATCH B/composite/sobjects/Contact/MRN__c":                "composite upsert Contact " + v + "/composite/sobjects/Contact/MRN__c",
		"GET B/composite/sobjects/Contact?ids={contact}&fields=Id": "composite read Contact " + v + "/composite/sobjects/Contact",
		"POST B/composite/sobjects/Contact":                        "composite read Contact " + v + "/composite/sobjects/Contact",
		"POST B/composite":                                         "composite mixed " + v + "/composite",
		"POST B/composite/":                                        "composite mixed " + v + "/composite",
		"GET B/composite":                                          "composite describe " + v + "/composite",
		"POST B/composite/batch":                                   "composite mixed " + v + "/composite/batch",
		"POST B/composite/graph":                                   "composite mixed " + v + "/composite/graph",
		"POST B/composite/tree/Account":                            "composite create Account " + v + "/composite/tree/Account",
		"POST B/tooling/composite":                                 "composite mixed " + v + "/tooling/composite",
		// 13 to 15: query and search
		"GET B/query?q=SELECT+Id+FROM+Contact":                   "query read Contact " + v + "/query",
		"GET B/query/?q=SELECT%20Id%20FROM%20Contact":            "query read Contact " + v + "/query",
		"GET B/queryAll?q=SELECT+Id+FROM+Contact&columns=true":   "query read Contact " + v + "/queryAll",
		"GET B/queryall?q=SELECT+Id+FROM+Contact":                "query read Contact " + v + "/queryAll",
		"GET B/tooling/query?q=SELECT+Id+FROM+ApexClass":         "query read ApexClass " + v + "/tooling/query",
		"GET B/query?explain=SELECT+Id+FROM+Contact":             "query read Contact " + v + "/query",
		"GET B/query?explain=00O5e00000Abcde":                    "query read " + v + "/query",
		"GET B/query/{cursor}-2000":                              "query read " + v + "/query/{locator}",
		"GET B/query/123-45-6789":                                "query read " + v + "/query/{value}",
		"POST B/query?_HttpMethod=GET":                           "query read " + v + "/query",
		"GET B/search?q=FIND+%7BLee%7D+RETURNING+Contact(Id)":    "query search Contact " + v + "/search",
		"GET B/search/?q=FIND%20%7BLee%7D":                       "query search " + v + "/search",
		"GET B/parameterizedSearch?q=Lee&sobject=Contact":        "query search " + v + "/parameterizedSearch",
		"POST B/parameterizedSearch":                             "query search " + v + "/parameterizedSearch",
		"GET B/search/suggestions?q=Lee&sobject=Contact":         "query search " + v + "/search/suggestions",
		"GET B/search/layout?q=Contact":                          "query search " + v + "/search/layout",
		"GET B/search/scopeOrder":                                "query search " + v + "/search/scopeOrder",
		"GET B/search/suggestTitleMatches?q=Lee&language=en_US":  "query search " + v + "/search/suggestTitleMatches",
		"GET B/query?q=SELECT+COUNT()+FROM+Contact":              "query read Contact " + v + "/query",
		"GET B/query.json?q=SELECT+Id+FROM+Contact":              "query read Contact " + v + "/query",
		"GET B/query?q=SELECT+FIELDS(ALL)+FROM+Contact+LIMIT+20": "query read Contact " + v + "/query",
		// 16: describe and limits
		"GET /services/data":              "rest describe /services/data",
		"GET /services/data/":             "rest describe /services/data",
		"GET B":                           "rest describe " + v,
		"GET B/":                          "rest describe " + v,
		"GET B/tooling":                   "rest describe " + v + "/tooling",
		"GET B/sobjects/Contact/describe": "rest describe Contact " + v + "/sobjects/Contact/describe",
		"GET B/sobjects/Contact/describe/layouts":                 "rest describe Contact " + v + "/sobjects/Contact/describe/layouts",
		"GET B/sobjects/Contact/describe/layouts/0125e00000Abcde": "rest describe Contact " + v + "/sobjects/Contact/describe/layouts/{id}",
		"GET B/sobjects/Contact/describe/approvalLayouts/Two":     "rest describe Contact " + v + "/sobjects/Contact/describe/approvalLayouts/{value}",
		"GET B/limits": "rest describe " + v + "/limits",
		"GET B/limits/recordCount?sObjects=Contact": "rest describe " + v + "/limits/recordCount",
		"GET B/recent": "rest read " + v + "/recent",
		// 17, 18: bulk 2.0
		"POST B/jobs/ingest":                            "bulk2 job " + v + "/jobs/ingest",
		"GET B/jobs/ingest":                             "bulk2 job " + v + "/jobs/ingest",
		"GET B/jobs/ingest/{job}":                       "bulk2 job " + v + "/jobs/ingest/{id}",
		"PATCH B/jobs/ingest/{job}":                     "bulk2 job " + v + "/jobs/ingest/{id}",
		"PATCH B/jobs/ingest/{job}/":                    "bulk2 job " + v + "/jobs/ingest/{id}",
		"DELETE B/jobs/ingest/{job}":                    "bulk2 job " + v + "/jobs/ingest/{id}",
		"PUT B/jobs/ingest/{job}/batches":               "bulk2 mixed " + v + "/jobs/ingest/{id}/batches",
		"PUT B/jobs/ingest/{job}/batches/":              "bulk2 mixed " + v + "/jobs/ingest/{id}/batches",
		"GET B/jobs/ingest/{job}/successfulResults":     "bulk2 read " + v + "/jobs/ingest/{id}/successfulResults",
		"GET B/jobs/ingest/{job}/successfulResults/":    "bulk2 read " + v + "/jobs/ingest/{id}/successfulResults",
		"GET B/jobs/ingest/{job}/failedResults":         "bulk2 read " + v + "/jobs/ingest/{id}/failedResults",
		"GET B/jobs/ingest/{job}/unprocessedrecords":    "bulk2 read " + v + "/jobs/ingest/{id}/unprocessedRecords",
		"POST B/jobs/query":                             "bulk2 job " + v + "/jobs/query",
		"GET B/jobs/query/{job}":                        "bulk2 job " + v + "/jobs/query/{id}",
		"GET B/jobs/query/{job}/results":                "bulk2 read " + v + "/jobs/query/{id}/results",
		"GET B/jobs/query/{job}/results?maxRecords=100": "bulk2 read " + v + "/jobs/query/{id}/results",
		"GET B/jobs/query/{job}/resultPages":            "bulk2 read " + v + "/jobs/query/{id}/resultPages",
		// 19: bulk 1.0
		"POST /services/async/60.0/job":                              "bulk1 job /services/async/{version}/job",
		"POST /services/async/60.0/job/":                             "bulk1 job /services/async/{version}/job",
		"GET /services/async/60.0/job/{job}":                         "bulk1 job /services/async/{version}/job/{id}",
		"POST /services/async/60.0/job/{job}":                        "bulk1 job /services/async/{version}/job/{id}",
		"POST /services/async/60.0/job/{job}/batch":                  "bulk1 mixed /services/async/{version}/job/{id}/batch",
		"GET /services/async/60.0/job/{job}/batch":                   "bulk1 job /services/async/{version}/job/{id}/batch",
		"GET /services/async/60.0/job/{job}/batch/{batch}":           "bulk1 job /services/async/{version}/job/{id}/batch/{id}",
		"GET /services/async/60.0/job/{job}/batch/{batch}/request":   "bulk1 read /services/async/{version}/job/{id}/batch/{id}/request",
		"GET /services/async/60.0/job/{job}/batch/{batch}/result":    "bulk1 read /services/async/{version}/job/{id}/batch/{id}/result",
		"GET /services/async/60.0/job/{job}/batch/{batch}/result/75": "bulk1 read /services/async/{version}/job/{id}/batch/{id}/result/{id}",
		// 20 to 22: SOAP
		"POST /services/Soap/u/60.0":                 "soap mixed /services/Soap/u/{version}",
		"POST /services/Soap/u/48.0/00D5e00000Abcde": "soap mixed /services/Soap/u/{version}/{id}",
		"POST /services/soap/c/60.0":                 "soap mixed /services/Soap/c/{version}",
		"POST /services/Soap/m/60.0":                 "soap mixed /services/Soap/m/{version}",
		"POST /services/Soap/T/60.0":                 "soap mixed /services/Soap/T/{version}",
		"POST /services/Soap/class/Foo":              "soap mixed /services/Soap/class/Foo",
		// 23 to 29: others
		"GET B/tooling/executeAnonymous/?anonymousBody=x": "other none " + v + "/tooling/executeAnonymous",
		"GET /services/apexrest/patients/Lee":             "apexrest read /services/apexrest/patients/{value}",
		"POST /services/apexrest/ns/patients":             "apexrest create /services/apexrest/ns/{value}",
		"DELETE /services/apexrest/patients":              "apexrest delete /services/apexrest/patients",
		"POST B/graphql":                                  "other mixed " + v + "/graphql",
		"GET B/ui-api/records/{contact}?fields=A.B":       "other read " + v + "/ui-api/{value}/{id}",
		"POST B/ui-api/records":                           "other mixed " + v + "/ui-api/{value}",
		"PATCH B/ui-api/records/{contact}":                "other update " + v + "/ui-api/{value}/{id}",
		"POST B/chatter/feed-elements":                    "other create " + v + "/chatter/{value}",
		"POST B/analytics/reports/00O5e00000Abcde":        "other read " + v + "/analytics/{value}/{id}",
		"POST B/wave/query":                               "other read " + v + "/wave/{value}",
		"POST /cometd/60.0":                               "other read /cometd/{version}",
		"POST /cometd/60.0/connect":                       "other read /cometd/{version}/{value}",
		// 32, 33
		"POST B/sobjects/Patient__e":              "rest create Patient__e " + v + "/sobjects/Patient__e",
		"POST B/sobjects/Case/quickActions/LogIt": "rest create Case " + v + "/sobjects/Case/quickActions/LogIt",
		"GET B/sobjects/Case/quickActions":        "rest describe Case " + v + "/sobjects/Case/quickActions",
		"POST B/actions/custom/flow/Foo":          "other mixed " + v + "/actions/{value}/{value}/{value}",
		"POST B/process/approvals":                "other mixed " + v + "/process/{value}",
		// 38: OAuth
		"POST /services/oauth2/token":                  "oauth login /services/oauth2/token",
		"POST /services/oauth2/revoke":                 "oauth login /services/oauth2/revoke",
		"GET /services/oauth2/userinfo":                "oauth login /services/oauth2/userinfo",
		"GET /id/00D5e00000Abcde/0055e00000Abcde":      "oauth login /id/{id}/{id}",
		"POST /services/oauth2/authorize?client_id=me": "oauth login /services/oauth2/authorize",
		// unknown
		"GET /":                        "unknown read /",
		"POST /":                       "unknown none /",
		"POST B/frobnicate":            "unknown none " + v + "/{value}",
		"GET /servlet/servlet.File":    "unknown read /{value}/{value}",
		"POST /services/data/60.0/x":   "unknown none /services/data/{value}/{value}",
		"POST B/sobjects/Con%20tact":   "unknown none " + v + "/sobjects/{value}",
		"POST B/sobjects/123-45-6789":  "unknown none " + v + "/sobjects/{value}",
		"POST B/sobjects/Contact/1a/b": "unknown none " + v + "/sobjects/Contact/{value}/{value}",
		"PUT B/jobs/ingest/x/batches":  "unknown none " + v + "/jobs/ingest/{value}/{value}",
		"GET B/jobs/other":             "unknown read " + v + "/jobs/{value}",
	}
	r := New(Config{})
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			if diff := cmp.Diff(want, summary(mustRoute(t, r, expand(line)))); diff != "" {
				t.Error(diff)
			}
		})
	}
	if len(tests) < 120 {
		t.Errorf("%d routes, want 120", len(tests))
	}
}

// expand spells the abbreviations of test URLs out.
func expand(line string) string {
	return strings.NewReplacer(" B", " /services/data/v60.0", "{contact}", contact, "{account}", account, "{job}", jobID,
		"{batch}", batchID, "{cursor}", cursor).Replace(line)
}

// TestEvasion has spellings that must mean the same as the plain one, and those that must be refused.
func TestEvasion(t *testing.T) {
	const plain = "rest create Contact /services/data/{version}/sobjects/Contact"
	tests := map[string]struct {
		want   string
		reason PathReason
	}{
		"POST //services//data/v60.0/sobjects/Contact":                                    {want: plain},
		"POST /services/data/v60.0/sobjects/Contact//":                                    {want: plain},
		"POST /SERVICES/Data/V60.0/SObjects/Contact":                                      {want: plain},
		"POST /services/data/v60.0/sobjects/%43ontact":                                    {want: plain},
		"POST /services/data/v60.0/s%6Fbjects/Contact":                                    {want: plain},
		"POST /services/data/v60.0/sobjects/Contact.json":                                 {want: plain},
		"POST /services/data/v60.0/sobjects/Contact%2exml":                                {want: plain},
		"POST /services/data/v60.0/sobjects/Contact.json/":                                {want: plain},
		"POST /services/data/v60.0/sobjects/Contact.json.xml":                             {want: plain},
		"POST /services/data/v60.0/sobjects/Contact/.json":                                {want: plain},
		"POST /services/data/v60.0/sobjects/Contact?_HttpMethod=POST":                     {want: plain},
		"POST /services/data/v60.0/./sobjects/Contact":                                    {reason: PathDots},
		"POST /services/data/v60.0/query/../sobjects/Contact":                             {reason: PathDots},
		"POST /services/data/v60.0/query/%2e%2e/sobjects/Contact":                         {reason: PathDots},
		"POST /services/data/v60.0/sobjects/Contact/..json":                               {reason: PathDots},
		"POST /services/data/v60.0/query/%252e%252e/sobjects/Contact":                     {reason: PathDouble},
		"POST /services/data/v60.0/sobjects%2FContact":                                    {reason: PathSlash},
		"POST /services/data/v60.0/sobjects%252fContact":                                  {reason: PathDouble},
		"POST /services/data/v60.0/sobjects%5CContact":                                    {reason: PathSlash},
		`POST /services/data/v60.0/sobjects\Contact`:                                      {reason: PathSlash},
		"POST /services/data/v60.0/sobjects/Contact%00":                                   {reason: PathControl},
		"POST /services/data/v60.0/sobjects/Contact%0d%0aX":                               {reason: PathControl},
		"POST /services/data/v60.0/sobjects/Contact;x=y":                                  {reason: PathParameter},
		"POST /services/data/v60.0/sobjects/Contact%ff":                                   {reason: PathEncoding},
		"POST /services/data/v60.0/sobjects/Contact?_httpmethod=GET":                      {reason: PathOverride},
		"POST /services/data/v60.0/sobjects/Contact?_HttpMethod=get":                      {reason: PathOverride},
		"POST /services/data/v60.0/sobjects/Contact?_HttpMethod=TRACE":                    {reason: PathOverride},
		"POST /x?_HttpMethod=GET":                                                         {reason: PathOverride},
		"POST /services/Soap/u/60.0?_HttpMethod=GET":                                      {reason: PathOverride},
		"GET /services/data/v60.0/sobjects/Contact?_HttpMethod=DELETE":                    {reason: PathOverride},
		"POST /services/data?_HttpMethod=GET&_HttpMethod=DELETE":                          {reason: PathOverride},
		"GET /services/data/v60.0/query?q=SELECT+Id+FROM+A&q=B":                           {reason: PathRepeated},
		"GET /services/data/v60.0/query?q=SELECT+Id+FROM+A&Q=B":                           {reason: PathRepeated},
		"GET /services/data/v60.0/query?q=SELECT+Id+FROM+A&explain=B":                     {reason: PathRepeated},
		"GET /services/data/v60.0/query?q=SELECT+Id+FROM+A/*x*/":                          {reason: PathQuery},
		"GET /services/data/v60.0/query?q=DROP+TABLE":                                     {reason: PathQuery},
		"GET /services/data/v60.0/search?q=FIND+%7BLee":                                   {reason: PathQuery},
		"GET /services/data/v60.0/query?q=%zz":                                            {reason: PathSyntax},
		"GET /services/data/v60.0/query?q=%ff":                                            {reason: PathEncoding},
		"GET /services/data/v60.0/query?q=%00":                                            {reason: PathControl},
		"GET /services/data/v60.0/sobjects/Contact?fields=Id&fields=Name":                 {want: "rest read Contact /services/data/{version}/sobjects/Contact"},
		"GET /services/data/v60.0/sobjects/Contact/0035e00000Abcde?fields=Id&fields=Name": {reason: PathRepeated},
	}
	r := New(Config{})
	for line, tc := range tests {
		t.Run(line, func(t *testing.T) {
			rt, err := route(r, line, nil)
			var refused *PathError
			switch {
			case errors.As(err, &refused):
				if refused.Reason != tc.reason {
					t.Errorf("refused for %s, want %q", refused.Reason, tc.reason)
				}
			case tc.reason != "":
				t.Errorf("not refused: %s", summary(rt))
			default:
				if diff := cmp.Diff(tc.want, summary(rt)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestMethodOverrideHeader(t *testing.T) {
	tests := map[string]struct {
		method, query string
		header        []string
		want          string // the effective method; empty if refused
	}{
		"patch":      {"POST", "", []string{"PATCH"}, "PATCH"},
		"same twice": {"POST", "_HttpMethod=PATCH", []string{"PATCH"}, "PATCH"},
		"disagree":   {"POST", "_HttpMethod=PATCH", []string{"DELETE"}, ""},
		"to a read":  {"POST", "", []string{"GET"}, ""},
		"on a read":  {"GET", "", []string{"PATCH"}, ""},
		"two":        {"POST", "", []string{"PATCH", "DELETE"}, ""},
		"none":       {"PATCH", "", nil, "PATCH"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(tc.method, "https://acme.my.salesforce.com/services/data/v60.0/sobjects/Contact/"+contact+"?"+tc.query, nil)
			req.Header["X-Http-Method-Override"] = tc.header
			rt, err := New(Config{}).Route(req.Context(), req, nil)
			got := ""
			if err == nil {
				got = rt.Method
			}
			if got != tc.want {
				t.Errorf("method %q, want %q (%v)", got, tc.want, err)
			}
		})
	}
}

func TestDialect(t *testing.T) {
	tests := map[string]struct {
		line, accept, contentType string
		want                      Dialect
	}{
		"json":               {"GET B/limits", "application/json", "", JSONArray},
		"nothing said":       {"GET B/limits", "", "", JSONArray},
		"xml accepted":       {"GET B/limits", "application/xml", "", XMLErrors},
		"both accepted":      {"GET B/limits", "application/json, application/xml", "", JSONArray},
		"xml suffix":         {"GET B/limits.xml", "application/json", "", XMLErrors},
		"json suffix":        {"GET B/limits.json", "application/xml", "", JSONArray},
		"soap":               {"POST /services/Soap/u/60.0", "", "text/xml", SOAPFault},
		"bulk 1 xml":         {"POST /services/async/60.0/job", "", "application/xml", BulkXML},
		"bulk 1 json":        {"POST /services/async/60.0/job", "", "application/json; charset=utf-8", BulkJSON},
		"bulk 1 csv":         {"POST /services/async/60.0/job/{job}/batch", "", "text/csv", BulkXML},
		"oauth":              {"POST /services/oauth2/token", "", "", OAuthJSON},
		"unknown":            {"GET /", "", "", JSONArray},
		"unknown soap class": {"POST /services/Soap/x", "", "", JSONArray},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			method, target, _ := strings.Cut(expand(tc.line), " ")
			req := httptest.NewRequest(method, "https://acme.my.salesforce.com"+target, nil)
			req.Header = http.Header{"Accept": {tc.accept}, "Content-Type": {tc.contentType}}
			rt, err := New(Config{}).Route(req.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			if rt.Dialect != tc.want {
				t.Errorf("dialect %d, want %d", rt.Dialect, tc.want)
			}
		})
	}
}
