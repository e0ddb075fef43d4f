package auth

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
)

func TestAccountPage(t *testing.T) {
	r := newRig(t)
	b := r.first()
	a := b.Get("/account")
	for _, want := range []string{"root", "Person root", "lead, auditor, user admin", "2026-11-23 09:00 UTC", "2026-11-23 21:00 UTC", "15 minutes", `action="/logout"`} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if a := r.browser().Get("/account"); a.To() != "/login?next=%2Faccount" {
		t.Errorf("nobody's account: %d %s", a.Status, a.To())
	}
}

func TestChangePassword(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	b, elsewhere := r.signedIn("anna"), r.signedIn("anna")
	before := b.Cookies[sessionCookie]
	form := func(current, password, again string) map[string]string {
		return map[string]string{"current": current, "password": password, "again": again}
	}
	for name, tt := range map[string]struct {
		form map[string]string
		want string
	}{
		"wrong password now": {form(otherPass, otherPass, otherPass), "not your password"},
		"weak":               {form(goodPass, "password1234", "password1234"), "among the first"},
		"not twice the same": {form(goodPass, otherPass, otherPass+"."), "not the same"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.post("/account/password", tt.form); a.Status != 422 || !strings.Contains(a.Body, tt.want) {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	a := b.post("/account/password", form(goodPass, otherPass, otherPass))
	if a.Status != 303 || a.To() != "/account?done=password" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if b.Cookies[sessionCookie] == before {
		t.Error("the session keeps its token")
	}
	if a := b.Get(a.To()); !strings.Contains(a.Body, "The password is changed") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if got := elsewhere.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("the session elsewhere goes on: %d", got)
	}
	if diff := cmp.Diff("user ok password_changed anna anna", r.said(5)[0]); diff != "" {
		t.Errorf("access log: %v", r.said(5))
	}
	n := r.browser()
	n.post("/login", map[string]string{"username": "anna", "password": goodPass})
	if a := n.post("/login/code", map[string]string{"code": r.code("anna")}); a.Status == http.StatusSeeOther {
		t.Error("the old password still works")
	}
	n.post("/login", map[string]string{"username": "anna", "password": otherPass})
	if a := n.post("/login/code", map[string]string{"code": r.code("anna")}); a.Status != http.StatusSeeOther {
		t.Errorf("the new password: %d", a.Status)
	}
}

// Whoever finds an open session must not find out the password with it.
func TestChangePasswordIsLimited(t *testing.T) {
	r := newRig(t)
	b := r.first()
	for i := 0; ; i++ {
		if i > 12 {
			t.Fatal("never locked")
		}
		a := b.post("/account/password", map[string]string{"current": otherPass, "password": otherPass, "again": otherPass})
		if a.Status == http.StatusTooManyRequests {
			break
		}
	}
	if got := r.said(2)[0]; got != "user failed bad_password root root" {
		t.Errorf("the log says %q", got)
	}
}

// Sessions in another process over the same file end too.
func TestChangePasswordEndsSessionsElsewhere(t *testing.T) {
	r := newRig(t)
	b := r.first()
	there := r.signedIn("root")
	here := r.browser()
	r.handler = serveWith(r.open())
	here.signIn("root")
	if a := here.post("/account/password", map[string]string{"current": goodPass, "password": otherPass, "again": otherPass}); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	r.handler = serveWith(r.auth)
	for _, old := range []*browser{b, there} {
		if got := old.Get("/").Status; got != http.StatusSeeOther {
			t.Errorf("%d", got)
		}
	}
}

// The times of a session are those of the sign-in, whatever is done with its token.
func TestChangePasswordDoesNotProlong(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.signedIn("root")
	for range 71 {
		r.clock.Advance(10 * 60e9)
		b.Get("/")
	}
	b.post("/account/password", map[string]string{"current": goodPass, "password": otherPass, "again": otherPass})
	if got := b.Get("/").Status; got != 200 {
		t.Fatal(got)
	}
	r.clock.Advance(10 * 60e9)
	if got := b.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("after twelve hours: %d", got)
	}
}

func TestEndOtherSessions(t *testing.T) {
	r := newRig(t)
	b := r.first()
	other := r.signedIn("root")
	r.add("anna", review.Analyst)
	anna := r.signedIn("anna")
	if a := b.post("/account/sessions", nil); a.To() != "/account?done=sessions" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for who, tt := range map[string]struct {
		b    *browser
		want int
	}{"this one": {b, 200}, "the other": {other, 303}, "somebody else's": {anna, 200}} {
		if got := tt.b.Get("/").Status; got != tt.want {
			t.Errorf("%s: %d, want %d", who, got, tt.want)
		}
	}
}
