package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

var caseOf = regexp.MustCompile(`/cases/([0-9a-f]{16})`)

func TestCases(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead := r.as(review.Lead)
	list := lead.show("/cases")
	list.has(t, "ehr-sync", "ssn-never-leaves", "SSN·7KQ2-M4", "second-look")
	key := ""
	for _, m := range caseOf.FindAllStringSubmatch(lead.show("/cases?q=rule:ssn-never-leaves").body, -1) {
		key = m[1]
	}
	if key == "" {
		t.Fatal("no case")
	}
	one := lead.show("/cases/" + key)
	one.has(t, d[0].ID, d[5].ID, "2 times", "Judge the whole case")
	one.lacks(t, d[1].ID, d[2].ID)

	address := "/cases/" + key + "/decide"
	form := url.Values{"verdict": {"true_positive"}}
	if got := lead.post(address, form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Give a reason") {
		t.Errorf("without a reason: status %d", got.status)
	}
	form.Set("reason", "Patient data where the job does not need it")
	asked := lead.post(address, form)
	checkPage(t, "before all are judged", asked.body)
	if asked.status != http.StatusOK {
		t.Errorf("before all are judged: status %d", asked.status)
	}
	asked.has(t, "Judge 2 decisions?", "Record 2 verdicts")
	lead.show("/decisions/"+d[0].ID).has(t, "Nobody has judged")
	form.Set("confirmed", "yes")
	lead.send(address, form).has(t, "2 verdicts recorded.", "None of these decisions is open.")
	lead.show("/decisions/"+d[5].ID).has(t, "True positive", "Patient data where the job does not need it")
	lead.show("/cases?q=status:open+rule:ssn-never-leaves").has(t, "No case matches")
	if got := lead.get("/cases/0000000000000000"); got.status != http.StatusNotFound {
		t.Errorf("no such case: status %d", got.status)
	}
	if got := lead.get("/cases?q=nonsense"); got.status != http.StatusBadRequest {
		t.Errorf("a filter that cannot be read: status %d", got.status)
	}
	r.as(review.Analyst).show("/cases/"+key).lacks(t, "Judge the whole case")
}

func TestCasesEmpty(t *testing.T) {
	newRig(t).as(review.Lead).show("/cases").has(t, "No open case")
}

// The help explains every key there is.
func TestHelp(t *testing.T) {
	r := newRig(t)
	answer := r.as(review.Viewer).show("/help")
	for _, k := range query.Keys() {
		answer.has(t, "<code>"+k.Name+"</code>")
	}
	for _, v := range review.Verdicts() {
		answer.has(t, v.Title)
		if verdictMeaning(v.Name) == "" {
			t.Errorf("%s is not explained", v.Name)
		}
	}
}

// The navigation leads to what the person may see, and nowhere else.
func TestNavigation(t *testing.T) {
	r := newRig(t)
	link := regexp.MustCompile(`<li><a href="(/[^"]*)"`)
	for _, role := range review.Roles() {
		p := r.as(role)
		for _, m := range link.FindAllStringSubmatch(p.show("/help").body, -1) {
			if got := p.get(m[1]); got.status != http.StatusOK {
				t.Errorf("%s: %s answers %d", role, m[1], got.status)
			}
		}
	}
	r.as(review.Lead).show("/queue").has(t, `<a href="/queue" aria-current="page">`)
}
