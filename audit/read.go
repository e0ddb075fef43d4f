package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
)

// Read returns the records of the log in dir, oldest first, up to the one that was last when it got there. The log
// may be written at the same time; a record may be returned before it is durable. After an error the sequence ends.
// Read checks that the numbers have no gap, and leaves the chain to [Verify].
func Read(dir string) iter.Seq2[*Decision, error] { return read[Decision](dir, 0) }

// ReadAccess is [Read] for an access log.
func ReadAccess(dir string) iter.Seq2[*Access, error] { return read[Access](dir, 0) }

// ReadAccessFrom is [ReadAccess] from record number seq on. It reads no segment that ended before.
func ReadAccessFrom(dir string, seq uint64) iter.Seq2[*Access, error] { return read[Access](dir, seq) }

// Follow returns the records that are appended to the log in dir after the call, as they come, until ctx ends, which
// is not an error.
func Follow(ctx context.Context, dir string) iter.Seq2[*Decision, error] {
	last, err := Last(dir)
	if err != nil {
		return func(yield func(*Decision, error) bool) { yield(nil, err) }
	}
	return FollowFrom(ctx, dir, last+1)
}

// FollowFrom returns the records of the log in dir from number seq on, those that are there and then those that come,
// until ctx ends, which is not an error. Records that were pruned are passed over. It looks five times a second, and
// when one of bells rings, as that of the log does in the process that writes it; nil bells are left out.
func FollowFrom(ctx context.Context, dir string, seq uint64, bells ...*Bell) iter.Seq2[*Decision, error] {
	return follow[Decision](ctx, dir, seq, bells)
}

// FollowAccess is [FollowFrom] for an access log.
func FollowAccess(ctx context.Context, dir string, seq uint64, bells ...*Bell) iter.Seq2[*Access, error] {
	return follow[Access](ctx, dir, seq, bells)
}

func read[T any, P numbered[T]](dir string, seq uint64) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		c := cursor[T, P]{dir: dir, want: seq}
		defer c.close()
		for {
			r, err := c.next()
			if errors.Is(err, io.EOF) || !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func follow[T any, P numbered[T]](ctx context.Context, dir string, seq uint64, bells []*Bell) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		c := cursor[T, P]{dir: dir, want: seq}
		defer c.close()
		v := newVigil(bells)
		defer v.end()
		for ctx.Err() == nil {
			r, err := c.next()
			if !errors.Is(err, io.EOF) {
				if !yield(r, err) || err != nil {
					return
				}
				continue
			}
			v.wait(ctx.Done())
		}
	}
}

// numbered is a record of a log: *Decision, *Access or *rawRecord.
type numbered[T any] interface {
	*T
	// read decodes a line, which it does not retain, and returns the record's number.
	read(line []byte) (seq uint64, err error)
}

func (d *Decision) read(line []byte) (uint64, error) {
	err := json.Unmarshal(line, d)
	return d.Seq, err
}

func (a *Access) read(line []byte) (uint64, error) {
	err := json.Unmarshal(line, a)
	return a.Seq, err
}

// cursor reads records in order while the log grows.
type cursor[T any, P numbered[T]] struct {
	dir   string
	want  uint64 // the number of the next record to return; 0 is whichever is first
	first uint64 // of the segment that is open
	file  segmentFile
	lines *lines
	line  int  // counted from the header on; 0 where the reading began further behind
	body  bool // the header is behind
	ended bool // a newer segment was there when this one was last read on
}

// next returns the next record. The error is io.EOF when there is none yet.
func (c *cursor[T, P]) next() (*T, error) {
	if c.file == nil {
		if err := c.begin(); err != nil {
			return nil, err
		}
	}
	for {
		offset := c.lines.off
		line, err := c.lines.next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, errTorn):
			if err := c.advance(offset, err); err != nil {
				return nil, err
			}
			continue
		case errors.Is(err, errLong):
			line = nil // which is no record
		case err != nil:
			return nil, fmt.Errorf("read audit log: %w", err)
		}
		if c.line > 0 || !c.body {
			c.line++
		}
		if !c.body {
			c.body = true
			continue // the header
		}
		r := new(T)
		seq, err := P(r).read(line)
		switch {
		case err != nil:
			if err := c.supersede(offset); err != nil {
				return nil, err
			}
			continue
		case seq < c.want:
			continue // not asked for, or known from a segment whose sync failed
		case seq > c.want:
			return nil, c.corrupt(offset, fmt.Sprintf("record has number %d", seq))
		}
		c.want++
		c.ended = false
		return r, nil
	}
}

// begin opens the segment in which the wanted record is or will be.
func (c *cursor[T, P]) begin() error {
	firsts, err := segments(c.dir)
	if err != nil {
		return err
	}
	if len(firsts) == 0 {
		return io.EOF
	}
	c.want = max(c.want, firsts[0])
	at := firsts[0]
	for _, first := range firsts {
		if first <= c.want {
			at = first
		}
	}
	return c.open(at)
}

func (c *cursor[T, P]) open(first uint64) error {
	f, err := openSegment(c.dir, first)
	if errors.Is(err, fs.ErrNotExist) {
		// It may have been pruned since it was listed. Then there is another first one.
		if firsts, again := segments(c.dir); again == nil && len(firsts) > 0 && firsts[0] > first {
			c.want = max(c.want, firsts[0])
			f, err = openSegment(c.dir, firsts[0])
			first = firsts[0]
		}
	}
	if err != nil {
		return err
	}
	limit, err := c.limit(first)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	c.close()
	c.file, c.lines, c.first, c.line, c.body, c.ended = f, newLines(f, limit), first, 0, false, false
	if c.want > first {
		at, err := seekRecord(f, c.want)
		if err != nil {
			return fmt.Errorf("read audit log: %w", err)
		}
		if at > 0 {
			c.lines.off, c.body = at, true
		}
	}
	return nil
}

// limit returns how many bytes of a segment count, if the one after it says so already; negative is all.
func (c *cursor[T, P]) limit(first uint64) (int64, error) {
	firsts, err := segments(c.dir)
	if err != nil {
		return 0, err
	}
	if at, found := slices.BinarySearch(firsts, first); found {
		return limits(c.dir, firsts[at:min(at+2, len(firsts))])[0], nil
	}
	return -1, nil
}

// advance goes on at the end of a segment, which is io.EOF or errTorn: to the next segment, or nowhere (io.EOF).
func (c *cursor[T, P]) advance(offset int64, end error) error {
	newer, pruned, err := c.newer()
	switch {
	case err != nil:
		return err
	case newer == 0:
		return io.EOF
	case pruned:
		c.want = max(c.want, newer)
		return c.open(newer)
	case newer <= c.want && errors.Is(end, errTorn):
		return c.supersede(offset)
	case newer <= c.want:
		return c.open(newer)
	case c.ended:
		return c.corrupt(offset, fmt.Sprintf("records are missing up to number %d", newer-1))
	}
	// Nothing is written to a segment once the next one exists, but between the end that was seen here and the look
	// into the folder something may have been. One more read settles it.
	c.ended = true
	return nil
}

// supersede goes on to the next segment if that one's header says that a sync failed here, and has the wanted record:
// then what cannot be read is what the failure left behind.
func (c *cursor[T, P]) supersede(offset int64) error {
	newer, _, err := c.newer()
	if err != nil {
		return err
	}
	if newer == 0 || newer > c.want {
		return c.corrupt(offset, "not a record")
	}
	h, err := readHeader(c.dir, newer)
	if err != nil {
		return err
	}
	if h.Cut == 0 {
		return c.corrupt(offset, "not a record")
	}
	return c.open(newer)
}

// newer returns the first record of the segment after the one that is open, 0 if there is none, and whether all before
// it were pruned.
func (c *cursor[T, P]) newer() (first uint64, pruned bool, err error) {
	firsts, err := segments(c.dir)
	if err != nil {
		return 0, false, err
	}
	for i, first := range firsts {
		if first > c.first {
			return first, i == 0, nil
		}
	}
	return 0, false, nil
}

func (c *cursor[T, P]) corrupt(offset int64, what string) *CorruptError {
	return &CorruptError{File: c.file.Name(), Line: c.line, Offset: offset, Seq: c.want, What: what}
}

func (c *cursor[T, P]) close() {
	if c.file != nil {
		_ = c.file.Close() // it was only read
	}
}
