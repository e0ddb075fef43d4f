package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit/review"
)

func TestUsers(t *testing.T) {
	r := newRig(t)
	root := r.first()
	page := root.post("/users", url.Values{"name": {"sam"}, "display": {"Sam Doe"}, "role": {"analyst", "auditor"}})
	if page.status != http.StatusOK {
		t.Fatalf("invited: status %d", page.status)
	}
	checkPage(t, "invited", page.body)
	page.has(t, testOrigin+"/setup?token=", "Sam Doe", "analyst, auditor", "invited, 3 d left")
	again := root.show("/users")
	again.has(t, "Sam Doe")
	again.lacks(t, "token=")
	for _, a := range r.accesses() {
		if strings.Contains(a.Target+a.Query+a.Reason, "token") {
			t.Error("the link is on record")
		}
	}
	sam := r.join(onceLink(t, page.body), "sam")
	sam.show("/queue")
	root.show("/users").lacks(t, "invited, ")

	root.send("/users/sam/role", url.Values{"role": {"viewer"}}).has(t, "Saved.")
	if got := sam.get("/queue"); got.status != http.StatusForbidden {
		t.Errorf("a viewer's queue: status %d", got.status)
	}
	sam.show("/")
	root.send("/users/sam/disable", nil).has(t, "disabled")
	if got := sam.get("/"); got.status != http.StatusSeeOther {
		t.Errorf("somebody disabled: status %d", got.status)
	}
	root.send("/users/sam/enable", nil).lacks(t, "disabled")
	reset := root.post("/users/sam/reset", nil)
	checkPage(t, "reset", reset.body)
	reset.has(t, "Password and second factor of <strong>sam</strong> are forgotten", "/setup?token=")
	r.join(onceLink(t, reset.body), "sam").show("/")
	for _, report := range r.reports {
		t.Errorf("reported: %s", report)
	}
}

func TestUserErrors(t *testing.T) {
	r := newRig(t)
	root := r.first()
	r.as(review.Analyst)
	tests := map[string]struct {
		address string
		form    url.Values
		want    string
	}{
		"taken":             {"/users", url.Values{"name": {"analyst-1"}, "display": {"x"}, "role": {"viewer"}}, "somebody&#39;s already"},
		"no role":           {"/users", url.Values{"name": {"new"}, "display": {"x"}}, "at least one role"},
		"unknown role":      {"/users", url.Values{"name": {"new"}, "display": {"x"}, "role": {"king"}}, "at least one role"},
		"no name":           {"/users", url.Values{"name": {"a b/c"}, "display": {"x"}, "role": {"viewer"}}, "Invite somebody"},
		"role of nobody":    {"/users/nobody/role", url.Values{"role": {"viewer"}}, "nobody of that name"},
		"no role chosen":    {"/users/analyst-1/role", nil, "at least one role"},
		"last user admin":   {"/users/root/role", url.Values{"role": {"viewer"}}, "Nobody would be left"},
		"disable the last":  {"/users/root/disable", nil, "Nobody would be left"},
		"disable of nobody": {"/users/nobody/disable", nil, "nobody of that name"},
		"reset of nobody":   {"/users/nobody/reset", nil, "nobody of that name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := root.post(test.address, test.form)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, test.want) {
				t.Errorf("status %d, without %q", got.status, test.want)
			}
			got.lacks(t, "token=")
			checkPage(t, name, got.body)
		})
	}
	for _, report := range r.reports {
		t.Errorf("reported: %s", report)
	}
}

// onceLink is the link on the page.
func onceLink(t *testing.T, body string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `<code class="once">`)
	link, _, closed := strings.Cut(rest, "</code>")
	if !ok || !closed {
		t.Fatal("no link")
	}
	return link
}
