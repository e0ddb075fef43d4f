package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// Facet tells how the decisions of a query are divided by one key.
type Facet struct {
	Key    string
	Values []FacetValue
	// Of is how many decisions were counted, the newest ones; Partial says that the query has more.
	Of      int
	Partial bool
}

// FacetValue is a value of a key and how many decisions have it. The empty value is that of those that have none.
type FacetValue struct {
	Value string
	Count int
}

// facetMost is how many decisions are counted for facets.
const facetMost = 10_000

// tally counts decisions by the values of some dimensions.
type tally struct {
	dims   []dim
	counts map[dim]map[string]int
	n      int
}

func newTally(dims ...dim) *tally {
	t := &tally{dims: dims, counts: make(map[dim]map[string]int)}
	for _, d := range dims {
		t.counts[d] = make(map[string]int)
	}
	return t
}

// add counts the decisions of a chunk that are found.
func (t *tally) add(ctx context.Context, v *view, chunk int64, found *set) error {
	n := found.count()
	t.n += n
	var ids []nameID
	for _, d := range t.dims {
		ids = append(ids, v.names.of(d)...)
	}
	switch {
	case chunk == v.tail.chunk:
		v.tail.each(v.n, func(at uint16, id nameID) {
			if found.has(at) {
				t.one(v.names, id)
			}
		})
		return nil
	case n < len(ids): // a decision is read about as fast as a set
		return t.read(ctx, v, chunk, found)
	}
	for part := range slices.Chunk(ids, 500) {
		if err := t.sets(ctx, v, chunk, found, part); err != nil {
			return err
		}
	}
	return nil
}

func (t *tally) one(names *names, id nameID) {
	nm := &names.list[id]
	if counts, ok := t.counts[nm.dim]; ok {
		counts[nm.text]++
	}
}

// read counts decisions by reading them.
func (t *tally) read(ctx context.Context, v *view, chunk int64, found *set) error {
	var ords []int64
	found.ascending(func(at uint16) bool { ords = append(ords, chunk<<chunkBits+int64(at)); return true })
	var data sql.RawBytes
	var ids []nameID
	return scanRows(ctx, v.tx, func(scan func(...any) error) error {
		var status, verdict, assignee sql.NullString
		if err := scan(&data, &status, &verdict, &assignee); err != nil {
			return err
		}
		p, err := unpack(data)
		if err != nil {
			return err
		}
		ids = p.ids(ids[:0])
		for _, id := range ids {
			t.one(v.names, id)
		}
		if !status.Valid {
			status.String = v.names.text(firstReview(p, v.names).status)
		}
		t.count(dimStatus, status.String)
		t.count(dimVerdict, verdict.String)
		t.count(dimAssignee, assignee.String)
		return nil
	}, `SELECT r.data, s.status, s.verdict, s.assignee FROM rows r LEFT JOIN states s ON s.ord = r.ord WHERE r.ord IN `+idList(ords))
}

func (t *tally) count(d dim, text string) {
	if counts, ok := t.counts[d]; ok {
		counts[text]++
	}
}

// sets counts decisions by the stored sets of names.
func (t *tally) sets(ctx context.Context, v *view, chunk int64, found *set, ids []nameID) error {
	return v.setsOf(ctx, ids, chunk, func(id nameID, s *set) {
		if n := s.countBoth(found); n > 0 {
			nm := &v.names.list[id]
			t.counts[nm.dim][nm.text] += n
		}
	})
}

// setsOf calls f for the stored set of each name in a closed chunk. f must not keep it.
func (v *view) setsOf(ctx context.Context, ids []nameID, chunk int64, f func(nameID, *set)) error {
	var data sql.RawBytes
	var s set
	stmt, err := v.prepare(ctx, `SELECT name, data FROM sets WHERE name IN `+idList(ids)+` AND chunk = ?`)
	if err != nil {
		return err
	}
	return scanStmt(ctx, stmt, func(scan func(...any) error) error {
		var at int64
		if err := scan(&at, &data); err != nil {
			return err
		}
		id := nameID(at)
		if clear(s[:]); int(id) >= len(v.names.list) {
			return errRecord
		}
		if err := s.orStored(data); err != nil {
			return err
		}
		f(id, &s)
		return nil
	}, chunk)
}

// top returns the most frequent values of a dimension.
func (t *tally) top(d dim, most int) []FacetValue {
	var list []FacetValue
	for value, n := range t.counts[d] {
		list = append(list, FacetValue{value, n})
	}
	slices.SortFunc(list, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return list[:min(len(list), most)]
}

// Facets returns, for each key, its most frequent values among the newest decisions of q, of which 10,000 are counted, or somewhat more.
// The error wraps ErrUnsupported for the keys id, fp, case, after and before.
func (x *Index) Facets(ctx context.Context, q query.Query, keys []string, top int) ([]Facet, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	var dims []dim
	for _, key := range keys {
		d, ok := dimOf(key)
		if !ok {
			return nil, fmt.Errorf("facets: %w: %s", ErrUnsupported, key)
		}
		dims = append(dims, d)
	}
	t := newTally(dims...)
	partial := false
	err := x.search(q).walk(ctx, true, nil, func(v *view, chunk int64, found *set) (bool, error) {
		if t.n >= facetMost {
			partial = true
			return false, nil
		}
		return true, t.add(ctx, v, chunk, found)
	})
	if err != nil {
		return nil, fmt.Errorf("facets: %w", x.finish(ctx, err))
	}
	facets := make([]Facet, len(keys))
	for i, key := range keys {
		facets[i] = Facet{Key: key, Values: t.top(dims[i], top), Of: t.n, Partial: partial}
	}
	return facets, nil
}

// Bucket counts decisions between two times, by action.
type Bucket struct {
	From, To time.Time // From is included, To is not
	Counts   map[string]int
}

// maxBuckets is how many buckets or points a chart has at most.
const maxBuckets = 1000

// Histogram returns the decisions of q over its time, in so many buckets of equal width.
func (x *Index) Histogram(ctx context.Context, q query.Query, buckets int) ([]Bucket, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	s := x.search(q)
	list, err := s.histogram(ctx, min(max(buckets, 1), maxBuckets))
	if err != nil {
		return nil, fmt.Errorf("histogram: %w", x.finish(ctx, err))
	}
	return list, nil
}

// bounded returns the span of a search with ends: where it has none, those of the months that are there, and now.
func (s *search) bounded() (span, error) {
	in := s.span
	if in.hi == forever().hi {
		in.hi = micros(s.x.cfg.Now())
	}
	if in.lo == forever().lo {
		there, err := months(s.x.cfg.Dir)
		if err != nil {
			return in, err
		}
		in.lo = in.hi - day
		if len(there) > 0 {
			first, err := monthSpan(there[0])
			if err != nil {
				return in, err
			}
			in.lo = min(in.lo, first.lo)
		}
	}
	in.hi = max(in.hi, in.lo)
	return in, nil
}

func (s *search) histogram(ctx context.Context, n int) ([]Bucket, error) {
	in, err := s.bounded()
	if err != nil {
		return nil, err
	}
	s.span = in
	width := (in.hi-in.lo)/int64(n) + 1
	h := histogram{lo: in.lo, width: width, counts: make([]map[string]int, n)}
	for i := range h.counts {
		h.counts[i] = make(map[string]int)
	}
	if err := s.walk(ctx, true, nil, func(v *view, chunk int64, found *set) (bool, error) {
		return true, h.add(ctx, v, chunk, found)
	}); err != nil {
		return nil, err
	}
	list := make([]Bucket, n)
	for i := range list {
		from := in.lo + int64(i)*width
		list[i] = Bucket{From: fromMicros(from), To: fromMicros(min(from+width, in.hi+1)), Counts: h.counts[i]}
	}
	return list, nil
}

type histogram struct {
	lo, width int64
	counts    []map[string]int
}

func (h *histogram) bucket(t int64) int {
	return int(min(max((t-h.lo)/h.width, 0), int64(len(h.counts)-1)))
}

// add counts the decisions of a chunk that are found.
func (h *histogram) add(ctx context.Context, v *view, chunk int64, found *set) error {
	actions, err := v.split(ctx, dimAction, chunk, found)
	if err != nil {
		return err
	}
	c := v.clock(chunk)
	if first := h.bucket(c.all.lo); first == h.bucket(c.all.hi) {
		for action, s := range actions {
			h.counts[first][action] += s.count()
		}
		return nil
	}
	for i, b := range c.blocks[:(c.n+blockSize-1)/blockSize] {
		from, to := i*blockSize/64, (i+1)*blockSize/64
		if first := h.bucket(b.lo); first == h.bucket(b.hi) {
			for action, s := range actions {
				if n := s.countRange(from, to); n > 0 {
					h.counts[first][action] += n
				}
			}
			continue
		}
		if found.countRange(from, to) == 0 {
			continue
		}
		times, err := v.times(ctx, chunk*chunkBlocks+int64(i))
		if err != nil {
			return err
		}
		for at, t := range times {
			place := uint16(i*blockSize + at)
			if !found.has(place) {
				continue
			}
			for action, s := range actions {
				if s.has(place) {
					h.counts[h.bucket(t)][action]++
				}
			}
		}
	}
	return nil
}

// split divides the decisions of a chunk that are found by the values of a dimension.
func (v *view) split(ctx context.Context, d dim, chunk int64, found *set) (map[string]*set, error) {
	parts := make(map[nameID]*set)
	if chunk == v.tail.chunk {
		v.tail.each(v.n, func(at uint16, id nameID) {
			if v.names.list[id].dim == d && found.has(at) {
				if parts[id] == nil {
					parts[id] = new(set)
				}
				parts[id].add(at)
			}
		})
	} else {
		if err := v.setsOf(ctx, v.names.of(d), chunk, func(id nameID, s *set) {
			if s.and(found); !s.empty() {
				part := *s
				parts[id] = &part
			}
		}); err != nil {
			return nil, err
		}
	}
	byText := make(map[string]*set, len(parts))
	for id, s := range parts {
		byText[v.names.text(id)] = s
	}
	return byText, nil
}
