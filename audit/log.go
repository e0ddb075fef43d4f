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

// Config says where a log lies and what it may cost.
type Config struct {
	// Dir is the log's folder; it is made with mode 0700. Required.
	Dir string
	// Node names the gate that writes: 1 to 64 letters, digits, dots, dashes and underscores. Default: the host's name.
	Node string
	// SegmentBytes is the size at which a segment ends, in bytes. Default 64 MiB, at least 1 KiB. That much and about
	// 2 MiB more are allocated when a segment begins.
	SegmentBytes int64
	// Queue is how many records may wait for the disk. Default 8192.
	Queue int
	// Wait is how long one record may wait for the disk. Default 250 ms.
	Wait time.Duration
	// MinFree is the free space of the file system, in bytes, below which the log refuses decisions. Default 0: it
	// refuses when the next segment cannot be allocated.
	MinFree int64
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Guard looks for protected health information in a record before it is queued, and returns the name of the detector
	// that hit, "" for none. It is called by many goroutines and does not retain the line. A hit replaces the record by a
	// stub. Default nil: no guard.
	Guard func(line []byte) string
	// Alert is told what an operator must look at: phi_leak_guard, audit.halt, audit.resume, audit.torn, audit.rollback.
	// It must not block. Default nil.
	Alert func(reason string)
	// Key signs a checkpoint each second in which the log grew. Default nil: no checkpoints.
	Key *CheckpointKey
	// Witness is a file outside of Dir that gets the latest checkpoint too, and by which an older copy of Dir is known.
	// Default "": none.
	Witness string
	// Origin begins the origin of the checkpoints. It is the key's name, or the key's name, a slash and more. Default: the
	// key's name.
	Origin string
	// Reserve is how many bytes are kept for what must still be written when the disk is full. Default 16 MiB; negative is
	// none.
	Reserve int64
}

func (c *Config) complete() error {
	if c.Node == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("name the node: %w", err)
		}
		c.Node = host
	}
	if c.SegmentBytes == 0 {
		c.SegmentBytes = 64 << 20
	}
	if c.Queue == 0 {
		c.Queue = 8192
	}
	if c.Wait == 0 {
		c.Wait = 250 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	switch {
	case c.Dir == "":
		return errors.New("the folder has no name")
	case !isToken(c.Node):
		return fmt.Errorf("node %q: a name has 1 to 64 letters, digits, dots, dashes or underscores", c.Node)
	case c.SegmentBytes < 1<<10:
		return errors.New("a segment needs 1 KiB")
	case c.Queue < 0 || c.Wait < 0 || c.MinFree < 0:
		return errors.New("a queue, a wait and a free space cannot be negative")
	}
	return nil
}

// Log is an append-only log of decisions. A record is on stable storage before Append returns; if that cannot be, no
// Append succeeds, and so nothing is released.
//
// One goroutine writes. While it waits for the disk to sync one batch, the records that arrive queue up, and all of
// them are the next batch. So the load makes the batches: a lone record waits for one sync, a thousand at a time wait
// for two at most, and there is no timer to tune.
type Log struct {
	cfg  Config
	lock *os.File

	queue   chan *entry
	closing chan struct{} // closed by Close
	done    chan struct{} // closed when the writing goroutine has ended
	once    sync.Once     // guards the closing of closing

	refusal atomic.Pointer[refusal]
	count   counters

	// The writing goroutine owns what follows.
	w     writer
	batch []*entry
	pulse time.Duration // how often the disk is looked at
}

// refusal is why a log takes no decisions.
type refusal struct {
	err   error
	final bool // only a restart heals it
}

type counters struct {
	appended, batches, bytes    atomic.Uint64
	syncing, lastSync, freeDisk atomic.Int64
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

// Open opens the log in cfg.Dir, or starts one there. It holds the log's lock until Close; while another process has
// it, the error wraps ErrLocked. What a crash left of an unfinished batch is cut off, and an admin record with reason
// "audit.torn" says how many bytes. If the last segment is otherwise not as it was written, the error is a
// *CorruptError, and nothing has been changed.
func Open(cfg Config) (*Log, error) {
	l, torn, err := open(cfg)
	if err != nil {
		return nil, err
	}
	if torn > 0 {
		if err := l.note("audit.torn", "alert", torn); err != nil {
			return nil, errors.Join(fmt.Errorf("open audit log: %w", err), l.release())
		}
	}
	go l.run()
	return l, nil
}

// open does everything but start the goroutine.
func open(cfg Config) (l *Log, torn int64, err error) {
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
	l = &Log{
		cfg: cfg, lock: lock, pulse: time.Second,
		queue: make(chan *entry, cfg.Queue), closing: make(chan struct{}), done: make(chan struct{}),
		w: writer{dir: cfg.Dir, node: cfg.Node, limit: cfg.SegmentBytes, now: cfg.Now, sync: datasync, link: newLinker()},
	}
	if torn, err = l.w.open(); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open audit log: %w", err), l.w.close(false), lock.Close())
	}
	return l, torn, nil
}

// Append writes d and returns once it is durable. It sets d.V and d.Node, d.ID and d.Time where they are empty, and,
// when it succeeds, d.Seq. d is not retained. Append is safe for concurrent use.
//
// The error wraps ErrInvalid if d is not fit to be written, ErrBusy if the queue is full or the disk did not answer
// within Config.Wait, ErrFailed if the log cannot write, ErrClosed after Close, or the cause of ctx's end. After
// ErrInvalid the record is not in the log; after any other error it may be, because the disk may have it although
// nobody heard. While the log refuses decisions for want of space, closing and admin records are still taken as long
// as the reserve lasts.
func (l *Log) Append(ctx context.Context, d *Decision) error {
	e, err := l.prepare(d)
	if err != nil {
		return fmt.Errorf("append decision: %w", err)
	}
	if err := l.deliver(ctx, e); err != nil {
		return fmt.Errorf("append decision: %w", err)
	}
	d.Seq = e.seq
	return nil
}

// prepare completes d and encodes it.
func (l *Log) prepare(d *Decision) (*entry, error) {
	if d.Time.IsZero() {
		d.Time = l.cfg.Now()
	}
	d.Time = timestamp(d.Time)
	if d.ID == "" {
		d.ID = NewID(d.Time)
	}
	d.V, d.Node = Version, l.cfg.Node
	if err := d.validate(); err != nil {
		return nil, err
	}
	return newEntry(d)
}

// deliver hands e to the writing goroutine and waits for its answer.
func (l *Log) deliver(ctx context.Context, e *entry) error {
	if err := l.refuses(e.kind); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case l.queue <- e:
	default:
		return fmt.Errorf("%w: %d records are waiting", ErrBusy, cap(l.queue))
	}
	patience := time.NewTimer(l.cfg.Wait)
	defer patience.Stop()
	select {
	case err := <-e.done:
		return err
	case <-l.done:
		// The goroutine has ended. Either it answered e on its way out, or e came too late for it.
		if e.take() {
			return ErrClosed
		}
		return <-e.done
	case <-ctx.Done():
		e.take() // if the writer has not got it yet, it need not be written
		return context.Cause(ctx)
	case <-patience.C:
		e.take()
		return fmt.Errorf("%w: not durable within %s", ErrBusy, l.cfg.Wait)
	}
}

// refuses says why the log does not take records of this kind now.
func (l *Log) refuses(k Kind) error {
	select {
	case <-l.closing:
		return ErrClosed
	default:
	}
	r := l.refusal.Load()
	if r == nil || !r.final && mayUseReserve(k) {
		return nil
	}
	return r.err
}

// mayUseReserve reports whether records of kind k are written although the disk is full: the end of a body that is
// already on its way, and what administrators do about the full disk.
func mayUseReserve(k Kind) bool { return k == Closing || k == Admin }

// Err says why the log refuses decisions; nil while it takes them. A full disk is noticed within a second also when
// nothing is appended, and so is the end of it.
func (l *Log) Err() error { return l.refuses(Whole) }

// Stats returns what the log did so far.
func (l *Log) Stats() Stats {
	c := &l.count
	return Stats{
		Appended: c.appended.Load(), Batches: c.batches.Load(), Bytes: c.bytes.Load(),
		Syncing: time.Duration(c.syncing.Load()), LastSync: time.Duration(c.lastSync.Load()),
		Queued: len(l.queue), Free: c.freeDisk.Load(),
	}
}

// Close writes what is queued, ends the log and lets go of its lock. Appends that come later fail with ErrClosed.
// Close may be called twice; it returns what went wrong with the last segment, if something did.
func (l *Log) Close() error {
	first := false
	l.once.Do(func() { close(l.closing); first = true })
	<-l.done
	if !first {
		return nil
	}
	return l.release()
}

// release lets go of the files. A segment that failed is left as it is.
func (l *Log) release() error {
	r := l.refusal.Load()
	if err := errors.Join(l.w.close(r == nil || !r.final), l.lock.Close()); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}
