package trial

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// Browser is somebody's browser without scripts.
type Browser struct {
	// Source is its address with a port.
	Source string
	// Cookies are those that it has, by name.
	Cookies map[string]string

	t       *testing.T
	handler func() http.Handler
}

// NewBrowser returns a browser before the pages of handler, which is asked for them each time.
func NewBrowser(t *testing.T, handler func() http.Handler) *Browser {
	return &Browser{Source: "192.0.2.1:40000", Cookies: map[string]string{}, t: t, handler: handler}
}

// Answer is a response that was read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Set    []*http.Cookie
}

// To is where the answer leads.
func (a Answer) To() string { return a.Header.Get("Location") }

// Do sends a request as a page of the console does. Edits change it before it is sent. A cookie that a careful browser
// would not take fails the test.
func (b *Browser) Do(method, target string, form url.Values, edits ...func(*http.Request)) Answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, Origin+target, body)
	req.RemoteAddr = b.Source
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet {
		req.Header.Set("Origin", Origin)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.Cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, edit := range edits {
		edit(req)
	}
	w := httptest.NewRecorder()
	b.handler().ServeHTTP(w, req)
	res := w.Result()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly ||
			c.SameSite != http.SameSiteLaxMode || c.MaxAge > 0 || !c.Expires.IsZero() {
			b.t.Errorf("%s %s sets a careless cookie %s", method, target, c.Name)
		}
		if c.MaxAge < 0 {
			delete(b.Cookies, c.Name)
		} else {
			b.Cookies[c.Name] = c.Value
		}
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: string(text), Set: res.Cookies()}
}

// Get asks for a page.
func (b *Browser) Get(target string, edits ...func(*http.Request)) Answer {
	b.t.Helper()
	return b.Do(http.MethodGet, target, nil, edits...)
}

// Post sends a form.
func (b *Browser) Post(target string, form url.Values, edits ...func(*http.Request)) Answer {
	b.t.Helper()
	return b.Do(http.MethodPost, target, form, edits...)
}

var secretOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]{16,})</code>`)

// Join goes through a link of set-up or invitation to the end, where its person is signed in, and returns the secret of
// their second factor. The code of now is used up.
func (b *Browser) Join(link, name, password string, now time.Time) (secret string) {
	b.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.t.Fatal(err)
	}
	if a := b.Get(u.RequestURI()); a.Status != http.StatusOK {
		b.t.Fatalf("the link answers %d: %s", a.Status, a.Body)
	}
	a := b.Post("/setup", url.Values{
		"token": {u.Query().Get("token")}, "username": {name}, "display": {"Person " + name}, "password": {password}, "again": {password},
	})
	if a.Status != http.StatusSeeOther || a.To() != "/setup/code" {
		b.t.Fatalf("name and password: %d %s: %s", a.Status, a.To(), a.Body)
	}
	found := secretOnPage.FindStringSubmatch(b.Get("/setup/code").Body)
	if found == nil {
		b.t.Fatal("the page shows no secret")
	}
	secret = strings.ReplaceAll(found[1], " ", "")
	code, err := totp.GenerateCode(secret, now)
	if err != nil {
		b.t.Fatal(err)
	}
	if a := b.Post("/setup/code", url.Values{"code": {code}}); a.Status != http.StatusSeeOther || a.To() != "/" {
		b.t.Fatalf("first code: %d %s: %s", a.Status, a.To(), a.Body)
	}
	return secret
}
