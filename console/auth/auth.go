// Package auth knows who is in front of the console and what they may do. It is the outermost layer of every page.
//
// Three doors lead in. A person of this gate has a password (argon2id) and a second factor (TOTP), always both; the first
// of them comes in by a one-time link that the gate prints when there is nobody yet, the others by links that a user
// admin gives them. A person of an organisation comes in by OpenID Connect, with roles that follow from groups. And the
// terminal asks with [Auth.Check], which has the limits of the form.
//
// What is done here is on the access log before it has an effect: a sign-in that cannot be recorded does not happen.
// Neither pages nor records tell which of name, password and code was wrong to somebody who does not know.
//
// Everything is refused unless something says otherwise: a host that is not listed, a change whose origin is not this
// console, a role or a permission that is not in the matrix, an accounts file that cannot be read.
package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// What the methods wrap.
var (
	// ErrCredentials says that name, password and code do not belong together. It never says which of them is wrong.
	ErrCredentials = errors.New("the name, the password or the code is wrong")
	// ErrLocked says that there were too many attempts; a [*LockedError] says until when.
	ErrLocked = errors.New("too many attempts")
	// ErrOver says that a session has ended.
	ErrOver = errors.New("the session is over")
	// ErrDenied says that the actor may not manage people.
	ErrDenied = errors.New("not allowed to manage people")
	// ErrUser says that there is nobody of that name, or somebody already.
	ErrUser = errors.New("no such user")
	// ErrTaken says that the name is somebody's.
	ErrTaken = errors.New("the name is taken")
	// ErrName says that a name, a display name or a role is not one.
	ErrName = errors.New("not a name or a role")
	// ErrLastAdmin says that nobody would be left who can manage people.
	ErrLastAdmin = errors.New("nobody would be left who can manage people")
	// ErrElsewhere says that the person is managed by the identity provider.
	ErrElsewhere = errors.New("the identity provider manages this user")
)

// LockedError is an [ErrLocked] with its end.
type LockedError struct {
	// Until is when the next attempt is looked at.
	Until time.Time
}

// Error says until when.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%v: the next one counts after %s", ErrLocked, e.Until.UTC().Format(time.RFC3339))
}

// Unwrap returns ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

// Config is what the accounts work with. File, Log and Hosts are required.
type Config struct {
	// File holds the people: users.json in the data folder, mode 0600. It is made when the first user is. Who reads it
	// can compute codes and guess at passwords; who writes it is every user.
	File string
	// Log is where sign-ins, refusals and changes of users are recorded.
	Log audit.AccessSink
	// Hosts are the values of the Host header that are answered, with their port if it is not the scheme's own. Every
	// other host gets 421, so that a name of somebody else's that leads here finds nothing (DNS rebinding).
	Hosts []string
	// Secure says that browsers reach the console by https. Without it the origin is http, which only a browser on the same
	// machine should be let use: cookies are marked Secure in any case, and browsers accept that from localhost.
	Secure bool
	// Idle ends a session in which nothing was asked for; 0 means 15 minutes (45 CFR 164.312(a)(2)(iii)). Absolute ends
	// each session that long after sign-in; 0 means 12 hours.
	Idle, Absolute time.Duration
	// Attempts is how many sign-ins may fail in a row before a name is locked, at first for half a minute, then for
	// longer, up to 15 minutes. 0 means 5.
	Attempts int
	// OIDC is an identity provider; nil means that there is none.
	OIDC *OIDC
	// Report takes what went wrong behind a page that does not say it, such as an accounts file that others can read, with
	// the route that was asked for. Its errors hold no secret. Nil drops it.
	Report func(route string, err error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Auth is safe for concurrent use. It has no goroutines and nothing to close.
type Auth struct {
	cfg      Config
	now      func() time.Time
	store    *store
	hasher   *hasher
	guards   *guards
	sessions *sessions
	steps    *sealer
	quiet    *quiet
	origins  map[string]string // origin by host
	pages    pages
	oidc     *provider // nil without OIDC
	setup    setupToken
}

// Open reads the accounts. A file that others can read, or that holds what it should not, is an error.
func Open(cfg Config) (*Auth, error) {
	if cfg.File == "" || cfg.Log == nil || len(cfg.Hosts) == 0 {
		return nil, errors.New("open accounts: the file, the access log and the hosts are required")
	}
	if cfg.Idle < 0 || cfg.Absolute < 0 || cfg.Attempts < 0 {
		return nil, errors.New("open accounts: a limit is negative")
	}
	cfg.Idle = orElse(cfg.Idle, 15*time.Minute)
	cfg.Absolute = orElse(cfg.Absolute, 12*time.Hour)
	cfg.Attempts = orElse(cfg.Attempts, 5)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Report == nil {
		cfg.Report = func(string, error) {}
	}
	a := &Auth{
		cfg:    cfg,
		now:    cfg.Now,
		store:  &store{path: cfg.File},
		hasher: newHasher(peopleCost()),
		guards: newGuards(cfg.Attempts),
		quiet:  newQuiet(),
	}
	a.sessions = newSessions(cfg.Idle, cfg.Absolute)
	var err error
	if a.steps, err = newSealer(); err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	if a.origins, err = origins(cfg.Hosts, cfg.Secure); err != nil {
		return nil, err
	}
	if a.oidc, err = newProvider(cfg.OIDC, cfg.Now); err != nil {
		return nil, err
	}
	if a.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if _, err := a.store.read(); err != nil {
		return nil, err
	}
	return a, nil
}

// orElse returns v, or d when v is zero.
func orElse[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// visitKey is the key of a request's *visit in its context.
type visitKey struct{}

// visit is what [Auth.Protect] found out about a request.
type visit struct {
	source  string
	session *session // nil when nobody is signed in
	account account  // of the session's person
	actor   review.Actor
	idle    time.Time
	end     time.Time
}

// visitOf returns the visit of a request that came through Protect.
func visitOf(ctx context.Context) (*visit, bool) {
	v, ok := ctx.Value(visitKey{}).(*visit)
	return v, ok
}

// Actor returns who asks. It is false when nobody is signed in, and for a request that did not come through
// [Auth.Protect].
func Actor(ctx context.Context) (review.Actor, bool) {
	v, ok := visitOf(ctx)
	if !ok || v.session == nil {
		return review.Actor{}, false
	}
	return v.actor, true
}

// Expires returns when the session of a request ends if nothing more is asked for, and when it ends in any case. Both are
// zero when nobody is signed in.
func Expires(ctx context.Context) (idle, absolute time.Time) {
	v, ok := visitOf(ctx)
	if !ok || v.session == nil {
		return time.Time{}, time.Time{}
	}
	return v.idle, v.end
}

// noVisit answers a request that did not come through Protect: a mistake in wiring must not open a door.
func noVisit(w http.ResponseWriter) {
	http.Error(w, "the console is not wired behind its checks", http.StatusInternalServerError)
}
