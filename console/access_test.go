package console

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

func TestAccess(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead, auditor := r.as(review.Lead), r.as(review.Auditor)
	lead.show("/decisions/" + d[0].ID)
	lead.post("/decisions/"+d[0].ID+"/decide", url.Values{"verdict": {"true_positive"}, "reason": {"Identifier in a free-text field"}})
	r.as(review.Viewer).get("/access")
	page := auditor.show("/access")
	page.has(t, "lead-1", "viewer-1", "denied", `href="/decisions/`+d[0].ID+`"`, "True positive", "Identifier in a free-text field", "sign-in")
	page = auditor.show("/access?actor=lead-1&kind=verdict")
	page.has(t, "True positive")
	page.lacks(t, ">viewer-1 ", `">denied</span>`)
	got := r.recorded("auditor-1")
	if got[len(got)-1] != "search ok access actor:lead-1 kind:verdict" || got[0] != "search ok access" {
		t.Errorf("recorded: %v", got)
	}
	// The look at the log is on the log.
	eventually(t, func() bool {
		return strings.Contains(auditor.show("/access?actor=auditor-1").body, "actor:lead-1 kind:verdict")
	})
	auditor.show("/access?actor=nobody").has(t, "No record fits")
	auditor.show("/access?from=2019-01-01&to=2019-01-31").has(t, "No record fits")
	today := r.clock.Now().Format("2006-01-02")
	auditor.show("/access?from="+today+"&to="+today).has(t, "lead-1")
	// A filter that holds an identifier cannot be recorded, and so it is not answered.
	if got := auditor.get("/access?target=123-45-6789"); got.status != 422 || strings.Contains(got.body, "lead-1") {
		t.Errorf("a filter with an identifier: status %d", got.status)
	}
	for _, wrong := range []string{"from=yesterday", "to=2026-13-01", "from=2026-11-23&to=2026-11-22"} {
		answer := auditor.get("/access?" + wrong)
		if answer.status != 400 {
			t.Errorf("%s: status %d", wrong, answer.status)
		}
		checkPage(t, wrong, answer.body)
		answer.has(t, `id="access-error"`)
	}
}

func TestAccessPages(t *testing.T) {
	r := newRig(t)
	auditor := r.as(review.Auditor)
	for range pageRows + 10 {
		auditor.get("/holds")
	}
	list := "/access?actor=auditor-1&kind=search"
	eventually(t, func() bool { return strings.Contains(auditor.show(list).body, "data-next") })
	next := hrefOf(t, auditor.show(list).body, "data-next")
	older := auditor.show(next)
	older.has(t, "data-previous")
	older.lacks(t, "data-next")
	if got := auditor.get("/access?actor=root&at=" + valueOf(t, next, "at")); got.status != 400 {
		t.Errorf("a place in another list: status %d", got.status)
	}
}

// Every code that the accounts, the desk and the log can write is explained.
func TestReasonsAreWhole(t *testing.T) {
	var text strings.Builder
	files := []string{"auth/record.go", "../audit/review/text.go"}
	more, err := filepath.Glob("../audit/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, more...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(source)
	}
	known := make(map[string]bool)
	for _, r := range reasons() {
		if known[r.Code] {
			t.Errorf("%s is explained twice", r.Code)
		}
		known[r.Code] = true
	}
	codes := regexp.MustCompile(`[rR]eason\w*\s*(?:=|:)\s*"([a-z_.]+)"`).FindAllStringSubmatch(text.String(), -1)
	if len(codes) < 40 {
		t.Fatalf("%d codes were found in the sources", len(codes))
	}
	for _, m := range codes {
		code := m[1]
		if !known[code] {
			t.Errorf("%s is not explained", code)
		}
		if words := reasonWords(code); words == code || strings.Contains(words, "_") {
			t.Errorf("%s is said to mean %q", code, words)
		}
	}
	if got := reasonWords("some_new_code"); got != "some new code" {
		t.Errorf("a code that nobody knows: %q", got)
	}
}

func TestRowOfAccess(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	tests := map[string]struct {
		access     audit.Access
		short, url string
	}{
		"a decision": {audit.Access{Kind: audit.AccessLook, Target: "01KAX3M9T0V5Q2Z8R4B6C7D8E9"}, "01KAX3M9T0V5Q2Z8R4B6C7D8E9", "/decisions/01KAX3M9T0V5Q2Z8R4B6C7D8E9"},
		"a policy":   {audit.Access{Kind: audit.AccessLook, Target: digest}, "0123456789ab", "/policy/" + digest},
		"a page":     {audit.Access{Kind: audit.AccessLook, Target: "overview"}, "overview", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if row := rowOfAccess(test.access); row.Short != test.short || row.URL != test.url {
				t.Errorf("%q %q, want %q %q", row.Short, row.URL, test.short, test.url)
			}
		})
	}
	if row := rowOfAccess(audit.Access{Session: "ab5d37c1"}); row.Hash() != "ab5d37" {
		t.Errorf("the session is shown as %q", row.Hash())
	}
}

func TestReviewWords(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		review audit.Review
		want   string
	}{
		"verdict":    {audit.Review{Verdict: "true_positive", Status: "decided", Decisions: []string{"a", "b"}}, "True positive, decided, 2 decisions"},
		"assignment": {audit.Review{Status: "assigned", Assignee: "kim", Decisions: []string{"a"}}, "assigned, to kim"},
		"exception":  {audit.Review{Exception: &audit.Exception{State: "requested", Rule: "ssn", Object: "Case"}}, "requested: ssn for every client, Case"},
		"hold":       {audit.Review{Hold: &audit.Hold{From: at, Client: "ehr"}}, "placed on ehr, from 2026-11-01 00:00 on"},
		"released":   {audit.Review{Hold: &audit.Hold{Released: true}}, "released from every client, all records, also those to come"},
		"view":       {audit.Review{View: &audit.View{Name: "mine"}}, "mine"},
		"nothing":    {audit.Review{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := reviewWords(&test.review); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReadAccessFilter(t *testing.T) {
	f, asked := readAccessFilter(url.Values{"actor": {" kim "}, "from": {"2026-11-01"}, "to": {"2026-11-02"}})
	want := index.AccessFilter{Actor: "kim", From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)}
	if asked != want || f.Error != "" || f.text() != "actor:kim from:2026-11-01 to:2026-11-02" {
		t.Errorf("asked %+v, error %q, text %q", asked, f.Error, f.text())
	}
}

// eventually waits until the index has caught up with a look: a look does not wait for the index itself.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for range 100 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the index does not follow the access log")
}

// hrefOf is the address of the link that has an attribute.
func hrefOf(t *testing.T, body, attribute string) string {
	t.Helper()
	for _, link := range linksOf(t, body) {
		if has(link, attribute) {
			return attr(link, "href")
		}
	}
	t.Fatalf("no link with %s", attribute)
	return ""
}

func linksOf(t *testing.T, body string) []*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var links []*html.Node
	for n := range doc.Descendants() {
		if n.Data == "a" {
			links = append(links, n)
		}
	}
	return links
}

// valueOf is a value of an address.
func valueOf(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return url.QueryEscape(u.Query().Get(name))
}
