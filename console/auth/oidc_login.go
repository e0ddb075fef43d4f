package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/phigate/phigate/audit"
)

// oidcStart sends somebody to the identity provider.
func (a *Auth) oidcStart(w http.ResponseWriter, r *http.Request, v *visit) {
	if !a.guards.all.AllowN(a.now(), 1) {
		a.locked(w, r, v, a.now().Add(time.Second))
		return
	}
	step := oidcStep{State: newToken(), Nonce: newToken(), Verifier: oauth2.GenerateVerifier(),
		Next: localPath(r.URL.Query().Get("next"))}
	ctx, cancel := context.WithTimeout(r.Context(), providerTimeout)
	defer cancel()
	to, err := a.oidc.signInURL(ctx, step)
	if err == nil {
		err = sendStep(a, w, stepOIDC, step)
	}
	if err != nil {
		a.cfg.Report(routeOf(r), err)
		a.message(w, http.StatusBadGateway, "The identity provider does not answer", "Nobody can be signed in with "+a.oidc.label+
			" at this moment. Try again in a few seconds.")
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// oidcCallback takes somebody back from the identity provider and lets them in, or does not.
func (a *Auth) oidcCallback(w http.ResponseWriter, r *http.Request, v *visit) {
	if !a.guards.all.AllowN(a.now(), 1) {
		a.locked(w, r, v, a.now().Add(time.Second))
		return
	}
	step, err := takeStep[oidcStep](a, r, stepOIDC)
	dropStep(w, stepOIDC)
	q := r.URL.Query()
	iss, named := q.Get("iss"), q.Has("iss") // RFC 9207
	switch {
	case err != nil || !sameSecret(q.Get("state"), step.State) || named && iss != a.oidc.cfg.Issuer:
		a.turnAway(w, r, v, "", refusal(reasonState))
		return
	case q.Get("error") != "" || q.Get("code") == "":
		a.turnAway(w, r, v, "", refusal(reasonProvider))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), providerTimeout)
	defer cancel()
	who, err := a.oidc.redeem(ctx, q.Get("code"), step)
	if err != nil {
		a.turnAway(w, r, v, "", err)
		return
	}
	token := newToken()
	known, err := a.enterFrom(r.Context(), who, v.source, shortOf(token))
	if err != nil {
		a.turnAway(w, r, v, who.name, err)
		return
	}
	a.admit(w, r, token, known, who.sid)
	http.Redirect(w, r, localPath(step.Next), http.StatusSeeOther)
}

// turnAway answers somebody whom the identity provider sent and who does not come in. The name is one that the provider
// vouches for, or empty.
func (a *Auth) turnAway(w http.ResponseWriter, r *http.Request, v *visit, name string, err error) {
	var why refusal
	if !errors.As(err, &why) {
		a.unavailable(w, r, err)
		return
	}
	e := audit.Access{Kind: audit.AccessLogin, Source: v.source, Target: name, Reason: string(why)}
	if name == "" {
		a.refused(r.Context(), e)
	} else {
		e.Actor, e.Outcome = nobody, outcomeDenied
		if err := a.record(r.Context(), e); err != nil {
			a.unavailable(w, r, err)
			return
		}
	}
	text := "The identity provider and the console did not come to terms (" + string(why) + "). Begin again at the sign-in page."
	switch why {
	case refusal(reasonGroups):
		text = "The identity provider knows you, but none of your groups has a role here. Ask whoever manages the groups."
	case refusal(reasonStrength):
		text = "The console asks for a stronger way to sign in than you used, such as a second factor."
	case refusal(reasonDisabled):
		text = "Your account is disabled here. Ask a user admin."
	case refusal(reasonTaken):
		text = "Your name is somebody else's here. Ask a user admin."
	}
	a.message(w, http.StatusForbidden, "Not signed in", text)
}

// enterFrom finds or makes the account of an identity and records the sign-in. A person is known by issuer and subject:
// one who comes back under another name keeps the first, so that nobody is two people, and a name that is somebody else's
// lets nobody in.
func (a *Auth) enterFrom(ctx context.Context, who identity, source, session string) (account, error) {
	all, err := a.store.read()
	if err != nil {
		return account{}, err
	}
	seen, err := all.enter(who, a.now())
	if err != nil {
		return account{}, err
	}
	var u account
	e := by(actorOf(seen, session, source, viaConsole), audit.Access{Kind: audit.AccessLogin})
	err = a.change(ctx, e, func(all *accounts) error {
		var err error
		if u, err = all.enter(who, a.now()); err != nil {
			return err
		}
		if u.Name != seen.Name {
			return errStale
		}
		all.put(u)
		return nil
	})
	return u, err
}

// enter returns the account of an identity as it is after signing in.
func (all *accounts) enter(who identity, now time.Time) (account, error) {
	u, taken := all.find(who.name)
	for _, o := range all.Users {
		if o.Subject == who.subject {
			u, taken = o, true
		}
	}
	switch {
	case !taken:
		if len(all.Users) >= maxUsers {
			return account{}, refusal(reasonTaken)
		}
		u = account{Name: who.name, Source: sourceOIDC, Subject: who.subject, Created: now.UTC()}
	case u.Subject != who.subject:
		return account{}, refusal(reasonTaken)
	case u.Disabled:
		return account{}, refusal(reasonDisabled)
	}
	u.Display, u.Role, u.LastLogin = who.display, who.role, now.UTC()
	return u, nil
}

// oidcLogout takes the provider's word that somebody's session is over.
func (a *Auth) oidcLogout(w http.ResponseWriter, r *http.Request, v *visit) {
	if !a.guards.all.AllowN(a.now(), 1) {
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	if !readForm(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), providerTimeout)
	defer cancel()
	subject, sid, err := a.oidc.logout(ctx, r.PostForm.Get("logout_token"))
	if err != nil {
		a.refused(r.Context(), audit.Access{Kind: audit.AccessLogout, Source: v.source, Reason: reasonToken})
		http.Error(w, "the logout token is not accepted", http.StatusBadRequest)
		return
	}
	over := a.sessions.end(reasonProviderLogout, func(s session) bool {
		return s.subject != "" && (subject == "" || s.subject == subject) && (sid == "" || s.sid == sid)
	})
	a.ended(r.Context(), over, v.source)
	w.WriteHeader(http.StatusOK)
}

// logout verifies a logout token and returns whose sessions are over: those of a subject, those of one session of the
// provider, or those that are both.
func (p *provider) logout(ctx context.Context, raw string) (subject, sid string, err error) {
	_, verifier, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	token, err := verifier.VerifyLogout(ctx, raw)
	if err != nil {
		return "", "", err
	}
	now := p.now()
	if token.IssuedAt.After(now.Add(time.Minute)) || now.Sub(token.IssuedAt) > logoutLife {
		return "", "", errors.New("the logout token is too old")
	}
	if !p.logouts.first(token.TokenID, now) {
		return "", "", errors.New("the logout token was used before")
	}
	if token.Subject != "" {
		subject = p.cfg.Issuer + " " + token.Subject
	}
	return subject, token.SessionID, nil
}

// logoutLife is how old a logout token may be (OpenID Connect Back-Channel Logout 1.0, 2.6, asks for its iat to be
// checked and suggests two minutes).
const logoutLife = 5 * time.Minute

// logoutTokens remembers the IDs of logout tokens for as long as they are good, so that each works once.
type logoutTokens struct {
	mu   sync.Mutex // guards seen
	seen map[string]time.Time
}

// first reports whether a token is seen for the first time. There are no more IDs than [checksPerSecond] lets in
// meanwhile.
func (l *logoutTokens) first(id string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for old, at := range l.seen {
		if now.Sub(at) > logoutLife+time.Minute {
			delete(l.seen, old)
		}
	}
	if _, again := l.seen[id]; again {
		return false
	}
	if l.seen == nil {
		l.seen = make(map[string]time.Time)
	}
	l.seen[id] = now
	return true
}

// sameSecret reports whether two secrets are equal and not empty.
func sameSecret(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
