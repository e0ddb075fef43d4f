package auth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// Require lets those through who have a permission. Who is not signed in is sent to sign in (303), or gets 401 with
// HX-Redirect when a script asks; who is signed in without the permission gets 403 and is told what is missing and who can
// grant it. Both are recorded.
func (a *Auth) Require(p review.Permission, next http.Handler) http.Handler {
	return a.SignedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := Actor(r.Context())
		if !who.Role.May(p) {
			a.forbid(w, r, who, p)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// SignedIn lets everybody through who is signed in, whatever they may do. Others get what they get from [Auth.Require].
func (a *Auth) SignedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, ok := visitOf(r.Context())
		switch {
		case !ok:
			noVisit(w)
		case v.session == nil:
			a.refused(r.Context(), audit.Access{Kind: audit.AccessLook, Source: v.source, Target: routeOf(r),
				Reason: reasonNotSignedIn})
			a.askSignIn(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// routeOf returns the pattern of a request's route: what was asked for, without text of whoever asked.
func routeOf(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return "-"
}

// askSignIn sends somebody to sign in and back to where they are.
func (a *Auth) askSignIn(w http.ResponseWriter, r *http.Request) {
	var next string
	switch {
	case r.Header.Get("HX-Current-URL") != "":
		next = a.ownPath(r, r.Header.Get("HX-Current-URL"))
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		next = localPath(r.URL.RequestURI())
	default:
		next = a.ownPath(r, r.Header.Get("Referer"))
	}
	to := "/login"
	if next != "/" {
		to += "?" + url.Values{"next": {next}}.Encode()
	}
	if byScript(r) {
		w.Header().Set("HX-Redirect", to)
		http.Error(w, "signed off", http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// byScript reports whether a page's script asks, which must not be sent to another page behind its back.
func byScript(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" || r.Header.Get(pollHeader) != ""
}

// ownPath returns the path of a URL of this console, "/" for every other URL.
func (a *Auth) ownPath(r *http.Request, full string) string {
	origin := a.origins[plainHost(r.Host, a.cfg.Secure)]
	path, ok := strings.CutPrefix(full, origin+"/")
	if !ok || origin == "" {
		return "/"
	}
	return localPath("/" + path)
}

// forbid answers somebody who may not do this.
func (a *Auth) forbid(w http.ResponseWriter, r *http.Request, who review.Actor, p review.Permission) {
	e := by(who, audit.Access{Kind: audit.AccessLook, Target: routeOf(r), Outcome: outcomeDenied, Reason: reasonPermission})
	if id := r.PathValue("id"); looksLikeID(id) {
		e.Query = "id:" + id
	}
	_ = a.record(r.Context(), e) // nothing is shown, recorded or not
	view := deniedView{Permission: p, Own: who.Role}
	for _, role := range review.Roles() {
		if role.May(p) {
			view.Roles = append(view.Roles, role)
		}
	}
	if all, err := a.store.read(); err == nil {
		view.Admins = adminNames(all)
	}
	part := "frame.html"
	if byScript(r) {
		part = "main"
	}
	renderPart(a, w, http.StatusForbidden, pageDenied, part, view)
}

// adminNames returns how the people are called who manage others.
func adminNames(all *accounts) []string {
	var names []string
	for _, u := range all.Users {
		if !u.Disabled && u.Role.May(review.UsersManage) {
			names = append(names, orElse(u.Display, u.Name))
		}
	}
	return names
}

// looksLikeID reports whether s has the form of an ID of a decision, and can so be no text of somebody's.
func looksLikeID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ""
}
