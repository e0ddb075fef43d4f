package auth

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestHosts(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Hosts = []string{"Console.example.org:443", "[::1]:3130", "127.0.0.1:3130"} })
	for host, want := range map[string]int{
		"console.example.org": 303, "CONSOLE.example.org": 303, "console.example.org:443": 303, "[::1]:3130": 303, "127.0.0.1:3130": 303,
		"console.example.org:444": 421, "console.example.org.": 421, "console.example.org.evil.example": 421, "evil.example": 421,
		"localhost:3130": 421, "127.0.0.1": 421, "127.0.0.1:31300": 421, "": 421, "[::1]": 421, "a@console.example.org": 421,
		"console.example.org, evil.example": 421,
	} {
		a := r.browser().Get("/queue", func(r *http.Request) { r.Host = host })
		if a.Status != want {
			t.Errorf("Host %q: %d, want %d", host, a.Status, want)
		}
		if a.Header.Get("Content-Security-Policy") != contentPolicy {
			t.Errorf("Host %q: no policy", host)
		}
	}
	for _, bad := range []string{"", "*", "*.example.org", "https://a.example", "a.example/", "a b", "a.example?x", "u@a.example"} {
		if _, err := origins([]string{bad}, true); err == nil {
			t.Errorf("%q is a host", bad)
		}
	}
}

func TestHeaders(t *testing.T) {
	r := newRig(t)
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=31536000",
	}
	for _, path := range []string{"/login", "/queue", "/nowhere", "/setup?token=x"} {
		a := r.browser().Get(path)
		for name, value := range want {
			if got := a.Header.Values(name); len(got) != 1 || got[0] != value {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		if !strings.Contains(a.Header.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: no permissions policy", path)
		}
	}
	plain := newRig(t, func(c *Config) { c.Secure = false })
	if got := plain.browser().Get("/login").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over http: %q", got)
	}
}

func TestCrossOrigin(t *testing.T) {
	r := newRig(t)
	b := r.first()
	tests := map[string]struct {
		origin, site string
		extra        string // a second Origin
		want         int
	}{
		"own form":                      {testOrigin, "same-origin", "", 200},
		"own form, old browser":         {testOrigin, "", "", 200},
		"own script without Origin":     {"", "same-origin", "", 200},
		"typed by the person":           {testOrigin, "none", "", 200},
		"neither":                       {"", "", "", 403},
		"no Origin, site none":          {"", "none", "", 403},
		"other site":                    {"https://evil.example", "cross-site", "", 403},
		"other site, old browser":       {"https://evil.example", "", "", 403},
		"sibling":                       {"https://other.example.org", "same-site", "", 403},
		"http to https":                 {"http://" + testHost, "cross-site", "", 403},
		"http to https, old browser":    {"http://" + testHost, "", "", 403},
		"other port":                    {testOrigin + ":8443", "same-site", "", 403},
		"other port, old browser":       {testOrigin + ":8443", "", "", 403},
		"opaque":                        {"null", "same-origin", "", 403},
		"opaque, old browser":           {"null", "", "", 403},
		"lying site":                    {"https://evil.example", "same-origin", "", 403},
		"ours, but from elsewhere":      {testOrigin, "cross-site", "", 403},
		"two origins":                   {testOrigin, "same-origin", "https://evil.example", 403},
		"two origins, the other first":  {"https://evil.example", "", testOrigin, 403},
		"our name within another":       {testOrigin + ".evil.example", "", "", 403},
		"our name as user of another":   {testOrigin + "@evil.example", "", "", 403},
		"not a site that there is":      {testOrigin, "whatever", "", 403},
		"our name in capitals, no site": {strings.ToUpper(testOrigin), "", "", 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
				a := b.Do(method, "/decisions/X/decide", url.Values{}, header("Origin", tt.origin), header("Sec-Fetch-Site", tt.site),
					func(r *http.Request) {
						if tt.extra != "" {
							r.Header.Add("Origin", tt.extra)
						}
					})
				want := tt.want
				if want == 200 && method != "POST" {
					want = http.StatusMethodNotAllowed
				}
				if a.Status != want {
					t.Errorf("%s: %d, want %d", method, a.Status, want)
				}
			}
		})
	}
	// What changes nothing needs no origin.
	if a := b.Get("/queue", header("Sec-Fetch-Site", "cross-site")); a.Status != http.StatusOK {
		t.Errorf("a link from elsewhere: %d", a.Status)
	}
}

func TestCrossOriginIsRecorded(t *testing.T) {
	r := newRig(t)
	b := r.first()
	b.post("/logout", nil, header("Origin", "https://evil.example"), header("Sec-Fetch-Site", "cross-site"))
	if got := r.said(1)[0]; got != "look denied cross_origin -" {
		t.Errorf("the log says %q", got)
	}
	if got := b.Get("/").Status; got != http.StatusOK {
		t.Errorf("another site signs us off: %d", got)
	}
}

func TestBodyIsBounded(t *testing.T) {
	r := newRig(t)
	b := r.first()
	for size, want := range map[int]int{maxBody - 2: 200, maxBody - 1: 413} {
		a := b.Do("POST", "/decisions/X/decide", url.Values{"x": {strings.Repeat("x", size)}})
		if a.Status != want {
			t.Errorf("%d bytes: %d, want %d", size+2, a.Status, want)
		}
	}
}

func TestRequire(t *testing.T) {
	const id = "01KAJ3XZ9Q8R7V6T5S4P3N2M1K"
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	r.add("vera", review.Viewer)
	script := header("HX-Request", "true")
	t.Run("nobody", func(t *testing.T) {
		b := r.browser()
		if a := b.Get("/queue?q=decision%3Ablock"); a.Status != 303 || a.To() != "/login?next=%2Fqueue%3Fq%3Ddecision%253Ablock" {
			t.Errorf("page: %d %s", a.Status, a.To())
		}
		a := b.Get("/queue", script, header("HX-Current-URL", testOrigin+"/queue?q=a"))
		if a.Status != 401 || a.Header.Get("HX-Redirect") != "/login?next=%2Fqueue%3Fq%3Da" || a.To() != "" {
			t.Errorf("script: %d %v", a.Status, a.Header)
		}
		a = b.Get("/queue", script, header("HX-Current-URL", "https://evil.example/queue"))
		if a.Header.Get("HX-Redirect") != "/login" {
			t.Errorf("script of another site: %v", a.Header)
		}
		if a := b.Get("/queue", header(pollHeader, "1")); a.Status != 401 || a.Header.Get("HX-Redirect") == "" {
			t.Errorf("poll: %d", a.Status)
		}
		a = b.post("/decisions/"+id+"/decide", nil, header("Referer", testOrigin+"/decisions/"+id))
		if a.Status != 303 || a.To() != "/login?next=%2Fdecisions%2F"+id {
			t.Errorf("form: %d %s", a.Status, a.To())
		}
		if a := b.Get("/"); a.To() != "/login" {
			t.Errorf("home: %s", a.To())
		}
	})
	t.Run("without the permission", func(t *testing.T) {
		b := r.signedIn("vera")
		a := b.Get("/decisions/" + id)
		for _, want := range []string{"decisions.view", "<strong>viewer</strong>", "<strong>analyst</strong>", "Person root"} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("the page does not say %q: %s", want, a.Body)
			}
		}
		if a.Status != 403 || strings.Contains(a.Body, "decision for") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		last := r.records()[len(r.records())-1]
		want := []string{"look", "denied", "permission", "vera", "viewer", "GET /decisions/{id}", "id:" + id}
		got := []string{string(last.Kind), last.Outcome, last.Reason, last.Actor, last.Role, last.Target, last.Query}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("access log (-want +got):\n%s", diff)
		}
		b.Get("/decisions/Jane%20Doe%20123-45-6789")
		if last := r.records()[len(r.records())-1]; last.Query != "" || strings.Contains(last.Target, "Jane") {
			t.Errorf("the log repeats what was asked for: %+v", last)
		}
		if a := b.Get("/queue", script); a.Status != 403 || strings.Contains(a.Body, "<html") || !strings.Contains(a.Body, "Not allowed") {
			t.Errorf("script: %d %s", a.Status, a.Body)
		}
		if a := b.post("/decisions/"+id+"/decide", nil); a.Status != 403 {
			t.Errorf("form: %d", a.Status)
		}
	})
	t.Run("with it", func(t *testing.T) {
		b := r.signedIn("anna")
		if a := b.Get("/queue"); a.Status != 200 || a.Body != "queue for anna" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if a := b.Get("/users"); a.Status != 403 {
			t.Errorf("users: %d", a.Status)
		}
		if a := b.Get("/nothing"); a.Status != 403 || !strings.Contains(a.Body, "No role has it") {
			t.Errorf("a permission that there is not: %d", a.Status)
		}
	})
}

// Handlers that are wired past Protect let nobody in.
func TestWithoutProtect(t *testing.T) {
	r := newRig(t)
	b := r.first()
	mux := http.NewServeMux()
	r.auth.Routes(mux)
	mux.Handle("GET /queue", r.auth.Require(review.DecisionsView, http.NotFoundHandler()))
	b.handler = mux
	for _, path := range []string{"/queue", "/login", "/account", "/setup", "/login/code"} {
		if got := b.Get(path).Status; got != http.StatusInternalServerError {
			t.Errorf("%s: %d", path, got)
		}
	}
	if _, ok := Actor(t.Context()); ok {
		t.Error("there is an actor without a request")
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/queue": "/queue", "/queue?q=a%3Ab&x=1": "/queue?q=a%3Ab&x=1", "/decisions/01K": "/decisions/01K", "/": "/", "/a?next=//b": "/a?next=//b",
		"": "/", "queue": "/", "//evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", "/\t/evil.example": "/", "/\n/evil.example": "/",
		"https://evil.example": "/", "https:evil.example": "/", "javascript:alert(1)": "/", "///evil.example": "/", "/%2f/evil.example": "/",
		"/%5cevil.example": "/", "/login": "/", "/login/code": "/", "/logout": "/", "/setup?token=x": "/", "/oidc/start": "/", "/loginpage": "/loginpage",
		" /queue": "/", "/queue ": "/", "/que\x00ue": "/", "/ü": "/", "/%zz": "/", "/" + strings.Repeat("a", 2000): "/", "/.//evil.example": "/.//evil.example", `/queue?q=\a`: "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzLocalPath holds what is let through against what a browser makes of it: net/url after what WHATWG URL, 4.4, does
// first (tabs and line breaks dropped, spaces trimmed, backslashes turned).
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/queue?q=a", "//evil.example", `/\evil.example`, "/\t/evil", "/%2f%2fevil", "/..//evil.example", "/.//a"} {
		f.Add(s)
	}
	base, err := url.Parse(testOrigin + "/login")
	if err != nil {
		f.Fatal(err)
	}
	browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/")
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		if got != next && got != "/" {
			t.Fatalf("localPath made up %q", got)
		}
		for _, variant := range []string{got, browser.Replace(got), strings.TrimSpace(got)} {
			u, err := base.Parse(variant)
			if err != nil || u.Host != testHost || u.Scheme != "https" {
				t.Fatalf("localPath(%q) leads to %v, %v", next, u, err)
			}
		}
		// As the header is written and read again.
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequest("POST", testOrigin+"/login", nil), got, http.StatusSeeOther)
		u, err := w.Result().Location()
		if err != nil || strings.HasPrefix(w.Header().Get("Location"), "//") || u.Host != "" && u.Host != testHost {
			t.Fatalf("localPath(%q) redirects to %q", next, w.Header().Get("Location"))
		}
	})
}

// A browser's own cookie jar over real TLS takes the cookies as they are.
func TestOverTLS(t *testing.T) {
	r := newRig(t)
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	r.cfg.Hosts = []string{host}
	r.restart()
	server.Config.Handler = r.handler
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool(server)}}}
	defer client.CloseIdleConnections()
	link, _ := r.auth.SetupLink(server.URL)
	post := func(path string, form url.Values) string {
		t.Helper()
		req, err := http.NewRequest("POST", server.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", server.URL)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
	u, _ := url.Parse(link)
	page := post("/setup", url.Values{"token": {u.Query().Get("token")}, "username": {"root"}, "password": {goodPass}, "again": {goodPass}})
	found := secretOnPage.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no secret: %s", page)
	}
	r.secrets["root"] = strings.ReplaceAll(found[1], " ", "")
	if got := post("/setup/code", url.Values{"code": {r.code("root")}}); got != "home for root" {
		t.Errorf("after set-up: %s", got)
	}
}

func TestFailsClosed(t *testing.T) {
	t.Run("the access log fails", func(t *testing.T) {
		r := newRig(t)
		b := r.first()
		link, err := r.auth.AddUser(t.Context(), admin(), "anna", "", review.Analyst)
		if err != nil {
			t.Fatal(err)
		}
		before := r.file()
		r.log.Fail(trial.ErrDisk)
		if _, err := r.auth.AddUser(t.Context(), admin(), "bert", "", review.Analyst); err == nil {
			t.Error("a user was added without a record")
		}
		if err := r.auth.Disable(t.Context(), admin(), "anna"); err == nil {
			t.Error("a user was disabled without a record")
		}
		n := r.browser()
		if a := n.post("/login", map[string]string{"username": "root", "password": goodPass}); a.Status != 503 {
			t.Errorf("password: %d", a.Status)
		}
		r.log.Fail(nil)
		n.post("/login", map[string]string{"username": "root", "password": goodPass})
		r.log.Fail(trial.ErrDisk)
		if a := n.post("/login/code", map[string]string{"code": r.code("root")}); a.Status != 503 || n.Cookies[sessionCookie] != "" {
			t.Errorf("code: %d", a.Status)
		}
		if r.file() != before {
			t.Error("the accounts changed without a record")
		}
		if a := r.browser().Get(link); a.Status != 200 {
			t.Errorf("the invitation: %d", a.Status)
		}
		if a := b.post("/logout", nil); a.Status != 303 || b.Cookies[sessionCookie] != "" {
			t.Errorf("signing off takes a record: %d", a.Status)
		}
	})
	for name, spoil := range map[string]func(path string) error{
		"the file is broken":   func(path string) error { return os.WriteFile(path, []byte(`{"v":1,"users":[`), 0o600) },
		"others can read it":   func(path string) error { return os.Chmod(path, 0o640) },
		"it is a later format": func(path string) error { return os.WriteFile(path, []byte(`{"v":2,"users":[]}`), 0o600) },
		"it is a folder": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Mkdir(path, 0o700)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.first()
			if err := spoil(r.cfg.File); err != nil {
				t.Fatal(err)
			}
			if a := b.Get("/queue"); a.Status != 503 {
				t.Errorf("a page: %d", a.Status)
			}
			if a := r.browser().post("/login", map[string]string{"username": "root", "password": goodPass}); a.Status != 503 {
				t.Errorf("signing in: %d", a.Status)
			}
			if _, ok := r.auth.SetupLink(testOrigin); ok {
				t.Error("there is a set-up link")
			}
			if _, err := Open(r.cfg); err == nil {
				t.Error("it opens")
			}
		})
	}
	t.Run("the file is gone", func(t *testing.T) {
		r := newRig(t)
		b := r.first()
		if err := os.Remove(r.cfg.File); err != nil {
			t.Fatal(err)
		}
		if a := b.Get("/queue"); a.Status != http.StatusSeeOther {
			t.Errorf("a page: %d", a.Status)
		}
	})
}
