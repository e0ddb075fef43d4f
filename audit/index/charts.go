package index

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// Series is how much there was of one thing over time.
type Series struct {
	Name   string
	Points []Point
	Total  int64
}

// Point is an amount from a time on, up to the next point.
type Point struct {
	From     time.Time
	N, Bytes int64
}

// Amount is how much there was of one thing.
type Amount struct {
	Name     string
	N, Bytes int64
}

// ClientUse is what a client did.
type ClientUse struct {
	Client                              string
	First, Last                         time.Time
	Decisions, Blocked, Findings, Bytes int64
	Objects, Sources                    []string
}

// RuleVerdicts is how the decisions of a rule were judged.
type RuleVerdicts struct {
	Rule                                          string
	Blocked, Decided, FalsePositive, TruePositive int64
}

// spread is a span of time in steps of whole hours or days.
type spread struct {
	table    string // hours or days
	lo, hi   int64  // of what is stored: lo is included, hi is not
	step     int64
	first, n int64 // when the first point begins; how many there are
}

// newSpread cuts a span into at most n steps that begin at whole hours, or days if they are longer than that.
func newSpread(from, to time.Time, n int) spread {
	lo, hi := micros(from), max(micros(to), micros(from)+1)
	n = min(max(n, 1), maxBuckets)
	unit := int64(hour)
	if (hi-lo)/int64(n) >= day {
		unit = day
	}
	first := start(lo, unit)
	step := max(((hi-first+int64(n)-1)/int64(n)+unit-1)/unit*unit, unit)
	s := spread{table: "hours", lo: first, hi: hi, step: step, first: first, n: (hi - first + step - 1) / step}
	if unit == day {
		s.table = "days"
	}
	return s
}

// monthly calls f with a view of each month that has to do with a span, oldest first.
func (x *Index) monthly(ctx context.Context, in span, f func(v *view) error) error {
	there, err := months(x.cfg.Dir)
	if err != nil {
		return err
	}
	for _, name := range there {
		of, err := monthSpan(name)
		if err != nil {
			return err
		}
		if of.hi < in.lo || in.hi < of.lo {
			continue
		}
		if err := x.inMonth(ctx, name, f); err != nil && !isGone(err) {
			return x.explain(err, name)
		}
	}
	return nil
}

func (x *Index) inMonth(ctx context.Context, name string, f func(v *view) error) error {
	m, err := x.month(ctx, name)
	if err != nil {
		return err
	}
	defer x.release(m)
	v, err := m.at(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	return f(v)
}

func sumBy(by string) (int, error) {
	i := slices.Index(sumKeys[:], by)
	if i < 0 {
		return 0, fmt.Errorf("%w: %s", ErrUnsupported, by)
	}
	return i, nil
}

// Series returns the decisions between two times by action, client, rule, detector or category, the largest first. The
// points begin at whole hours, or at whole days (UTC) where they are a day apart or more, so that the first one may
// begin before from. It reads sums: an exchange counts when it is recorded as a whole, not when it opens.
func (x *Index) Series(ctx context.Context, from, to time.Time, by string, buckets int) ([]Series, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	key, err := sumBy(by)
	if err != nil {
		return nil, fmt.Errorf("series: %w", err)
	}
	s := newSpread(from, to, buckets)
	byName := make(map[string]*Series)
	err = x.monthly(ctx, span{s.lo, s.hi - 1}, func(v *view) error {
		return scanRows(ctx, v.tx, func(scan func(...any) error) error {
			var id nameID
			var at, n, bytes int64
			if err := scan(&id, &at, &n, &bytes); err != nil {
				return err
			}
			one := byName[v.names.text(id)]
			if one == nil {
				one = &Series{Name: v.names.text(id), Points: make([]Point, s.n)}
				for i := range one.Points {
					one.Points[i].From = fromMicros(s.first + int64(i)*s.step)
				}
				byName[one.Name] = one
			}
			p := &one.Points[min(max(at, 0), s.n-1)]
			p.N, p.Bytes, one.Total = p.N+n, p.Bytes+bytes, one.Total+n
			return nil
		}, `SELECT name, (start - ?) / ? AS at, sum(n), sum(bytes) FROM `+s.table+` WHERE by = ? AND action = ? AND start >= ? AND start < ?
			GROUP BY name, at`, s.first, s.step, key, int64(anyAction), s.lo, s.hi)
	})
	if err != nil {
		return nil, fmt.Errorf("series: %w", x.finish(ctx, err))
	}
	list := make([]Series, 0, len(byName))
	for _, one := range byName {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Series) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name)) })
	return list, nil
}

// Top returns the n largest by action, client, rule, detector or category, of the decisions with the given action, or
// of all if it is empty, between two times by whole hours.
func (x *Index) Top(ctx context.Context, from, to time.Time, by, action string, n int) ([]Amount, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := x.top(ctx, from, to, by, action)
	if err != nil {
		return nil, fmt.Errorf("top: %w", x.finish(ctx, err))
	}
	return list[:min(len(list), max(n, 0))], nil
}

func (x *Index) top(ctx context.Context, from, to time.Time, by, action string) ([]Amount, error) {
	key, err := sumBy(by)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*Amount)
	lo, hi := start(micros(from), hour), micros(to)
	err = x.monthly(ctx, span{lo, hi - 1}, func(v *view) error {
		of := anyAction
		if action != "" {
			var ok bool
			if of, ok = v.names.find(dimAction, action); !ok {
				return nil
			}
		}
		// Whole days in the middle are read as such.
		first, last := start(lo+day-1, day), start(hi, day)
		if first > last {
			first, last = hi, hi
		}
		return scanRows(ctx, v.tx, func(scan func(...any) error) error {
			var id nameID
			var n, bytes int64
			if err := scan(&id, &n, &bytes); err != nil {
				return err
			}
			a := byName[v.names.text(id)]
			if a == nil {
				a = &Amount{Name: v.names.text(id)}
				byName[a.Name] = a
			}
			a.N, a.Bytes = a.N+n, a.Bytes+bytes
			return nil
		}, `SELECT name, sum(n), sum(bytes) FROM (
			SELECT * FROM hours WHERE by = ?1 AND action = ?2 AND start >= ?3 AND start < ?4
			UNION ALL SELECT * FROM days WHERE by = ?1 AND action = ?2 AND start >= ?4 AND start < ?5
			UNION ALL SELECT * FROM hours WHERE by = ?1 AND action = ?2 AND start >= ?5 AND start < ?6)
			GROUP BY name`, key, int64(of), lo, min(first, hi), last, hi)
	})
	if err != nil {
		return nil, err
	}
	list := make([]Amount, 0, len(byName))
	for _, a := range byName {
		list = append(list, *a)
	}
	slices.SortFunc(list, func(a, b Amount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	return list, nil
}

// Clients returns the clients that were seen between two times, by whole hours, the busiest first; their objects and
// sources are those of the whole days, at most 100 of each.
func (x *Index) Clients(ctx context.Context, from, to time.Time) ([]ClientUse, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	uses := make(map[string]*ClientUse)
	met := make(map[string][2]map[string]struct{})
	lo, hi := start(micros(from), hour), micros(to)
	err := x.monthly(ctx, span{lo, hi - 1}, func(v *view) error {
		if err := v.clientSums(ctx, lo, hi, uses); err != nil {
			return err
		}
		return scanRows(ctx, v.tx, func(scan func(...any) error) error {
			var what int
			var client, name nameID
			if err := scan(&what, &client, &name); err != nil {
				return err
			}
			m, ok := met[v.names.text(client)]
			if !ok {
				m = [2]map[string]struct{}{{}, {}}
				met[v.names.text(client)] = m
			}
			if what == meetsObject || what == meetsSource {
				m[what][v.names.text(name)] = struct{}{}
			}
			return nil
		}, `SELECT DISTINCT what, client, name FROM meets WHERE what IN (0, 1) AND start >= ? AND start < ?`, start(lo, day), hi)
	})
	if err != nil {
		return nil, fmt.Errorf("clients: %w", x.finish(ctx, err))
	}
	list := make([]ClientUse, 0, len(uses))
	for name, u := range uses {
		u.Objects = firstOf(met[name][meetsObject])
		u.Sources = firstOf(met[name][meetsSource])
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b ClientUse) int {
		return cmp.Or(cmp.Compare(b.Decisions, a.Decisions), cmp.Compare(a.Client, b.Client))
	})
	return list, nil
}

// maxMet is how many objects and sources of a client are named.
const maxMet = 100

func firstOf(names map[string]struct{}) []string {
	list := slices.Sorted(maps.Keys(names))
	return list[:min(len(list), maxMet)]
}

func (v *view) clientSums(ctx context.Context, lo, hi int64, uses map[string]*ClientUse) error {
	return scanRows(ctx, v.tx, func(scan func(...any) error) error {
		var id nameID
		var n, blocked, findings, bytes, first, last int64
		if err := scan(&id, &n, &blocked, &findings, &bytes, &first, &last); err != nil {
			return err
		}
		u := uses[v.names.text(id)]
		if u == nil {
			u = &ClientUse{Client: v.names.text(id), First: fromMicros(first), Last: fromMicros(last)}
			uses[u.Client] = u
		}
		u.Decisions, u.Blocked, u.Findings, u.Bytes = u.Decisions+n, u.Blocked+blocked, u.Findings+findings, u.Bytes+bytes
		if t := fromMicros(first); t.Before(u.First) {
			u.First = t
		}
		if t := fromMicros(last); t.After(u.Last) {
			u.Last = t
		}
		return nil
	}, `SELECT client, sum(n), sum(blocked), sum(findings), sum(bytes), min(first), max(last) FROM clients WHERE start >= ? AND start < ?
		GROUP BY client`, lo, hi)
}

// Verdicts returns, for each rule, its blocked decisions between two times, by whole hours, and what people said about
// its decisions of that time.
func (x *Index) Verdicts(ctx context.Context, from, to time.Time) ([]RuleVerdicts, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := x.verdicts(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("verdicts: %w", x.finish(ctx, err))
	}
	return list, nil
}

func (x *Index) verdicts(ctx context.Context, from, to time.Time) ([]RuleVerdicts, error) {
	rules := make(map[string]*RuleVerdicts)
	of := func(rule string) *RuleVerdicts {
		if rules[rule] == nil {
			rules[rule] = &RuleVerdicts{Rule: rule}
		}
		return rules[rule]
	}
	blocked, err := x.top(ctx, from, to, "rule", "block")
	if err != nil {
		return nil, err
	}
	for _, a := range blocked {
		of(a.Name).Blocked = a.N
	}
	s := x.search(query.Query{}.With("status", StatusDecided))
	s.span = span{micros(from), micros(to) - 1}
	if err := s.walk(ctx, true, nil, func(v *view, chunk int64, found *set) (bool, error) {
		verdicts, err := v.split(ctx, dimVerdict, chunk, found)
		if err != nil {
			return false, err
		}
		rules, err := v.split(ctx, dimRule, chunk, found)
		for rule, s := range rules {
			r := of(rule)
			r.Decided += int64(s.count())
			if is := verdicts["false_positive"]; is != nil {
				r.FalsePositive += int64(s.countBoth(is))
			}
			if is := verdicts["true_positive"]; is != nil {
				r.TruePositive += int64(s.countBoth(is))
			}
		}
		return true, err
	}); err != nil {
		return nil, err
	}
	delete(rules, "")
	list := make([]RuleVerdicts, 0, len(rules))
	for _, r := range rules {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b RuleVerdicts) int {
		return cmp.Or(cmp.Compare(b.Blocked, a.Blocked), cmp.Compare(b.Decided, a.Decided), cmp.Compare(a.Rule, b.Rule))
	})
	return list, nil
}

// Ages returns how long decisions have been waiting for a verdict: <1h, <1d, <7d, older. They are those of the queue:
// blocked or alerted, and without a verdict that stands.
func (x *Index) Ages(ctx context.Context) ([]Amount, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	now := x.cfg.Now()
	q, err := query.Parse("decision:block,alert status:open,assigned,awaiting_second", now)
	if err != nil {
		return nil, fmt.Errorf("ages: %w", err)
	}
	list := []Amount{{Name: "<1h"}, {Name: "<1d"}, {Name: "<7d"}, {Name: "older"}}
	hi := forever().hi
	for i, ago := range []int64{hour, day, 7 * day, 0} {
		s := x.search(q)
		s.span = span{micros(now) - ago, hi}
		if ago == 0 {
			s.span.lo = forever().lo
		}
		n, err := s.count(ctx, 1<<62)
		if err != nil {
			return nil, fmt.Errorf("ages: %w", x.finish(ctx, err))
		}
		list[i].N, hi = int64(n), s.span.lo-1
	}
	return list, nil
}
