package index

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

// namesBy are what a decision counts for in sums.
func namesBy(d *audit.Decision, by string) []string {
	var list []string
	switch by {
	case "action":
		return []string{d.Action}
	case "client":
		return []string{d.Client}
	case "rule":
		list = append(list, d.Rules...)
		for _, f := range d.Finding {
			list = append(list, f.Rules...)
		}
	case "detector":
		for _, f := range d.Finding {
			list = append(list, f.Detector)
		}
	case "category":
		for _, f := range d.Finding {
			list = append(list, f.Category)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// counted are the decisions that sums are made of, between two times.
func counted(list []*audit.Decision, from, to time.Time) (found []*audit.Decision) {
	for _, d := range list {
		if d.Kind != audit.Opening && d.Kind != audit.Admin && !d.Time.Before(from) && d.Time.Before(to) {
			found = append(found, d)
		}
	}
	return found
}

// Sums are what adding up each decision gives.
func TestChartsAgreeWithAddingUp(t *testing.T) {
	x, o := ask(t, 3_000)
	for name, span := range map[string][2]time.Time{
		"all":                {now.AddDate(0, 0, -40).Truncate(24 * time.Hour), now.AddDate(0, 0, 10).Truncate(24 * time.Hour)},
		"across months":      {time.Date(2026, 10, 25, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 9, 3, 0, 0, 0, time.UTC)},
		"most of a month":    {time.Date(2026, 11, 5, 7, 0, 0, 0, time.UTC), time.Date(2026, 12, 9, 3, 0, 0, 0, time.UTC)},
		"end of a month":     {time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC), time.Date(2026, 12, 9, 3, 0, 0, 0, time.UTC)},
		"middle of a month":  {time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)},
		"up to the last day": {time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC), now.Truncate(24 * time.Hour).Add(time.Hour)},
		"before the last":    {time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC), now.Truncate(24 * time.Hour)},
		"a day":              {time.Date(2026, 11, 2, 5, 0, 0, 0, time.UTC), time.Date(2026, 11, 3, 5, 0, 0, 0, time.UTC)},
		"an hour":            {time.Date(2026, 11, 2, 5, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := span[0], span[1]
			for _, by := range sumKeys {
				series(t, x, o, from, to, by)
				top(t, x, o, from, to, by)
			}
			clientUses(t, x, o, from, to)
			flows(t, x, o, from, to)
		})
	}
	if _, err := x.Series(t.Context(), now, now, "object", 5); !errors.Is(err, ErrUnsupported) {
		t.Errorf("by object: %v", err)
	}
	if _, err := x.Top(t.Context(), now, now, "object", "", 5); !errors.Is(err, ErrUnsupported) {
		t.Errorf("by object: %v", err)
	}
}

func series(t *testing.T, x *Index, o *oracle, from, to time.Time, by string) {
	t.Helper()
	got, err := x.Series(t.Context(), from, to, by, 20)
	if err != nil {
		t.Fatal(err)
	}
	totals := make(map[string]int64)
	for _, s := range got {
		totals[s.Name] = s.Total
		if len(s.Points) == 0 || len(s.Points) > 20 || s.Points[0].From.After(from) {
			t.Fatalf("%d points", len(s.Points))
		}
		first := s.Points[0].From
		for i, p := range s.Points {
			end := to
			if i+1 < len(s.Points) {
				end = s.Points[i+1].From
			}
			var n, bytes int64
			for _, d := range counted(o.list, p.From, end) {
				if slices.Contains(namesBy(d, by), s.Name) {
					n, bytes = n+1, bytes+d.Bytes
				}
			}
			if p.N != n || p.Bytes != bytes {
				t.Errorf("%s %s from %s: %d, %d bytes; want %d, %d", by, s.Name, p.From, p.N, p.Bytes, n, bytes)
			}
		}
		if first.Truncate(time.Hour) != first {
			t.Errorf("begins at %s", first)
		}
	}
	want := make(map[string]int64)
	if len(got) > 0 {
		for _, d := range counted(o.list, got[0].Points[0].From, to) {
			for _, name := range namesBy(d, by) {
				want[name]++
			}
		}
	}
	if diff := cmp.Diff(want, totals); diff != "" {
		t.Error(diff)
	}
}

func top(t *testing.T, x *Index, o *oracle, from, to time.Time, by string) {
	t.Helper()
	for _, action := range []string{"", "block", "unheard"} {
		got, err := x.Top(t.Context(), from, to, by, action, 1000)
		if err != nil {
			t.Fatal(err)
		}
		have, want := make(map[string]Amount), make(map[string]Amount)
		for i, a := range got {
			have[a.Name] = a
			if i > 0 && got[i-1].N < a.N {
				t.Error("not in order")
			}
		}
		for _, d := range counted(o.list, from, to) {
			if action != "" && d.Action != action {
				continue
			}
			for _, name := range namesBy(d, by) {
				want[name] = Amount{name, want[name].N + 1, want[name].Bytes + d.Bytes}
			}
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s %s: %s", by, action, diff)
		}
	}
}

func clientUses(t *testing.T, x *Index, o *oracle, from, to time.Time) {
	t.Helper()
	got, err := x.Clients(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]*ClientUse)
	for _, d := range counted(o.list, from, to) {
		u := want[d.Client]
		if u == nil {
			u = &ClientUse{Client: d.Client, First: d.Time, Last: d.Time}
			want[d.Client] = u
		}
		if d.Time.Before(u.First) {
			u.First = d.Time
		}
		if d.Time.After(u.Last) {
			u.Last = d.Time
		}
		u.Decisions, u.Bytes = u.Decisions+1, u.Bytes+d.Bytes
		if d.Action == "block" {
			u.Blocked++
		}
		for _, f := range d.Finding {
			u.Findings += int64(f.Count)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d clients, want %d", len(got), len(want))
	}
	for _, u := range got {
		if len(u.Sources) == 0 && len(u.Objects) > 0 {
			t.Errorf("%s came from nowhere", u.Client)
		}
		u.Objects, u.Sources = nil, nil
		if diff := cmp.Diff(*want[u.Client], u); diff != "" {
			t.Error(diff)
		}
	}
}

func flows(t *testing.T, x *Index, o *oracle, from, to time.Time) {
	t.Helper()
	got, err := x.Flows(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	from = from.Truncate(24 * time.Hour)
	if last := to.Truncate(24 * time.Hour); !last.Equal(to) {
		to = last.Add(24 * time.Hour)
	}
	want, have, last := make(map[Flow]int64), make(map[Flow]int64), make(map[Flow]time.Time)
	for _, d := range counted(o.list, from, to) {
		for _, f := range d.Finding {
			k := Flow{Client: d.Client, Direction: d.Dir, Object: f.Object, Field: f.Field, Category: f.Category, Detector: f.Detector, Action: f.Action}
			if d.Action == "block" && (d.Kind == audit.Whole || d.Kind == audit.Connect) {
				k.Action = "block"
			}
			if f.Category == "" && slices.ContainsFunc(d.Finding, func(o audit.Finding) bool {
				return o.Category != "" && o.Object == f.Object && o.Field == f.Field
			}) {
				continue
			}
			if k.Object == "" {
				k.Object = d.Object
			}
			want[k] += int64(f.Count)
			if d.Time.After(last[k]) {
				last[k] = d.Time
			}
		}
	}
	for i, f := range got {
		if i > 0 && got[i-1].N < f.N {
			t.Error("not in order")
		}
		at := slices.IndexFunc(o.list, func(d *audit.Decision) bool { return d.ID == f.Example })
		if at < 0 || !o.list[at].Time.Equal(f.Last) {
			t.Errorf("the example of %+v is another", f)
		}
		n, newest := f.N, f.Last
		f.N, f.Last, f.Example = 0, time.Time{}, ""
		if have[f] = n; !newest.Equal(last[f]) {
			t.Errorf("%+v was last at %s, want %s", f, newest, last[f])
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestAgesAndVerdicts(t *testing.T) {
	x, o := ask(t, 3_000)
	got, err := x.Ages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Amount{{Name: "<1h"}, {Name: "<1d"}, {Name: "<7d"}, {Name: "older"}}
	queue := parsed(t, "decision:block,alert status:open,assigned,awaiting_second after:2020-01-01")
	for _, d := range o.matching(queue) {
		switch age := now.Sub(d.Time); {
		case age <= time.Hour:
			want[0].N++
		case age <= 24*time.Hour:
			want[1].N++
		case age <= 7*24*time.Hour:
			want[2].N++
		default:
			want[3].N++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rules, err := x.Verdicts(t.Context(), now.AddDate(0, 0, -40), now)
	if err != nil {
		t.Fatal(err)
	}
	wantRules := make(map[string]RuleVerdicts)
	for _, d := range o.list {
		if !d.Time.Before(now) {
			continue
		}
		for _, rule := range namesBy(d, "rule") {
			r := wantRules[rule]
			r.Rule = rule
			if d.Action == "block" && d.Kind != audit.Opening && d.Kind != audit.Admin {
				r.Blocked++
			}
			switch s := o.status[d.ID]; {
			case s.Status != StatusDecided:
			case s.Verdict == "false_positive":
				r.FalsePositive++
				fallthrough
			default:
				r.Decided++
			}
			wantRules[rule] = r
		}
	}
	for _, r := range rules {
		if diff := cmp.Diff(wantRules[r.Rule], r); diff != "" {
			t.Error(diff)
		}
	}
	if len(rules) != len(wantRules) {
		t.Errorf("%d rules, want %d", len(rules), len(wantRules))
	}
}

// order is the first of two comparisons that decides.
func order(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// cases are those of the decisions.
func (o *oracle) cases() map[string]*Case {
	want := make(map[string]*Case)
	for _, d := range o.list {
		for _, c := range casesOf(d) {
			if want[c.Key] == nil {
				c.First, c.Last = d.Time, d.Time
				want[c.Key] = &c
			}
			was := want[c.Key]
			if d.Time.Before(was.First) {
				was.First = d.Time
			}
			if !d.Time.Before(was.Last) {
				was.Last, was.Latest = d.Time, d.ID
			}
			if was.Decisions++; o.status[d.ID].Status != StatusDecided {
				was.Open++
			}
		}
	}
	return want
}

// casesOf are those of one decision, each once.
func casesOf(d *audit.Decision) (list []Case) {
	if !needsReview(string(d.Kind), d.Action) {
		return nil
	}
	for _, f := range d.Finding {
		for _, rule := range f.Rules {
			for _, fp := range f.Fingerprints {
				c := Case{Key: CaseKey(d.Client, rule, fp), Client: d.Client, Rule: rule, Fingerprint: fp}
				if !slices.Contains(list, c) {
					list = append(list, c)
				}
			}
		}
	}
	return list
}

// Each case is what its decisions make of it, and a list of them is what looking at each one gives.
func TestCases(t *testing.T) {
	x, o := ask(t, 3_000)
	want := o.cases()
	for key, c := range want {
		got, err := x.Case(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		c.Detector, c.Object, c.Field, c.State = got.Detector, got.Object, got.Field, got.State
		if diff := cmp.Diff(*c, got); diff != "" {
			t.Fatal(diff)
		}
	}
	for _, text := range []string{"-case:0000000000000000", "status:open", "status:decided,assigned", "-status:decided", "client:ehr-sync", "rule:mrn client:ehr-sync,billing", "rule:mrn client:ehr-sync status:open", "client:*-*",
		"rule:ssn-never-leaves status:open", "-rule:mrn", `client:""`, "verdict:benign", "verdict:* -verdict:\"\"", "assignee:ann", "before:-20d"} {
		t.Run(text, func(t *testing.T) {
			q := parsed(t, text+" after:2020-01-01")
			_, to := q.Span()
			var keys []string
			for key, c := range want {
				stored := storedCase{Case: *c}
				if (to.IsZero() || c.Last.Before(to)) && stored.match(x.search(q).terms) {
					keys = append(keys, key)
				}
			}
			slices.SortFunc(keys, func(a, b string) int {
				return order(want[b].Last.Compare(want[a].Last), strings.Compare(a, b))
			})
			var got []string
			var at Cursor
			for range len(keys)/50 + 1 {
				page, err := x.Cases(t.Context(), q, at, 50)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Cases {
					got = append(got, c.Key)
				}
				if at != "" {
					back, err := x.Cases(t.Context(), q, page.Previous, 50)
					if err != nil || len(back.Cases) != 50 || back.Cases[49].Key != got[len(got)-len(page.Cases)-1] {
						t.Fatalf("the way back leads elsewhere: %v", err)
					}
				}
				if at = page.Next; at == "" {
					break
				}
			}
			if len(got) == 0 {
				t.Error("there is none")
			}
			for i := range got {
				if i > 0 && want[got[i-1]].Last.Before(want[got[i]].Last) {
					t.Error("not in order")
				}
			}
			slices.SortFunc(got, func(a, b string) int { return order(want[b].Last.Compare(want[a].Last), strings.Compare(a, b)) })
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := x.Cases(t.Context(), parsed(t, "api:soap"), "", 5); !errors.Is(err, ErrUnsupported) {
		t.Errorf("by api: %v", err)
	}
	if _, err := x.Case(t.Context(), "0000000000000000"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a case that is none: %v", err)
	}
}
