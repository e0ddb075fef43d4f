package auth

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// What the access log says about an access.
const (
	outcomeOK     = "ok"
	outcomeDenied = "denied"
	outcomeFailed = "failed"

	viaConsole = "console"
	viaCLI     = "cli"
	viaGate    = "gate"

	nobody      = "-" // the actor before sign-in
	sourceHere  = "local"
	recordLimit = 5 * time.Second
)

// The reason codes of records of this package.
const (
	// of a sign-in
	reasonPassword = "bad_password"
	reasonCode     = "bad_code"
	reasonUsed     = "code_used"
	reasonAwaiting = "awaiting_code" // the password was right, and the code is still to come
	reasonLocked   = "locked"
	reasonDisabled = "disabled"
	reasonProvider = "provider_error"
	reasonState    = "bad_state"
	reasonToken    = "bad_token"
	reasonGroups   = "no_role"
	reasonStrength = "weak_authentication"
	reasonName     = "bad_name"
	reasonTaken    = "name_taken"
	// of the end of a session
	reasonLogout         = "logout"
	reasonIdle           = "idle"
	reasonAbsolute       = "absolute"
	reasonChanged        = "account_changed"
	reasonReplaced       = "replaced"
	reasonEverywhere     = "logout_everywhere"
	reasonProviderLogout = "provider_logout"
	// of a refusal
	reasonNotSignedIn = "not_signed_in"
	reasonPermission  = "permission"
	reasonOrigin      = "cross_origin"
	reasonLink        = "bad_link"
	// of a change of a user
	reasonLinkMade    = "link_made"
	reasonFirst       = "first_user"
	reasonAdded       = "added"
	reasonJoined      = "joined"
	reasonRole        = "role"
	reasonEnabled     = "enabled"
	reasonReset       = "second_factor_reset"
	reasonNewPassword = "password_changed"
	reasonNotWritten  = "not_written"
)

// record makes an access durable. Whoever asked may hang up meanwhile; the record is made all the same.
func (a *Auth) record(ctx context.Context, e audit.Access) error {
	if e.Via == "" {
		e.Via = viaConsole
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if err := a.cfg.Log.Append(ctx, &e); err != nil {
		return fmt.Errorf("record on the access log: %w", err)
	}
	return nil
}

// by fills in who does something.
func by(who review.Actor, e audit.Access) audit.Access {
	e.Actor, e.Role, e.Session, e.Source, e.Via = who.User, string(who.Role), who.Session, who.Source, who.Via
	return e
}

// actorOf returns the actor that an account is.
func actorOf(who account, session, source, via string) review.Actor {
	return review.Actor{User: who.Name, Role: who.Role, Session: session, Source: source, Via: via}
}

// sourceOf returns the address of a request without its port. Headers that claim another one are not believed.
func sourceOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return sourceHere // a unix socket has no address
	}
	return host
}

// Limits of records about people who are not signed in, so that nobody can fill the log from outside.
const (
	quietEvery  = 10 * time.Second // one source, once its burst is used up
	quietBurst  = 20
	quietAll    = 2 // per second, all sources together
	quietAllMax = 100
	quietMost   = 4096 // sources that are remembered
)

// quiet decides which refusals of strangers are recorded. What it holds back is counted in the next record.
type quiet struct {
	mu   sync.Mutex // guards what follows
	all  *rate.Limiter
	by   map[string]*rate.Limiter
	held int
}

func newQuiet() *quiet {
	return &quiet{all: rate.NewLimiter(quietAll, quietAllMax), by: make(map[string]*rate.Limiter)}
}

// pass reports whether a refusal of a source is recorded, and how many there are with those that were held back.
func (q *quiet) pass(source string, now time.Time) (n int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	key := network(source)
	one := q.by[key]
	if one == nil {
		if len(q.by) >= quietMost {
			clear(q.by) // the limit of all holds still
		}
		one = rate.NewLimiter(rate.Every(quietEvery), quietBurst)
		q.by[key] = one
	}
	if !one.AllowN(now, 1) || !q.all.AllowN(now, 1) {
		q.held++
		return 0, false
	}
	n, q.held = q.held+1, 0
	return n, true
}

// refused records a refusal of somebody who is not signed in, unless there were too many. It shows nothing, so that it
// does not matter to the answer whether that worked.
func (a *Auth) refused(ctx context.Context, e audit.Access) {
	n, ok := a.quiet.pass(e.Source, a.now())
	if !ok {
		return
	}
	if n > 1 {
		e.Count = n
	}
	e.Actor, e.Outcome = nobody, outcomeDenied
	_ = a.record(ctx, e)
}
