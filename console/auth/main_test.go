package auth

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testHost   = trial.Host
	testOrigin = trial.Origin
	goodPass   = trial.Password
	otherPass  = "lantern brisk meadow tin"
)

// rig is a console with nothing but this package, over a real access log and a real file.
type rig struct {
	t       *testing.T
	auth    *Auth
	cfg     Config
	clock   *trial.Clock
	log     *trial.Log
	handler http.Handler
	secrets map[string]string // of second factors, by name
	idp     *idp              // of tests with an identity provider
}

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{t: t, clock: trial.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)), log: trial.OpenLog(t, filepath.Join(dir, "access")),
		secrets: map[string]string{}}
	r.cfg = Config{File: filepath.Join(dir, "users.json"), Log: r.log, Hosts: []string{testHost}, Secure: true, Now: r.clock.Now}
	for _, c := range change {
		c(&r.cfg)
	}
	r.restart()
	return r
}

// open makes another Auth over the same file, as another process would.
func (r *rig) open() *Auth {
	r.t.Helper()
	a, err := Open(r.cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	a.hasher = newHasher(cost{memory: 64, passes: 1, lanes: 1})
	return a
}

// restart replaces the running Auth by a new one.
func (r *rig) restart() {
	r.t.Helper()
	r.auth = r.open()
	r.handler = serveWith(r.auth)
}

// serveWith returns a small console.
func serveWith(a *Auth) http.Handler {
	mux := http.NewServeMux()
	a.Routes(mux)
	page := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				http.Error(w, "too large", http.StatusRequestEntityTooLarge)
				return
			}
			who, _ := Actor(r.Context())
			io.WriteString(w, text+" for "+who.User)
		})
	}
	mux.Handle("GET /{$}", a.SignedIn(page("home")))
	mux.Handle("GET /queue", a.Require(review.DecisionsView, page("queue")))
	mux.Handle("GET /decisions/{id}", a.Require(review.DecisionsView, page("decision")))
	mux.Handle("POST /decisions/{id}/decide", a.Require(review.DecisionsDecide, page("decided")))
	mux.Handle("GET /users", a.Require(review.UsersManage, page("users")))
	mux.Handle("GET /nothing", a.Require("no.such", page("nothing")))
	return a.Protect(mux)
}

// records returns the access log, without what the log says about itself.
func (r *rig) records() []audit.Access {
	r.t.Helper()
	return r.log.Records(r.t)
}

// said returns the last n records in short: kind outcome reason actor target.
func (r *rig) said(n int) []string {
	r.t.Helper()
	all := r.records()
	var out []string
	for _, a := range all[max(0, len(all)-n):] {
		s := strings.Join([]string{string(a.Kind), a.Outcome, orElse(a.Reason, "-"), a.Actor, a.Target}, " ")
		out = append(out, strings.TrimSpace(s))
	}
	return out
}

// code returns the code of somebody's app.
func (r *rig) code(name string) string {
	r.t.Helper()
	code, err := totp.GenerateCode(r.secrets[name], r.clock.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	return code
}

// browser is somebody's browser before this console.
type browser struct {
	*rig
	*trial.Browser
}

func (r *rig) browser() *browser {
	return &browser{rig: r, Browser: trial.NewBrowser(r.t, func() http.Handler { return r.handler })}
}

// post sends a form whose fields have one value each.
func (b *browser) post(target string, form map[string]string, edits ...func(*http.Request)) trial.Answer {
	b.t.Helper()
	values := url.Values{}
	for k, v := range form {
		values.Set(k, v)
	}
	return b.Post(target, values, edits...)
}

// secretOnPage finds the secret of a second factor.
var secretOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]{16,})</code>`)

// join goes through a link of set-up or invitation to the end.
func (b *browser) join(link, name, password string) {
	b.t.Helper()
	b.secrets[name] = b.Join(link, name, password, b.clock.Now())
	b.clock.Advance(time.Minute) // past the code
}

// first makes the first user and returns the browser that they did it in.
func (r *rig) first() *browser {
	r.t.Helper()
	link, ok := r.auth.SetupLink(testOrigin)
	if !ok {
		r.t.Fatal("there is no set-up link")
	}
	b := r.browser()
	b.join(link, "root", goodPass)
	return b
}

// admin is an actor who may manage people.
func admin() review.Actor {
	return review.Actor{User: "root", Role: firstRole(), Session: "0123456789ab", Source: "192.0.2.1", Via: viaConsole}
}

// add makes a user with a role who has accepted the invitation.
func (r *rig) add(name string, role review.Role) {
	r.t.Helper()
	link, err := r.auth.AddUser(r.t.Context(), admin(), name, "", role)
	if err != nil {
		r.t.Fatal(err)
	}
	r.browser().join(link, name, goodPass)
}

// signIn signs somebody in with the right password and the code of the moment, and uses that code up.
func (b *browser) signIn(name string) trial.Answer {
	b.t.Helper()
	if a := b.post("/login", map[string]string{"username": name, "password": goodPass}); a.To() != "/login/code" {
		b.t.Fatalf("password of %s: %d %s", name, a.Status, a.Body)
	}
	a := b.post("/login/code", map[string]string{"code": b.code(name)})
	b.clock.Advance(time.Minute)
	return a
}

// signedIn returns a browser in which somebody is.
func (r *rig) signedIn(name string) *browser {
	r.t.Helper()
	b := r.browser()
	if a := b.signIn(name); a.Status != http.StatusSeeOther || a.To() != "/" {
		r.t.Fatalf("sign in %s: %d %s", name, a.Status, a.Body)
	}
	return b
}

// file returns the accounts file's text.
func (r *rig) file() string {
	r.t.Helper()
	src, err := os.ReadFile(r.cfg.File)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(src)
}

// user returns one user as others see them.
func (r *rig) user(name string) User {
	r.t.Helper()
	i := slices.IndexFunc(r.auth.Users(), func(u User) bool { return u.Name == name })
	if i < 0 {
		r.t.Fatalf("there is no user %s", name)
	}
	return r.auth.Users()[i]
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// pool trusts a test server.
func pool(s *httptest.Server) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(s.Certificate())
	return p
}
