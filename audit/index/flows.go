package index

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Flow is what kind of value a client moved, where, and what was done about it.
type Flow struct {
	Client, Direction, Object, Field, Category, Detector, Action string
	N                                                            int64 // findings
	Last                                                         time.Time
	Example                                                      string // ID of the newest decision
}

// Flows returns the flows between two times, by whole days (UTC), the largest first.
func (x *Index) Flows(ctx context.Context, from, to time.Time) ([]Flow, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	byKey := make(map[flowName]*Flow)
	lo, hi := start(micros(from), day), micros(to)
	err := x.monthly(ctx, span{lo, hi - 1}, func(v *view) error { return v.flows(ctx, lo, hi, byKey) })
	if err != nil {
		return nil, fmt.Errorf("flows: %w", x.finish(ctx, err))
	}
	list := make([]*Flow, 0, len(byKey))
	for _, f := range byKey {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *Flow) int {
		if a.N != b.N {
			return cmp.Compare(b.N, a.N)
		}
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Detector, b.Detector),
			cmp.Compare(a.Category, b.Category), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Action, b.Action))
	})
	flows := make([]Flow, len(list))
	for i, f := range list {
		flows[i] = *f
	}
	return flows, nil
}

// flowName is what a flow is, whichever month it was in.
type flowName [len(flowKind{})]string

// The ways to read the flows of a month. A kind of flow has one sum of the whole month, and one for each day: all of a
// span that covers the month are read by the first alone, which are a thirtieth; of one that begins within the month, by
// whichever is less, the days in it or the days before it, which are taken off the sum. The newest of a kind is in such
// a span if anything of it is.
const (
	wholeFlows = `SELECT client, dir, object, field, category, detector, action, n, last, example FROM kinds`
	daysFlows  = `SELECT k.client, k.dir, k.object, k.field, k.category, k.detector, k.action, sum(f.n), max(f.last), f.example
		FROM kinds k CROSS JOIN flows f ON f.kind = k.id AND f.start >= ? AND f.start < ? GROUP BY k.id`
	restFlows = `SELECT client, dir, object, field, category, detector, action,
		n - coalesce((SELECT sum(f.n) FROM flows f WHERE f.kind = k.id AND f.start < ?), 0), last, example FROM kinds k`
)

// flowsQuery chooses one of them for the part of a month's span, whose end is included, from lo on and before hi.
func flowsQuery(month span, lo, hi int64) (text string, args []any) {
	switch {
	case lo <= month.lo && month.hi < hi:
		return wholeFlows, nil
	case month.hi < hi && lo-month.lo < month.hi-lo:
		return restFlows, []any{lo}
	}
	return daysFlows, []any{lo, hi}
}

// flows adds the flows of a month, from lo on, which begins a day, and before hi.
func (v *view) flows(ctx context.Context, lo, hi int64, byKey map[flowName]*Flow) error {
	month, err := monthSpan(v.month)
	if err != nil {
		return err
	}
	if start(v.newest(), day) < hi { // nothing of the month is behind the span
		hi = max(hi, month.hi+1)
	}
	var ids flowKind
	var n, last int64
	var example string
	to := []any{&ids[0], &ids[1], &ids[2], &ids[3], &ids[4], &ids[5], &ids[6], &n, &last, &example}
	text, args := flowsQuery(month, lo, hi)
	return scanRows(ctx, v.tx, func(scan func(...any) error) error {
		if err := scan(to...); err != nil {
			return err
		}
		if n == 0 {
			return nil // it was before the span
		}
		var k flowName
		for i, id := range ids {
			k[i] = v.names.text(id)
		}
		f := byKey[k]
		if f == nil {
			f = &Flow{Client: k[0], Direction: k[1], Object: k[2], Field: k[3], Category: k[4], Detector: k[5], Action: k[6]}
			byKey[k] = f
		}
		if f.N += n; fromMicros(last).After(f.Last) {
			f.Last, f.Example = fromMicros(last), example
		}
		return nil
	}, text, args...)
}
