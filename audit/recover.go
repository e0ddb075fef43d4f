package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// resume continues the log whose segments begin with the given records, and returns how many bytes of an unfinished
// batch it cut off. It checks the whole last segment and its link to the one before; [Verify] checks the rest.
func (w *writer) resume(firsts []uint64) (torn int64, err error) {
	s, err := openScan(w.dir, firsts[len(firsts)-1], -1)
	if err != nil {
		return 0, err
	}
	defer s.close()
	if s.header.Kind != w.kind {
		return 0, s.atHeader("records of another kind")
	}
	if err := linked(w.dir, firsts, s, w.pruned); err != nil {
		return 0, err
	}
	broken := s.rest()
	f, err := os.OpenFile(s.file.Name(), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return 0, fmt.Errorf("continue: %w", err)
	}
	if torn, err = w.mend(f, s.size, broken); err != nil {
		return 0, errors.Join(err, f.Close())
	}
	w.file, w.header, w.size, w.tip = f, s.header, s.size, s.tip
	return torn, nil
}

// rest reads on to the end of the segment and returns what is wrong with it.
func (s *scan) rest() error {
	var rec brief
	for {
		if err := s.next(&rec); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// linked reports what is wrong between the last segment and the one before it, which may have been pruned.
func linked(dir string, firsts []uint64, last *scan, pruned bool) error {
	if len(firsts) == 1 {
		if e := last.follows(nil); e != nil {
			return e
		}
		if !pruned && last.header.First > 1 {
			return last.atHeader("not the first segment of a log, and without a key none is pruned")
		}
		return nil
	}
	limit := int64(-1)
	if last.header.Cut > 0 {
		limit = last.header.Cut
	}
	before, err := openScan(dir, firsts[len(firsts)-2], limit)
	if err != nil {
		return err
	}
	defer before.close()
	if before.tip, err = lastTip(before, limit); err != nil {
		return err
	}
	if e := last.follows(before); e != nil {
		return e
	}
	return nil
}

// mend cuts off what stands behind the last good line, if a crash explains it, and makes durable what stays: until
// now it may have been in the page cache only, and the next record is chained to it.
func (w *writer) mend(f *os.File, size int64, broken error) (torn int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("continue: %w", err)
	}
	if torn = info.Size() - size; broken != nil {
		if ok, err := tornBatch(f, size, torn); err != nil {
			return 0, err
		} else if !ok {
			return 0, broken
		}
		if err := f.Truncate(size); err != nil {
			return 0, fmt.Errorf("cut off an incomplete line: %w", err)
		}
	}
	// Without the space the next append may fail, and says so itself.
	_ = allocate(f, w.limit+margin)
	if err := w.sync(f); err != nil {
		return 0, fmt.Errorf("%w: %w", errSync, err)
	}
	return torn, nil
}

// tornBatch reports whether the n bytes behind the last good line can be what a crash leaves of a batch that was never
// synced, and so never acknowledged. Two things can:
//
//   - A line without its newline: the write ended early.
//   - A line with zero bytes in it: after a power failure, any subset of the batch's pages may have reached the disk
//     under a file length that covers them all, and the others read as zeros (Pillai et al., "All File Systems Are
//     Not Created Equal", OSDI 2014, section 4.1). No line of ours has a zero byte.
//
// Anything else was changed by somebody, and stays for [Verify] to show. So does more than a batch.
func tornBatch(f io.ReaderAt, size, n int64) (bool, error) {
	if n > maxBatch+MaxLine+1 {
		return false, nil
	}
	tail := make([]byte, n)
	if _, err := f.ReadAt(tail, size); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("continue: %w", err)
	}
	line, _, complete := bytes.Cut(tail, []byte{'\n'})
	return !complete || bytes.IndexByte(line, 0) >= 0, nil
}

// first starts a new log.
func (w *writer) first() error {
	log := NewID(w.now())
	return w.start(header{V: Version, Log: log, Kind: w.kind, Segment: 1, First: 1, Node: w.node, Created: timestamp(w.now()),
		Previous: genesis(w.kind, w.node, log)})
}

// open continues the log in w.dir or starts it. The caller holds the lock, and calls close whatever open returns.
func (w *writer) open() (torn int64, err error) {
	if w.folder, err = os.Open(w.dir); err != nil {
		return 0, err
	}
	if err := os.Remove(filepath.Join(w.dir, freshName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	firsts, err := segments(w.dir)
	if err != nil {
		return 0, err
	}
	if len(firsts) == 0 {
		return 0, w.first()
	}
	return w.resume(firsts)
}

// adopt starts a segment if the last one is of another node: a segment is of one, so that its records can be checked
// against its header.
func (w *writer) adopt() error {
	if w.header.Node == w.node {
		return nil
	}
	return w.rotate()
}

// lastTip returns the tip of a segment by its last line alone.
func lastTip(s *scan, limit int64) (tip, error) {
	if limit < 0 {
		size, err := s.file.Size()
		if err != nil {
			return tip{}, fmt.Errorf("read audit log: %w", err)
		}
		limit = size
	}
	b, err := newBackwards(s.file, limit)
	if err != nil {
		return tip{}, s.failure(err)
	}
	line, offset, err := b.next()
	switch {
	case err == nil && offset == 0, errors.Is(err, io.EOF):
		return s.tip, nil // nothing but the header
	case err != nil:
		return tip{}, s.failure(err)
	}
	var rec brief
	var t tip
	_, digits, ok := splitChain(line)
	if !ok || t.chain.UnmarshalText(digits) != nil || json.Unmarshal(line, &rec) != nil {
		return tip{}, &CorruptError{File: s.file.Name(), Offset: offset, What: "last line is not a record"}
	}
	t.seq = rec.Seq
	return t, nil
}
