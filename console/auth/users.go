package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// How long links to choose a password are good for.
const (
	setupLife  = 24 * time.Hour
	inviteLife = 72 * time.Hour // over a weekend
)

// User is a person as others see them.
type User struct {
	Name, Display string
	Role          review.Role
	Source        string // local or oidc
	Disabled      bool
	Created       time.Time
	LastLogin     time.Time // zero before the first
	Second        bool      // has a second factor here; false while an invitation is open
	Invited       time.Time // until when the open invitation is good; zero when there is none
}

// Users returns everybody, by name. It is empty when the accounts cannot be read.
func (a *Auth) Users() []User {
	all, err := a.store.read()
	if err != nil {
		return nil
	}
	out := make([]User, 0, len(all.Users))
	for _, u := range all.Users {
		v := User{Name: u.Name, Display: u.Display, Role: u.Role, Source: u.Source, Disabled: u.Disabled, Created: u.Created,
			LastLogin: u.LastLogin, Second: u.Secret != ""}
		if u.Invite != nil {
			v.Invited = u.Invite.Expires
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(x, y User) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// AddUser makes a person of this gate and returns the path of the link with which they choose a password and add a second
// factor: /setup?token=…, good once and for 72 hours. It is shown now and never again.
func (a *Auth) AddUser(ctx context.Context, actor review.Actor, name, display string, role review.Role) (invite string, err error) {
	name, err = canonicalName(name)
	if err != nil {
		return "", err
	}
	if display, err = canonicalDisplay(display); err != nil {
		return "", err
	}
	if role, err = canonicalRole(role); err != nil {
		return "", err
	}
	token := newToken()
	err = a.manage(ctx, actor, name, reasonAdded, "role:"+string(role), func(all *accounts) error {
		if _, ok := all.find(name); ok {
			return ErrTaken
		}
		if len(all.Users) >= maxUsers {
			return fmt.Errorf("%w: there are %d users already", ErrTaken, maxUsers)
		}
		all.put(account{Name: name, Display: display, Role: role, Source: sourceLocal, Created: a.now().UTC(),
			Invite: &link{Hash: hashToken(token), Expires: a.now().Add(inviteLife).UTC()}})
		return nil
	})
	if err != nil {
		return "", err
	}
	return setupPath(token), nil
}

// SetRole changes what a person of this gate may do, from their next request on. The roles of people of the identity
// provider follow from their groups.
func (a *Auth) SetRole(ctx context.Context, actor review.Actor, name string, role review.Role) error {
	role, err := canonicalRole(role)
	if err != nil {
		return err
	}
	return a.edit(ctx, actor, name, reasonRole, "role:"+string(role), func(u *account) error {
		if u.Source != sourceLocal {
			return ErrElsewhere
		}
		u.Role = role
		return nil
	})
}

// Disable lets a person in no more; the next request of each of their sessions ends it.
func (a *Auth) Disable(ctx context.Context, actor review.Actor, name string) error {
	return a.edit(ctx, actor, name, reasonDisabled, "", func(u *account) error {
		u.Disabled = true
		u.Epoch++
		return nil
	})
}

// Enable takes Disable back.
func (a *Auth) Enable(ctx context.Context, actor review.Actor, name string) error {
	return a.edit(ctx, actor, name, reasonEnabled, "", func(u *account) error {
		u.Disabled = false
		return nil
	})
}

// ResetSecond forgets password and second factor of a person of this gate, ends their sessions, and returns the path of a
// link to choose new ones, as [Auth.AddUser] does. It is the only way back for somebody who lost a telephone, and also
// renews an invitation that ran out.
func (a *Auth) ResetSecond(ctx context.Context, actor review.Actor, name string) (invite string, err error) {
	token := newToken()
	err = a.edit(ctx, actor, name, reasonReset, "", func(u *account) error {
		if u.Source != sourceLocal {
			return ErrElsewhere
		}
		u.Password, u.Secret, u.Step = "", "", 0
		u.Invite = &link{Hash: hashToken(token), Expires: a.now().Add(inviteLife).UTC()}
		u.Epoch++
		return nil
	})
	if err != nil {
		return "", err
	}
	return setupPath(token), nil
}

// edit changes one person, unless nobody who manages people would be left.
func (a *Auth) edit(ctx context.Context, actor review.Actor, name, reason, query string, change func(*account) error) error {
	name, err := canonicalName(name)
	if err != nil {
		return err
	}
	return a.manage(ctx, actor, name, reason, query, func(all *accounts) error {
		u, ok := all.find(name)
		if !ok {
			return ErrUser
		}
		before := all.admins()
		if err := change(&u); err != nil {
			return err
		}
		all.put(u)
		if before > 0 && all.admins() == 0 {
			return ErrLastAdmin
		}
		return nil
	})
}

// manage makes a change that takes the permission to manage people. What is refused is recorded too.
func (a *Auth) manage(ctx context.Context, actor review.Actor, name, reason, query string, change func(*accounts) error) error {
	e := by(actor, audit.Access{Kind: audit.AccessUser, Target: name, Query: query, Reason: reason})
	if actor.User == "" || !actor.Role.May(review.UsersManage) {
		e.Outcome, e.Reason = outcomeDenied, reasonPermission
		return errors.Join(ErrDenied, a.record(ctx, e))
	}
	return a.change(ctx, e, change)
}

// change makes a change of the accounts that is on record before it has an effect. A change that is recorded and then
// cannot be written is followed by a record that says so.
func (a *Auth) change(ctx context.Context, e audit.Access, change func(*accounts) error) error {
	e.Outcome = outcomeOK
	recorded := false
	err := a.store.update(change, func() error {
		err := a.record(ctx, e)
		recorded = err == nil
		return err
	})
	if err != nil && recorded {
		e.Outcome, e.Reason = outcomeFailed, reasonNotWritten
		return errors.Join(err, a.record(ctx, e))
	}
	return err
}

// canonicalName returns a name as it is kept: lower-case letters, digits and . _ @ + -, beginning with a letter or digit, at
// most 128 of them.
func canonicalName(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || len(name) > 128 {
		return "", fmt.Errorf("%w: a name has 1 to 128 characters", ErrName)
	}
	for i := range len(name) {
		c := name[i]
		alphanumeric := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || !strings.ContainsRune("._@+-", rune(c))) {
			return "", fmt.Errorf("%w: a name has letters, digits and . _ @ + - and begins with a letter or a digit", ErrName)
		}
	}
	return name, nil
}

// canonicalDisplay returns a display name as it is kept.
func canonicalDisplay(display string) (string, error) {
	display = strings.Join(strings.Fields(display), " ")
	return display, checkDisplay(display)
}

func checkDisplay(display string) error {
	if len(display) > 100 || !utf8.ValidString(display) || strings.ContainsFunc(display, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%w: a display name has at most 100 bytes that can be printed", ErrName)
	}
	return nil
}

func canonicalRole(role review.Role) (review.Role, error) {
	r, err := review.ParseRole(string(role))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrName, err)
	}
	return r, nil
}
