package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestHolds(t *testing.T) {
	r := newRig(t)
	r.sample()
	auditor := r.as(review.Auditor)
	auditor.show("/holds").has(t, "No hold is in force", "Place a hold")
	day := func(back int) string { return r.clock.Now().AddDate(0, 0, -back).Format("2006-01-02") }
	form := url.Values{"from": {day(7)}, "to": {day(0)}, "client": {"billing-export"}, "incident": {"INC-7"}, "reason": {"Counsel asked"}}
	auditor.send("/holds", form).has(t, "Hold placed.", "billing-export, "+day(7), "1 decision<", "INC-7", "Counsel asked", "by auditor-1, ")
	auditor.send("/holds", url.Values{"reason": {"Everything"}}).has(t, "every client, all records, also those to come", "6 decisions")
	list, err := r.index.Holds(context.Background())
	if err != nil || len(list) != 2 {
		t.Fatalf("%d holds, %v", len(list), err)
	}
	lead := r.as(review.Lead).show("/holds")
	lead.has(t, "billing-export")
	lead.lacks(t, "Place a hold", "/release")
	own := auditor.show("/holds")
	own.has(t, "You placed it. Another person has to release it.")
	own.lacks(t, "/release")
	if got := auditor.post("/holds/"+list[0].ID+"/release", url.Values{"reason": {"The case is closed"}}); got.status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.body, "another person") {
		t.Errorf("released by who placed it: status %d", got.status)
	}
	auditor = r.another(review.Auditor, "ada")
	refused := auditor.post("/holds/"+list[0].ID+"/release", url.Values{"reason": {"123-45-6789"}})
	checkPage(t, "release", refused.body)
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.body, "us_ssn") {
		t.Errorf("release with an identifier: status %d", refused.status)
	}
	auditor.send("/holds/"+list[0].ID+"/release", url.Values{"reason": {"The case is closed"}}).has(t, "Hold released.", "Released holds", "The case is closed", "auditor-1, ", "ada, ")
	if got := auditor.post("/holds/"+list[0].ID+"/release", url.Values{"reason": {"Again"}}); got.status != http.StatusConflict {
		t.Errorf("released twice: status %d", got.status)
	}
	if got := auditor.post("/holds/01K00000000000000000000000/release", url.Values{"reason": {"None"}}); got.status != http.StatusNotFound {
		t.Errorf("no such hold: status %d", got.status)
	}
	for _, report := range r.reports {
		t.Errorf("reported: %s", report)
	}
}

func TestHoldForm(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	tests := map[string]struct {
		form holdForm
		want audit.Hold
		err  string
	}{
		"a month":   {holdForm{From: "2026-11-01", To: "2026-11-29", Reason: "r"}, audit.Hold{From: day(1), To: day(30), Reason: "r"}, ""},
		"a day":     {holdForm{From: "2026-11-01", To: "2026-11-01", Reason: "r"}, audit.Hold{From: day(1), To: day(2), Reason: "r"}, ""},
		"open":      {holdForm{Client: "ehr", Reason: "r"}, audit.Hold{Client: "ehr", Reason: "r"}, ""},
		"backwards": {holdForm{From: "2026-11-02", To: "2026-11-01", Reason: "r"}, audit.Hold{}, "before the first"},
		"no date":   {holdForm{From: "soon", Reason: "r"}, audit.Hold{}, "first day"},
		"no end":    {holdForm{To: "soon", Reason: "r"}, audit.Hold{}, "last day"},
		"no reason": {holdForm{From: "2026-11-01"}, audit.Hold{}, "reason"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := test.form.hold()
			if ok != (test.err == "") || !strings.Contains(test.form.Error, test.err) {
				t.Fatalf("ok %v, error %q", ok, test.form.Error)
			}
			if ok && got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
