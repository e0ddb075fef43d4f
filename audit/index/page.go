package index

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// Cursor is a place in a list. It is opaque, and belongs to the query that it was made for.
type Cursor string

// Page is a part of a list of decisions.
type Page struct {
	Rows []Row
	// Next leads to older rows, Previous to newer ones. Empty: there are none.
	Next, Previous Cursor
}

// maxPage is how many rows a page has at most.
const maxPage = 1000

// point is what a cursor holds: the row that the page begins behind, and in which direction.
type point struct {
	newer bool
	at    int64 // microseconds, or whatever else the list is ordered by
	id    string
}

// cursor makes a cursor. The text of the list's query goes into it as a hash, so that it fits no other list.
func cursor(list string, p point) Cursor {
	sum := sha256.Sum256([]byte(list))
	raw := []byte{1, 0}
	if p.newer {
		raw[1] = 1
	}
	raw = append(raw, sum[:8]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.at))
	return Cursor(base64.RawURLEncoding.EncodeToString(append(raw, p.id...)))
}

// read reads a cursor of a list.
func (c Cursor) read(list string) (point, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(raw) < 18 || raw[0] != 1 || raw[1] > 1 {
		return point{}, ErrCursor
	}
	p := point{newer: raw[1] == 1, at: int64(binary.BigEndian.Uint64(raw[10:])), id: string(raw[18:])}
	if cursor(list, p) != c {
		return point{}, ErrCursor
	}
	return p, nil
}

// Page returns at most n decisions of q, newest first, from the cursor on, or the newest ones if it is empty. The order
// is that in which they were recorded. The error wraps ErrCursor, ErrTimeout or ErrUnsupported.
func (x *Index) Page(ctx context.Context, q query.Query, at Cursor, n int) (Page, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	page, err := x.page(ctx, q, at, min(max(n, 1), maxPage))
	if err != nil {
		return Page{}, fmt.Errorf("list decisions: %w", x.finish(ctx, err))
	}
	return page, nil
}

func (x *Index) page(ctx context.Context, q query.Query, at Cursor, n int) (Page, error) {
	list := q.String()
	s := x.search(q)
	var after *place
	down := true
	if at != "" {
		p, err := at.read(list)
		if err != nil {
			return Page{}, err
		}
		start, err := x.locateIn(ctx, monthOf(p.at), p.id)
		if errors.Is(err, ErrNotFound) {
			return Page{}, ErrCursor
		}
		if err != nil {
			return Page{}, x.explain(err, monthOf(p.at))
		}
		after, down = &start, !p.newer
	}
	rows, err := s.first(ctx, down, after, n+1)
	if err != nil {
		return Page{}, err
	}
	more := len(rows) > n
	rows = rows[:min(len(rows), n)]
	page := Page{Rows: rows}
	if !down {
		slices.Reverse(rows)
	}
	if len(rows) == 0 {
		return page, nil
	}
	if more || !down {
		page.Next = cursor(list, point{false, micros(rows[len(rows)-1].Time), rows[len(rows)-1].ID})
	}
	if more && !down || down && after != nil {
		page.Previous = cursor(list, point{true, micros(rows[0].Time), rows[0].ID})
	}
	return page, nil
}

// first returns the first n decisions of a search in a direction.
func (s *search) first(ctx context.Context, down bool, after *place, n int) ([]Row, error) {
	var rows []Row
	err := s.walk(ctx, down, after, func(v *view, chunk int64, found *set) (bool, error) {
		var ords []int64
		put := func(at uint16) bool {
			ords = append(ords, chunk<<chunkBits+int64(at))
			return len(rows)+len(ords) < n
		}
		if down {
			found.descending(put)
		} else {
			found.ascending(put)
		}
		more, err := v.rows(ctx, ords)
		rows = append(rows, more...)
		return len(rows) < n, err
	})
	return rows, err
}

// Next returns the next older decision of q after the one with the given ID; where there is none, or after is empty,
// the newest one of q. The error wraps ErrNotFound if q has none but that one.
func (x *Index) Next(ctx context.Context, q query.Query, after string) (Row, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	row, err := x.next(ctx, q, after)
	if err != nil {
		return Row{}, fmt.Errorf("next decision: %w", x.finish(ctx, err))
	}
	return row, nil
}

func (x *Index) next(ctx context.Context, q query.Query, after string) (Row, error) {
	s := x.search(q)
	if after != "" {
		start, err := x.locate(ctx, after)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Row{}, err
		}
		if err == nil {
			rows, err := s.first(ctx, true, &start, 1)
			if err != nil || len(rows) > 0 {
				return append(rows, Row{})[0], err
			}
		}
	}
	rows, err := s.first(ctx, true, nil, 1)
	switch {
	case err != nil:
		return Row{}, err
	case len(rows) == 0 || rows[0].ID == after:
		return Row{}, ErrNotFound
	}
	return rows[0], nil
}

// Count returns how many decisions q has, counted up to most; more says that there are more.
func (x *Index) Count(ctx context.Context, q query.Query, most int) (n int, more bool, err error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	n, err = x.search(q).count(ctx, most)
	if err != nil {
		return 0, false, fmt.Errorf("count decisions: %w", x.finish(ctx, err))
	}
	return min(n, most), n > most, nil
}

// count counts the decisions of a search until there are more than most.
func (s *search) count(ctx context.Context, most int) (n int, err error) {
	err = s.walk(ctx, true, nil, func(_ *view, _ int64, found *set) (bool, error) {
		n += found.count()
		return n <= most, nil
	})
	return n, err
}

// Newer returns how many decisions of q were taken after than; at most 1000.
func (x *Index) Newer(ctx context.Context, q query.Query, than time.Time) (int, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	s := x.search(q)
	s.span.lo = max(s.span.lo, micros(than)+1)
	n, err := s.count(ctx, 1000)
	if err != nil {
		return 0, fmt.Errorf("count newer decisions: %w", x.finish(ctx, err))
	}
	return min(n, 1000), nil
}

// Related are decisions that came before another one, newest first.
type Related struct {
	// Fingerprint shares a fingerprint with it, Client the client.
	Fingerprint, Client []Row
}

// relatedSpan is how far back Related looks.
const relatedSpan = 90 * day

// Related returns at most n decisions of each kind before the one with the given ID, of the 90 days before it.
func (x *Index) Related(ctx context.Context, id string, n int) (Related, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	r, err := x.related(ctx, id, min(max(n, 1), maxPage))
	if err != nil {
		return Related{}, fmt.Errorf("related decisions: %w", x.finish(ctx, err))
	}
	return r, nil
}

func (x *Index) related(ctx context.Context, id string, n int) (r Related, err error) {
	at, err := x.locate(ctx, id)
	if err != nil {
		return r, err
	}
	row, err := x.rowAt(ctx, at)
	if err != nil {
		return r, err
	}
	before := span{micros(row.Time) - relatedSpan, forever().hi}
	if len(row.Fingerprints) > 0 {
		s := search{x: x, span: before}
		for _, fp := range row.Fingerprints {
			s.also = append(s.also, markRange{start: printMark + foldPrint(fp), exact: true})
		}
		if r.Fingerprint, err = s.first(ctx, true, &at, n); err != nil {
			return r, err
		}
	}
	s := x.search(query.Query{}.With("client", row.Client))
	s.span = before
	r.Client, err = s.first(ctx, true, &at, n)
	return r, err
}
