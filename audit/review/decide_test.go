package review

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

func TestDecide(t *testing.T) {
	many := make([]string, audit.MaxReviewed+1)
	for i := range many {
		many[i] = fmt.Sprintf("m%03d", i)
	}
	tests := map[string]struct {
		actor           Actor
		ids             []string
		verdict, reason string
		want            error
	}{
		"one":                       {ann, []string{"open1"}, "benign", "a test system", nil},
		"assigned":                  {ann, []string{"assigned1"}, "benign", "why", nil},
		"one twice":                 {lea, []string{"open1", "open1"}, "benign", "why", nil},
		"two":                       {lea, []string{"open1", "assigned1"}, "benign", "why", nil},
		"as many as there may be":   {lea, many[:audit.MaxReviewed], "benign", "why", nil},
		"too many":                  {lea, many, "benign", "why", ErrInvalid},
		"none":                      {lea, nil, "benign", "why", ErrInvalid},
		"no reason":                 {ann, []string{"open1"}, "benign", " \n\t ", ErrReason},
		"a long reason":             {ann, []string{"open1"}, "benign", strings.Repeat("x", audit.MaxNote+1), ErrReason},
		"a reason with an escape":   {ann, []string{"open1"}, "benign", "a\x1b[2Jb", ErrReason},
		"no such verdict":           {ann, []string{"open1"}, "suspicious", "why", ErrInvalid},
		"no verdict":                {ann, []string{"open1"}, "", "why", ErrInvalid},
		"no such decision":          {ann, []string{"lost"}, "benign", "why", ErrNotFound},
		"decided":                   {ann, []string{"decided1"}, "benign", "why", ErrState},
		"awaits a second":           {ann, []string{"awaiting1"}, "benign", "why", ErrState},
		"allowed":                   {ann, []string{"allowed1"}, "benign", "why", ErrState},
		"an event of the gate":      {ann, []string{"admin1"}, "benign", "why", ErrState},
		"one of two is decided":     {lea, []string{"open1", "decided1"}, "benign", "why", ErrState},
		"one of two does not exist": {lea, []string{"open1", "lost"}, "benign", "why", ErrNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			d := b.desk(t)
			b.put("block", nil, append(many, "open1")...)
			b.put("allow", nil, "allowed1")
			b.rows["admin1"] = index.Row{ID: "admin1", Kind: "admin", Action: "alert"}
			b.rows["assigned1"] = index.Row{ID: "assigned1", Kind: "connect", Action: "block", Review: index.State{Status: Assigned, Assignee: "zoe"}}
			b.rows["decided1"] = index.Row{ID: "decided1", Kind: "decision", Action: "mask", Review: index.State{Status: Decided, Verdict: "test", By: "zoe"}}
			b.rows["awaiting1"] = index.Row{ID: "awaiting1", Kind: "decision", Action: "block", Review: index.State{Status: AwaitingSecond, Verdict: "test", By: "zoe"}}
			err := d.Decide(t.Context(), test.actor, test.ids, test.verdict, test.reason)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			for _, id := range test.ids {
				got := b.rows[id].Review
				if decided := got.Verdict == test.verdict && got.By == test.actor.User && got.Status == Decided; decided != (test.want == nil) {
					t.Errorf("%s is %+v after %v", id, got, err)
				}
			}
			if test.want != nil && b.count() > 0 {
				t.Errorf("on record: %+v", b.last(t))
			}
		})
	}
}

// One record for those that stand at once, one for those that await a second person.
func TestDecideRecords(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", []string{"r"}, "a", "b")
	b.put("block", []string{"two-people"}, "c")
	if err := d.Decide(t.Context(), lea, []string{"c", "b", "a"}, "true_positive", "  real\r\nsee  ticket 7 \n"); err != nil {
		t.Fatal(err)
	}
	common := audit.Access{Kind: audit.AccessVerdict, Actor: "lea", Role: "lead", Session: "s3", Source: "10.0.0.3", Via: "console", Outcome: OutcomeOK}
	now, later := common, common
	now.Target, now.Count = "a", 2
	now.Review = &audit.Review{Decisions: []string{"a", "b"}, Status: Decided, Verdict: "true_positive", Text: "real\nsee ticket 7"}
	later.Target, later.Count = "c", 1
	later.Review = &audit.Review{Decisions: []string{"c"}, Status: AwaitingSecond, Verdict: "true_positive", Text: "real\nsee ticket 7"}
	var got []audit.Access
	for a := range onDisk(b) {
		got = append(got, bare(*a))
	}
	if diff := cmp.Diff([]audit.Access{now, later}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whoever types an ID in another letter case means the same decision, and the record names it as the log does: by that
// name its history is found.
func TestLetterCase(t *testing.T) {
	tests := map[string]func(d *Desk) error{
		"decide":  func(d *Desk) error { return d.Decide(t.Context(), lea, []string{"X1", "x1"}, "benign", "why") },
		"assign":  func(d *Desk) error { return d.Assign(t.Context(), lea, []string{"X1", "x1"}, "ben") },
		"note":    func(d *Desk) error { return d.Note(t.Context(), ann, "X1", "why") },
		"confirm": func(d *Desk) error { return d.Confirm(t.Context(), ben, "X2", true, "") },
		"reopen":  func(d *Desk) error { return d.Reopen(t.Context(), ann, "X3", "why") },
	}
	for name, act := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			b.put("block", nil, "x1")
			b.rows["x2"] = index.Row{ID: "x2", Kind: "decision", Action: "block", Review: index.State{Status: AwaitingSecond, Verdict: "test", By: "ann"}}
			b.rows["x3"] = index.Row{ID: "x3", Kind: "decision", Action: "block", Review: index.State{Status: Decided, Verdict: "test", By: "ann"}}
			if err := act(b.desk(t)); err != nil {
				t.Fatal(err)
			}
			r := b.last(t)
			if len(r.Review.Decisions) != 1 || r.Review.Decisions[0] != r.Target || strings.ToLower(r.Target) != r.Target || r.Count != 1 {
				t.Errorf("on record: %+v, %+v", r, r.Review)
			}
		})
	}
}

func TestConfirm(t *testing.T) {
	tests := map[string]struct {
		by     string // who gave the verdict
		status string
		actor  Actor
		agree  bool
		reason string
		want   error
		after  string
	}{
		"another person agrees":      {"ann", AwaitingSecond, ben, true, "", nil, Decided},
		"another person does not":    {"ann", AwaitingSecond, ben, false, "it is real", nil, Open},
		"does not, without a reason": {"ann", AwaitingSecond, ben, false, "", ErrReason, AwaitingSecond},
		"the same person":            {"ann", AwaitingSecond, ann, true, "", ErrSamePerson, AwaitingSecond},
		"the same person objects":    {"ann", AwaitingSecond, ann, false, "why", ErrSamePerson, AwaitingSecond},
		"the same in capitals":       {"ANN", AwaitingSecond, ann, true, "", ErrSamePerson, AwaitingSecond},
		"nobody knows whose it is":   {"", AwaitingSecond, ben, true, "", ErrState, AwaitingSecond},
		"nothing to confirm":         {"", Open, ben, true, "", ErrState, Open},
		"it stands already":          {"ann", Decided, ben, true, "", ErrState, Decided},
		"a policy administrator":     {"ann", AwaitingSecond, paul, true, "", ErrDenied, AwaitingSecond},
		"an auditor":                 {"ann", AwaitingSecond, aud, true, "", ErrDenied, AwaitingSecond},
		"a person with no such role": {"ann", AwaitingSecond, ghost, true, "", ErrDenied, AwaitingSecond},
		"who manages people":         {"ann", AwaitingSecond, uma, true, "", ErrDenied, AwaitingSecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			d := b.desk(t)
			b.rows["d1"] = index.Row{ID: "d1", Kind: "decision", Action: "block", Review: index.State{Status: test.status, Verdict: "benign", By: test.by}}
			if err := d.Confirm(t.Context(), test.actor, "d1", test.agree, test.reason); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			got := b.rows["d1"].Review
			if got.Status != test.after || test.after == Decided && got.Verdict != "benign" {
				t.Errorf("afterwards it is %+v, want %s", got, test.after)
			}
			if errors.Is(test.want, ErrSamePerson) {
				if r := b.last(t); r.Outcome != OutcomeDenied || r.Reason != ReasonSamePerson || r.Target != "d1" {
					t.Errorf("on record: %+v", r)
				}
			}
		})
	}
}

// A verdict that needs two people stands only after two people, whatever one of them tries alone.
func TestTwoPeople(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", []string{"two-people"}, "d1")
	steps := []struct {
		name string
		do   func() error
		want error
	}{
		{"a verdict", func() error { return d.Decide(t.Context(), lea, []string{"d1"}, "benign", "why") }, nil},
		{"another one", func() error { return d.Decide(t.Context(), lea, []string{"d1"}, "benign", "why") }, ErrState},
		{"confirmed alone", func() error { return d.Confirm(t.Context(), lea, "d1", true, "") }, ErrSamePerson},
		{"assigned meanwhile", func() error { return d.Assign(t.Context(), lea, []string{"d1"}, "lars") }, ErrState},
		{"opened again", func() error { return d.Reopen(t.Context(), lea, "d1", "wait") }, nil},
		{"a verdict again", func() error { return d.Decide(t.Context(), lea, []string{"d1"}, "benign", "why") }, nil},
		{"confirmed alone again", func() error { return d.Confirm(t.Context(), lea, "d1", true, "") }, ErrSamePerson},
		{"confirmed by another", func() error { return d.Confirm(t.Context(), ann, "d1", true, "") }, nil},
		{"confirmed twice", func() error { return d.Confirm(t.Context(), ben, "d1", true, "") }, ErrState},
	}
	for _, step := range steps {
		if err := step.do(); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
	}
	if got := b.rows["d1"].Review; got.Status != Decided || got.By != "lea" {
		t.Errorf("%+v", got)
	}
}

// ofCase is what becomes of a decision of the test below, by the last digit of its ID.
func ofCase(id string) index.State {
	switch id[len(id)-1] {
	case '3': // judged before
		return index.State{Status: Decided, Verdict: "test", By: "zoe"}
	case '5': // needs two people
		return index.State{Status: AwaitingSecond, Verdict: "false_positive", By: "lea", Reason: "test data"}
	case '7': // assigned
		return index.State{Status: Decided, Verdict: "false_positive", By: "lea", Reason: "test data", Assignee: "zoe"}
	case '9': // of another case
		return index.State{Status: Open}
	}
	return index.State{Status: Decided, Verdict: "false_positive", By: "lea", Reason: "test data"}
}

// All open decisions of a case, in chunks, and none of the others.
func TestDecideCase(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	key := "0123456789abcdef"
	b.cases[key] = index.Case{Key: key, First: now().AddDate(0, -2, 0)}
	const all = 2*audit.MaxReviewed + 90
	for i := range all {
		row := index.Row{ID: fmt.Sprintf("d%04d", i), Kind: "decision", Action: "block", Cases: []string{key}, Review: index.State{Status: Open}}
		switch i % 10 {
		case 3:
			row.Review = index.State{Status: Decided, Verdict: "test", By: "zoe"}
		case 5:
			row.Rules = []string{"two-people"}
		case 7:
			row.Review = index.State{Status: Assigned, Assignee: "zoe"}
		case 9:
			row.Cases = []string{"fedcba9876543210"}
		}
		b.rows[row.ID] = row
	}
	n, err := d.DecideCase(t.Context(), lea, key, "false_positive", "test data")
	if err != nil || n != all-2*(all/10) {
		t.Errorf("judged %d, %v", n, err)
	}
	for id, row := range b.rows {
		want := ofCase(id)
		got := row.Review
		got.At = want.At
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", id, diff)
		}
	}
	judged := 0
	for _, r := range b.records {
		if r.Review.Case != key || r.Target != key || len(r.Review.Decisions) > audit.MaxReviewed || r.Count != len(r.Review.Decisions) {
			t.Errorf("on record: case %s, target %s, %d decisions, count %d", r.Review.Case, r.Target, len(r.Review.Decisions), r.Count)
		}
		judged += r.Count
	}
	if judged != n {
		t.Errorf("%d decisions on record, %d returned", judged, n)
	}
	if n, err := d.DecideCase(t.Context(), lea, key, "false_positive", "again"); n != 0 || err != nil {
		t.Errorf("a case without open decisions: %d, %v", n, err)
	}
	for _, key := range []string{"fedcba9876543210", "", "x status:decided", canary} {
		if _, err := d.DecideCase(t.Context(), lea, key, "false_positive", "why"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a case that is none: %v", err)
		}
	}
	b.clean(t)
}

func TestReopen(t *testing.T) {
	tests := map[string]struct {
		status, reason string
		want           error
	}{
		"decided":   {Decided, "the rule was wrong", nil},
		"awaiting":  {AwaitingSecond, "I was wrong", nil},
		"open":      {Open, "why", ErrState},
		"assigned":  {Assigned, "why", ErrState},
		"no reason": {Decided, "", ErrReason},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			d := b.desk(t)
			b.rows["d1"] = index.Row{ID: "d1", Kind: "closing", Action: "block", Review: index.State{Status: test.status, Verdict: "benign", By: "zoe"}}
			if err := d.Reopen(t.Context(), ann, "d1", test.reason); !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			want := index.State{Status: test.status, Verdict: "benign", By: "zoe"}
			if test.want == nil {
				want = index.State{Status: Open, By: "ann", At: b.last(t).Time}
			}
			if diff := cmp.Diff(want, b.rows["d1"].Review); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
