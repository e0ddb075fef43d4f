package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// search is a query on its way through the months.
type search struct {
	x     *Index
	terms []query.Term
	also  []markRange // one of them must hold, if there are any
	span  span
}

// markRange is a mark, or the marks that begin with it.
type markRange struct {
	start string
	exact bool
}

// forever is the span of all times that a decision can have.
func forever() span { return span{math.MinInt64, math.MaxInt64} }

// search prepares a query: it has a bound of time, or gets one.
func (x *Index) search(q query.Query) *search {
	s := &search{x: x, span: forever()}
	bound := true
	for _, t := range q.Terms() {
		switch {
		case t.Key == "after" || t.Key == "before":
			continue
		case (t.Key == "id" || t.Key == "case") && !t.Not:
			bound = false // there is little to search through
		}
		s.terms = append(s.terms, t)
	}
	from, to := q.Span()
	if !to.IsZero() {
		s.span.hi = micros(to) - 1 // times have whole microseconds
		if to.Nanosecond()%1000 != 0 {
			s.span.hi++
		}
	}
	switch {
	case !from.IsZero():
		s.span.lo = micros(from)
		if from.Nanosecond()%1000 != 0 {
			s.span.lo++
		}
	case bound && to.IsZero():
		s.span.lo = micros(x.cfg.Now().Add(-DefaultSpan))
	case bound:
		s.span.lo = micros(to.Add(-DefaultSpan))
	}
	return s
}

// clause is a term as one month understands it: the names that its alternatives fit there.
type clause struct {
	names []nameID
	marks []markRange
	ords  map[int64]*set // by chunk
	not   bool
	n     int64 // about how many decisions it finds, whatever not says
}

// maxIDs is how many decisions of a month a term of id may find.
const maxIDs = 1 << 16

// compile returns the clauses of a search for a month, the rarest first and the excluding ones last. none says that
// nothing in the month can be found.
func (s *search) compile(ctx context.Context, v *view) (clauses []clause, none bool, err error) {
	for _, t := range s.terms {
		c := clause{not: t.Not}
		d, ok := dimOf(t.Key)
		all := false
		switch {
		case ok:
			c.names, all = v.names.matching(d, t.Matches)
			for _, id := range c.names {
				c.n += v.names.list[id].n
			}
		case t.Key == "fp" || t.Key == "case":
			c.marks = markRanges(t)
		case t.Key == "id":
			if c.ords, err = v.find(ctx, t); err != nil {
				return nil, false, err
			}
		default:
			return nil, false, fmt.Errorf("%w: %s", ErrUnsupported, t.Key)
		}
		found := len(c.names)+len(c.marks)+len(c.ords) > 0
		switch {
		case all && t.Not, !found && !t.Not:
			return nil, true, nil
		case all, !found:
			continue
		}
		clauses = append(clauses, c)
	}
	if len(s.also) > 0 {
		clauses = append(clauses, clause{marks: s.also})
	}
	slices.SortStableFunc(clauses, func(a, b clause) int {
		switch {
		case a.not == b.not:
			return int(a.n - b.n)
		case a.not:
			return 1
		}
		return -1
	})
	return clauses, false, nil
}

func markRanges(t query.Term) []markRange {
	kind := printMark
	if t.Key == "case" {
		kind = caseMark
	}
	var list []markRange
	for _, r := range t.Ranges() {
		list = append(list, markRange{start: kind + r.Start, exact: r.Exact})
	}
	return list
}

// find returns the places of the decisions with certain IDs.
func (v *view) find(ctx context.Context, t query.Term) (map[int64]*set, error) {
	found := make(map[int64]*set)
	n := 0
	for _, r := range t.Ranges() {
		text, args := `SELECT ord FROM rows WHERE id = ?`, []any{r.Start}
		if !r.Exact {
			text, args = `SELECT ord FROM rows WHERE id >= ? AND id < ?`, []any{r.Start, r.Start + "\x7f"} // an ID is ASCII
		}
		if err := scanRows(ctx, v.tx, func(scan func(...any) error) error {
			var ord int64
			if err := scan(&ord); err != nil {
				return err
			}
			s := found[ord>>chunkBits]
			if s == nil {
				s = new(set)
				found[ord>>chunkBits] = s
			}
			if s.add(uint16(ord & chunkMask)); n == maxIDs {
				return fmt.Errorf("%w: more of the ID is needed", ErrUnsupported)
			}
			n++
			return nil
		}, text, args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// place is a decision in the order of lists.
type place struct {
	month string
	ord   int64
}

// visit is told which decisions of a chunk are found. It must not keep found. It returns whether it wants more.
type visit func(v *view, chunk int64, found *set) (more bool, err error)

// The windows of chunks that are searched at once: small first, because most pages are found in the newest chunks.
const (
	firstWindow = 2
	lastWindow  = 128
)

// walk visits the chunks in which there are decisions of the search, the newest first if down is set, else the oldest.
// after, if it is not nil, is where to begin; it is left out itself.
func (s *search) walk(ctx context.Context, down bool, after *place, visit visit) error {
	names, err := months(s.x.cfg.Dir)
	if err != nil {
		return err
	}
	if down {
		slices.Reverse(names)
	}
	for _, name := range names {
		in, err := monthSpan(name)
		if err != nil {
			return err
		}
		if in.hi < s.span.lo || s.span.hi < in.lo {
			continue
		}
		from := int64(-1)
		if after != nil {
			switch order := strings.Compare(name, after.month); {
			case order == 0:
				from = after.ord
			case (order < 0) != down:
				continue
			}
		}
		more, err := s.walkMonth(ctx, name, down, from, visit)
		if isGone(err) {
			continue
		}
		if err != nil || !more {
			return s.x.explain(err, name)
		}
	}
	return nil
}

func (s *search) walkMonth(ctx context.Context, name string, down bool, from int64, visit visit) (more bool, err error) {
	m, err := s.x.month(ctx, name)
	if err != nil {
		return false, err
	}
	defer s.x.release(m)
	v, err := m.at(ctx)
	if err != nil {
		return false, err
	}
	defer v.close()
	clauses, none, err := s.compile(ctx, v)
	if none || err != nil {
		return err == nil, err
	}
	lo, hi := v.overlapping(s.span)
	if from >= 0 && down {
		hi = min(hi, from>>chunkBits)
	} else if from >= 0 {
		lo = max(lo, from>>chunkBits)
	}
	w := window{v: v, clauses: clauses, span: s.span, down: down, from: from, visit: visit}
	for width := int64(firstWindow); lo <= hi; width = min(2*width, lastWindow) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		part := [2]int64{lo, min(lo+width-1, hi)}
		if down {
			part = [2]int64{max(hi-width+1, lo), hi}
			hi = part[0] - 1
		} else {
			lo = part[1] + 1
		}
		if more, err := w.search(ctx, part[0], part[1]); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// overlapping returns the first and the last chunk with decisions in a span of time.
func (v *view) overlapping(in span) (lo, hi int64) {
	overlaps := func(chunk int64) bool {
		if v.size(chunk) == 0 {
			return false
		}
		all := v.clock(chunk).all
		return all.lo <= in.hi && in.lo <= all.hi
	}
	lo, hi = 0, v.chunks()-1
	for ; lo <= hi && !overlaps(lo); lo++ {
	}
	for ; lo <= hi && !overlaps(hi); hi-- {
	}
	return lo, hi
}

// window searches some chunks at once.
type window struct {
	v       *view
	clauses []clause
	span    span
	down    bool
	from    int64
	visit   visit

	found, scratch []set
	sets, loaded   []*set
}

// search searches the chunks from lo to hi and visits those with decisions that were found.
func (w *window) search(ctx context.Context, lo, hi int64) (more bool, err error) {
	n := int(hi - lo + 1)
	if len(w.found) < n {
		w.found, w.scratch = make([]set, n), make([]set, n)
	}
	w.sets, w.loaded = make([]*set, n), make([]*set, n)
	closed := n
	if hi == w.v.tail.chunk {
		closed--
		w.sets[closed] = &w.found[closed]
		w.v.tailSet(w.clauses, w.sets[closed])
	}
	if err := w.combine(ctx, lo, closed); err != nil {
		return false, err
	}
	for i := range n {
		at := i
		if w.down {
			at = n - 1 - i
		}
		found, chunk := w.sets[at], lo+int64(at)
		if found == nil {
			continue
		}
		if err := w.v.trim(ctx, chunk, found, w.span); err != nil {
			return false, err
		}
		if chunk == w.from>>chunkBits && w.from >= 0 {
			if w.down {
				found.below(int(w.from & chunkMask))
			} else {
				found.above(int(w.from&chunkMask) + 1)
			}
		}
		if found.empty() {
			continue
		}
		if more, err := w.visit(w.v, chunk, found); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// combine leaves in w.sets, for the first closed chunks of the window, those decisions for which all clauses hold.
func (w *window) combine(ctx context.Context, lo int64, closed int) error {
	for i := range closed {
		w.sets[i] = &w.found[i]
		if len(w.clauses) > 0 && !w.clauses[0].not {
			clear(w.sets[i][:])
		} else {
			w.sets[i].fill(w.v.size(lo + int64(i)))
		}
	}
	for k := range w.clauses {
		c := &w.clauses[k]
		if k == 0 && !c.not {
			if err := w.v.load(ctx, c, lo, w.sets[:closed]); err != nil {
				return err
			}
		} else {
			for i := range closed {
				if w.loaded[i] = nil; w.sets[i] != nil {
					w.loaded[i] = &w.scratch[i]
					clear(w.loaded[i][:])
				}
			}
			if err := w.v.load(ctx, c, lo, w.loaded[:closed]); err != nil {
				return err
			}
		}
		for i := range closed {
			s := w.sets[i]
			if s == nil {
				continue
			}
			if k > 0 || c.not {
				if c.not {
					s.andNot(w.loaded[i])
				} else {
					s.and(w.loaded[i])
				}
			}
			if s.empty() {
				w.sets[i] = nil
			}
		}
	}
	return nil
}

// tailSet puts into found which decisions of the tail the clauses find.
func (v *view) tailSet(clauses []clause, found *set) {
	clear(found[:])
	t := v.tail
	bits := make([]uint64, len(v.names.list)) // of each name: the clauses that it fits
	extra := make(map[uint16]uint64)          // of each decision: the clauses that its marks fit
	var must, mustNot uint64
	for k, c := range clauses {
		bit := uint64(1) << k // there are at most 64 terms; see query.Parse
		if c.not {
			mustNot |= bit
		} else {
			must |= bit
		}
		for _, id := range c.names {
			bits[id] |= bit
		}
		for _, r := range c.marks {
			for _, m := range t.marks {
				if m.text == r.start || !r.exact && strings.HasPrefix(m.text, r.start) {
					extra[m.at] |= bit
				}
			}
		}
		if s := c.ords[t.chunk]; s != nil {
			s.ascending(func(at uint16) bool { extra[at] |= bit; return true })
		}
	}
	start := uint32(0)
	for at, end := range t.ends[:v.n] {
		rv := t.reviews[at]
		has := bits[rv.status] | bits[rv.verdict] | bits[rv.assignee]
		for _, id := range t.ids[start:end] {
			has |= bits[id]
		}
		if start = end; len(extra) > 0 {
			has |= extra[uint16(at)]
		}
		if has&must == must && has&mustNot == 0 {
			found.add(uint16(at))
		}
	}
}

// begin bounds the time of a search.
func (x *Index) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, x.cfg.Timeout, ErrTimeout)
}

// finish turns the end of a search's time into ErrTimeout.
func (x *Index) finish(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrTimeout) {
		return fmt.Errorf("%w: it was stopped after %s; narrow it with after:, before: or other terms",
			ErrTimeout, x.cfg.Timeout.Round(time.Millisecond))
	}
	return err
}
