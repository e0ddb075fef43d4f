package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
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
	for _, a := range r.access.Records(r.t) {
		if strings.Contains(a.Target+a.Query+a.Reason, "token") {
			t.Error("the link is on record")
		}
	}
	sam := r.join(onceLink(t, page.body), "sam")
	sam.show("/queue")
	root.show("/users").lacks(t, "invited, ")

	root.send("/users/role", url.Values{"who": {"sam"}, "role": {"viewer"}}).has(t, "Saved.")
	if got := sam.get("/queue"); got.status != http.StatusForbidden {
		t.Errorf("a viewer's queue: status %d", got.status)
	}
	sam.show("/")
	root.send("/users/disable", url.Values{"who": {"sam"}}).has(t, "disabled")
	if got := sam.get("/"); got.status != http.StatusSeeOther {
		t.Errorf("somebody disabled: status %d", got.status)
	}
	root.send("/users/enable", url.Values{"who": {"sam"}}).lacks(t, "disabled")
	reset := root.post("/users/reset", url.Values{"who": {"sam"}})
	checkPage(t, "reset", reset.body)
	reset.has(t, "Password and second factor of <strong>sam</strong> are forgotten", "/setup?token=")
	r.join(onceLink(t, reset.body), "sam").show("/")
	for _, report := range r.reports {
		t.Errorf("reported: %s", report)
	}
}

// An organisation's provider brings thousands. The page has some, and finds the others.
func TestManyUsers(t *testing.T) {
	r := newRig(t)
	root := r.first()
	r.as(review.Analyst)
	for i := range mostPeople {
		if _, err := r.auth.AddUser(t.Context(), review.Actor{User: "root", Role: "user_admin", Via: "cli"}, fmt.Sprintf("kim%03d", i), "", review.Viewer); err != nil {
			t.Fatal(err)
		}
	}
	page := root.show("/users")
	page.has(t, "202 accounts", "kim198", "2 more accounts are not shown here", "analyst-1")
	page.lacks(t, "kim199")
	found := root.show("/users?find=KIM199")
	found.has(t, "kim199", "Show all")
	found.lacks(t, "kim198", "not shown here")
	root.show("/users?find=nobody").has(t, "Nobody is called so")
	if got := r.recorded("root"); got[len(got)-2] != "search ok users KIM199" {
		t.Errorf("recorded: %q", got[len(got)-2:])
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
		"role of nobody":    {"/users/role", url.Values{"who": {"nobody"}, "role": {"viewer"}}, "nobody of that name"},
		"no role chosen":    {"/users/role", url.Values{"who": {"analyst-1"}}, "at least one role"},
		"last user admin":   {"/users/role", url.Values{"who": {"root"}, "role": {"viewer"}}, "Nobody would be left"},
		"disable the last":  {"/users/disable", url.Values{"who": {"root"}}, "Nobody would be left"},
		"disable of nobody": {"/users/disable", url.Values{"who": {"nobody"}}, "nobody of that name"},
		"reset of nobody":   {"/users/reset", url.Values{"who": {"nobody"}}, "nobody of that name"},
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

// Who only manages people begins with them, and nothing was denied.
func TestFrontDoor(t *testing.T) {
	r := newRig(t)
	p := r.as(review.UserAdmin)
	if got := p.get("/"); got.status != http.StatusSeeOther || got.location != "/users" {
		t.Errorf("status %d, to %q", got.status, got.location)
	}
	p.show("/users").has(t, "user admin")
	for _, a := range r.access.Records(r.t) {
		if a.Outcome == review.OutcomeDenied && a.Actor == p.name {
			t.Errorf("denied %s: %s", a.Target, a.Reason)
		}
	}
	if to, ok := firstPage(""); ok {
		t.Errorf("who has no role is sent to %s", to)
	}
}

// The name of somebody who comes from an identity provider may hold anything.
func TestUserNamedLikeAnAddress(t *testing.T) {
	v := rowOfUser(newTestRequest(review.UserAdmin, &url.URL{Path: "/users"}), auth.User{Name: `ehr/../kim"`, Role: "lead,user_admin", Source: "oidc"})
	pages, err := parsePages(mustAssets(t))
	if err != nil {
		t.Fatal(err)
	}
	body, err := pages.render("users", &frame{Title: "People", Page: "users", Actor: review.Actor{User: "root", Role: review.UserAdmin}, Content: &usersPage{People: []userView{v}}, may: review.UserAdmin.May})
	if err != nil {
		t.Fatal(err)
	}
	checkPage(t, "users", string(body))
	for _, want := range []string{`action="/users/disable"><input type="hidden" name="who" value="ehr/../kim&#34;">`, "lead, user admin"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func mustAssets(t *testing.T) map[string]asset {
	t.Helper()
	assets, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	return assets
}
