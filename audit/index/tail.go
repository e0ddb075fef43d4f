package index

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
)

// tail is the chunk of a month that is not full yet: its decisions have no stored sets, but are kept in memory, and
// read from the file by who opens it. A tail that searches use is not changed; the grown copy that takes its place
// shares its beginning.
type tail struct {
	chunk   int64
	times   []int64  // of each decision
	ids     []nameID // of all decisions
	ends    []uint32 // in ids, of each decision
	marks   []mark
	reviews []review // of each decision; shared by nobody who changes it
	changes int64    // counts the changes to reviews that the file knows of
}

// mark is a fingerprint or a case of a decision in the tail.
type mark struct {
	text string
	at   uint16
}

// review is the part of a decision's state by which it is found.
type review struct{ status, verdict, assignee nameID }

func (t *tail) len() int { return len(t.times) }

// add puts one more decision into t. Only the newest copy of a tail may be added to.
func (t *tail) add(at int64, p *packed, names *names, rv review) {
	place := uint16(len(t.times))
	t.times = append(t.times, at)
	t.ids = p.ids(t.ids)
	t.ends = append(t.ends, uint32(len(t.ids)))
	for _, text := range p.marks(names) {
		t.marks = append(t.marks, mark{text: text, at: place})
	}
	t.reviews = append(t.reviews, rv)
}

// idsOf returns the numbers of the names of a decision, without those of its review.
func (t *tail) idsOf(at int) []nameID {
	start := uint32(0)
	if at > 0 {
		start = t.ends[at-1]
	}
	return t.ids[start:t.ends[at]]
}

// each calls f for each name of each of the first n decisions.
func (t *tail) each(n int, f func(at uint16, id nameID)) {
	for i := range n {
		for _, id := range t.idsOf(i) {
			f(uint16(i), id)
		}
		rv := t.reviews[i]
		f(uint16(i), rv.status)
		f(uint16(i), rv.verdict)
		f(uint16(i), rv.assignee)
	}
}

// setReview returns t with other reviews at some places.
func (t *tail) setReview(changes int64, change map[uint16]review) *tail {
	changed := *t
	changed.reviews = slices.Clone(t.reviews)
	for at, rv := range change {
		if int(at) < len(changed.reviews) {
			changed.reviews[at] = rv
		}
	}
	changed.changes = changes
	return &changed
}

// readTail returns a copy of a tail with all that the file holds of its chunk.
func readTail(ctx context.Context, db queryer, before *tail, names *names, changes int64) (*tail, error) {
	t := new(tail)
	*t = *before
	var data sql.RawBytes
	if err := scanRows(ctx, db, func(scan func(...any) error) error {
		var ord, at int64
		if err := scan(&ord, &at, &data); err != nil {
			return err
		}
		p, err := unpack(data)
		if err != nil {
			return err
		}
		if ord != t.chunk<<chunkBits+int64(t.len()) || t.len() == chunkSize {
			return errRecord
		}
		t.add(at, p, names, firstReview(p, names))
		return nil
	}, `SELECT ord, time, data FROM rows WHERE ord >= ? ORDER BY ord`, t.chunk<<chunkBits+int64(t.len())); err != nil {
		return nil, err
	}
	if changes == 0 {
		return t, nil
	}
	return readReviews(ctx, db, t, names, changes)
}

// firstReview is where the review of a decision begins.
func firstReview(p *packed, names *names) review {
	rv := review{status: dimStatus.none(), verdict: dimVerdict.none(), assignee: dimAssignee.none()}
	if p.needsReview(names) {
		rv.status = openStatus
	}
	return rv
}

func readReviews(ctx context.Context, db queryer, t *tail, names *names, changes int64) (*tail, error) {
	change := make(map[uint16]review)
	known := make(map[name]nameID)
	find := func(d dim, text string) nameID {
		key := name{dim: d, text: text}
		if _, ok := known[key]; !ok {
			known[key], _ = names.find(d, text)
		}
		return known[key]
	}
	err := scanRows(ctx, db, func(scan func(...any) error) error {
		var ord int64
		var status, verdict, assignee string
		if err := scan(&ord, &status, &verdict, &assignee); err != nil {
			return err
		}
		rv := review{status: find(dimStatus, status), verdict: find(dimVerdict, verdict), assignee: find(dimAssignee, assignee)}
		if rv.status == 0 || rv.verdict == 0 || rv.assignee == 0 {
			return errRecord
		}
		change[uint16(ord&chunkMask)] = rv
		return nil
	}, `SELECT ord, status, verdict, assignee FROM states WHERE ord >= ?`, t.chunk<<chunkBits)
	return t.setReview(changes, change), err
}

// blockSize is how many decisions of a chunk share their earliest and latest time.
const (
	blockSize   = 1 << 10
	chunkBlocks = chunkSize / blockSize
)

// span is from the earliest to the latest time of some decisions, both included.
type span struct{ lo, hi int64 }

func (s span) with(t int64) span { return span{min(s.lo, t), max(s.hi, t)} }

// clock is when the decisions of a closed chunk were taken.
type clock struct {
	n      int
	all    span
	blocks [chunkBlocks]span
}

// newClock returns the clock of some times.
func newClock(times []int64) clock {
	c := clock{n: len(times)}
	for i, t := range times {
		if i == 0 {
			c.all = span{t, t}
		}
		c.all = c.all.with(t)
		if i%blockSize == 0 {
			c.blocks[i/blockSize] = span{t, t}
		}
		c.blocks[i/blockSize] = c.blocks[i/blockSize].with(t)
	}
	return c
}

// appendTo appends the stored form.
func (c *clock) appendTo(dst []byte) []byte {
	for _, b := range c.blocks {
		dst = binary.AppendVarint(dst, b.lo)
		dst = binary.AppendUvarint(dst, uint64(b.hi-b.lo))
	}
	return dst
}

// read reads what appendTo wrote.
func (c *clock) read(data []byte) error {
	for i := range c.blocks {
		lo, size := binary.Varint(data)
		if size <= 0 {
			return errRecord
		}
		width, more := binary.Uvarint(data[size:])
		if more <= 0 {
			return errRecord
		}
		data = data[size+more:]
		c.blocks[i] = span{lo, lo + int64(width)}
	}
	if len(data) > 0 {
		return errRecord
	}
	return nil
}

// appendTimes appends the stored form of the times of a block.
func appendTimes(dst []byte, times []int64) []byte {
	before := int64(0)
	for _, t := range times {
		dst = binary.AppendVarint(dst, t-before)
		before = t
	}
	return dst
}

// readTimes reads what appendTimes wrote.
func readTimes(data []byte) ([]int64, error) {
	times := make([]int64, 0, blockSize)
	before := int64(0)
	for len(data) > 0 {
		step, size := binary.Varint(data)
		if size <= 0 || len(times) == blockSize {
			return nil, errRecord
		}
		before += step
		times = append(times, before)
		data = data[size:]
	}
	return times, nil
}
