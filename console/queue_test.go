package console

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestQueue(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead := r.as(review.Lead)
	answer := lead.show("/queue")
	answer.has(t, d[0].ID, d[2].ID, d[3].ID, "ehr-sync", "create Contact", "ssn-never-leaves", "us_ssn", "SSN__c", "Blocked", "<td>very likely</td>")
	answer.lacks(t, d[1].ID, d[4].ID) // masked, allowed
	if at := strings.Index(answer.body, d[0].ID); at > strings.Index(answer.body, d[2].ID) {
		t.Error("the newest is not first")
	}
	all := lead.show("/queue?q=after:-7d")
	for _, one := range d {
		all.has(t, one.ID)
	}
	one := lead.show("/queue?" + url.Values{"q": {"client:billing-* detector:phone"}}.Encode())
	one.has(t, d[1].ID, "Masked")
	one.lacks(t, d[0].ID)
	got := lead.rig.recorded("lead-1")
	want := []string{"search ok queue " + canonical(defaultFilter, r.clock.Now()), "search ok queue after:-7d", "search ok queue detector:phone client:billing-*"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
}

func TestQueueFilterErrors(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	answer := r.as(review.Analyst).get("/queue?q=" + url.QueryEscape("decision:block detectr:us_ssn"))
	checkPage(t, "the filter's error", answer.body)
	if answer.status != http.StatusBadRequest {
		t.Errorf("status %d", answer.status)
	}
	answer.has(t, "Character 16", `value="decision:block detectr:us_ssn"`, "<mark>detectr:us_ssn</mark>", "detector")
	answer.lacks(t, d[0].ID)
	if got := r.recorded("analyst-1"); len(got) != 0 {
		t.Errorf("a look at nothing is recorded: %q", got)
	}
	// An identifier in a filter would be on record for years: nothing is shown, and it is not written down.
	ssn := r.as(review.Analyst).get("/queue?q=" + url.QueryEscape(`client:"078-05-1120"`))
	if ssn.status != http.StatusUnprocessableEntity || strings.Contains(ssn.body, "078-05") {
		t.Errorf("an identifier in the filter: status %d", ssn.status)
	}
	ssn.has(t, "us_ssn")
	if got := r.recorded("analyst-1"); len(got) != 1 || strings.Contains(got[0], "078") {
		t.Errorf("recorded: %q", got)
	}
}

func TestQueueEmpty(t *testing.T) {
	r := newRig(t)
	analyst := r.as(review.Analyst)
	analyst.show("/queue").has(t, "Nothing awaits review")
	analyst.show("/queue?q=client:nobody").has(t, "No decision matches")
}

// The pages of a list follow on each other, and a link into another list is refused.
func TestQueuePages(t *testing.T) {
	r := newRig(t)
	var many []*audit.Decision
	for i := range 2*pageRows + 10 {
		many = append(many, r.blocked(time.Duration(2*pageRows+10-i)*time.Second))
	}
	r.append(many...)
	link := regexp.MustCompile(`href="([^"]*)" data-next`)
	analyst := r.as(review.Analyst)
	seen := map[string]bool{}
	address, pages := "/queue", 0
	ids := regexp.MustCompile(`/decisions/([0-9A-Z]{26})`)
	for address != "" {
		answer := analyst.show(address)
		pages++
		for _, m := range ids.FindAllStringSubmatch(answer.body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s is on two pages", m[1])
			}
			seen[m[1]] = true
		}
		address = ""
		if m := link.FindStringSubmatch(answer.body); m != nil && pages < 5 {
			address = html.UnescapeString(m[1])
		}
	}
	if pages != 3 || len(seen) != 2*pageRows+10 {
		t.Errorf("%d decisions on %d pages", len(seen), pages)
	}
	first := analyst.show("/queue")
	at, err := url.Parse(html.UnescapeString(link.FindStringSubmatch(first.body)[1]))
	if err != nil {
		t.Fatal(err)
	}
	foreign := analyst.get("/queue?" + url.Values{"q": {"client:other"}, "at": {at.Query().Get("at")}}.Encode())
	if foreign.status != http.StatusBadRequest {
		t.Errorf("the place of another search: status %d", foreign.status)
	}
	checkPage(t, "cursor", foreign.body)
}

// What cannot be recorded is not shown.
func TestNothingIsShownWithoutRecord(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead := r.as(review.Lead)
	lead.show("/queue")
	if got := lead.proof(d[0].ID); got.status != http.StatusOK {
		t.Fatalf("proof: status %d", got.status)
	}
	r.access.Fail(trial.ErrDisk)
	defer r.access.Fail(nil)
	for _, address := range []string{"/queue", "/queue?q=after:-7d", "/decisions/" + d[0].ID, "/decisions/" + d[0].ID + "/record.json",
		"/decisions/" + d[0].ID + "/proof", "/cases"} {
		answer := lead.get(address)
		if answer.status != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", address, answer.status)
		}
		answer.lacks(t, d[0].ID+`"`, "ehr-sync", "us_ssn", "SSN__c", testFingerprint)
		checkPage(t, address, answer.body)
	}
	if len(r.reports) == 0 {
		t.Error("nobody was told")
	}
}

func TestBulk(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead := r.as(review.Lead)
	lead.show("/queue").has(t, `id="bulk"`)
	r.as(review.Analyst).show("/queue").lacks(t, `id="bulk"`, `name="id"`)

	none := lead.post("/queue/decide", url.Values{"q": {defaultFilter}, "verdict": {"test"}})
	if none.status != http.StatusUnprocessableEntity {
		t.Errorf("none chosen: status %d", none.status)
	}
	none.has(t, "Choose at least one decision")
	checkPage(t, "none chosen", none.body)
	many := url.Values{"q": {defaultFilter}, "verdict": {"test"}}
	for i := range audit.MaxReviewed + 1 {
		many.Add("id", fmt.Sprintf("01KAX3M9T0V5Q2Z8R4B6C7D%03d", i))
	}
	for _, address := range []string{"/queue/decide", "/queue/assign"} {
		if got := lead.post(address, many); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "not more than 256") {
			t.Errorf("%s with too many: status %d", address, got.status)
		}
	}

	form := url.Values{"q": {defaultFilter}, "verdict": {"test"}, "id": {d[0].ID, d[3].ID}}
	first := lead.post("/queue/decide", form)
	if first.status != http.StatusOK {
		t.Fatalf("before the confirmation: status %d", first.status)
	}
	checkPage(t, "confirmation", first.body)
	first.has(t, "Judge 2 decisions at once", d[0].ID, d[3].ID)
	if got := lead.show("/decisions/" + d[0].ID); !strings.Contains(got.body, "Nobody has judged") {
		t.Error("judged before the confirmation")
	}
	form.Set("confirmed", "yes")
	missing := lead.post("/queue/decide", form)
	if missing.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: status %d", missing.status)
	}
	missing.has(t, "Give a reason")
	form.Set("reason", "Test or synthetic data, no patient")
	lead.send("/queue/decide", form).has(t, "2 verdicts recorded.")
	for _, id := range []string{d[0].ID, d[3].ID} {
		lead.show("/decisions/"+id).has(t, "Test or synthetic data, no patient")
	}
	lead.show("/queue").lacks(t, d[0].ID, d[3].ID)
}

func TestBulkAssign(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead, analyst := r.as(review.Lead), r.as(review.Analyst)
	lead.show("/queue").has(t, "<option>analyst-1</option>")
	lead.send("/queue/assign", url.Values{"q": {defaultFilter}, "id": {d[0].ID, d[2].ID}, "to": {"analyst-1"}}).has(t, "2 decisions assigned.", "analyst-1")
	analyst.show("/queue?q=assignee:analyst-1").has(t, d[0].ID, d[2].ID)
	// An analyst can take one, and has no business with several.
	if got := analyst.post("/queue/assign", url.Values{"id": {d[0].ID, d[2].ID}, "to": {"analyst-1"}}); got.status != http.StatusForbidden {
		t.Errorf("an analyst assigns two: status %d", got.status)
	}
}

func TestViews(t *testing.T) {
	r := newRig(t)
	r.sample()
	analyst, lead := r.as(review.Analyst), r.as(review.Lead)
	q := "detector:us_ssn after:-24h"
	analyst.send("/views", url.Values{"q": {q}, "name": {"SSNs of today"}, "shared": {"yes"}}).has(t, "View saved.", "SSNs of today")
	lead.show("/queue").has(t, "SSNs of today", "shared by analyst-1")
	if got := lead.post("/views/delete", url.Values{"name": {"SSNs of today"}}); got.status != http.StatusNotFound {
		t.Errorf("somebody else's view is deleted: status %d", got.status)
	}
	bad := analyst.post("/views", url.Values{"q": {q}, "name": {"about 078-05-1120"}})
	if bad.status != http.StatusUnprocessableEntity {
		t.Errorf("an identifier in a name: status %d", bad.status)
	}
	bad.has(t, "identifier (us_ssn)")
	checkPage(t, "a refused name", bad.body)
	analyst.send("/views/delete", url.Values{"q": {q}, "name": {"SSNs of today"}}).has(t, "View deleted.")
	lead.show("/queue").lacks(t, "SSNs of today")
}

var pollOf = regexp.MustCompile(`data-poll="([^"]+)"`)

// A page hands out an address by which it learns what is new; only the session that saw the page can use it.
func TestPoll(t *testing.T) {
	r := newRig(t)
	r.sample()
	analyst, lead := r.as(review.Analyst), r.as(review.Lead)
	shown := analyst.show("/queue")
	address := html.UnescapeString(pollOf.FindStringSubmatch(shown.body)[1])
	poll := func(p *person, address string) *page {
		return p.get(address, func(req *http.Request) { req.Header.Set(pollHeader, "1") })
	}
	before := len(r.recorded("analyst-1"))
	if got := poll(analyst, address); got.status != http.StatusOK || got.body != "" {
		t.Errorf("nothing new: %d %q", got.status, got.body)
	}
	r.clock.Advance(time.Minute)
	r.append(r.blocked(10*time.Second), r.blocked(5*time.Second))
	if got := poll(analyst, address); got.status != http.StatusOK || got.body != "2 new, show them" {
		t.Errorf("two new ones: %d %q", got.status, got.body)
	}
	if got := len(r.recorded("analyst-1")); got != before {
		t.Errorf("polls are recorded: %d", got-before)
	}
	changed := strings.Replace(address, "decision", "-decision", 1)
	for name, got := range map[string]*page{
		"another person": poll(lead, address), "another filter": poll(analyst, changed), "no signature": poll(analyst, "/queue/newer?q=fp:7KQ2"),
	} {
		if got.status != http.StatusForbidden || got.body != "" {
			t.Errorf("%s: %d %q", name, got.status, got.body)
		}
	}
	if got := r.recorded("analyst-1"); len(got) != before+2 || got[before] != "look denied GET /queue/newer" {
		t.Errorf("what was tried is not on record: %q", got[before:])
	}
	// A page that polls for longer than a session lasts without a click is asked to stop.
	r.clock.Advance(16 * time.Minute)
	if got := poll(analyst, address); got.status == http.StatusOK {
		t.Errorf("a page that was left alone keeps the session alive: %d", got.status)
	}
}

// Who may not see fingerprints sees nothing that follows from one.
func TestNoFingerprintsForWhoMayNotSeeThem(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	admin := r.as(review.PolicyAdmin)
	for _, address := range []string{"/queue?q=after:-7d", "/decisions/" + d[0].ID} {
		answer := admin.show(address)
		answer.has(t, d[0].ID)
		answer.lacks(t, testFingerprint, "SSN·7KQ2", "/cases/", "fp:", "The same value")
	}
	admin.show("/decisions/"+d[0].ID).has(t, "your role does not show fingerprints")
	for _, q := range []string{"fp:7KQ2", "-fp:7KQ2", "case:9f86d081884c7d65"} {
		if got := admin.get("/queue?" + url.Values{"q": {q}}.Encode()); got.status != http.StatusBadRequest || strings.Contains(got.body, d[0].ID) {
			t.Errorf("%s: status %d", q, got.status)
		}
	}
	r.as(review.Analyst).show("/decisions/"+d[0].ID).has(t, "SSN·7KQ2-M4", "/cases/")
	// The decision that follows in a list is an answer to the list's filter.
	for _, q := range []string{"fp:7KQ2 after:-7d", "case:9f86d081884c7d65"} {
		answer := admin.show("/decisions/" + d[1].ID + "?" + url.Values{"q": {q}}.Encode())
		answer.lacks(t, "Next without a verdict", "fp:", "fp%3A", "case%3A")
	}
	// And so is a view that somebody shares.
	analyst := r.as(review.Analyst)
	analyst.send("/views", url.Values{"q": {"fp:7KQ2M4 after:-30d"}, "name": {"the known one"}, "shared": {"yes"}})
	analyst.send("/views", url.Values{"q": {"detector:us_ssn after:-30d"}, "name": {"numbers"}, "shared": {"yes"}})
	admin.show("/queue").has(t, "numbers")
	admin.show("/queue").lacks(t, "the known one", "7KQ2")
	r.as(review.Lead).show("/queue").has(t, "the known one")
}

// What follows a decision in a list depends on the list's filter, which is on record then.
func TestTheListIsOnRecordWithTheDecision(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	analyst := r.as(review.Analyst)
	answer := analyst.show("/decisions/" + d[0].ID + "?" + url.Values{"q": {"client:ehr-sync after:-7d"}}.Encode())
	answer.has(t, "Next without a verdict")
	if got := r.recorded("analyst-1"); got[len(got)-1] != "look ok "+d[0].ID+" client:ehr-sync after:-7d" {
		t.Errorf("recorded: %q", got)
	}
	analyst.show("/decisions/"+d[0].ID+"?q=nonsense").lacks(t, "Next without a verdict", "nonsense")
	form := url.Values{"q": {"nonsense"}, "verdict": {"false_positive"}, "reason": {"An order number"}, "then": {"next"}}
	if got := analyst.post("/decisions/"+d[0].ID+"/decide", form); got.location != "/queue?done=empty" {
		t.Errorf("status %d, to %q", got.status, got.location)
	}
}

// What waits for longer than the queue goes back is not forgotten, and the queue does not say that nothing waits.
func TestWhatWaitsForLong(t *testing.T) {
	r := newRig(t)
	old := r.blocked(9 * 24 * time.Hour)
	r.append(old)
	analyst := r.as(review.Analyst)
	empty := analyst.show("/queue")
	empty.has(t, "1 decision of more than seven days ago awaits a verdict")
	empty.lacks(t, "Nothing awaits review", old.ID)
	to := regexp.MustCompile(`href="([^"]*before[^"]*)">Show it`).FindStringSubmatch(empty.body)
	if to == nil {
		t.Fatal("no link to it")
	}
	analyst.show(html.UnescapeString(to[1])).has(t, old.ID)
	r.append(r.blocked(time.Minute))
	analyst.show("/queue").has(t, "awaits a verdict, too")
	analyst.send("/decisions/"+old.ID+"/decide", url.Values{"verdict": {"benign"}, "reason": {"Permitted"}})
	analyst.show("/queue").lacks(t, "seven days ago")
}
