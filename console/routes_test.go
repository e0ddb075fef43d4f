package console

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
)

var update = flag.Bool("update", false, "write the golden files")

// The table of routes is what people read to know who can see what. A change of it is a change of that file.
func TestRoutesGolden(t *testing.T) {
	var b strings.Builder
	for _, rt := range routes() {
		var roles []string
		for _, role := range review.Roles() {
			if role.May(rt.permission) || rt.permission == signedIn {
				roles = append(roles, string(role))
			}
		}
		who := strings.Join(roles, " ")
		switch rt.permission {
		case public:
			who = "anybody"
		case signedIn:
			who = "everybody who is signed in"
		}
		fmt.Fprintf(&b, "%-4s %-32s %-20s %s\n", rt.method, rt.pattern, rt.permission, who)
	}
	const file = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the routes are not those of %s (go test -update writes it):\n%s", file, diff)
	}
}

// Each permission of a route is one of the matrix, and each route has a handler.
func TestRoutesAreWhole(t *testing.T) {
	known := map[review.Permission]bool{public: true, signedIn: true}
	for _, p := range review.Permissions() {
		known[p] = true
	}
	for _, rt := range routes() {
		if !known[rt.permission] {
			t.Errorf("%s %s asks for %q, which nobody has", rt.method, rt.pattern, rt.permission)
		}
		if (rt.handle == nil) == (rt.file == nil) || (rt.file != nil) != (rt.permission == public) {
			t.Errorf("%s %s has the wrong kind of handler", rt.method, rt.pattern)
		}
		if rt.method != http.MethodGet && rt.method != http.MethodPost {
			t.Errorf("%s %s: forms know GET and POST only", rt.method, rt.pattern)
		}
	}
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// address fills in a route's pattern with something that is there, as far as it can.
func (r *rig) address(rt route, decision string) string {
	switch {
	case rt.pattern == "/":
		return "/no/such/page"
	case rt.pattern == "/static/{file}":
		return "/static/app.css"
	case rt.pattern == "/{$}":
		return "/"
	case strings.HasPrefix(rt.pattern, "/decisions/{id}"):
		return strings.Replace(rt.pattern, "{id}", decision, 1)
	}
	return wildcard.ReplaceAllString(rt.pattern, "x")
}

// Every route gives every role what the matrix says, and who is not signed in nothing.
func TestEveryRouteInEveryRole(t *testing.T) {
	r := newRig(t)
	decision := r.sample()[0].ID
	ask := func(p *person, rt route) *page {
		if rt.method == http.MethodPost {
			return p.post(r.address(rt, decision), url.Values{})
		}
		return p.get(r.address(rt, decision))
	}
	for _, rt := range routes() {
		name := rt.method + " " + rt.pattern
		answer := ask(r.stranger(), rt)
		switch {
		case rt.permission == public:
			if answer.status != http.StatusOK {
				t.Errorf("%s: a stranger gets %d", name, answer.status)
			}
			continue
		case answer.status != http.StatusSeeOther || !strings.HasPrefix(answer.location, "/login"):
			t.Errorf("%s: a stranger gets %d %s", name, answer.status, answer.location)
		}
		for _, role := range review.Roles() {
			answer := ask(r.as(role), rt)
			may := role.May(rt.permission) || rt.permission == signedIn
			refused := answer.status == http.StatusForbidden
			if rt.pattern == "/queue/newer" && may {
				continue // refused without the signature of a page; see TestPoll
			}
			if rt.front && !may {
				if first, _ := firstPage(role); answer.status != http.StatusSeeOther || answer.location != first {
					t.Errorf("%s: %s is not sent to the first page but gets %d %s", name, role, answer.status, answer.location)
				}
				continue
			}
			if may == refused || strings.HasPrefix(answer.location, "/login") || answer.status >= 500 {
				t.Errorf("%s: %s may: %v, and gets %d %s", name, role, may, answer.status, answer.location)
			}
			if !may && strings.Contains(answer.body, decision) {
				t.Errorf("%s: the refusal of %s shows the decision", name, role)
			}
			checkHeaders(t, name, answer)
			if strings.HasPrefix(answer.header.Get("Content-Type"), "text/html") && answer.status != http.StatusSeeOther {
				checkPage(t, name+" as "+string(role), answer.body)
			}
		}
	}
	for _, what := range r.reports {
		t.Errorf("reported: %s", what)
	}
}

const wantPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// checkHeaders looks at what every response must have.
func checkHeaders(t *testing.T, name string, a *page) {
	t.Helper()
	for header, want := range map[string]string{
		"Content-Security-Policy": wantPolicy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got := a.header.Values(header); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q", name, header, got)
		}
	}
}

func TestHeadersOfWhatIsNoPage(t *testing.T) {
	r := newRig(t)
	for _, address := range []string{"/static/app.css", "/static/app.js", "/static/htmx.min.js", "/static/icon.svg", "/static/none", "/login", "/static/../server.go"} {
		answer := r.stranger().get(address)
		if got := answer.header.Get("Content-Security-Policy"); got != wantPolicy {
			t.Errorf("%s: the policy is %q", address, got)
		}
		if got := answer.header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is %q", address, got)
		}
	}
	other := httptest.NewRequest(http.MethodGet, "/login", nil)
	other.Host = "evil.example.com"
	w := httptest.NewRecorder()
	r.console.Handler().ServeHTTP(w, other)
	if w.Code != http.StatusMisdirectedRequest || w.Header().Get("Content-Security-Policy") != wantPolicy {
		t.Errorf("another host gets %d", w.Code)
	}
}

// Files keep their address as long as they are the same, and only then may be kept for ever.
func TestStatic(t *testing.T) {
	r := newRig(t)
	address, err := assetURL(r.console.assets, "app.css")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		address, cache, media string
		status                int
	}{
		"this version":    {address, "public, max-age=31536000, immutable", "text/css; charset=utf-8", 200},
		"another version": {"/static/app.css?v=000000000000", "no-cache", "text/css; charset=utf-8", 200},
		"no version":      {"/static/htmx.min.js", "no-cache", "text/javascript; charset=utf-8", 200},
		"no file":         {"/static/app.scss", "no-store", "text/plain; charset=utf-8", 404},
		"the licence":     {"/static/htmx.LICENSE", "no-store", "text/plain; charset=utf-8", 404},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := r.stranger().get(test.address)
			if got.status != test.status || got.header.Get("Cache-Control") != test.cache || got.header.Get("Content-Type") != test.media {
				t.Errorf("%d, %q, %q", got.status, got.header.Get("Cache-Control"), got.header.Get("Content-Type"))
			}
		})
	}
	if _, err := assetURL(r.console.assets, "none.js"); err == nil {
		t.Error("a file that is not there has an address")
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a console without index, desk and accounts")
	}
}
