package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// ledger is what a log of decisions and one of accesses have in common: an append-only file of lines with one writing
// goroutine. While that one waits for the disk to sync one batch, the records that arrive queue up, and all of them are
// the next batch. So the load makes the batches: a lone record waits for one sync, a thousand at a time wait for two at
// most, and there is no timer to tune.
type ledger struct {
	cfg  Config
	own  dialect
	lock *os.File

	queue   chan *entry
	entries sync.Pool     // of *entry that the writing goroutine has answered
	closing chan struct{} // closed by close
	done    chan struct{} // closed when the writing goroutine has ended
	once    sync.Once     // guards the closing of closing

	refusal atomic.Pointer[refusal]
	count   counters

	notary *notary // nil without Config.Key, and when the log was rolled back
	keeper keeper
	bell   Bell
	peer   atomic.Pointer[ledger] // the log that puts this one's checkpoints on record

	// The writing goroutine owns what follows.
	w       writer
	batch   []*entry
	segment uint64        // of the last batch
	pulse   time.Duration // how often the disk is looked at
}

// dialect is what makes a ledger a log of decisions or of accesses.
type dialect struct {
	name string // of its records, for errors and origins
	kind string // of its headers
	// say makes a record of what the ledger has to say about itself.
	say func(cfg *Config, e event) (*entry, error)
}

// event is what a ledger has to say about itself.
type event struct {
	reason string
	action string // of a decision
	bytes  int64
	proof  string
	mark   *Mark
}

// refusal is why a log takes no records.
type refusal struct {
	err   error
	final bool // only a restart heals it
}

type counters struct {
	appended, batches, bytes    atomic.Uint64
	syncing, lastSync, freeDisk atomic.Int64
	guarded                     atomic.Uint64
	signed                      atomic.Int64
}

// Stats counts what a log did since it was opened.
type Stats struct {
	Appended uint64        // records made durable
	Batches  uint64        // writes, each with one sync
	Bytes    uint64        // bytes written
	Syncing  time.Duration // time spent in all syncs
	LastSync time.Duration // time that the last sync took
	Queued   int           // records waiting now
	Free     int64         // free bytes of the file system when last asked, each second
	Guarded  uint64        // records that the guard replaced by a stub
	Signed   int64         // records under the latest checkpoint
}

// openLedger opens the log and starts its goroutine.
func openLedger(cfg Config, own dialect) (*ledger, error) {
	l, torn, err := readyLedger(cfg, own)
	if err != nil {
		return nil, err
	}
	if torn > 0 && l.refusal.Load() == nil {
		if err := l.say(event{reason: "audit.torn", action: "alert", bytes: torn}); err != nil {
			return nil, errors.Join(fmt.Errorf("open audit log: %w", err), l.release())
		}
	}
	go l.run()
	return l, nil
}

// readyLedger does everything but start the goroutine.
func readyLedger(cfg Config, own dialect) (l *ledger, torn int64, err error) {
	if err := cfg.complete(); err != nil {
		return nil, 0, fmt.Errorf("open audit log: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, 0, fmt.Errorf("open audit log: %w", err)
	}
	lock, err := lockFile(filepath.Join(cfg.Dir, lockName))
	if err != nil {
		return nil, 0, fmt.Errorf("open audit log: %w", err)
	}
	l = &ledger{
		cfg: cfg, own: own, lock: lock, pulse: time.Second,
		queue: make(chan *entry, cfg.Queue), closing: make(chan struct{}), done: make(chan struct{}),
		w: writer{dir: cfg.Dir, node: cfg.Node, kind: own.kind, limit: cfg.SegmentBytes, now: cfg.Now, sync: datasync, link: newLinker(),
			pruned: cfg.Key != nil},
	}
	if err = sweepSeals(cfg.Dir); err == nil {
		torn, err = l.w.open()
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open audit log: %w", err), l.w.close(false), lock.Close())
	}
	l.w.reserve = openReserve(cfg.Dir, cfg.Reserve)
	if err := l.prove(); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open audit log: %w", err), l.w.close(false), lock.Close())
	}
	l.segment = l.w.header.Segment
	l.keeper.start(cfg.Dir, l.record)
	if l.notary != nil {
		l.notary.start()
	}
	return l, torn, nil
}

// prove checks the log against its checkpoints and goes on with its tree. A log that does not fit is opened, so that the
// gate can say what is wrong with it, but takes no record and signs nothing: a release without evidence, or evidence that
// contradicts what was signed before, would be worse than none.
func (l *ledger) prove() error {
	if l.cfg.Key != nil {
		n, err := openNotary(&l.cfg, l.own, &l.w)
		switch {
		case errors.Is(err, ErrRollback):
			l.alert(rollbackReason)
			_ = l.fail(err)
			return nil
		case err != nil:
			return err
		}
		l.equip(n)
	}
	return l.w.adopt()
}

// equip makes n the log's notary.
func (l *ledger) equip(n *notary) {
	n.count, n.alert = &l.count.signed, l.alert
	n.publish = l.keeper.publish
	l.notary = n
}

// guarded returns e, or the first of its stubs in which the guard finds nothing, if it finds something in e. A nil stub
// stands for one that cannot be made.
func (l *ledger) guarded(e *entry, stubs func(yield func(*entry, error) bool)) (*entry, error) {
	if l.cfg.Guard == nil || l.cfg.Guard(e.body) == "" {
		return e, nil
	}
	l.count.guarded.Add(1)
	l.alert(guardReason)
	for stub, err := range stubs {
		if err != nil {
			return nil, err
		}
		if l.cfg.Guard(stub.body) == "" {
			return stub, nil
		}
	}
	return nil, ErrGuarded
}

// maxCheckpoint is the length of a signed checkpoint, in bytes.
const maxCheckpoint = 4096

// checkpointReason is the reason of a record that holds the other log's checkpoint.
const checkpointReason = "audit.checkpoint"

// rollbackReason is the reason of the record that begins a new epoch.
const rollbackReason = "audit.rollback"

// guardReason is the reason of a stub.
const guardReason = "phi_leak_guard"

// alert tells the operator.
func (l *ledger) alert(reason string) {
	if l.cfg.Alert != nil {
		l.cfg.Alert(reason)
	}
}

// spare returns an entry whose body is to be written. It may have been used before: an Append that makes and drops a
// line, a channel and a timer each time keeps the collector busy, on the cores that the syncs need.
func (l *ledger) spare() *entry {
	if e, ok := l.entries.Get().(*entry); ok {
		return e
	}
	return &entry{body: make([]byte, 0, 1<<10), done: make(chan error, 1)}
}

// deliver hands e to the writing goroutine, waits for its answer, and returns the number that the record got. The caller
// must not use e any more.
func (l *ledger) deliver(ctx context.Context, e *entry) (seq uint64, err error) {
	if err := l.refuses(e.reserve); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	select {
	case l.queue <- e:
	default:
		return 0, fmt.Errorf("%w: %d records are waiting", ErrBusy, cap(l.queue))
	}
	if err = l.await(ctx, e); !e.answered {
		return 0, err // the writer may still look at it
	}
	seq, e.seq, e.answered = e.seq, 0, false
	e.taken.Store(false)
	l.entries.Put(e)
	return seq, err
}

// await returns what the writing goroutine answers, or why nobody waits for it any more.
func (l *ledger) await(ctx context.Context, e *entry) error {
	if e.patience == nil {
		e.patience = time.NewTimer(l.cfg.Wait)
	} else {
		e.patience.Reset(l.cfg.Wait)
	}
	defer e.patience.Stop()
	select {
	case err := <-e.done:
		e.answered = true
		return err
	case <-l.done:
		// The goroutine has ended. Either it answered e on its way out, or e came too late for it.
		if e.take() {
			return ErrClosed
		}
		e.answered = true
		return <-e.done
	case <-ctx.Done():
		e.take() // if the writer has not got it yet, it need not be written
		return context.Cause(ctx)
	case <-e.patience.C:
		e.take()
		return fmt.Errorf("%w: not durable within %s", ErrBusy, l.cfg.Wait)
	}
}

// refuses says why the log does not take records now, of which some may use the reserve.
func (l *ledger) refuses(reserve bool) error {
	select {
	case <-l.closing:
		return ErrClosed
	default:
	}
	r := l.refusal.Load()
	if r == nil || !r.final && reserve {
		return nil
	}
	return r.err
}

func (l *ledger) stats() Stats {
	c := &l.count
	return Stats{
		Appended: c.appended.Load(), Batches: c.batches.Load(), Bytes: c.bytes.Load(),
		Syncing: time.Duration(c.syncing.Load()), LastSync: time.Duration(c.lastSync.Load()),
		Queued: len(l.queue), Free: c.freeDisk.Load(), Guarded: c.guarded.Load(), Signed: c.signed.Load(),
	}
}

func (l *ledger) checkpoint() ([]byte, error) {
	if l.notary == nil {
		return nil, nil
	}
	signed, err := l.notary.order()
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return signed, nil
}

func (l *ledger) close() error {
	first := false
	l.once.Do(func() { close(l.closing); first = true })
	<-l.done
	if !first {
		return nil
	}
	return l.release()
}

// release lets go of the files. A segment that failed is left as it is.
func (l *ledger) release() error {
	r := l.refusal.Load()
	var tree error
	if l.notary != nil {
		tree = l.notary.stop()
	}
	l.keeper.stop()
	if err := errors.Join(tree, l.w.close(r == nil || !r.final), l.lock.Close()); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}
