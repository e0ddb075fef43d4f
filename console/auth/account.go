package auth

import (
	"context"
	"net/http"

	"github.com/phigate/phigate/audit"
)

// accountPage shows somebody who they are here, and when that ends.
func (a *Auth) accountPage(w http.ResponseWriter, r *http.Request, v *visit) {
	view := a.accountView(v)
	switch r.URL.Query().Get("done") {
	case "password":
		view.Notice = "The password is changed. All other sessions have ended."
	case "sessions":
		view.Notice = "All other sessions have ended."
	}
	render(a, w, http.StatusOK, pageAccount, view)
}

func (a *Auth) accountView(v *visit) accountView {
	u := v.account
	return accountView{Name: u.Name, Display: u.Display, Role: u.Role, Local: u.Source == sourceLocal,
		Since: v.session.created.UTC(), Idle: v.idle.UTC(), End: v.end.UTC(), IdleFor: inWords(a.cfg.Idle),
		Sessions: a.sessions.count(u.Name)}
}

// changePassword takes the password of now and a new one. It ends all other sessions.
func (a *Auth) changePassword(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	if v.account.Source != sourceLocal {
		a.message(w, http.StatusForbidden, "No password here", "The identity provider knows your password, and this gate does not.")
		return
	}
	if until := a.guards.attempt(v.account.Name, v.source, a.now()); !until.IsZero() {
		a.locked(w, r, v, until)
		return
	}
	view := a.accountView(v)
	password := r.PostForm.Get("password")
	good, err := a.checkPassword(r.Context(), v.account.Name, r.PostForm.Get("current"))
	if err != nil {
		a.unavailable(w, r, err)
		return
	}
	if !good {
		view.CurrentProblem = "This is not your password."
		e := by(v.actor, audit.Access{Kind: audit.AccessUser, Target: v.account.Name, Outcome: outcomeFailed, Reason: reasonPassword})
		if err := a.record(r.Context(), e); err != nil {
			a.unavailable(w, r, err)
			return
		}
	} else if view.PasswordProblem = weakness(password, v.account.Name+" "+v.account.Display); view.PasswordProblem == "" &&
		password != r.PostForm.Get("again") {
		view.AgainProblem = "This is not the same password."
	}
	if view.CurrentProblem+view.PasswordProblem+view.AgainProblem != "" {
		render(a, w, http.StatusUnprocessableEntity, pageAccount, view)
		return
	}
	if err := a.setPassword(w, r, v, password); err != nil {
		a.unavailable(w, r, err)
		return
	}
	http.Redirect(w, r, "/account?done=password", http.StatusSeeOther)
}

// setPassword keeps the new password and goes on in a new session, which keeps the times of the old one.
func (a *Auth) setPassword(w http.ResponseWriter, r *http.Request, v *visit, password string) error {
	ctx, cancel := context.WithTimeout(r.Context(), hashWait)
	defer cancel()
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	var who account
	e := by(v.actor, audit.Access{Kind: audit.AccessUser, Target: v.account.Name, Reason: reasonNewPassword})
	err = a.change(ctx, e, func(all *accounts) error {
		u, ok := all.find(v.account.Name)
		if !ok || unfit(u, ok, *v.session) != "" || u.Password != v.account.Password {
			return errStale
		}
		u.Password = hash
		u.Epoch++
		all.put(u)
		who = u
		return nil
	})
	if err != nil {
		return err
	}
	a.guards.succeeded(who.Name, v.source)
	a.rotate(w, r, v, who)
	return nil
}

// rotate gives a session a new token and ends all others of the person.
func (a *Auth) rotate(w http.ResponseWriter, r *http.Request, v *visit, who account) {
	token := newToken()
	next := *v.session
	next.key, next.epoch = keyOf(token), who.Epoch
	over := a.sessions.end(reasonReplaced, bySession(v.session.key))
	over = append(over, a.sessions.end(reasonEverywhere, func(s session) bool { return s.name == who.Name })...)
	over = append(over, a.sessions.add(next)...)
	a.ended(r.Context(), over, v.source)
	http.SetCookie(w, cookie(sessionCookie, token))
}

// endOthers ends all sessions of somebody but this one.
func (a *Auth) endOthers(w http.ResponseWriter, r *http.Request, v *visit) {
	if !readForm(w, r) {
		return
	}
	over := a.sessions.end(reasonEverywhere, func(s session) bool { return s.name == v.session.name && s.key != v.session.key })
	a.ended(r.Context(), over, v.source)
	http.Redirect(w, r, "/account?done=sessions", http.StatusSeeOther)
}
