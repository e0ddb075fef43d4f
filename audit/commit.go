package audit

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// run is the writing goroutine.
func (l *ledger) run() {
	defer close(l.done)
	pulse := time.NewTicker(l.pulse)
	defer pulse.Stop()
	l.watch()
	for {
		select {
		case e := <-l.queue:
			l.commit(l.collect(e))
		case <-pulse.C:
			l.watch()
		case <-l.closing:
			l.drain()
			return
		}
	}
}

// drain commits what is queued. Who queues later finds l.done closed.
func (l *ledger) drain() {
	for {
		select {
		case e := <-l.queue:
			l.commit(l.collect(e))
		default:
			return
		}
	}
}

// collect takes first and all that is queued behind it, up to a batch, and leaves out those that nobody waits for.
func (l *ledger) collect(first *entry) []*entry {
	l.batch = l.batch[:0]
	size := 0
	for e := first; ; {
		if e.take() {
			l.batch = append(l.batch, e)
			size += e.room()
		}
		if size >= maxBatch {
			return l.batch
		}
		select {
		case e = <-l.queue:
		default:
			return l.batch
		}
	}
}

// commit makes a batch durable and answers its entries. They get their answers after the sync and at no other place:
// this is where "durable before release" is kept.
func (l *ledger) commit(batch []*entry) {
	batch = l.admit(batch)
	if len(batch) == 0 {
		return
	}
	err := l.write(batch)
	for _, e := range batch {
		e.done <- err
	}
	if err == nil {
		l.bell.Ring()
	}
}

// admit makes room for a batch and returns the entries for which there is some. The others are answered.
func (l *ledger) admit(batch []*entry) []*entry {
	r := l.refusal.Load()
	if r == nil && l.w.full() {
		if err := l.w.rotate(); err != nil {
			_ = l.refuse(err)
		}
		r = l.refusal.Load()
	}
	if r == nil {
		return batch
	}
	admitted := batch[:0]
	for _, e := range batch {
		if !r.final && e.reserve && !l.w.exhausted() {
			admitted = append(admitted, e)
		} else {
			e.done <- r.err
		}
	}
	return admitted
}

// write makes a batch durable or returns why the log refuses from now on.
//
// If the sync fails, the batch is written once more, to a new segment: the error may concern only some blocks of the
// old one, and to end the service for them would be too much. The old file is not synced again and not trusted (see
// errSync); the new header says where it ends. If that fails as well, the log is closed for good, and only a restart,
// which reads back what is on the disk, can open it.
func (l *ledger) write(batch []*entry) error {
	err := l.w.append(batch)
	if errors.Is(err, errSync) {
		if err = l.w.replace(); err == nil {
			err = l.w.append(batch)
		}
		if err != nil {
			return l.fail(err)
		}
	}
	if err != nil {
		return l.refuse(err)
	}
	c := &l.count
	c.appended.Add(uint64(len(batch)))
	c.batches.Add(1)
	c.bytes.Add(uint64(l.w.written))
	c.syncing.Add(int64(l.w.syncTime))
	c.lastSync.Store(int64(l.w.syncTime))
	fresh := l.segment != l.w.header.Segment
	l.segment = l.w.header.Segment
	if fresh {
		l.keeper.look()
	}
	if l.notary != nil {
		l.w.buf = l.notary.take(l.w.buf, fresh)
	}
	return nil
}

// refuse stops the taking of decisions, and returns the error that Append gives from now on. It is for a while if
// the segment is as good as before: there is no space for more, or a new one cannot be started (the process may have
// run out of file descriptors). It is for good if the disk failed.
func (l *ledger) refuse(cause error) error {
	heals := isFull(cause) || errors.Is(cause, errNoSegment)
	if !heals || errors.Is(cause, errSync) || errors.Is(cause, errPartial) {
		return l.fail(cause)
	}
	if r := l.refusal.Load(); r != nil {
		return r.err
	}
	r := &refusal{err: fmt.Errorf("%w: %w", ErrFailed, cause)}
	l.refusal.Store(r)
	l.w.useReserve()
	// The log itself tells from when to when it refused. The reserve has room for that; where the file system has not
	// granted a reserve, it is left out.
	_ = l.say(event{reason: "audit.halt", action: "block"})
	return r.err
}

func (l *ledger) fail(cause error) error {
	r := &refusal{err: fmt.Errorf("%w for good: %w", ErrFailed, cause), final: true}
	l.refusal.Store(r)
	return r.err
}

// watch looks at the free space and takes decisions again when there is enough. It is called each second, so that
// readiness follows the disk also when no exchange asks: a gate that is not ready gets none.
func (l *ledger) watch() {
	r := l.refusal.Load()
	if r != nil && r.final {
		return
	}
	free, err := freeSpace(l.cfg.Dir)
	if err != nil {
		return // an append will meet the same trouble, and has a caller to tell
	}
	l.count.freeDisk.Store(free)
	switch {
	case r == nil && free < l.cfg.MinFree:
		_ = l.refuse(fmt.Errorf("%d bytes are free, less than the minimum of %d: %w", free, l.cfg.MinFree, unix.ENOSPC))
	case r != nil && free >= l.cfg.MinFree+l.cfg.MinFree/8: // an eighth more, so as not to swing
		l.resume()
	}
}

// resume takes decisions again if the reserve is there again and a record can be written. That record is the proof.
func (l *ledger) resume() {
	if l.w.reserve.fill() != nil {
		return
	}
	if l.w.full() {
		if err := l.w.rotate(); err != nil {
			_ = l.refuse(err)
			return
		}
	}
	if l.say(event{reason: "audit.resume", action: "allow"}) == nil {
		l.refusal.Store(nil)
	}
}

// say writes a record of the log's own. The caller is the writing goroutine, or there is none yet.
func (l *ledger) say(what event) error {
	l.alert(what.reason)
	e, err := l.own.say(&l.cfg, what)
	if err != nil {
		return err
	}
	return l.write([]*entry{e})
}
