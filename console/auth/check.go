package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// Check is the door for the terminal: name, password and code at once. It returns who that is. Its errors wrap
// [ErrCredentials] or [ErrLocked]; any other means that nobody can be let in now. The limits are those of the form, for as
// long as the process runs: who can start another one beside the accounts file can read that file.
func (a *Auth) Check(ctx context.Context, user, password, code string) (review.Actor, error) {
	name := attemptName(user)
	for range attemptsPerGuess {
		if until := a.guards.attempt(name, sourceHere, a.now()); !until.IsZero() {
			a.refused(ctx, audit.Access{Kind: audit.AccessLogin, Source: sourceHere, Via: viaCLI, Reason: reasonLocked})
			return review.Actor{}, &LockedError{Until: until}
		}
	}
	good, err := a.checkPassword(ctx, name, password)
	if err != nil {
		return review.Actor{}, err
	}
	key := keyOf(newToken())
	who, err := a.checkCode(ctx, claim{name: name, good: good, code: code, session: key.short(), source: sourceHere, via: viaCLI})
	if err != nil {
		return review.Actor{}, err
	}
	now := a.now()
	over := a.sessions.add(session{key: key, name: who.Name, epoch: who.Epoch, created: now, seen: now, subject: who.Subject, via: viaCLI})
	a.ended(ctx, over, sourceHere)
	return actorOf(who, key.short(), sourceHere, viaCLI), nil
}

// Resume returns who somebody is whom [Auth.Check] let in, as the accounts are now. It is asked before each command, so
// that a session at a terminal ends when one in a browser would: after Config.Idle and Config.Absolute, and when the
// account is disabled or gets another password. An error that wraps [ErrOver] says that it has ended; that is on record.
// Any other says that nobody can tell now.
func (a *Auth) Resume(ctx context.Context, who review.Actor) (review.Actor, error) {
	key, ok := a.sessions.named(who.Session)
	if !ok {
		return review.Actor{}, ErrOver
	}
	found, ok, over := a.sessions.find(key, a.now(), true)
	a.ended(ctx, over, who.Source)
	if !ok {
		return review.Actor{}, ErrOver
	}
	all, err := a.store.read()
	if err != nil {
		return review.Actor{}, err
	}
	u, known := all.find(found.name)
	if reason := unfit(u, known, found); reason != "" {
		a.ended(ctx, a.sessions.end(reason, bySession(key)), who.Source)
		return review.Actor{}, ErrOver
	}
	return actorOf(u, who.Session, who.Source, who.Via), nil
}

// Leave ends the session of somebody whom [Auth.Check] let in, and puts that on record.
func (a *Auth) Leave(ctx context.Context, who review.Actor) {
	if key, ok := a.sessions.named(who.Session); ok {
		a.ended(ctx, a.sessions.end(reasonLogout, bySession(key)), who.Source)
	}
}

// attemptName returns what attempts at a name are counted by. What cannot be a name is counted together.
func attemptName(typed string) string {
	name, err := canonicalName(typed)
	if err != nil {
		return "-"
	}
	return name
}

// hashWait is how long a password waits for its turn to be hashed.
const hashWait = 10 * time.Second

// checkPassword reports whether a password is somebody's. It takes the same work whether or not there is somebody.
func (a *Auth) checkPassword(ctx context.Context, name, password string) (bool, error) {
	all, err := a.store.read()
	if err != nil {
		return false, err
	}
	who, _ := all.find(name) // the zero account has no password
	tooLong := len(password) > maxPassword
	if tooLong {
		password = password[:maxPassword]
	}
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	ok, err := a.hasher.verify(ctx, who.Password, password)
	return ok && !tooLong, err
}

// claim is what somebody has shown of who they are.
type claim struct {
	name    string // canonical, perhaps nobody's
	good    bool   // the password was right
	code    string
	session string // short name of the session that would begin
	source  string
	via     string
}

// checkCode ends a sign-in. When it returns an account, the sign-in is on the access log and the code is used up. It does
// the same work whatever is wrong, and says no more than ErrCredentials; the log has the reason.
func (a *Auth) checkCode(ctx context.Context, c claim) (account, error) {
	all, err := a.store.read()
	if err != nil {
		return account{}, err
	}
	who, known := all.find(c.name)
	step, right := verifyCode(orElse(who.Secret, decoySecret), c.code, a.now(), 0)
	reason := ""
	switch {
	case !known || !c.good || who.Secret == "":
		reason = reasonPassword
	case !right:
		reason = reasonCode
	case step <= who.Step:
		reason = reasonUsed
	case who.Disabled:
		reason = reasonDisabled
	}
	if reason == "" {
		who, err = a.useCode(ctx, c, who, step)
		if !errors.Is(err, errStale) {
			return who, err
		}
		reason = reasonUsed
	}
	e := audit.Access{Kind: audit.AccessLogin, Actor: nobody, Source: c.source, Via: c.via, Outcome: outcomeFailed, Reason: reason}
	if known {
		e.Target = who.Name // a name that is nobody's may be a password in the wrong field
	}
	return account{}, errors.Join(ErrCredentials, a.record(ctx, e))
}

// errStale says that an account changed between the look at it and the change.
var errStale = errors.New("the account has changed")

// useCode records the sign-in and makes the code's step the last one that was used, unless somebody else was quicker.
func (a *Auth) useCode(ctx context.Context, c claim, seen account, step int64) (account, error) {
	var who account
	e := by(actorOf(seen, c.session, c.source, c.via), audit.Access{Kind: audit.AccessLogin})
	err := a.change(ctx, e, func(all *accounts) error {
		u, ok := all.find(seen.Name)
		if !ok || u.Disabled || u.Epoch != seen.Epoch || u.Role != seen.Role || step <= u.Step {
			return errStale
		}
		u.Step, u.LastLogin = step, a.now().UTC()
		all.put(u)
		who = u
		return nil
	})
	if err != nil {
		return seen, fmt.Errorf("sign in: %w", err)
	}
	a.guards.succeeded(seen.Name, c.source)
	return who, nil
}
