package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// maxBatch is how many bytes one write takes, give or take a line.
	maxBatch = 1 << 20
	// margin is the room that is allocated behind SegmentBytes: for the batch that fills a segment, and as much again as
	// a reserve for what must still be written when the disk is full.
	margin = 2 * (maxBatch + MaxLine + 1)
)

// errSync marks the failure of a sync, after which the kernel may have dropped the dirty pages and marked them clean:
// a second sync of the same file would report a success that means nothing (Rebello et al., "Can Applications Recover
// from fsync Failures?", USENIX ATC 2020; PostgreSQL's fsyncgate, 2018).
var errSync = errors.New("sync failed")

// errNoSegment marks the failure to start a segment, which leaves the one before as it was.
var errNoSegment = errors.New("start segment")

// errPartial marks a write that failed half way and could not be undone.
var errPartial = errors.New("partial write stays")

// writer appends to the last segment of a log. It has no lock: one goroutine owns it.
type writer struct {
	dir  string
	node string
	kind string // of headers
	// pruned says that the log may begin at a later record than the first, which the checkpoints prove.
	pruned bool
	limit  int64 // Config.SegmentBytes
	now    func() time.Time
	sync   func(*os.File) error // datasync; a test makes it fail
	link   *linker
	buf    []byte

	folder *os.File // dir, held open so that its sync needs no descriptor at the wrong moment
	file   *os.File // the segment, opened for appending
	header header
	size   int64 // the bytes of file that are durable
	tip    tip

	reserve reserve
	extra   int64 // bytes of the reserve that the segment got

	syncTime time.Duration // of the last append
	written  int           // bytes of the last append
}

// append writes the records in batch, numbered on from the tip, and returns when they are durable. If it fails, the
// tip stays, and no byte behind w.size counts. An error that wraps errSync means that the file must not be used again.
func (w *writer) append(batch []*entry) error {
	next := w.tip
	w.buf = w.buf[:0]
	for _, e := range batch {
		next.seq++
		start := len(w.buf)
		w.buf = e.appendBody(w.buf, next.seq)
		w.buf, next.chain = w.link.seal(w.buf, start, next.chain)
		e.seq = next.seq
	}

	// One write(2) puts the batch into the page cache. From here on a reader sees it and a kill -9 does not lose it: the
	// pages are the kernel's.
	if _, err := w.file.Write(w.buf); err != nil {
		// Part of the batch may stand there, up to the middle of a line. It goes before anyone can append behind it. The
		// truncation needs no sync: what a power failure could bring back is again the beginning of one batch, which
		// recovery knows how to cut off.
		if undo := w.file.Truncate(w.size); undo != nil {
			return fmt.Errorf("%w: %s: %w, and then %w", errPartial, w.path(), err, undo)
		}
		return fmt.Errorf("write %s: %w", w.path(), err)
	}

	// fdatasync(2) makes it survive a power failure as well: it returns when the drive has the data and the file's new
	// length on stable storage. The file's name has been durable since start.
	began := time.Now()
	if err := w.sync(w.file); err != nil {
		return fmt.Errorf("%w: %s: %w", errSync, w.path(), err)
	}
	w.syncTime = time.Since(began)
	w.written = len(w.buf)
	w.size += int64(len(w.buf))
	w.tip = next
	return nil
}

// path is the segment's name for errors; file itself still has the name that it was opened by.
func (w *writer) path() string { return filepath.Join(w.dir, segmentName(w.header.First)) }

// close lets go of the files. If tidy is set, the blocks that were allocated behind the segment's end are given back.
func (w *writer) close(tidy bool) error {
	var errs []error
	if w.file != nil {
		if tidy {
			errs = append(errs, w.file.Truncate(w.size))
		}
		errs = append(errs, w.file.Close())
	}
	if w.folder != nil {
		errs = append(errs, w.folder.Close())
	}
	return errors.Join(errs...)
}

// full reports whether the next record belongs into a new segment.
func (w *writer) full() bool { return w.size >= w.limit }

// exhausted reports whether the reserve behind a full segment is used up too.
func (w *writer) exhausted() bool { return w.size >= w.limit+margin/2+w.extra }

// useReserve makes the reserve part of the segment.
func (w *writer) useReserve() {
	if w.extra == 0 {
		w.extra = w.reserve.spend(w.file, w.limit+margin)
	}
}

// rotate starts the next segment. If it fails with an error that isFull, the old one is still good.
func (w *writer) rotate() error {
	old, size := w.file, w.size
	if err := w.start(w.following(0)); err != nil {
		return err
	}
	release(old, size)
	return nil
}

// replace starts a new segment in place of one whose sync failed. The new header says how much of the old segment
// counts, because its unsynced end can neither be trusted to be there nor to be gone.
func (w *writer) replace() error {
	old, size := w.file, w.size
	if err := w.start(w.following(size)); err != nil {
		return err
	}
	release(old, size)
	return nil
}

// following returns the header of the segment that comes after the current one. A segment that has no record yet is
// not followed but written anew, under the same name and number: a name says which record comes first, so two
// segments with the same first record cannot be.
func (w *writer) following(cut int64) header {
	h := header{V: Version, Log: w.header.Log, Kind: w.kind, Node: w.node, Created: timestamp(w.now())}
	if w.tip.seq+1 == w.header.First {
		h.Segment, h.First, h.Previous, h.Cut = w.header.Segment, w.header.First, w.header.Previous, w.header.Cut
		return h
	}
	h.Segment, h.First, h.Previous, h.Cut = w.header.Segment+1, w.tip.seq+1, w.tip.chain, cut
	return h
}

// start makes the segment of h and writes to it from now on.
//
// A segment gets its name when its header is durable, so that neither a reader nor recovery ever meets one without:
//
//	openat(seg.tmp)  fallocate  write(header)  fdatasync   the header is durable, under a name that nobody reads
//	renameat(seg.tmp, seg-….log)                           it has its name, or not yet, but never half (POSIX rename)
//	fsync(folder)                                          it keeps the name
func (w *writer) start(h header) error {
	temp, path := filepath.Join(w.dir, freshName), filepath.Join(w.dir, segmentName(h.First))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoSegment, err)
	}
	size, c, err := w.writeHeader(f, h)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%w: %w", errNoSegment, err), f.Close(), os.Remove(temp))
	}
	// A new or renamed file may be gone after a power failure, whatever was synced into it, until its folder is synced
	// too (fsync(2): "Calling fsync() does not necessarily ensure that the entry in the directory containing the file
	// has also reached disk").
	if err := w.folder.Sync(); err != nil {
		return errors.Join(fmt.Errorf("%w: %s: %w", errSync, w.dir, err), f.Close())
	}
	w.file, w.header, w.size, w.extra = f, h, size, 0
	w.tip = tip{seq: h.First - 1, chain: c}
	return nil
}

func (w *writer) writeHeader(f *os.File, h header) (size int64, c chain, err error) {
	if err := allocate(f, w.limit+margin); err != nil {
		return 0, chain{}, err
	}
	body, err := json.Marshal(h)
	if err != nil {
		return 0, chain{}, err
	}
	line, c := w.link.seal(body, 0, h.Previous)
	if _, err := f.Write(line); err != nil {
		return 0, chain{}, err
	}
	if err := w.sync(f); err != nil {
		return 0, chain{}, fmt.Errorf("%w: %w", errSync, err)
	}
	return int64(len(line)), c, nil
}

// release ends the writing of a segment and gives back the blocks that were allocated behind its end. Everything that
// counts has been synced, so neither failure loses anything.
func release(f *os.File, size int64) {
	_ = f.Truncate(size)
	_ = f.Close()
}
