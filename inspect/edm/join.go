package edm

import (
	"cmp"
	"slices"

	"github.com/phigate/phigate/inspect"
)

// Bounds of what is done to find rows of which several columns stand in a record.
const (
	// commonRows is how many rows may hold a value that points at them. Values that more rows hold, such as frequent
	// names, only confirm rows at which a rarer value points: two of them together are many people's.
	commonRows = 1024
	// maxPairs is how many rows are looked at in a record, and how often. Where they are more, every hit counts as if
	// the columns that stand in the record were all of one row.
	maxPairs = 1 << 18
)

// pair is a row at which a hit points.
type pair struct {
	row uint32
	hit int32
}

// join finds out for each hit how many columns of one row stand in the record.
func (s *search) join() {
	var columns uint32
	for i := range s.hits {
		columns |= 1 << s.hits[i].column
	}
	if columns&(columns-1) == 0 {
		return // one column
	}
	for i := range s.hits {
		h := &s.hits[i]
		if h.rows.Len() > commonRows {
			s.addCommon(int32(i))
			continue
		}
		if len(s.pairs)+h.rows.Len() > maxPairs {
			s.all(columns)
			return
		}
		for k := range h.rows.Len() {
			s.pairs = append(s.pairs, pair{h.rows.Row(k), int32(i)})
		}
	}
	if len(s.pairs)*len(s.common) > maxPairs {
		s.all(columns)
		return
	}
	slices.SortFunc(s.pairs, func(a, b pair) int { return cmp.Compare(a.row, b.row) })
	for from, to := 0, 0; from < len(s.pairs); from = to {
		for to = from; to < len(s.pairs) && s.pairs[to].row == s.pairs[from].row; to++ {
		}
		s.row(s.pairs[from:to])
	}
	for _, i := range s.common { // equal values are asked once
		for k := range s.hits {
			if h := &s.hits[k]; h.column == s.hits[i].column && h.value == s.hits[i].value {
				h.columns = max(h.columns, s.hits[i].columns)
			}
		}
	}
}

// addCommon keeps a hit of a common value, once for each value.
func (s *search) addCommon(i int32) {
	h := &s.hits[i]
	for _, k := range s.common {
		if s.hits[k].column == h.column && s.hits[k].value == h.value {
			return
		}
	}
	s.common = append(s.common, i)
}

// row counts the columns of one row that stand in the record. One value that stands for two columns, such as a first
// name that is a last name too, counts once.
func (s *search) row(pairs []pair) {
	var values [MaxColumns]uint64
	n := 0
	add := func(h *hit) {
		if n < len(values) && !slices.Contains(values[:n], h.value) {
			values[n] = h.value
			n++
		}
	}
	var columns uint32
	for _, p := range pairs {
		h := &s.hits[p.hit]
		columns |= 1 << h.column
		add(h)
	}
	s.confirmed = s.confirmed[:0]
	for _, i := range s.common {
		h := &s.hits[i]
		if columns&(1<<h.column) == 0 && h.rows.Contains(pairs[0].row) {
			s.confirmed = append(s.confirmed, i)
			add(h)
		}
	}
	if n < 2 {
		return
	}
	for _, p := range pairs {
		s.hits[p.hit].columns = max(s.hits[p.hit].columns, uint8(n))
	}
	for _, i := range s.confirmed {
		s.hits[i].columns = max(s.hits[i].columns, uint8(n))
	}
}

// all counts every hit as if all columns that stand in the record were of one row.
func (s *search) all(columns uint32) {
	n := uint8(0)
	for ; columns != 0; columns &= columns - 1 {
		n++
	}
	for i := range s.hits {
		s.hits[i].columns = n
	}
}

// report appends the findings, one for each place.
func (s *search) report(found []inspect.Finding) []inspect.Finding {
	slices.SortFunc(s.hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end),
			cmp.Compare(b.columns, a.columns), cmp.Compare(a.rows.n, b.rows.n), cmp.Compare(a.column, b.column))
	})
	for i := range s.hits {
		h := &s.hits[i]
		if i > 0 && h.field == s.hits[i-1].field && h.start == s.hits[i-1].start && h.end == s.hits[i-1].end {
			continue
		}
		likelihood := s.grade(h)
		if likelihood == inspect.VeryUnlikely {
			continue
		}
		evidence := inspect.ByValidity
		if h.columns > 1 {
			evidence |= inspect.ByCoOccurrence
		}
		found = append(found, inspect.Finding{
			Detector: s.m.detectors[h.columns], Category: s.index.header.columns[h.column].Category, Likelihood: likelihood,
			Evidence: evidence, Field: int(h.field), Start: int(h.start), End: int(h.end),
		})
	}
	return found
}

// fewRows is how many rows may share a number that identifies somebody, as members of a family do.
const fewRows = 16

// grade says how likely a hit is a patient's.
func (s *search) grade(h *hit) inspect.Likelihood {
	kind := s.index.header.columns[h.column].Kind
	switch {
	case h.columns > 1:
		return inspect.VeryLikely
	case kind == Name || kind == Date:
		if h.whole {
			return inspect.Unlikely
		}
		return inspect.VeryUnlikely
	case h.rows.Len() > fewRows:
		return inspect.Unlikely
	case h.length >= 6:
		return inspect.Likely
	case h.whole:
		return inspect.Possible
	default:
		return inspect.Unlikely
	}
}
