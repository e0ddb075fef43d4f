package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestExceptions(t *testing.T) {
	r := newRig(t)
	r.sample()
	analyst, lead := r.as(review.Analyst), r.as(review.Lead)
	analyst.show("/exceptions").has(t, "There are no exceptions", "Request an exception")
	prefilled := analyst.show("/exceptions?rule=ssn-never-leaves&client=ehr-sync&object=Contact&field=SSN__c")
	prefilled.has(t, `value="ssn-never-leaves"`, `value="ehr-sync"`, `value="SSN__c"`, `id="request" open`)

	form := url.Values{"rule": {"ssn-never-leaves"}, "client": {"ehr-sync"}, "days": {"30"}, "reason": {"Migration, permitted by the privacy office"}}
	preview := analyst.post("/exceptions", form)
	if preview.status != http.StatusOK {
		t.Fatalf("preview: status %d", preview.status)
	}
	checkPage(t, "preview", preview.body)
	preview.has(t, "2 blocked decisions", "Send the request", "30 days")
	if got := r.recorded("analyst-1"); got[len(got)-1] != "search ok exceptions decision:block client:ehr-sync rule:ssn-never-leaves after:-30d" {
		t.Errorf("recorded: %v", got)
	}
	analyst.show("/exceptions").has(t, "There are no exceptions")
	form.Set("confirmed", "yes")
	analyst.send("/exceptions", form).has(t, "Exception requested.", "Requested", "analyst-1 (you)", "so another person has to approve it", "2 blocked decisions")
	id := onlyException(t, r).ID

	analyst.show("/exceptions").lacks(t, "/resolve")
	for name, reason := range map[string]string{"no reason": " ", "an identifier": "it is 123-45-6789"} {
		refused := lead.post("/exceptions/"+id+"/resolve", url.Values{"approve": {"yes"}, "reason": {reason}})
		if refused.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, refused.status)
		}
		checkPage(t, name, refused.body)
		refused.has(t, "error-"+id, `value="`+reason+`"`)
	}
	lead.send("/exceptions/"+id+"/resolve", url.Values{"approve": {"yes"}, "reason": {"Seen"}}).has(t, "Exception approved.", "In effect", "29 d left", "approved by lead-1: Seen")
	if got := lead.post("/exceptions/"+id+"/resolve", url.Values{"approve": {"no"}, "reason": {"Twice"}}); got.status != http.StatusConflict {
		t.Errorf("resolved twice: status %d", got.status)
	}
	r.clock.Advance(24 * 24 * time.Hour)
	lead = r.another(review.Lead, "lead-2")
	lead.show("/exceptions?state=approved").has(t, "ends soon")
	lead.send("/exceptions/"+id+"/revoke", url.Values{"reason": {"No longer needed"}}).has(t, "Exception revoked.", "approved by lead-1: Seen; revoked by lead-2: No longer needed")
	lead.show("/exceptions?state=revoked").has(t, "ssn-never-leaves")
	lead.show("/exceptions?state=approved").has(t, "No exception in this state")
	for _, report := range r.reports {
		t.Errorf("reported: %s", report)
	}
}

// The page has the newest, and says that there are more.
func TestManyExceptions(t *testing.T) {
	r := newRig(t)
	var last uint64
	for i := range mostExceptions + 3 {
		e := audit.Exception{ID: audit.NewID(r.clock.Now()), Rule: fmt.Sprintf("rule-%03d", i), Client: "ehr", State: review.Requested, Until: r.clock.Now().Add(time.Hour), RequestedBy: "kim"}
		a := audit.Access{Kind: audit.AccessException, Actor: "kim", Via: "console", Outcome: "ok", Target: e.ID, Review: &audit.Review{Text: "Migration", Exception: &e}}
		if err := r.access.Append(t.Context(), &a); err != nil {
			t.Fatal(err)
		}
		last = a.Seq
	}
	if err := r.index.WaitAccess(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	lead := r.as(review.Lead)
	page := lead.show("/exceptions")
	page.has(t, "rule-202", "rule-003", "3 older ones are not shown here")
	page.lacks(t, "rule-002")
	lead.show("/exceptions?state=approved").lacks(t, "not shown here")
}

// A request whose end has passed can be rejected and not approved, and the page says why.
func TestExceptionApprovedTooLate(t *testing.T) {
	r := newRig(t)
	r.sample()
	form := url.Values{"rule": {"ssn-never-leaves"}, "object": {"Contact"}, "days": {"1"}, "reason": {"Migration"}, "confirmed": {"yes"}}
	r.as(review.Analyst).send("/exceptions", form)
	id := onlyException(t, r).ID
	r.clock.Advance(25 * time.Hour)
	lead := r.another(review.Lead, "lead-2")
	shown := lead.show("/exceptions")
	shown.has(t, "Its end passed before somebody approved it", ">Reject<")
	shown.lacks(t, ">Approve<")
	late := lead.post("/exceptions/"+id+"/resolve", url.Values{"approve": {"yes"}, "reason": {"Seen"}})
	if late.status != http.StatusUnprocessableEntity {
		t.Errorf("approved late: status %d", late.status)
	}
	late.has(t, "cannot be approved any more")
	lead.send("/exceptions/"+id+"/resolve", url.Values{"approve": {"no"}, "reason": {"Too late"}}).has(t, "rejected by lead-2: Too late")
}

func TestExceptionOfOneself(t *testing.T) {
	r := newRig(t)
	r.sample()
	lead := r.as(review.Lead)
	form := url.Values{"rule": {"ssn-never-leaves"}, "object": {"Contact"}, "days": {"7"}, "reason": {"Migration"}, "confirmed": {"yes"}}
	lead.send("/exceptions", form).lacks(t, ">Approve<")
	id := onlyException(t, r).ID
	own := lead.post("/exceptions/"+id+"/resolve", url.Values{"approve": {"yes"}, "reason": {"I agree with myself"}})
	if own.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", own.status)
	}
	own.has(t, "you requested it yourself")
	if e := onlyException(t, r); e.State != review.Requested {
		t.Errorf("the state is %s", e.State)
	}
	r.as(review.PolicyAdmin).send("/exceptions/"+id+"/resolve", url.Values{"approve": {"no"}, "reason": {"Fix the mapping"}}).has(t, "Exception rejected.", "rejected by policy_admin-1: Fix the mapping")
}

func TestExceptionFormErrors(t *testing.T) {
	r := newRig(t)
	analyst := r.as(review.Analyst)
	whole := map[string]string{"rule": "ssn-never-leaves", "client": "ehr-sync", "days": "30", "reason": "Migration"}
	tests := map[string]struct{ field, value, want string }{
		"no rule":       {"rule", "", "Name the rule."},
		"no scope":      {"client", "", "Narrow it"},
		"no reason":     {"reason", "", "Give a reason"},
		"too long":      {"days", "91", "Choose how many days"},
		"no days":       {"days", "never", "Choose how many days"},
		"past":          {"days", "-1", "Choose how many days"},
		"an identifier": {"reason", "for 123-45-6789", "us_ssn"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			form := url.Values{}
			for k, v := range whole {
				form.Set(k, v)
			}
			form.Set(test.field, test.value)
			form.Set("confirmed", "yes")
			got := analyst.post("/exceptions", form)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, test.want) {
				t.Errorf("status %d, without %q", got.status, test.want)
			}
			checkPage(t, name, got.body)
		})
	}
	if list, err := r.index.Exceptions(context.Background(), ""); err != nil || len(list) != 0 {
		t.Errorf("%d exceptions, %v", len(list), err)
	}
}

func onlyException(t *testing.T, r *rig) audit.Exception {
	t.Helper()
	list, err := r.index.Exceptions(context.Background(), "")
	if err != nil || len(list) != 1 {
		t.Fatalf("%d exceptions, %v", len(list), err)
	}
	return list[0]
}

func TestScopeWords(t *testing.T) {
	tests := map[string]struct {
		e    audit.Exception
		want string
	}{
		"client": {audit.Exception{Client: "ehr"}, "ehr, every object"},
		"object": {audit.Exception{Object: "Case"}, "every client, Case"},
		"place":  {audit.Exception{Client: "ehr", Object: "Case", Field: "Subject"}, "ehr, Case.Subject"},
		"field":  {audit.Exception{Field: "Subject"}, "every client, field Subject of every object"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := scopeWords(test.e); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
