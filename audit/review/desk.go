package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

// Actor is the person who does something, and through which door.
type Actor struct {
	User    string // the person's name
	Role    Role
	Session string // a short hash, never the token
	Source  string // address without port, or "local"
	Via     string // console or cli
}

// Config says what a Desk works with.
type Config struct {
	// Log takes the records. Required.
	Log audit.AccessSink
	// Index is where the state of decisions, exceptions, views and holds is read. It must project the log that Log
	// writes. Required.
	Index *index.Index
	// Guard names the detector that finds an identifier in a text, or "" if none does. Required.
	Guard func(text string) string
	// SecondReview reports whether a verdict on a decision that these rules took needs a second person. Default: none
	// does.
	SecondReview func(rules []string) bool
	// Assignable reports whether a decision can be given to the person of that name. Default: any name.
	Assignable func(user string) bool
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// MaxException is how long an exception may last. Default 90 days.
	MaxException time.Duration
}

// projection is what a Desk reads of the index.
type projection interface {
	Get(ctx context.Context, id string) (index.Row, error)
	Page(ctx context.Context, q query.Query, at index.Cursor, n int) (index.Page, error)
	Case(ctx context.Context, key string) (index.Case, error)
	Views(ctx context.Context, user string) ([]audit.View, error)
	Exception(ctx context.Context, id string) (audit.Exception, error)
	WouldAllow(ctx context.Context, e audit.Exception, since time.Time) (int, error)
	Holds(ctx context.Context) ([]audit.Hold, error)
	Accesses(ctx context.Context, f index.AccessFilter, at index.Cursor, n int) (index.AccessPage, error)
	WaitAccess(ctx context.Context, seq uint64) error
}

// Desk is where people act on decisions. Each change is one record of the access log; the Desk checks it against the
// index, makes it durable, and returns when the index shows it. It is safe for concurrent use: changes are made one at a
// time, so that what was checked still holds when it is written. Another process may write to the same log; then the
// first record stands, and the Desk that was second returns ErrState.
type Desk struct {
	cfg      Config
	index    projection
	patience time.Duration // how long to wait for the index

	turn chan struct{} // holds one token while nobody makes a change
	last uint64        // number of the last change, which the index must show before the next; only with the token
}

// New makes a Desk.
func New(cfg Config) (*Desk, error) {
	if cfg.Index == nil {
		return nil, errors.New("new desk: an index is required")
	}
	return newDesk(cfg, cfg.Index)
}

func newDesk(cfg Config, p projection) (*Desk, error) {
	switch {
	case cfg.Log == nil:
		return nil, errors.New("new desk: an access log is required")
	case cfg.Guard == nil:
		return nil, errors.New("new desk: a guard is required")
	case cfg.MaxException < 0:
		return nil, errors.New("new desk: an exception cannot last less than no time")
	}
	if cfg.SecondReview == nil {
		cfg.SecondReview = func([]string) bool { return false }
	}
	if cfg.Assignable == nil {
		cfg.Assignable = func(string) bool { return true }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxException == 0 {
		cfg.MaxException = 90 * 24 * time.Hour
	}
	d := &Desk{cfg: cfg, index: p, patience: 5 * time.Second, turn: make(chan struct{}, 1)}
	d.turn <- struct{}{}
	return d, nil
}

// take waits until nobody else makes a change and the index shows the last one. If it succeeds, the caller must call
// give.
func (d *Desk) take(ctx context.Context) error {
	select {
	case <-d.turn:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if d.last == 0 {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	if err := d.index.WaitAccess(wait, d.last); err != nil {
		d.give()
		return fmt.Errorf("%w: %w", ErrBehind, err)
	}
	return nil
}

func (d *Desk) give() { d.turn <- struct{}{} }

// record makes one access of a durable.
func (d *Desk) record(ctx context.Context, a Actor, r *audit.Access) error {
	r.Actor, r.Role, r.Session, r.Source, r.Via = a.User, string(a.Role), a.Session, a.Source, a.Via
	if r.Outcome == "" {
		r.Outcome = OutcomeOK
	}
	switch err := d.cfg.Log.Append(ctx, r); {
	case errors.Is(err, audit.ErrGuarded): // the log's own guard, which sees the record as a whole
		return fmt.Errorf("record access: %w: %w", ErrReason, err)
	case err != nil:
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// change makes records durable, in their order, and waits for the index. The caller has the turn.
func (d *Desk) change(ctx context.Context, a Actor, records ...*audit.Access) error {
	for _, r := range records {
		if err := d.record(ctx, a, r); err != nil {
			return err
		}
		d.last = r.Seq
	}
	wait, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	if d.index.WaitAccess(wait, d.last) != nil {
		return &UnseenError{Seq: d.last}
	}
	return nil
}

// permit refuses a person whose role lacks one of the permissions, and puts that on record. r says what was wanted.
func (d *Desk) permit(ctx context.Context, a Actor, r audit.Access, all ...Permission) error {
	for _, p := range all {
		if a.User == "" || !a.Role.May(p) {
			return d.refuse(ctx, a, r, ReasonPermission, fmt.Errorf("%w: it takes %s", ErrDenied, p))
		}
	}
	return nil
}

// permitDecide refuses a person who may not decide on as many decisions as r says.
func (d *Desk) permitDecide(ctx context.Context, a Actor, r audit.Access) error {
	if r.Count > 1 {
		return d.permit(ctx, a, r, DecisionsDecide, DecisionsBulk)
	}
	return d.permit(ctx, a, r, DecisionsDecide)
}

// withReason calls do with what a person says about what they do, tidied up, if they may do that, and while nobody else
// makes a change. r says what it is.
func (d *Desk) withReason(ctx context.Context, a Actor, r audit.Access, p Permission, reason string, required bool, do func(text string) error) error {
	if err := d.permit(ctx, a, r, p); err != nil {
		return err
	}
	text, err := d.text(ctx, a, r, reason, required)
	if err != nil {
		return err
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	return do(text)
}

// refuse puts on record that r was refused, and returns why. Of r only the kind, the target and the count are kept.
func (d *Desk) refuse(ctx context.Context, a Actor, r audit.Access, reason string, why error) error {
	if a.User == "" {
		a.User = nobody
	}
	denied := audit.Access{Kind: r.Kind, Target: d.plain(r.Target), Count: r.Count, Outcome: OutcomeDenied, Reason: reason}
	return errors.Join(why, d.record(ctx, a, &denied))
}
