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
		"just before the idle time": {func(b *browser) { b.clock.Advance(15*time.Minute - time.Second) }, 200, ""},
		"after the idle time":       {func(b *browser) { b.clock.Advance(15 * time.Minute) }, 303, "logout ok idle root"},
		"used all the time": {func(b *browser) {
			for range 70 {
				b.clock.Advance(10 * time.Minute)
				b.Get("/queue")
			}
		}, 200, ""},
		"used for longer than twelve hours": {func(b *browser) {
			for range 72 {
				b.clock.Advance(10 * time.Minute)
				b.Get("/queue")
			}
		}, 303, "logout ok absolute root"},
		"polled all the time": {func(b *browser) {
			for range 15 {
				b.clock.Advance(time.Minute)
				b.Get("/queue", poll)
			}
		}, 303, "logout ok idle root"},
		"polled, and used once": {func(b *browser) {
			for i := range 20 {
				b.clock.Advance(time.Minute)
				if i == 10 {
					b.Get("/queue")
				}
				b.Get("/queue", poll)
			}
		}, 200, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.first()
			b := r.signedIn("root")
			b.Get("/")
			tt.use(b)
			if got := b.Get("/queue").Status; got != tt.want {
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
		r.clock.Advance(10 * time.Minute)
		b.Get("/")
	}
	if !slices.Contains(r.said(20), "logout ok idle anna") {
		t.Errorf("the log says %v", r.said(20))
	}
}

func TestExpires(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.signedIn("root")
	begin := r.clock.Now().Add(-time.Minute)
	var idle, end time.Time
	inner := r.auth.Protect(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { idle, end = Expires(req.Context()) }))
	b.handler = inner
	b.Get("/")
	if !idle.Equal(r.clock.Now().Add(15*time.Minute)) || !end.Equal(begin.Add(12*time.Hour)) {
		t.Errorf("at sign-in: %v, %v", idle, end)
	}
	for range 71 {
		r.clock.Advance(10 * time.Minute)
		b.Get("/")
	}
	if !idle.Equal(end) {
		t.Errorf("near the end: %v, %v", idle, end)
	}
	r.browser().Get("/")
	b.Cookies = nil
	b.Get("/")
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
	b.Cookies[sessionCookie] = planted
	b.signIn("root")
	if b.Cookies[sessionCookie] == planted {
		t.Fatal("the planted token became the session")
	}
	other := r.browser()
	other.Cookies[sessionCookie] = planted
	if got := other.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("the planted token opens a session: %d", got)
	}
	// Nor does a session survive that somebody signs in over it.
	before := b.Cookies[sessionCookie]
	b.signIn("root")
	if b.Cookies[sessionCookie] == before {
		t.Error("signing in again keeps the token")
	}
	other.Cookies[sessionCookie] = before
	if got := other.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("the replaced session goes on: %d", got)
	}
}

func TestTwoCookiesAreNone(t *testing.T) {
	r := newRig(t)
	b := r.first()
	a := b.Get("/", func(req *http.Request) { req.AddCookie(&http.Cookie{Name: sessionCookie, Value: newToken()}) })
	if a.Status != http.StatusSeeOther {
		t.Errorf("%d", a.Status)
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
				if got := b.Get("/queue").Status; got != 200 {
					t.Fatal(got)
				}
				by := r.auth
				if where == "another process" {
					by = r.open()
				}
				if err := tt.change(by, r); err != nil {
					t.Fatal(err)
				}
				if got := b.Get(tt.page).Status; got != tt.want {
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
		r.clock.Advance(30 * time.Second)
		b := r.browser()
		b.Source = fmt.Sprintf("198.51.100.%d:1", len(all))
		b.signIn("root")
		all = append(all, b)
		for _, o := range all {
			o.Get("/")
		}
	}
	if got := first.Get("/").Status; got != http.StatusSeeOther {
		t.Errorf("the quietest session goes on: %d", got)
	}
	for i, b := range all {
		if got := b.Get("/").Status; got != http.StatusOK {
			t.Errorf("session %d: %d", i, got)
		}
	}
	if n := r.auth.sessions.count("root"); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
}
