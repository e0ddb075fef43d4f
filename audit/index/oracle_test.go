package index

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

// oracle answers queries by looking at each decision.
type oracle struct {
	list   []*audit.Decision // in the order of the log
	status map[string]State
}

// find returns the IDs that q has, newest first.
func (o *oracle) find(q query.Query) (ids []string) {
	for _, d := range o.matching(q) {
		ids = append(ids, d.ID)
	}
	return ids
}

func (o *oracle) matching(q query.Query) (found []*audit.Decision) {
	from, to := q.Span()
	if to.IsZero() {
		to = now.AddDate(1, 0, 0)
		if from.IsZero() {
			from = now.Add(-DefaultSpan)
		}
	} else if from.IsZero() {
		from = to.Add(-DefaultSpan)
	}
	for _, d := range o.list {
		if d.Time.Before(from) || !d.Time.Before(to) || !q.Match(d) || !o.reviewed(q, d) {
			continue
		}
		found = append(found, d)
	}
	slices.Reverse(found)
	slices.SortStableFunc(found, func(a, b *audit.Decision) int {
		return -cmpMonth(a.Time, b.Time)
	})
	return found
}

func cmpMonth(a, b time.Time) int {
	return (a.Year()*12 + int(a.Month())) - (b.Year()*12 + int(b.Month()))
}

// reviewed looks at the terms that only the index knows.
func (o *oracle) reviewed(q query.Query, d *audit.Decision) bool {
	s, ok := o.status[d.ID]
	if !ok && needsReview(string(d.Kind), d.Action) {
		s.Status = StatusOpen
	}
	for _, t := range q.Terms() {
		value := map[string]string{"status": s.Status, "verdict": s.Verdict, "assignee": s.Assignee}
		if v, ok := value[t.Key]; ok && t.Matches(v) == t.Not {
			return false
		}
	}
	return true
}

// ask makes an index of two months and a bit with closed chunks, a chunk that is not full, and reviews, and the oracle
// that knows the same.
func ask(t *testing.T, n int) (*Index, *oracle) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	x := openIndex(t, config(t))
	o := &oracle{list: someDecisions(r, n, now.AddDate(0, 0, -35), 35*24*time.Hour/time.Duration(n)), status: make(map[string]State)}
	var accesses []*audit.Access
	for seq := range uint64(300) {
		a := &audit.Access{ID: audit.NewID(now), Time: now, Seq: seq + 1, Actor: pick(r, []string{"ann", "ben"}), Outcome: "ok", Review: new(audit.Review)}
		for range 1 + r.IntN(5) {
			a.Review.Decisions = append(a.Review.Decisions, o.list[r.IntN(200)*(n/200)].ID)
		}
		a.Review.Decisions = slices.Compact(slices.Sorted(slices.Values(a.Review.Decisions)))
		switch r.IntN(4) {
		case 0:
			a.Kind, a.Review.Status, a.Review.Assignee = audit.AccessAssign, StatusAssigned, "ann"
		case 1:
			a.Kind, a.Review.Status = audit.AccessVerdict, StatusOpen
		default:
			a.Kind, a.Review.Status, a.Review.Verdict = audit.AccessVerdict, StatusDecided, pick(r, []string{"benign", "false_positive"})
		}
		accesses = append(accesses, a)
	}
	for _, a := range accesses {
		for _, id := range a.Review.Decisions {
			i := slices.IndexFunc(o.list, func(d *audit.Decision) bool { return d.ID == id })
			if !needsReview(string(o.list[i].Kind), o.list[i].Action) {
				continue
			}
			s, ok := o.status[id]
			if !ok {
				s.Status = StatusOpen
			}
			if next, ok := s.after(a); ok {
				o.status[id] = next
			}
		}
	}
	half := len(accesses) / 2
	project(t, x, o.list[:n*4/5], nil)
	project(t, x, o.list[n*4/5:], accesses[:half])
	project(t, x, nil, accesses[half:])
	return x, o
}

// Every page, count, facet and histogram is what looking at each decision gives.
func TestSearchAgreesWithMatch(t *testing.T) {
	x, o := ask(t, 20_000)
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		text := someQuery(r)
		q, err := query.Parse(text, now)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := o.find(q)
		pages(t, x, q, want, 1+r.IntN(60))
		n, more, err := x.Count(t.Context(), q, 1<<30)
		if err != nil || n != len(want) || more {
			t.Fatalf("%s: counted %d, %v; want %d; %v", text, n, more, len(want), err)
		}
		facets(t, x, q, o.matching(q))
		buckets(t, x, q, o.matching(q), 1+r.IntN(80))
	})
}

func pages(t *rapid.T, x *Index, q query.Query, want []string, n int) {
	var got []string
	var at Cursor
	for range 4 {
		page, err := x.Page(t.Context(), q, at, n)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		var ids []string
		for _, row := range page.Rows {
			ids = append(ids, row.ID)
		}
		if at != "" {
			back, err := x.Page(t.Context(), q, page.Previous, n)
			if err != nil || len(back.Rows) != n || back.Rows[n-1].ID != got[len(got)-1] || back.Rows[0].ID != got[len(got)-n] {
				t.Fatalf("%s: the way back leads elsewhere: %v", q, err)
			}
		}
		if got = append(got, ids...); page.Next == "" {
			break
		}
		at = page.Next
	}
	if len(got) < 4*n {
		n = len(want)
	} else {
		n = len(got)
	}
	if diff := cmp.Diff(want[:min(n, len(want))], got); diff != "" {
		t.Fatalf("%s:\n%s", q, diff)
	}
}

func facets(t *rapid.T, x *Index, q query.Query, want []*audit.Decision) {
	keys := []string{"decision", "detector", "client", "object", "rule", "field"}
	got, err := x.Facets(t.Context(), q, keys, 1000)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	for i, key := range keys {
		if got[i].Partial {
			if got[i].Of < facetMost || got[i].Of > facetMost+chunkSize {
				t.Fatalf("%s: counted %d", q, got[i].Of)
			}
		} else if got[i].Of != len(want) {
			t.Fatalf("%s: counted %d of %d", q, got[i].Of, len(want))
		}
		counts := make(map[string]int)
		for _, d := range want[:got[i].Of] {
			for _, v := range slices.Compact(slices.Sorted(slices.Values(query.AppendValues(nil, key, d)))) {
				counts[v]++
			}
		}
		have := make(map[string]int)
		for _, v := range got[i].Values {
			have[v.Value] = v.Count
		}
		if diff := cmp.Diff(counts, have); diff != "" {
			t.Fatalf("%s: %s:\n%s", q, key, diff)
		}
	}
}

func buckets(t *rapid.T, x *Index, q query.Query, want []*audit.Decision, n int) {
	got, err := x.Histogram(t.Context(), q, n)
	if err != nil || len(got) != n {
		t.Fatalf("%s: %d buckets, %v", q, len(got), err)
	}
	for _, b := range got {
		counts := make(map[string]int)
		for _, d := range want {
			if !d.Time.Before(b.From) && d.Time.Before(b.To) {
				counts[d.Action]++
			}
		}
		if diff := cmp.Diff(counts, b.Counts); diff != "" {
			t.Fatalf("%s: %s to %s:\n%s", q, b.From, b.To, diff)
		}
	}
}
