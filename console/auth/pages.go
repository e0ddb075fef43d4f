package auth

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/phigate/phigate/audit/review"
)

//go:embed templates/*.html
var templates embed.FS

// pageName is the file of a page.
type pageName string

const (
	pageLogin   pageName = "login.html"
	pageCode    pageName = "code.html"
	pageSetup   pageName = "setup.html"
	pageEnrol   pageName = "enrol.html"
	pageAccount pageName = "account.html"
	pageDenied  pageName = "denied.html"
	pageMessage pageName = "message.html"
)

// What the pages show. A Problem stands at the top of its page, the others beside their fields.
type (
	loginView struct {
		Next, Name, Notice, Problem string
		Provider, ProviderLink      string // empty without an identity provider
	}
	codeView  struct{ Problem string }
	setupView struct {
		Token         string
		First         bool // nobody is here yet
		Name, Display string
		Role          review.Role

		NameProblem, DisplayProblem, PasswordProblem, AgainProblem string
	}
	enrolView struct {
		enrolment
		Name, Problem string
	}
	accountView struct {
		Name, Display    string
		Role             review.Role
		Local            bool // the password is kept here
		Since, Idle, End time.Time
		IdleFor          string
		Sessions         int
		Notice           string

		CurrentProblem, PasswordProblem, AgainProblem string
	}
	deniedView struct {
		Permission review.Permission
		Own        review.Role
		Roles      []review.Role // that have the permission
		Admins     []string      // who can give one away
	}
	messageView struct{ Title, Text string }

	view interface {
		loginView | codeView | setupView | enrolView | accountView | deniedView | messageView
	}
)

// pages are the parsed templates by name, each with the frame.
type pages map[pageName]*template.Template

func parsePages() (pages, error) {
	frame, err := template.New("frame.html").Funcs(template.FuncMap{
		"roles": func(r review.Role) string { return strings.NewReplacer(",", ", ", "_", " ").Replace(string(r)) },
		"utc":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
		"rfc":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(templates, "templates/frame.html")
	if err != nil {
		return nil, fmt.Errorf("parse pages: %w", err)
	}
	out := make(pages)
	for _, name := range []pageName{pageLogin, pageCode, pageSetup, pageEnrol, pageAccount, pageDenied, pageMessage} {
		page, err := frame.Clone()
		if err == nil {
			page, err = page.ParseFS(templates, "templates/"+string(name))
		}
		if err != nil {
			return nil, fmt.Errorf("parse pages: %w", err)
		}
		out[name] = page
	}
	return out, nil
}

// render writes a page, whole or not at all.
func render[T view](a *Auth, w http.ResponseWriter, status int, name pageName, v T) {
	renderPart(a, w, status, name, "frame.html", v)
}

// renderPart writes a part of a page: main for what a script puts into a page that is there.
func renderPart[T view](a *Auth, w http.ResponseWriter, status int, name pageName, part string, v T) {
	var buf bytes.Buffer
	if err := a.pages[name].ExecuteTemplate(&buf, part, v); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // a browser that went away misses its page
}

// message shows a page of one sentence.
func (a *Auth) message(w http.ResponseWriter, status int, title, text string) {
	render(a, w, status, pageMessage, messageView{Title: title, Text: text})
}

// unavailable answers what cannot be done now because the accounts cannot be read, a password cannot be checked, or the
// access log does not take a record. It does not tell which; whoever runs the gate is told.
func (a *Auth) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	a.cfg.Report(routeOf(r), err)
	w.Header().Set("Retry-After", "5")
	a.message(w, http.StatusServiceUnavailable, "Not now", "This cannot be done and put on record at this moment, so that it was not "+
		"done. Try again in a few seconds. If it stays so, the gate's own log says why.")
}
