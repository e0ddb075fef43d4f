package audit

import (
	"context"
	"fmt"
	"time"
)

// Log is an append-only log of decisions. A record is on stable storage before Append returns; if that cannot be, no
// Append succeeds, and so nothing is released.
type Log struct{ *ledger }

// Open opens the log in cfg.Dir, or starts one there. It holds the log's lock until Close; while another process has
// it, the error wraps ErrLocked. What a crash left of an unfinished batch is cut off, and an admin record with reason
// "audit.torn" says how many bytes. If the last segment is otherwise not as it was written, the error is a
// *CorruptError, and nothing has been changed.
func Open(cfg Config) (*Log, error) {
	l, err := openLedger(cfg, ofDecisions)
	if err != nil {
		return nil, err
	}
	return &Log{l}, nil
}

// open does everything but start the goroutine.
func open(cfg Config) (l *Log, torn int64, err error) {
	ready, torn, err := readyLedger(cfg, ofDecisions)
	return &Log{ready}, torn, err
}

// ofDecisions makes a ledger a log of decisions.
var ofDecisions = dialect{name: "decisions", say: sayDecision}

// sayDecision makes an admin record.
func sayDecision(cfg *Config, e event) (*entry, error) {
	return prepareDecision(cfg, &Decision{Kind: Admin, Action: e.action, Reason: e.reason, Bytes: e.bytes, Proof: e.proof, Mark: e.mark})
}

// Append writes d and returns once it is durable. It sets d.V and d.Node, d.ID and d.Time where they are empty, and,
// when it succeeds, d.Seq. d is not retained. Append is safe for concurrent use.
//
// The error wraps ErrInvalid if d is not fit to be written, ErrBusy if the queue is full or the disk did not answer
// within Config.Wait, ErrFailed if the log cannot write, ErrClosed after Close, or the cause of ctx's end. After
// ErrInvalid the record is not in the log; after any other error it may be, because the disk may have it although
// nobody heard. While the log refuses decisions for want of space, closing and admin records are still taken as long
// as the reserve lasts.
//
// If Config.Guard finds something in d, a stub is written in its place, with d's ID, and Append returns as for d. If it
// finds something in the stub too, nothing is written, and the error wraps ErrGuarded.
func (l *Log) Append(ctx context.Context, d *Decision) error {
	e, err := l.prepare(d)
	if err != nil {
		return fmt.Errorf("append decision: %w", err)
	}
	seq, err := l.deliver(ctx, e)
	if err != nil {
		return fmt.Errorf("append decision: %w", err)
	}
	d.Seq = seq
	return nil
}

// prepare completes d, encodes it and has the guard look at it.
func (l *Log) prepare(d *Decision) (*entry, error) {
	if err := d.complete(&l.cfg); err != nil {
		return nil, err
	}
	e := l.spare()
	if err := e.encode(d); err != nil {
		return nil, err
	}
	return l.guarded(e, d.stubs)
}

// stubs yields what may stand in the place of d, with less and less in it.
func (d *Decision) stubs(yield func(*entry, error) bool) {
	stub := Decision{
		V: d.V, ID: d.ID, Time: d.Time, Node: d.Node, Kind: d.Kind, Of: d.Of, Action: d.Action, Reason: guardReason, Mode: d.Mode,
		Client: d.Client, Policy: d.Policy, Cover: d.Cover,
	}
	if !yield(newEntry(&stub)) {
		return
	}
	stub.Client = ""
	if !yield(newEntry(&stub)) {
		return
	}
	stub.Mode, stub.Policy = "", Policy{}
	yield(newEntry(&stub))
}

// prepareDecision completes d and encodes it.
func prepareDecision(cfg *Config, d *Decision) (*entry, error) {
	if err := d.complete(cfg); err != nil {
		return nil, err
	}
	return newEntry(d)
}

// complete sets what a decision has of the log, and refuses one that is not fit to be written.
func (d *Decision) complete(cfg *Config) error {
	if d.Time.IsZero() {
		d.Time = cfg.Now()
	}
	d.Time = timestamp(d.Time)
	if d.ID == "" {
		d.ID = NewID(d.Time)
	}
	d.V, d.Node = Version, cfg.Node
	return d.validate()
}

// newEntry encodes d, whose Seq is ignored.
func newEntry(d *Decision) (*entry, error) {
	e := &entry{done: make(chan error, 1)}
	return e, e.encode(d)
}

// encode makes e an entry for d, whose Seq is ignored.
func (e *entry) encode(d *Decision) error {
	e.body = d.appendJSON(e.body[:0])
	return e.ready(mayUseReserve(d.Kind))
}

// mayUseReserve reports whether records of kind k are written although the disk is full: the end of a body that is
// already on its way, and what administrators do about the full disk.
func mayUseReserve(k Kind) bool { return k == Closing || k == Admin }

// Err says why the log refuses decisions; nil while it takes them. A full disk is noticed within a second also when
// nothing is appended, and so is the end of it.
func (l *Log) Err() error { return l.refuses(false) }

// Bell returns what rings when records are durable, for [FollowFrom] in the same process.
func (l *Log) Bell() *Bell { return &l.bell }

// Stats returns what the log did so far.
func (l *Log) Stats() Stats { return l.stats() }

// Checkpoint signs what was appended before, if that is not done yet, and returns the signed checkpoint; nil without
// Config.Key and while there is no record.
func (l *Log) Checkpoint() ([]byte, error) { return l.checkpoint() }

// Close writes what is queued, ends the log and lets go of its lock. Appends that come later fail with ErrClosed.
// Close may be called twice; it returns what went wrong with the last segment, if something did.
func (l *Log) Close() error { return l.close() }

// timestamp is how the log writes times: UTC, to the microsecond.
func timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
