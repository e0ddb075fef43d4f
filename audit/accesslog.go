package audit

import (
	"context"
	"encoding/json"
	"fmt"
)

// AccessLog is an append-only log of accesses, of the same make as a [Log].
type AccessLog struct{ *ledger }

// OpenAccess opens the access log in cfg.Dir as [Open] opens a decision log.
func OpenAccess(cfg Config) (*AccessLog, error) {
	l, err := openLedger(cfg, ofAccesses)
	if err != nil {
		return nil, err
	}
	return &AccessLog{l}, nil
}

// ofAccesses makes a ledger a log of accesses.
var ofAccesses = dialect{name: "access", kind: "access", say: sayAccess}

// sayAccess makes a record of the log's own.
func sayAccess(cfg *Config, e event) (*entry, error) {
	a := &Access{Kind: AccessServe, Actor: nobody, Via: "gate", Outcome: "ok", Reason: e.reason, Proof: e.proof, Mark: e.mark}
	if e.reason == checkpointReason {
		a.Kind = AccessCheckpoint
	}
	return prepareAccess(cfg, a)
}

// nobody is the actor where there is no person.
const nobody = "-"

// Append writes a and returns once it is durable, as [Log.Append] does. It sets a.V, a.ID, a.Time and a.Node, and, when
// it succeeds, a.Seq.
//
// If Config.Guard finds something in a, a stub is written in its place, without target and query. What a person decided
// or changed is not replaced: the error wraps ErrGuarded, and nothing was written.
func (l *AccessLog) Append(ctx context.Context, a *Access) error {
	e, err := l.prepare(a)
	if err != nil {
		return fmt.Errorf("append access: %w", err)
	}
	seq, err := l.deliver(ctx, e)
	if err != nil {
		return fmt.Errorf("append access: %w", err)
	}
	a.Seq = seq
	return nil
}

func (l *AccessLog) prepare(a *Access) (*entry, error) {
	a.ID, a.Time = "", timestamp(l.cfg.Now())
	e, err := prepareAccess(&l.cfg, a)
	if err != nil {
		return nil, err
	}
	return l.guarded(e, a.stubs)
}

// stubs yields what may stand in the place of a, with less and less in it; nothing for what must not be lost.
func (a *Access) stubs(yield func(*entry, error) bool) {
	if a.Review != nil || a.Kind == AccessUser || a.Kind == AccessSetup {
		return
	}
	stub := Access{
		V: a.V, ID: a.ID, Time: a.Time, Node: a.Node, Kind: a.Kind, Actor: a.Actor, Role: a.Role, Session: a.Session, Source: a.Source,
		Via: a.Via, Count: a.Count, Outcome: a.Outcome, Reason: guardReason,
	}
	if !yield(newAccessEntry(&stub)) {
		return
	}
	stub.Actor = nobody // what was typed into the field for the name may be anything
	if !yield(newAccessEntry(&stub)) {
		return
	}
	stub.Role, stub.Session, stub.Source = "", "", ""
	yield(newAccessEntry(&stub))
}

// prepareAccess completes a and encodes it.
func prepareAccess(cfg *Config, a *Access) (*entry, error) {
	if a.Time.IsZero() {
		a.Time = timestamp(cfg.Now())
	}
	if a.ID == "" {
		a.ID = NewID(a.Time)
	}
	a.V, a.Node = Version, cfg.Node
	if err := a.validate(); err != nil {
		return nil, err
	}
	return newAccessEntry(a)
}

// newAccessEntry encodes a, whose Seq is ignored.
func newAccessEntry(a *Access) (*entry, error) {
	numberless := *a
	numberless.Seq = 0
	body, err := json.Marshal(&numberless)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return newLine(body, a.mayUseReserve())
}

// mayUseReserve reports whether a is written although the disk is full: what the log says about itself, and what lets
// an administrator look at the trouble.
func (a *Access) mayUseReserve() bool {
	switch a.Kind {
	case AccessServe, AccessCheckpoint, AccessLogin, AccessLogout:
		return true
	default:
		return false
	}
}

// Err says why the log refuses accesses; nil while it takes them.
func (l *AccessLog) Err() error { return l.refuses(false) }

// Bell is [Log.Bell], for [FollowAccess].
func (l *AccessLog) Bell() *Bell { return &l.bell }

// Stats returns what the log did so far.
func (l *AccessLog) Stats() Stats { return l.stats() }

// Checkpoint is [Log.Checkpoint].
func (l *AccessLog) Checkpoint() ([]byte, error) { return l.checkpoint() }

// Close is [Log.Close].
func (l *AccessLog) Close() error { return l.close() }
