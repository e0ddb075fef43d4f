package auth

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

// everyPage returns each page of this package in each state that it has.
func everyPage(t *testing.T) map[string]string {
	t.Helper()
	p := newIDP(t)
	r := newRig(t, p.config)
	pages := map[string]string{}
	link, _ := r.auth.SetupLink(testOrigin)
	token := func(link string) string { u, _ := url.Parse(link); return u.Query().Get("token") }
	b := r.browser()
	form := map[string]string{"token": token(link), "username": "root", "display": "R", "password": goodPass, "again": goodPass}
	pages["setup"] = b.Get(strings.TrimPrefix(link, testOrigin)).Body
	pages["setup, all wrong"] = b.post("/setup", map[string]string{"token": token(link), "username": "a b", "display": strings.Repeat("x", 200),
		"password": "x", "again": "y"}).Body
	pages["setup, unequal"] = b.post("/setup", map[string]string{"token": token(link), "username": "root", "password": goodPass}).Body
	b.post("/setup", form)
	pages["enrol"] = b.Get("/setup/code").Body
	pages["enrol, wrong"] = b.post("/setup/code", map[string]string{"code": "000000"}).Body
	b = r.first()
	invite, err := r.auth.AddUser(t.Context(), admin(), "vera", "", review.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	pages["invitation"] = r.browser().Get(invite).Body
	r.browser().join(invite, "vera", goodPass)
	pages["dead link"] = r.browser().Get(invite).Body
	pages["login"] = r.browser().Get("/login").Body
	pages["login, signed off"] = r.browser().Get("/login?off").Body
	n := r.browser()
	pages["login, incomplete"] = n.post("/login", map[string]string{"username": "root"}).Body
	n.post("/login", map[string]string{"username": "root", "password": goodPass})
	pages["code"] = n.Get("/login/code").Body
	pages["code, wrong"] = n.post("/login/code", map[string]string{"code": "000000"}).Body
	pages["account"] = b.Get("/account").Body
	pages["account, changed"] = b.Get("/account?done=password").Body
	pages["account, ended"] = b.Get("/account?done=sessions").Body
	pages["account, wrong"] = b.post("/account/password", map[string]string{"current": "x", "password": "x", "again": "y"}).Body
	m := r.browser()
	m.through(p, "/")
	pages["account of the provider"] = m.Get("/account").Body
	pages["denied"] = r.signedIn("vera").Get("/queue").Body
	pages["cross-origin"] = b.post("/logout", nil, header("Origin", "https://evil.example")).Body
	for range 60 {
		pages["locked"] = n.post("/login/code", map[string]string{"code": "000000"}).Body
	}
	r.clock.Advance(longestLock)
	r.log.Fail(trial.ErrDisk)
	pages["unavailable"] = r.browser().post("/login", map[string]string{"username": "vera", "password": goodPass}).Body
	return pages
}

func TestPages(t *testing.T) {
	autocomplete := map[string][]string{
		"username": {"username"}, "password": {"current-password", "new-password"}, "again": {"new-password"},
		"current": {"current-password"}, "code": {"one-time-code"}, "display": {"name"},
	}
	for name, src := range everyPage(t) {
		t.Run(name, func(t *testing.T) {
			root, err := html.Parse(strings.NewReader(src))
			if err != nil || !strings.HasPrefix(src, "<!DOCTYPE html>") {
				t.Fatalf("%v: %.80s", err, src)
			}
			ids, labels, described, titles, h1 := map[string]int{}, []string{}, []string{}, 0, 0
			for n := range root.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				at := map[string]string{}
				for _, a := range n.Attr {
					at[a.Key] = a.Val
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("<%s> has %s", n.Data, a.Key)
					}
					if slices.Contains([]string{"href", "src", "action"}, a.Key) && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") &&
						!strings.HasPrefix(a.Val, "data:image/png;base64,") || strings.HasPrefix(a.Val, "//") {
						t.Errorf("<%s %s=%.60q> leads elsewhere", n.Data, a.Key, a.Val)
					}
				}
				if id := at["id"]; id != "" {
					ids[id]++
				}
				switch n.Data {
				case "script", "style":
					t.Errorf("there is a <%s>", n.Data)
				case "title":
					titles++
				case "h1":
					h1++
				case "label":
					labels = append(labels, at["for"])
				case "html":
					if at["lang"] != "en" {
						t.Error("no language")
					}
				case "img":
					if _, ok := at["alt"]; !ok {
						t.Error("a picture without text")
					}
				case "form":
					if at["method"] != "post" || at["action"] == "" {
						t.Errorf("form %v", at)
					}
				case "input":
					if _, hidden := at["hidden"]; hidden || at["type"] == "hidden" {
						continue
					}
					if !slices.Contains(autocomplete[at["name"]], at["autocomplete"]) {
						t.Errorf("field %s completes %q", at["name"], at["autocomplete"])
					}
					if at["type"] == "password" && at["value"] != "" {
						t.Errorf("field %s has a password in it", at["name"])
					}
					labels = append(labels, "needs "+at["id"])
					described = append(described, strings.Fields(at["aria-describedby"])...)
					if _, wrong := at["aria-invalid"]; wrong && !slices.Contains(described, at["id"]+"-error") {
						t.Errorf("field %s does not say what is wrong", at["id"])
					}
				}
			}
			for id, n := range ids {
				if n > 1 {
					t.Errorf("id %s is there %d times", id, n)
				}
			}
			for _, l := range labels {
				if id, ok := strings.CutPrefix(l, "needs "); ok && !slices.Contains(labels, id) {
					t.Errorf("field %s has no label", id)
				} else if !ok && ids[l] == 0 {
					t.Errorf("label of %s, which is not there", l)
				}
			}
			for _, id := range described {
				if ids[id] != 1 {
					t.Errorf("described by %s, which is not there", id)
				}
			}
			if titles != 1 || h1 != 1 || ids["main"] != 1 {
				t.Errorf("%d titles, %d first headings, %d mains", titles, h1, ids["main"])
			}
			problem := strings.Contains(name, "wrong") || strings.Contains(name, "incomplete") || strings.Contains(name, "unequal")
			if problem != strings.Contains(src, `role="alert" tabindex="-1" id="problem"`) {
				t.Errorf("the summary of what is wrong: want %v", problem)
			}
		})
	}
}

func TestTextIsEscaped(t *testing.T) {
	r := newRig(t)
	r.first()
	a := r.browser().post("/login", map[string]string{"username": `"><img src=x>`, "password": ""})
	if strings.Contains(a.Body, "<img src=x>") {
		t.Error("the name becomes markup")
	}
	if a := r.browser().Get("/login?next=%2Fa%22%3E%3Cimg%20src=x%3E"); strings.Contains(a.Body, "<img src=x>") {
		t.Error("the path becomes markup")
	}
	if _, err := r.auth.AddUser(t.Context(), admin(), "eve", "<b>Eve</b>", review.UserAdmin); err != nil {
		t.Fatal(err)
	}
	r.add("vera", review.Viewer)
	if a := r.signedIn("vera").Get("/queue"); strings.Contains(a.Body, "<b>Eve") || !strings.Contains(a.Body, "&lt;b&gt;Eve") {
		t.Error("a display name becomes markup")
	}
}
