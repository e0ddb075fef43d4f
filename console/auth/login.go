package auth

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/phigate/phigate/audit"
)

// Routes adds the pages of this package: sign-in and sign-off, set-up and invitations, one's own account, and, with an
// identity provider, the ways there and back. They must be served behind [Auth.Protect].
func (a *Auth) Routes(mux *http.ServeMux) {
	type route struct {
		pattern string
		handle  func(http.ResponseWriter, *http.Request, *visit)
	}
	routes := []route{
		{"GET /login", a.loginForm},
		{"POST /login", a.login},
		{"GET /login/code", a.codeForm},
		{"POST /login/code", a.code},
		{"POST /logout", a.logout},
		{"GET /setup", a.setupForm},
		{"POST /setup", a.setupDetails},
		{"GET /setup/code", a.enrolForm},
		{"POST /setup/code", a.enrol},
	}
	own := []route{
		{"GET /account", a.accountPage},
		{"POST /account/password", a.changePassword},
		{"POST /account/sessions", a.endOthers},
	}
	if a.oidc != nil {
		routes = append(routes,
			route{"GET /oidc/start", a.oidcStart},
			route{"GET /oidc/callback", a.oidcCallback},
			route{"POST " + backChannelPath, a.oidcLogout})
	}
	behind := func(h func(http.ResponseWriter, *http.Request, *visit)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v, ok := visitOf(r.Context())
			if !ok {
				noVisit(w)
				return
			}
			h(w, r, v)
		})
	}
	for _, rt := range routes {
		mux.Handle(rt.pattern, behind(rt.handle))
	}
	for _, rt := range own {
		mux.Handle(rt.pattern, a.SignedIn(behind(rt.handle)))
	}
}

// loginForm asks for name and password.
func (a *Auth) loginForm(w http.ResponseWriter, r *http.Request, v *visit) {
	next := localPath(r.URL.Query().Get("next"))
	if v.session != nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	notice := ""
	if r.URL.Query().Has("off") {
		notice = "You are signed off."
	}
	a.showLogin(w, http.StatusOK, loginView{Next: next, Notice: notice})
}

func (a *Auth) showLogin(w http.ResponseWriter, status int, view loginView) {
	if a.oidc != nil {
		view.Provider = a.oidc.label
		view.ProviderLink = "/oidc/start?" + url.Values{"next": {view.Next}}.Encode()
	}
	render(a, w, status, pageLogin, view)
}

// login takes name and password and goes on to the code whether or not they are right: who does not know is not told.
func (a *Auth) login(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	typed, password := r.PostForm.Get("username"), r.PostForm.Get("password")
	next := localPath(r.PostForm.Get("next"))
	if typed == "" || password == "" {
		a.showLogin(w, http.StatusUnprocessableEntity, loginView{Next: next, Name: typed, Problem: "Name and password are needed."})
		return
	}
	name := attemptName(typed)
	if until := a.guards.attempt(name, v.source, a.now()); !until.IsZero() {
		a.locked(w, r, v, until)
		return
	}
	good, err := a.checkPassword(r.Context(), name, password)
	if err != nil {
		a.unavailable(w, r, err)
		return
	}
	step := loginStep{Name: name, Next: next}
	e := audit.Access{Kind: audit.AccessLogin, Actor: nobody, Source: v.source, Outcome: outcomeFailed, Reason: reasonPassword}
	if good {
		step.Good = 1
		e.Outcome, e.Reason = outcomeDenied, reasonAwaiting
	}
	if all, err := a.store.read(); err == nil {
		if _, known := all.find(name); known {
			e.Target = name
		}
	}
	if err := errors.Join(a.record(r.Context(), e), sendStep(a, w, stepLogin, step)); err != nil {
		a.unavailable(w, r, err)
		return
	}
	http.Redirect(w, r, "/login/code", http.StatusSeeOther)
}

// codeForm asks for the code.
func (a *Auth) codeForm(w http.ResponseWriter, r *http.Request, _ *visit) {
	if _, err := takeStep[loginStep](a, r, stepLogin); err != nil {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	render(a, w, http.StatusOK, pageCode, codeView{})
}

// code takes the code and lets in, or does not.
func (a *Auth) code(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	step, err := takeStep[loginStep](a, r, stepLogin)
	if err != nil {
		a.showLogin(w, http.StatusUnprocessableEntity, loginView{Next: "/", Problem: "This sign-in has expired. Begin again."})
		return
	}
	if until := a.guards.attempt(step.Name, v.source, a.now()); !until.IsZero() {
		a.locked(w, r, v, until)
		return
	}
	token := newToken()
	who, err := a.checkCode(r.Context(), claim{name: step.Name, good: step.Good == 1, code: r.PostForm.Get("code"),
		session: shortOf(token), source: v.source, via: viaConsole})
	switch {
	case errors.Is(err, ErrCredentials):
		render(a, w, http.StatusUnprocessableEntity, pageCode, codeView{Problem: "The name, the password or the code is wrong, or " +
			"the code was used before. Wait for the next code, or begin again."})
		return
	case err != nil:
		a.unavailable(w, r, err)
		return
	}
	dropStep(w, stepLogin)
	a.admit(w, r, token, who, "")
	http.Redirect(w, r, localPath(step.Next), http.StatusSeeOther)
}

// locked answers an attempt that is not looked at.
func (a *Auth) locked(w http.ResponseWriter, r *http.Request, v *visit, until time.Time) {
	a.refused(r.Context(), audit.Access{Kind: audit.AccessLogin, Source: v.source, Reason: reasonLocked})
	wait := until.Sub(a.now())
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	a.message(w, http.StatusTooManyRequests, "Too many attempts", fmt.Sprintf("There were too many attempts to sign in. The next "+
		"one is looked at in %s.", inWords(wait)))
}

// inWords returns a span of time as a page says it, rounded up.
func inWords(d time.Duration) string {
	switch n := int(math.Ceil(d.Minutes())); {
	case d <= time.Second:
		return "a second"
	case d < time.Minute:
		return strconv.Itoa(int(math.Ceil(d.Seconds()))) + " seconds"
	case n == 1:
		return "a minute"
	default:
		return strconv.Itoa(n) + " minutes"
	}
}

// logout ends the session. It is a form, so that no link can do it.
func (a *Auth) logout(w http.ResponseWriter, r *http.Request, v *visit) {
	if v.session != nil {
		a.ended(r.Context(), a.sessions.end(reasonLogout, bySession(v.session.key)), v.source)
	}
	gone := cookie(sessionCookie, "")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	http.Redirect(w, r, "/login?off", http.StatusSeeOther)
}

// readForm reads a form. It answers itself, and returns false, when there is none that can be read.
func readForm(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(w, "the form is too large", http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
	default:
		return true
	}
	return false
}
