package auth

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
)

func TestFirstUser(t *testing.T) {
	r := newRig(t)
	link, ok := r.auth.SetupLink(testOrigin + "/")
	if !ok || !strings.HasPrefix(link, testOrigin+"/setup?token=") {
		t.Fatalf("SetupLink = %q, %v", link, ok)
	}
	if again, _ := r.auth.SetupLink(testOrigin); again != link {
		t.Error("asking for the link again made another one")
	}
	b := r.first()
	if a := b.Get("/"); a.Status != http.StatusOK || a.Body != "home for root" {
		t.Errorf("after set-up: %d %s", a.Status, a.Body)
	}
	want := []string{"setup ok link_made -", "setup ok first_user root root", "login ok - root"}
	if diff := cmp.Diff(want, r.said(10)); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	if _, ok := r.auth.SetupLink(testOrigin); ok {
		t.Error("there is a set-up link although there is a user")
	}
	if a := r.browser().Get(strings.TrimPrefix(link, testOrigin)); a.Status != http.StatusNotFound {
		t.Errorf("the used link answers %d", a.Status)
	}
	u := r.user("root")
	if u.Role != "lead,auditor,user_admin" || !u.Second || u.Source != "local" || u.Created.IsZero() || u.LastLogin.IsZero() {
		t.Errorf("the first user is %+v", u)
	}
	for _, p := range review.Permissions() {
		if !u.Role.May(p) {
			t.Errorf("the first user may not %s", p)
		}
	}
}

// What must not be readable anywhere is planted and looked for.
func TestFileKeepsNoSecretsButTheOneItMust(t *testing.T) {
	r := newRig(t)
	link, _ := r.auth.SetupLink(testOrigin)
	u, _ := url.Parse(link)
	token := u.Query().Get("token")
	if strings.Contains(r.file(), token) {
		t.Error("the file holds the token of the set-up link")
	}
	b := r.first()
	info, err := os.Stat(r.cfg.File)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	session := b.Cookies[sessionCookie]
	for _, secret := range []string{token, goodPass, session} {
		if strings.Contains(r.file(), secret) {
			t.Error("the file holds a secret")
		}
	}
	entries, err := os.ReadDir(r.log.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		src, err := os.ReadFile(r.log.Dir + "/" + e.Name())
		if err != nil {
			continue // a folder
		}
		for what, secret := range map[string]string{"token": token, "password": goodPass, "session": session, "secret": r.secrets["root"]} {
			if strings.Contains(string(src), secret) {
				t.Errorf("the access log holds the %s", what)
			}
		}
	}
}

func TestSetupLinkEnds(t *testing.T) {
	open := func(r *rig, link string) int {
		return r.browser().Get(strings.TrimPrefix(link, testOrigin)).Status
	}
	t.Run("after a day", func(t *testing.T) {
		r := newRig(t)
		link, _ := r.auth.SetupLink(testOrigin)
		r.clock.Advance(setupLife - time.Second)
		if got := open(r, link); got != http.StatusOK {
			t.Errorf("before: %d", got)
		}
		r.clock.Advance(time.Second)
		if got := open(r, link); got != http.StatusNotFound {
			t.Errorf("after: %d", got)
		}
		next, ok := r.auth.SetupLink(testOrigin)
		if !ok || next == link || open(r, next) != http.StatusOK {
			t.Error("there is no new link")
		}
	})
	t.Run("at the next start", func(t *testing.T) {
		r := newRig(t)
		old, _ := r.auth.SetupLink(testOrigin)
		r.restart()
		link, ok := r.auth.SetupLink(testOrigin)
		if !ok || link == old {
			t.Fatal("there is no new link")
		}
		if got := open(r, old); got != http.StatusNotFound {
			t.Errorf("the old link answers %d", got)
		}
		if got := open(r, link); got != http.StatusOK {
			t.Errorf("the new link answers %d", got)
		}
	})
	t.Run("for whoever is second", func(t *testing.T) {
		r := newRig(t)
		link, _ := r.auth.SetupLink(testOrigin)
		u, _ := url.Parse(link)
		slow := r.browser()
		form := map[string]string{"token": u.Query().Get("token"), "username": "slow", "password": otherPass, "again": otherPass}
		if a := slow.post("/setup", form); a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		page := slow.Get("/setup/code").Body
		r.secrets["slow"] = strings.ReplaceAll(secretOnPage.FindStringSubmatch(page)[1], " ", "")
		r.first()
		if a := slow.post("/setup/code", map[string]string{"code": r.code("slow")}); a.Status != http.StatusNotFound {
			t.Errorf("a second first user: %d", a.Status)
		}
		if n := len(r.auth.Users()); n != 1 {
			t.Errorf("%d users", n)
		}
	})
}

func TestSetupRefuses(t *testing.T) {
	tests := map[string]struct {
		form map[string]string
		want string
	}{
		"short password":  {map[string]string{"password": "eleven char", "again": "eleven char"}, "fewer than 12"},
		"obvious":         {map[string]string{"password": "Password1234!", "again": "Password1234!"}, "among the first"},
		"own name":        {map[string]string{"username": "ingeborg", "password": "ingeborg-ingeborg", "again": "ingeborg-ingeborg"}, "among the first"},
		"typed unequally": {map[string]string{"again": "something else"}, "not the same"},
		"bad name":        {map[string]string{"username": "a b"}, "begins with a letter"},
		"no name":         {map[string]string{"username": ""}, "begins with a letter"},
		"markup in name":  {map[string]string{"username": "<script>alert(1)</script>"}, "&lt;script&gt;"},
		"long display":    {map[string]string{"display": strings.Repeat("x", 101)}, "At most 100"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			link, _ := r.auth.SetupLink(testOrigin)
			u, _ := url.Parse(link)
			form := map[string]string{"token": u.Query().Get("token"), "username": "root", "password": goodPass, "again": goodPass}
			for k, v := range tt.form {
				form[k] = v
			}
			a := r.browser().post("/setup", form)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, tt.want) || len(a.Set) > 0 {
				t.Errorf("%d, %d cookies: %s", a.Status, len(a.Set), a.Body)
			}
			if strings.Contains(a.Body, form["password"]) || strings.Contains(a.Body, "<script>alert") {
				t.Error("the page repeats the password, or markup")
			}
		})
	}
	t.Run("wrong token", func(t *testing.T) {
		r := newRig(t)
		r.auth.SetupLink(testOrigin)
		for _, token := range []string{"", "x", newToken()} {
			form := map[string]string{"token": token, "username": "root", "password": goodPass, "again": goodPass}
			if a := r.browser().post("/setup", form); a.Status != http.StatusNotFound {
				t.Errorf("token of %d characters: %d", len(token), a.Status)
			}
		}
	})
	t.Run("wrong first code", func(t *testing.T) {
		r := newRig(t)
		link, _ := r.auth.SetupLink(testOrigin)
		u, _ := url.Parse(link)
		b := r.browser()
		b.post("/setup", map[string]string{"token": u.Query().Get("token"), "username": "root", "password": goodPass, "again": goodPass})
		before := secretOnPage.FindString(b.Get("/setup/code").Body)
		a := b.post("/setup/code", map[string]string{"code": "000000"})
		if a.Status != http.StatusUnprocessableEntity || len(r.auth.Users()) != 0 {
			t.Errorf("%d, %d users", a.Status, len(r.auth.Users()))
		}
		if secretOnPage.FindString(a.Body) != before {
			t.Error("the secret changed under the user's hands")
		}
	})
}

func TestInvitation(t *testing.T) {
	r := newRig(t)
	r.first()
	link, err := r.auth.AddUser(t.Context(), admin(), " Anna.Berg ", "Anna  Berg", "analyst, viewer")
	if err != nil || !strings.HasPrefix(link, "/setup?token=") {
		t.Fatalf("AddUser = %q, %v", link, err)
	}
	u := r.user("anna.berg")
	if u.Display != "Anna Berg" || u.Role != "viewer,analyst" || u.Second || !u.Invited.Equal(r.clock.Now().Add(inviteLife)) {
		t.Errorf("invited: %+v", u)
	}
	if a := r.browser().post("/login", map[string]string{"username": "anna.berg", "password": goodPass}); a.To() != "/login/code" {
		t.Errorf("sign-in before the invitation is accepted: %d", a.Status)
	}
	b := r.browser()
	b.join(link, "anna.berg", goodPass)
	if a := b.Get("/queue"); a.Body != "queue for anna.berg" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if u := r.user("anna.berg"); !u.Second || !u.Invited.IsZero() || u.Role != "viewer,analyst" {
		t.Errorf("joined: %+v", u)
	}
	if a := r.browser().Get(link); a.Status != http.StatusNotFound {
		t.Errorf("the used link answers %d", a.Status)
	}
	want := []string{"user ok joined anna.berg anna.berg", "login ok - anna.berg", "setup denied bad_link -"}
	if diff := cmp.Diff(want, r.said(3)); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
}

func TestInvitationCannotChooseItsName(t *testing.T) {
	r := newRig(t)
	r.first()
	link, _ := r.auth.AddUser(t.Context(), admin(), "anna", "", review.Viewer)
	b := r.browser()
	b.post("/setup", map[string]string{"token": strings.TrimPrefix(link, "/setup?token="), "username": "root", "password": goodPass, "again": goodPass})
	r.secrets["anna"] = strings.ReplaceAll(secretOnPage.FindStringSubmatch(b.Get("/setup/code").Body)[1], " ", "")
	b.post("/setup/code", map[string]string{"code": r.code("anna")})
	if a := b.Get("/"); a.Body != "home for anna" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestInvitationEnds(t *testing.T) {
	tests := map[string]func(r *rig){
		"after three days": func(r *rig) { r.clock.Advance(inviteLife) },
		"when disabled": func(r *rig) {
			if err := r.auth.Disable(r.t.Context(), admin(), "anna"); err != nil {
				r.t.Fatal(err)
			}
		},
		"when replaced": func(r *rig) {
			if _, err := r.auth.ResetSecond(r.t.Context(), admin(), "anna"); err != nil {
				r.t.Fatal(err)
			}
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.first()
			link, _ := r.auth.AddUser(t.Context(), admin(), "anna", "", review.Analyst)
			begun := r.browser()
			token := strings.TrimPrefix(link, "/setup?token=")
			begun.post("/setup", map[string]string{"token": token, "password": goodPass, "again": goodPass})
			r.secrets["anna"] = strings.ReplaceAll(secretOnPage.FindStringSubmatch(begun.Get("/setup/code").Body)[1], " ", "")
			end(r)
			if a := r.browser().Get(link); a.Status != http.StatusNotFound {
				t.Errorf("the link answers %d", a.Status)
			}
			if a := begun.post("/setup/code", map[string]string{"code": r.code("anna")}); a.Status != http.StatusNotFound {
				t.Errorf("what was begun answers %d", a.Status)
			}
		})
	}
}

// A link that is used by many at once makes one account.
func TestLinkRaces(t *testing.T) {
	r := newRig(t)
	r.first()
	link, err := r.auth.AddUser(t.Context(), admin(), "anna", "", review.Analyst)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := r.auth.hasher.hash(t.Context(), goodPass)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := newSecret("anna")
	if err != nil {
		t.Fatal(err)
	}
	step := setupStep{Link: hashToken(strings.TrimPrefix(link, "/setup?token=")), Name: "anna", Password: hash, Secret: secret}
	made := make(chan account, 8)
	var wg sync.WaitGroup
	for range cap(made) {
		wg.Go(func() {
			who, err := r.auth.join(t.Context(), step, 1, "192.0.2.1", "x")
			if err == nil {
				made <- who
			} else if !errors.Is(err, errStale) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(made) != 1 {
		t.Errorf("%d accounts were made", len(made))
	}
}
