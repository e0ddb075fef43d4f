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
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Auth is safe for concurrent use. It has no goroutines and nothing to close.
type Auth struct{}

// OIDC is an identity provider.
type OIDC struct {
	// Issuer is the provider's URL, exactly as it stands in its tokens.
	Issuer string
	// ClientID and ClientSecret are what the provider knows the console by; a public client has no secret.
	ClientID, ClientSecret string
	// Redirect is the console's own URL of /oidc/callback, as the provider knows it.
	Redirect string
	// Label is what the button says; "" means the issuer's host.
	Label string
	// Scopes are asked for beside openid; nil means profile and email.
	Scopes []string
	// Name is the claim with the person's name; "" means the first of preferred_username, email and sub.
	Name string
	// Groups is the claim with the person's groups; "" means groups.
	Groups string
	// Roles are the roles of groups. Who is in none of them does not come in.
	Roles map[string]review.Role
	// ACR and AMR are accepted values of these claims; a token must have one of each list that is not empty.
	ACR, AMR []string
	// Client makes the requests; nil means one with a time limit that asks no proxy.
	Client *http.Client
}

// User is a person as others see them.
type User struct {
	Name, Display string
	Role          review.Role
	Source        string // local or oidc
	Disabled      bool
	Created       time.Time
	LastLogin     time.Time // zero before the first
	Second        bool      // has a second factor here; false while an invitation is open
}

var errNotBuilt = errors.New("console/auth: not built yet")

// Open reads the accounts.
func Open(cfg Config) (*Auth, error) { return nil, errNotBuilt }

// Protect is the outermost handler of the console.
func (a *Auth) Protect(next http.Handler) http.Handler { return http.HandlerFunc(refuse) }

// Require lets those through who have a permission.
func (a *Auth) Require(p review.Permission, next http.Handler) http.Handler {
	return http.HandlerFunc(refuse)
}

// SignedIn lets everybody through who is signed in.
func (a *Auth) SignedIn(next http.Handler) http.Handler { return http.HandlerFunc(refuse) }

// Routes adds the pages of this package.
func (a *Auth) Routes(mux *http.ServeMux) {}

// SetupLink returns the one-time link for the first user, while there is none.
func (a *Auth) SetupLink(base string) (string, bool) { return "", false }

// Check is the door for the terminal.
func (a *Auth) Check(ctx context.Context, user, password, code string) (review.Actor, error) {
	return review.Actor{}, errNotBuilt
}

// Users returns everybody, by name.
func (a *Auth) Users() []User { return nil }

// AddUser makes a person and returns the path of the link with which they choose a password.
func (a *Auth) AddUser(ctx context.Context, actor review.Actor, name, display string, role review.Role) (invite string, err error) {
	return "", errNotBuilt
}

// SetRole changes what a person may do, from their next request on.
func (a *Auth) SetRole(ctx context.Context, actor review.Actor, name string, role review.Role) error {
	return errNotBuilt
}

// Disable ends a person's sessions and lets them in no more.
func (a *Auth) Disable(ctx context.Context, actor review.Actor, name string) error { return errNotBuilt }

// Enable takes Disable back.
func (a *Auth) Enable(ctx context.Context, actor review.Actor, name string) error { return errNotBuilt }

// ResetSecond forgets password and second factor of a person and returns the path of a link to choose new ones.
func (a *Auth) ResetSecond(ctx context.Context, actor review.Actor, name string) (invite string, err error) {
	return "", errNotBuilt
}

// Actor returns who asks.
func Actor(ctx context.Context) (review.Actor, bool) { return review.Actor{}, false }

// Expires returns when the session of a request ends.
func Expires(ctx context.Context) (idle, absolute time.Time) { return time.Time{}, time.Time{} }

func refuse(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "not built yet", http.StatusServiceUnavailable)
}
