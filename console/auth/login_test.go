package auth

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestSignIn(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.browser()
	if a := b.Get("/login?next=/queue%3Fq%3Da"); a.Status != http.StatusOK || !strings.Contains(a.Body, `value="/queue?q=a"`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	a := b.post("/login", map[string]string{"username": " ROOT ", "password": goodPass, "next": "/queue?q=a"})
	if a.Status != http.StatusSeeOther || a.To() != "/login/code" {
		t.Fatalf("password: %d %s", a.Status, a.To())
	}
	if got := b.Get("/queue").Status; got != http.StatusSeeOther {
		t.Errorf("a password alone opens the queue: %d", got)
	}
	code := r.code("root")
	a = b.post("/login/code", map[string]string{"code": code[:3] + " " + code[3:]})
	if a.Status != http.StatusSeeOther || a.To() != "/queue?q=a" {
		t.Fatalf("code: %d %s %s", a.Status, a.To(), a.Body)
	}
	if got := b.Get("/queue").Body; got != "queue for root" {
		t.Errorf("the queue is %q", got)
	}
	if a := b.Get("/login?next=/users"); a.Status != http.StatusSeeOther || a.To() != "/users" {
		t.Errorf("the form for somebody who is signed in: %d %s", a.Status, a.To())
	}
	want := []string{"login denied awaiting_code - root", "look denied not_signed_in - GET /queue", "login ok - root"}
	if diff := cmp.Diff(want, r.said(3)); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	last := r.records()[len(r.records())-1]
	if last.Role != string(firstRole()) || last.Session != shortOf(b.Cookies[sessionCookie]) || last.Source != "192.0.2.1" || last.Via != "console" {
		t.Errorf("the sign-in is recorded as %+v", last)
	}
}

// What is wrong is on the access log, and the same page says so in the same words whatever it is.
func TestWrongSignInsLookAlike(t *testing.T) {
	tests := map[string]struct {
		name, password string
		code           func(*rig) string
		prepare        func(*rig)
		want           []string
	}{
		"wrong password": {"anna", otherPass, func(r *rig) string { return r.code("anna") }, nil,
			[]string{"login failed bad_password - anna", "login failed bad_password - anna"}},
		"wrong code": {"anna", goodPass, func(r *rig) string { return "000000" }, nil,
			[]string{"login denied awaiting_code - anna", "login failed bad_code - anna"}},
		"nobody": {"ghost", goodPass, func(r *rig) string { return r.code("anna") }, nil,
			[]string{"login failed bad_password -", "login failed bad_password -"}},
		"a password as the name": {"Sesame! Open!", goodPass, func(r *rig) string { return r.code("anna") }, nil,
			[]string{"login failed bad_password -", "login failed bad_password -"}},
		"both wrong": {"anna", otherPass, func(r *rig) string { return "000000" }, nil,
			[]string{"login failed bad_password - anna", "login failed bad_password - anna"}},
		"used code": {"anna", goodPass, func(r *rig) string { return r.code("anna") },
			func(r *rig) {
				b := r.browser()
				b.post("/login", map[string]string{"username": "anna", "password": goodPass})
				if a := b.post("/login/code", map[string]string{"code": r.code("anna")}); a.Status != http.StatusSeeOther {
					r.t.Fatalf("%d", a.Status)
				}
			},
			[]string{"login denied awaiting_code - anna", "login failed code_used - anna"}},
		"disabled": {"anna", goodPass, func(r *rig) string { return r.code("anna") },
			func(r *rig) {
				if err := r.auth.Disable(r.t.Context(), admin(), "anna"); err != nil {
					r.t.Fatal(err)
				}
			},
			[]string{"login denied awaiting_code - anna", "login failed disabled - anna"}},
		"second factor reset": {"anna", goodPass, func(r *rig) string { return r.code("anna") },
			func(r *rig) {
				if _, err := r.auth.ResetSecond(r.t.Context(), admin(), "anna"); err != nil {
					r.t.Fatal(err)
				}
			},
			[]string{"login failed bad_password - anna", "login failed bad_password - anna"}},
	}
	first := map[string]string{} // what the browser saw, by test
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.first()
			r.add("anna", review.Analyst)
			if tt.prepare != nil {
				tt.prepare(r)
			}
			b := r.browser()
			one := b.post("/login", map[string]string{"username": tt.name, "password": tt.password})
			two := b.post("/login/code", map[string]string{"code": tt.code(r)})
			if diff := cmp.Diff(tt.want, r.said(2)); diff != "" {
				t.Errorf("access log (-want +got):\n%s", diff)
			}
			if got := b.Get("/queue").Status; got != http.StatusSeeOther {
				t.Errorf("the queue answers %d", got)
			}
			if len(b.Cookies[sessionCookie]) > 0 {
				t.Error("there is a session")
			}
			first[name] = fmt.Sprint(one.Status, one.To(), one.Body, len(one.Set), two.Status, two.To(), two.Body, len(two.Set))
		})
	}
	for name, saw := range first {
		if saw != first["wrong code"] {
			t.Errorf("%s looks unlike a wrong code", name)
		}
	}
}

// The cookie between password and code must not tell either.
func TestStepTellsNothing(t *testing.T) {
	r := newRig(t)
	r.first()
	length := func(password string) int {
		b := r.browser()
		b.post("/login", map[string]string{"username": "root", "password": password})
		return len(b.Cookies[string(stepLogin)])
	}
	if right, wrong := length(goodPass), length(otherPass); right != wrong || right == 0 {
		t.Errorf("%d bytes after the right password and %d after a wrong one", right, wrong)
	}
}

func TestStepIsNotTransferable(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.browser()
	b.post("/login", map[string]string{"username": "root", "password": goodPass})
	step := b.Cookies[string(stepLogin)]
	t.Run("changed", func(t *testing.T) {
		for i := range step {
			flip := byte('A')
			if step[i] == flip {
				flip = 'B'
			}
			if _, err := unseal[loginStep](r.auth.steps, stepLogin, step[:i]+string(flip)+step[i+1:], r.clock.Now()); err == nil && i < len(step)-1 {
				t.Fatalf("byte %d can be changed", i)
			}
		}
	})
	t.Run("as another step", func(t *testing.T) {
		if _, err := unseal[setupStep](r.auth.steps, stepSetup, step, r.clock.Now()); err == nil {
			t.Error("a sign-in opens a set-up")
		}
	})
	t.Run("in another process", func(t *testing.T) {
		if _, err := unseal[loginStep](r.open().steps, stepLogin, step, r.clock.Now()); err == nil {
			t.Error("another key opens it")
		}
	})
	t.Run("too late", func(t *testing.T) {
		r.clock.Advance(stepLife)
		a := b.post("/login/code", map[string]string{"code": r.code("root")})
		if a.Status != http.StatusUnprocessableEntity || b.Cookies[sessionCookie] != "" {
			t.Errorf("%d", a.Status)
		}
	})
}

func TestCodeWorksOnce(t *testing.T) {
	r := newRig(t)
	r.first()
	code := r.code("root")
	try := func() int {
		b := r.browser()
		b.post("/login", map[string]string{"username": "root", "password": goodPass})
		return b.post("/login/code", map[string]string{"code": code}).Status
	}
	if got := try(); got != http.StatusSeeOther {
		t.Fatalf("first: %d", got)
	}
	if got := try(); got != http.StatusUnprocessableEntity {
		t.Errorf("again: %d", got)
	}
	r.restart()
	if got := try(); got != http.StatusUnprocessableEntity {
		t.Errorf("after a restart: %d", got)
	}
}

// An older code of the window must not work after a newer one.
func TestCodeWindow(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)
	secret, err := newSecret("anna")
	if err != nil {
		t.Fatal(err)
	}
	now := at.Unix() / codePeriod
	r := &rig{t: t, secrets: map[string]string{"anna": secret}}
	for name, tt := range map[string]struct {
		steps int64 // between the code and now
		last  int64
		want  bool
	}{
		"now":                  {0, 0, true},
		"one before":           {-1, 0, true},
		"one after":            {1, 0, true},
		"two before":           {-2, 0, false},
		"two after":            {2, 0, false},
		"used":                 {0, now, false},
		"older than the used":  {-1, now, false},
		"newer than the used":  {1, now, true},
		"used ahead of time":   {1, now + 1, false},
		"older, used ahead":    {0, now + 1, false},
		"one before, was last": {-1, now - 1, false},
		"now after one before": {0, now - 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			r.clock = trial.NewClock(at.Add(time.Duration(tt.steps) * codePeriod * time.Second))
			step, ok := verifyCode(secret, r.code("anna"), at, tt.last)
			if ok != tt.want || ok && step != now+tt.steps {
				t.Errorf("step %d of %d, %v", step, now, ok)
			}
		})
	}
	for _, bad := range []string{"", "1", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345"} {
		if _, ok := verifyCode(secret, bad, at, 0); ok {
			t.Errorf("%q is a code", bad)
		}
	}
}

func TestFormsAreChecked(t *testing.T) {
	r := newRig(t)
	r.first()
	for name, tt := range map[string]struct {
		form map[string]string
		want int
	}{
		"no name":       {map[string]string{"password": "x"}, http.StatusUnprocessableEntity},
		"no password":   {map[string]string{"username": "root"}, http.StatusUnprocessableEntity},
		"huge password": {map[string]string{"username": "root", "password": strings.Repeat("x", 40_000)}, http.StatusSeeOther},
		"huge form":     {map[string]string{"username": "root", "password": strings.Repeat("x", 70_000)}, http.StatusRequestEntityTooLarge},
		"not a form":    {nil, http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			r.clock.Advance(time.Minute)
			if a := r.browser().post("/login", tt.form); a.Status != tt.want {
				t.Errorf("%d, want %d", a.Status, tt.want)
			}
		})
	}
	if a := r.browser().Get("/login/code"); a.To() != "/login" {
		t.Errorf("the code without a password: %d %s", a.Status, a.To())
	}
}

func TestLogout(t *testing.T) {
	r := newRig(t)
	b := r.first()
	stolen := b.Cookies[sessionCookie]
	if a := b.Get("/logout"); a.Status != http.StatusMethodNotAllowed {
		t.Errorf("a link signs off: %d", a.Status)
	}
	a := b.post("/logout", nil)
	if a.Status != http.StatusSeeOther || a.To() != "/login?off" || b.Cookies[sessionCookie] != "" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	b.Cookies[sessionCookie] = stolen
	if got := b.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("the cookie is still good: %d", got)
	}
	if got := r.said(2)[0]; got != "logout ok logout root" {
		t.Errorf("the log says %q", got)
	}
}
