package auth

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
)

func TestSignIn(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.browser()
	if a := b.get("/login?next=/queue%3Fq%3Da"); a.status != http.StatusOK || !strings.Contains(a.body, `value="/queue?q=a"`) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a := b.post("/login", map[string]string{"username": " ROOT ", "password": goodPass, "next": "/queue?q=a"})
	if a.status != http.StatusSeeOther || a.to() != "/login/code" {
		t.Fatalf("password: %d %s", a.status, a.to())
	}
	if got := b.get("/queue").status; got != http.StatusSeeOther {
		t.Errorf("a password alone opens the queue: %d", got)
	}
	code := r.code("root")
	a = b.post("/login/code", map[string]string{"code": code[:3] + " " + code[3:]})
	if a.status != http.StatusSeeOther || a.to() != "/queue?q=a" {
		t.Fatalf("code: %d %s %s", a.status, a.to(), a.body)
	}
	if got := b.get("/queue").body; got != "queue for root" {
		t.Errorf("the queue is %q", got)
	}
	if a := b.get("/login?next=/users"); a.status != http.StatusSeeOther || a.to() != "/users" {
		t.Errorf("the form for somebody who is signed in: %d %s", a.status, a.to())
	}
	want := []string{"login denied awaiting_code - root", "look denied not_signed_in - GET /queue", "login ok - root"}
	if diff := cmp.Diff(want, r.said(3)); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	last := r.records()[len(r.records())-1]
	if last.Role != string(firstRole()) || last.Session != shortOf(b.cookies[sessionCookie]) || last.Source != "192.0.2.1" || last.Via != "console" {
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
				if a := b.post("/login/code", map[string]string{"code": r.code("anna")}); a.status != http.StatusSeeOther {
					r.t.Fatalf("%d", a.status)
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
			if got := b.get("/queue").status; got != http.StatusSeeOther {
				t.Errorf("the queue answers %d", got)
			}
			if len(b.cookies[sessionCookie]) > 0 {
				t.Error("there is a session")
			}
			first[name] = fmt.Sprint(one.status, one.to(), one.body, len(one.set), two.status, two.to(), two.body, len(two.set))
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
		return len(b.cookies[string(stepLogin)])
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
	step := b.cookies[string(stepLogin)]
	t.Run("changed", func(t *testing.T) {
		for i := range step {
			flip := byte('A')
			if step[i] == flip {
				flip = 'B'
			}
			if _, err := unseal[loginStep](r.auth.steps, stepLogin, step[:i]+string(flip)+step[i+1:], r.clock.now()); err == nil && i < len(step)-1 {
				t.Fatalf("byte %d can be changed", i)
			}
		}
	})
	t.Run("as another step", func(t *testing.T) {
		if _, err := unseal[setupStep](r.auth.steps, stepSetup, step, r.clock.now()); err == nil {
			t.Error("a sign-in opens a set-up")
		}
	})
	t.Run("in another process", func(t *testing.T) {
		if _, err := unseal[loginStep](r.open().steps, stepLogin, step, r.clock.now()); err == nil {
			t.Error("another key opens it")
		}
	})
	t.Run("too late", func(t *testing.T) {
		r.clock.advance(stepLife)
		a := b.post("/login/code", map[string]string{"code": r.code("root")})
		if a.status != http.StatusUnprocessableEntity || b.cookies[sessionCookie] != "" {
			t.Errorf("%d", a.status)
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
		return b.post("/login/code", map[string]string{"code": code}).status
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
	r := &rig{t: t, clock: &clock{}, secrets: map[string]string{"anna": secret}}
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
			r.clock.at = at.Add(time.Duration(tt.steps) * codePeriod * time.Second)
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
			r.clock.advance(time.Minute)
			if a := r.browser().post("/login", tt.form); a.status != tt.want {
				t.Errorf("%d, want %d", a.status, tt.want)
			}
		})
	}
	if a := r.browser().get("/login/code"); a.to() != "/login" {
		t.Errorf("the code without a password: %d %s", a.status, a.to())
	}
}

func TestLogout(t *testing.T) {
	r := newRig(t)
	b := r.first()
	stolen := b.cookies[sessionCookie]
	if a := b.get("/logout"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("a link signs off: %d", a.status)
	}
	a := b.post("/logout", nil)
	if a.status != http.StatusSeeOther || a.to() != "/login?off" || b.cookies[sessionCookie] != "" {
		t.Errorf("%d %s", a.status, a.to())
	}
	b.cookies[sessionCookie] = stolen
	if got := b.get("/").status; got != http.StatusSeeOther {
		t.Errorf("the cookie is still good: %d", got)
	}
	if got := r.said(2)[0]; got != "logout ok logout root" {
		t.Errorf("the log says %q", got)
	}
}
