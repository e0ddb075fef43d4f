package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// setupToken is the token of the set-up link that this process has given out.
type setupToken struct {
	mu    sync.Mutex // guards token
	token string
}

// firstRole is the role of the first user, who has nobody to ask: all there is to see and to do. They can give roles away
// as others come. What takes two people takes two people whatever their roles are.
func firstRole() review.Role { return review.Join(review.Lead, review.Auditor, review.UserAdmin) }

func setupPath(token string) string { return "/setup?" + url.Values{"token": {token}}.Encode() }

// SetupLink returns the one-time link with which the first user is made, on base, such as https://127.0.0.1:3130. It is
// good for 24 hours; only a hash of its token is kept, so that another process, or a later day, makes a new link and the
// old one ends. It is false when there is a person of this gate, or one of the identity provider who manages people, and
// when the link cannot be kept or recorded.
func (a *Auth) SetupLink(base string) (string, bool) {
	a.setup.mu.Lock()
	defer a.setup.mu.Unlock()
	all, err := a.store.read()
	if err != nil {
		a.cfg.Report("the set-up link", err)
		return "", false
	}
	if all.founded() {
		return "", false
	}
	if a.setup.token == "" || !all.Setup.opens(hashToken(a.setup.token), a.now()) {
		token := newToken()
		e := audit.Access{Kind: audit.AccessSetup, Actor: nobody, Source: sourceHere, Via: viaGate, Reason: reasonLinkMade}
		err := a.change(context.Background(), e, func(all *accounts) error {
			if all.founded() {
				return errStale
			}
			all.Setup = &link{Hash: hashToken(token), Expires: a.now().Add(setupLife).UTC()}
			return nil
		})
		if err != nil {
			a.cfg.Report("the set-up link", err)
			return "", false
		}
		a.setup.token = token
	}
	return strings.TrimSuffix(base, "/") + setupPath(a.setup.token), true
}

// invited finds whom a link is for: the account of an invitation, or the first user, who has no name yet.
func (all *accounts) invited(hash string, a *Auth) (who account, first, ok bool) {
	now := a.now()
	if all.Setup.opens(hash, now) && !all.founded() {
		return account{Source: sourceLocal, Role: firstRole()}, true, true
	}
	for _, u := range all.Users {
		if u.Invite.opens(hash, now) && !u.Disabled {
			who, ok = u, true
		}
	}
	return who, false, ok
}

// invitation finds whom the link of a request is for, and answers itself when it is for nobody.
func (a *Auth) invitation(w http.ResponseWriter, r *http.Request, v *visit, hash string) (who account, first, ok bool) {
	all, err := a.store.read()
	if err != nil {
		a.unavailable(w, r, err)
		return account{}, false, false
	}
	if who, first, ok = all.invited(hash, a); !ok {
		a.deadLink(w, r, v)
	}
	return who, first, ok
}

// deadLink answers a link that is for nobody.
func (a *Auth) deadLink(w http.ResponseWriter, r *http.Request, v *visit) {
	a.refused(r.Context(), audit.Access{Kind: audit.AccessSetup, Source: v.source, Reason: reasonLink})
	a.message(w, http.StatusNotFound, "This link is not good any more", "It was used, or it has expired. A user admin can make "+
		"a new one; while there is no user at all, the gate prints one when it starts.")
}

// setupForm asks for name and password.
func (a *Auth) setupForm(w http.ResponseWriter, r *http.Request, v *visit) {
	token := r.URL.Query().Get("token")
	who, first, ok := a.invitation(w, r, v, hashToken(token))
	if !ok {
		return
	}
	render(a, w, http.StatusOK, pageSetup, setupView{Token: token, First: first, Name: who.Name, Display: who.Display, Role: who.Role})
}

// setupDetails takes name and password and goes on to the second factor.
func (a *Auth) setupDetails(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	token := r.PostForm.Get("token")
	who, first, ok := a.invitation(w, r, v, hashToken(token))
	if !ok {
		return
	}
	view := setupView{Token: token, First: first, Name: who.Name, Role: who.Role}
	if first {
		view.Name = r.PostForm.Get("username")
	}
	view.Display = r.PostForm.Get("display")
	password := r.PostForm.Get("password")
	view.check(password, r.PostForm.Get("again"))
	if first && a.taken(view.Name) {
		view.NameProblem = "This name is somebody's at the identity provider."
	}
	if view.wrong() {
		render(a, w, http.StatusUnprocessableEntity, pageSetup, view)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hashWait)
	defer cancel()
	hash, err := a.hasher.hash(ctx, password)
	if err == nil {
		step := setupStep{Link: hashToken(token), Name: view.Name, Display: view.Display, Password: hash}
		if step.Secret, err = newSecret(step.Name); err == nil {
			err = sendStep(a, w, stepSetup, step)
		}
	}
	if err != nil {
		a.unavailable(w, r, err)
		return
	}
	http.Redirect(w, r, "/setup/code", http.StatusSeeOther)
}

// taken reports whether a name is somebody's.
func (a *Auth) taken(name string) bool {
	all, err := a.store.read()
	if err != nil {
		return true
	}
	_, ok := all.find(name)
	return ok
}

// check brings name and display name into their form and notes what is wrong.
func (v *setupView) check(password, again string) {
	if name, err := canonicalName(v.Name); err != nil {
		v.NameProblem = "A name has letters, digits and . _ @ + - and begins with a letter or a digit."
	} else {
		v.Name = name
	}
	if display, err := canonicalDisplay(v.Display); err != nil {
		v.DisplayProblem = "At most 100 bytes that can be printed."
	} else {
		v.Display = display
	}
	v.PasswordProblem = weakness(password, v.Name+" "+v.Display)
	if v.PasswordProblem == "" && password != again {
		v.AgainProblem = "This is not the same password."
	}
}

func (v *setupView) wrong() bool {
	return v.NameProblem+v.DisplayProblem+v.PasswordProblem+v.AgainProblem != ""
}

// enrolForm shows the secret and asks for the first code.
func (a *Auth) enrolForm(w http.ResponseWriter, r *http.Request, v *visit) {
	step, err := takeStep[setupStep](a, r, stepSetup)
	if err != nil {
		a.deadLink(w, r, v)
		return
	}
	if _, _, ok := a.invitation(w, r, v, step.Link); ok {
		a.showEnrol(w, r, http.StatusOK, step, "")
	}
}

func (a *Auth) showEnrol(w http.ResponseWriter, r *http.Request, status int, step setupStep, problem string) {
	drawn, err := newEnrolment(step.Secret, step.Name, r.Host)
	if err != nil {
		a.unavailable(w, r, err)
		return
	}
	render(a, w, status, pageEnrol, enrolView{enrolment: drawn, Name: step.Name, Problem: problem})
}

// enrol takes the first code, makes the person and signs them in.
func (a *Auth) enrol(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	step, err := takeStep[setupStep](a, r, stepSetup)
	if err != nil {
		a.deadLink(w, r, v)
		return
	}
	at, ok := verifyCode(step.Secret, r.PostForm.Get("code"), a.now(), 0)
	if !ok {
		a.showEnrol(w, r, http.StatusUnprocessableEntity, step, "This is not the code of this moment. Check the clock of the "+
			"telephone and try the next one.")
		return
	}
	token := newToken()
	who, err := a.join(r.Context(), step, at, v.source, shortOf(token))
	switch {
	case errors.Is(err, errStale):
		dropStep(w, stepSetup)
		a.deadLink(w, r, v)
		return
	case err != nil:
		a.unavailable(w, r, err)
		return
	}
	dropStep(w, stepSetup)
	e := by(actorOf(who, shortOf(token), v.source, viaConsole), audit.Access{Kind: audit.AccessLogin, Outcome: outcomeOK})
	if err := a.record(r.Context(), e); err != nil {
		a.unavailable(w, r, err)
		return
	}
	a.admit(w, r, token, who, "")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// join makes the person of a link, which is used up by it.
func (a *Auth) join(ctx context.Context, step setupStep, at int64, source, session string) (account, error) {
	all, err := a.store.read()
	if err != nil {
		return account{}, err
	}
	seen, first, ok := all.invited(step.Link, a)
	if !ok {
		return account{}, errStale
	}
	seen.Name = step.Name
	e := by(actorOf(seen, session, source, viaConsole), audit.Access{Kind: audit.AccessUser, Target: step.Name, Reason: reasonJoined})
	if first {
		e.Kind, e.Reason, e.Query = audit.AccessSetup, reasonFirst, "role:"+string(seen.Role)
	}
	var who account
	err = a.change(ctx, e, func(all *accounts) error {
		u, again, ok := all.invited(step.Link, a)
		if !ok || again != first || (!first && u.Name != step.Name) {
			return errStale
		}
		if first {
			if _, taken := all.find(step.Name); taken {
				return errStale
			}
			u.Created = a.now().UTC()
		}
		u.Name, u.Display, u.Password, u.Secret, u.Step = step.Name, step.Display, step.Password, step.Secret, at
		u.Invite, u.LastLogin = nil, a.now().UTC()
		all.Setup = nil
		all.put(u)
		who = u
		return nil
	})
	return who, err
}
