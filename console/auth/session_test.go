package auth

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/phigate/phigate/audit/review"
)

func TestSessionEnds(t *testing.T) {
	poll := header(pollHeader, "1")
	tests := map[string]struct {
		use    func(b *browser)
		want   int
		reason string
	}{
		"just before the idle time": {func(b *browser) { b.clock.advance(15*time.Minute - time.Second) }, 200, ""},
		"after the idle time":       {func(b *browser) { b.clock.advance(15 * time.Minute) }, 303, "logout ok idle root"},
		"used all the time": {func(b *browser) {
			for range 70 {
				b.clock.advance(10 * time.Minute)
				b.get("/queue")
			}
		}, 200, ""},
		"used for longer than twelve hours": {func(b *browser) {
			for range 72 {
				b.clock.advance(10 * time.Minute)
				b.get("/queue")
			}
		}, 303, "logout ok absolute root"},
		"polled all the time": {func(b *browser) {
			for range 15 {
				b.clock.advance(time.Minute)
				b.get("/queue", poll)
			}
		}, 303, "logout ok idle root"},
		"polled, and used once": {func(b *browser) {
			for i := range 20 {
				b.clock.advance(time.Minute)
				if i == 10 {
					b.get("/queue")
				}
				b.get("/queue", poll)
			}
		}, 200, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.first()
			b := r.signedIn("root")
			b.get("/")
			tt.use(b)
			if got := b.get("/queue").status; got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
			if tt.reason != "" && !slices.Contains(r.said(20), tt.reason) {
				t.Errorf("the end is not recorded: %v", r.said(20))
			}
		})
	}
}

// A session that nobody comes back to ends on record too.
func TestAbandonedSessionIsRecorded(t *testing.T) {
	r := newRig(t)
	b := r.first()
	r.add("anna", review.Analyst)
	r.signedIn("anna")
	for range 3 {
		r.clock.advance(10 * time.Minute)
		b.get("/")
	}
	if !slices.Contains(r.said(20), "logout ok idle anna") {
		t.Errorf("the log says %v", r.said(20))
	}
}

func TestExpires(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.signedIn("root")
	begin := r.clock.now().Add(-time.Minute)
	var idle, end time.Time
	inner := r.auth.Protect(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { idle, end = Expires(req.Context()) }))
	b.handler = inner
	b.get("/")
	if !idle.Equal(r.clock.now().Add(15*time.Minute)) || !end.Equal(begin.Add(12*time.Hour)) {
		t.Errorf("at sign-in: %v, %v", idle, end)
	}
	for range 71 {
		r.clock.advance(10 * time.Minute)
		b.get("/")
	}
	if !idle.Equal(end) {
		t.Errorf("near the end: %v, %v", idle, end)
	}
	r.browser().get("/")
	b.cookies = nil
	b.get("/")
	if !idle.IsZero() || !end.IsZero() {
		t.Errorf("for nobody: %v, %v", idle, end)
	}
}

// A cookie that somebody planted before sign-in is not the session afterwards.
func TestFixation(t *testing.T) {
	r := newRig(t)
	r.first()
	planted := newToken()
	b := r.browser()
	b.cookies[sessionCookie] = planted
	b.signIn("root")
	if b.cookies[sessionCookie] == planted {
		t.Fatal("the planted token became the session")
	}
	other := r.browser()
	other.cookies[sessionCookie] = planted
	if got := other.get("/").status; got != http.StatusSeeOther {
		t.Errorf("the planted token opens a session: %d", got)
	}
	// Nor does a session survive that somebody signs in over it.
	before := b.cookies[sessionCookie]
	b.signIn("root")
	if b.cookies[sessionCookie] == before {
		t.Error("signing in again keeps the token")
	}
	other.cookies[sessionCookie] = before
	if got := other.get("/").status; got != http.StatusSeeOther {
		t.Errorf("the replaced session goes on: %d", got)
	}
}

func TestTwoCookiesAreNone(t *testing.T) {
	r := newRig(t)
	b := r.first()
	a := b.get("/", func(req *http.Request) { req.AddCookie(&http.Cookie{Name: sessionCookie, Value: newToken()}) })
	if a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
}

// What a user admin does acts on the next request, also from another process over the same file.
func TestChangesActAtOnce(t *testing.T) {
	for _, where := range []string{"this process", "another process"} {
		for name, tt := range map[string]struct {
			change func(*Auth, *rig) error
			page   string
			want   int
		}{
			"disable": {func(a *Auth, r *rig) error { return a.Disable(r.t.Context(), admin(), "anna") }, "/queue", 303},
			"disable, then enable": {func(a *Auth, r *rig) error {
				if err := a.Disable(r.t.Context(), admin(), "anna"); err != nil {
					return err
				}
				return a.Enable(r.t.Context(), admin(), "anna")
			}, "/queue", 303},
			"fewer roles": {func(a *Auth, r *rig) error { return a.SetRole(r.t.Context(), admin(), "anna", review.Viewer) }, "/queue", 403},
			"more roles": {func(a *Auth, r *rig) error {
				return a.SetRole(r.t.Context(), admin(), "anna", "analyst,user_admin")
			}, "/users", 200},
			"reset": {func(a *Auth, r *rig) error {
				_, err := a.ResetSecond(r.t.Context(), admin(), "anna")
				return err
			}, "/queue", 303},
		} {
			t.Run(name+" in "+where, func(t *testing.T) {
				r := newRig(t)
				r.first()
				r.add("anna", review.Analyst)
				b := r.signedIn("anna")
				if got := b.get("/queue").status; got != 200 {
					t.Fatal(got)
				}
				by := r.auth
				if where == "another process" {
					by = r.open()
				}
				if err := tt.change(by, r); err != nil {
					t.Fatal(err)
				}
				if got := b.get(tt.page).status; got != tt.want {
					t.Errorf("%s: %d, want %d", tt.page, got, tt.want)
				}
			})
		}
	}
}

func TestSessionsOfOnePersonAreFew(t *testing.T) {
	r := newRig(t)
	first := r.first()
	var all []*browser
	for range maxSessions {
		r.clock.advance(30 * time.Second)
		b := r.browser()
		b.source = fmt.Sprintf("198.51.100.%d:1", len(all))
		b.signIn("root")
		all = append(all, b)
		for _, o := range all {
			o.get("/")
		}
	}
	if got := first.get("/").status; got != http.StatusSeeOther {
		t.Errorf("the quietest session goes on: %d", got)
	}
	for i, b := range all {
		if got := b.get("/").status; got != http.StatusOK {
			t.Errorf("session %d: %d", i, got)
		}
	}
	if n := r.auth.sessions.count("root"); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
}
