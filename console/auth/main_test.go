package auth

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testHost   = "console.example.org"
	testOrigin = "https://" + testHost
	goodPass   = "tram copper violin oak"
	otherPass  = "lantern brisk meadow tin"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// flaky is an access log that can be told to fail.
type flaky struct {
	*audit.AccessLog
	mu   sync.Mutex
	fail bool
}

var errDisk = errors.New("no space left on device")

func (f *flaky) Append(ctx context.Context, a *audit.Access) error {
	f.mu.Lock()
	fail := f.fail
	f.mu.Unlock()
	if fail {
		return errDisk
	}
	return f.AccessLog.Append(ctx, a)
}

func (f *flaky) set(fail bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// rig is a console with nothing but this package, over a real access log and a real file.
type rig struct {
	t       *testing.T
	auth    *Auth
	cfg     Config
	clock   *clock
	log     *flaky
	logDir  string
	handler http.Handler
	secrets map[string]string // of second factors, by name
	idp     *idp              // of tests with an identity provider
}

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{t: t, clock: &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, logDir: filepath.Join(dir, "access"),
		secrets: map[string]string{}}
	log, err := audit.OpenAccess(audit.Config{Dir: r.logDir, Node: "test", SegmentBytes: 1 << 20, Reserve: -1, Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	r.log = &flaky{AccessLog: log}
	r.cfg = Config{File: filepath.Join(dir, "users.json"), Log: r.log, Hosts: []string{testHost}, Secure: true, Now: r.clock.now}
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
	var out []audit.Access
	for a, err := range audit.ReadAccess(r.logDir) {
		if err != nil {
			r.t.Fatal(err)
		}
		if a.Kind != audit.AccessServe && a.Kind != audit.AccessCheckpoint {
			out = append(out, *a)
		}
	}
	return out
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
	code, err := totp.GenerateCode(r.secrets[name], r.clock.now())
	if err != nil {
		r.t.Fatal(err)
	}
	return code
}

// browser keeps cookies as a browser does, and refuses those that a browser would refuse.
type browser struct {
	*rig
	source  string
	cookies map[string]string
}

func (r *rig) browser() *browser {
	return &browser{rig: r, source: "192.0.2.1:40000", cookies: map[string]string{}}
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
	set    []*http.Cookie
}

func (a answer) to() string { return a.header.Get("Location") }

// do sends a request as a page of the console does. Edits change it before it is sent.
func (b *browser) do(method, target string, form url.Values, edits ...func(*http.Request)) answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, testOrigin+target, body)
	req.RemoteAddr = b.source
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet {
		req.Header.Set("Origin", testOrigin)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, edit := range edits {
		edit(req)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, req)
	res := w.Result()
	text, _ := io.ReadAll(res.Body)
	for _, c := range res.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly ||
			c.SameSite != http.SameSiteLaxMode || c.MaxAge > 0 || !c.Expires.IsZero() {
			b.t.Errorf("%s %s sets a careless cookie %s", method, target, c.Name)
		}
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{status: res.StatusCode, header: res.Header, body: string(text), set: res.Cookies()}
}

func (b *browser) get(target string, edits ...func(*http.Request)) answer {
	b.t.Helper()
	return b.do(http.MethodGet, target, nil, edits...)
}

func (b *browser) post(target string, form map[string]string, edits ...func(*http.Request)) answer {
	b.t.Helper()
	values := url.Values{}
	for k, v := range form {
		values.Set(k, v)
	}
	return b.do(http.MethodPost, target, values, edits...)
}

var secretOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`)

// join goes through a link of set-up or invitation to the end.
func (b *browser) join(link, name, password string) {
	b.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.t.Fatal(err)
	}
	if a := b.get(u.RequestURI()); a.status != http.StatusOK {
		b.t.Fatalf("the link answers %d: %s", a.status, a.body)
	}
	a := b.post("/setup", map[string]string{"token": u.Query().Get("token"), "username": name, "display": "Person " + name,
		"password": password, "again": password})
	if a.status != http.StatusSeeOther || a.to() != "/setup/code" {
		b.t.Fatalf("name and password: %d %s: %s", a.status, a.to(), a.body)
	}
	found := secretOnPage.FindStringSubmatch(b.get("/setup/code").body)
	if found == nil {
		b.t.Fatal("the page shows no secret")
	}
	b.secrets[name] = strings.ReplaceAll(found[1], " ", "")
	if a := b.post("/setup/code", map[string]string{"code": b.code(name)}); a.status != http.StatusSeeOther || a.to() != "/" {
		b.t.Fatalf("first code: %d %s: %s", a.status, a.to(), a.body)
	}
	b.clock.advance(time.Minute) // past the code
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
func (b *browser) signIn(name string) answer {
	b.t.Helper()
	if a := b.post("/login", map[string]string{"username": name, "password": goodPass}); a.to() != "/login/code" {
		b.t.Fatalf("password of %s: %d %s", name, a.status, a.body)
	}
	a := b.post("/login/code", map[string]string{"code": b.code(name)})
	b.clock.advance(time.Minute)
	return a
}

// signedIn returns a browser in which somebody is.
func (r *rig) signedIn(name string) *browser {
	r.t.Helper()
	b := r.browser()
	if a := b.signIn(name); a.status != http.StatusSeeOther || a.to() != "/" {
		r.t.Fatalf("sign in %s: %d %s", name, a.status, a.body)
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
