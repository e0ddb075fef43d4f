package review

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

// gate is both logs and the index that follows them, as in a running gate.
type gate struct {
	decisions *audit.Log
	access    *audit.AccessLog
	index     *index.Index
	dir       string
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{dir: t.TempDir()}
	var err error
	logs := func(name string) audit.Config {
		return audit.Config{Dir: filepath.Join(g.dir, name), Node: "gate-1", SegmentBytes: 1 << 20, Wait: 10 * time.Second}
	}
	if g.decisions, err = audit.Open(logs("audit")); err != nil {
		t.Fatal(err)
	}
	if g.access, err = audit.OpenAccess(logs("access")); err != nil {
		t.Fatal(err)
	}
	cfg := index.Config{Dir: filepath.Join(g.dir, "index"), Decisions: filepath.Join(g.dir, "audit"), Access: filepath.Join(g.dir, "access")}
	if g.index, err = index.Open(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := g.index.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		running.Wait()
		if err := errors.Join(g.index.Close(), g.decisions.Close(), g.access.Close()); err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g *gate) desk(t *testing.T) *Desk { t.Helper(); return g.deskOver(t, g.access) }

// remote is the access log as another process reaches it, through the gate's socket.
func (g *gate) remote(t *testing.T) *audit.Remote {
	t.Helper()
	socket := filepath.Join(g.dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := audit.ServeRemote(ctx, l, g.access); err != nil {
			t.Error(err)
		}
	})
	r, err := audit.DialRemote(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		stop()
		serving.Wait()
	})
	return r
}

func (g *gate) deskOver(t *testing.T, log audit.AccessSink) *Desk {
	t.Helper()
	d, err := New(Config{Log: log, Index: g.index, Guard: guard,
		SecondReview: func(rules []string) bool { return slices.Contains(rules, "two-people") }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// blocked puts n blocked decisions with one finding into the log and returns their IDs when the index has them.
func (g *gate) blocked(t *testing.T, n int, rule string) []string {
	t.Helper()
	var ids []string
	for range n {
		d := &audit.Decision{Kind: audit.Whole, Action: "block", Reason: "policy", Mode: "enforce", Client: "ehr-sync", Object: "Contact",
			Dir: "request", Cover: audit.Full, Rules: []string{rule}, Finding: []audit.Finding{{Detector: "us_ssn", Category: "ssn",
				Likelihood: "very_likely", Object: "Contact", Field: "SSN__c", Count: 1, Fingerprints: []string{"GEZDGNBVGY3TQOJQGEZDGNBVGY"},
				Rules: []string{rule}, Action: "block"}}}
		if err := g.decisions.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := g.index.Get(t.Context(), ids[n-1]); err == nil {
			return ids
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func (g *gate) state(t *testing.T, id string) index.State {
	t.Helper()
	row, err := g.index.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	row.Review.At = time.Time{}
	return row.Review
}

// A decision from the queue to its verdict, with a second person; each step shows in the index when it returns.
func TestWithTheIndex(t *testing.T) {
	g := newGate(t)
	d := g.desk(t)
	ctx := t.Context()
	id := g.blocked(t, 1, "two-people")[0]
	steps := []struct {
		name string
		do   func() error
		want index.State
	}{
		{"assign", func() error { return d.Assign(ctx, lea, []string{id}, "ann") }, index.State{Status: Assigned, Assignee: "ann"}},
		{"give back", func() error { return d.Assign(ctx, ann, []string{id}, "") }, index.State{Status: Open}},
		{"take", func() error { return d.Assign(ctx, ann, []string{id}, "ann") }, index.State{Status: Assigned, Assignee: "ann"}},
		{"note", func() error { return d.Note(ctx, ann, id, "asked the team") },
			index.State{Status: Assigned, Assignee: "ann", Notes: 1}},
		{"decide", func() error { return d.Decide(ctx, ann, []string{id}, "benign", "test data") },
			index.State{Status: AwaitingSecond, Verdict: "benign", By: "ann", Assignee: "ann", Reason: "test data", Notes: 1}},
		{"confirm", func() error { return d.Confirm(ctx, ben, id, true, "") },
			index.State{Status: Decided, Verdict: "benign", By: "ann", Assignee: "ann", Reason: "test data", Notes: 1}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, g.state(t, id)); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", step.name, diff)
		}
	}
	if err := d.Decide(ctx, lea, []string{id}, "test", "why"); !errors.Is(err, ErrState) {
		t.Errorf("judged twice: %v", err)
	}
	if err := d.Reopen(ctx, ben, id, "the test was none"); err != nil {
		t.Fatal(err)
	}
	if got := g.state(t, id); got.Status != Open || got.Verdict != "" {
		t.Errorf("after reopen: %+v", got)
	}
	if err := errors.Join(d.Decide(ctx, lea, []string{id}, "test", "why"), d.Confirm(ctx, lars, id, false, "it is real")); err != nil {
		t.Fatal(err)
	}
	if got := g.state(t, id); got.Status != Open || got.Verdict != "" {
		t.Errorf("after a second person did not agree: %+v", got)
	}
	history, err := g.index.History(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range history {
		kinds = append(kinds, string(e.Kind)+" "+e.Review.Status)
	}
	want := []string{"assign assigned", "assign open", "assign assigned", "note ", "verdict awaiting_second", "confirm decided", "verdict open",
		"verdict awaiting_second", "confirm open"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// A whole case, found by the key that the index gives it.
func TestCaseWithTheIndex(t *testing.T) {
	g := newGate(t)
	d := g.desk(t)
	ids := g.blocked(t, audit.MaxReviewed+44, "ssn-never-leaves")
	if err := d.Decide(t.Context(), ann, ids[7:8], "true_positive", "seen"); err != nil {
		t.Fatal(err)
	}
	row, err := g.index.Get(t.Context(), ids[0])
	if err != nil || len(row.Cases) != 1 {
		t.Fatalf("cases %v, %v", row.Cases, err)
	}
	n, err := d.DecideCase(t.Context(), lea, row.Cases[0], "false_positive", "test data")
	if err != nil || n != len(ids)-1 {
		t.Errorf("judged %d, %v", n, err)
	}
	for i, id := range ids {
		got, want := g.state(t, id), index.State{Status: Decided, Verdict: "false_positive", By: "lea", Reason: "test data"}
		if i == 7 {
			want = index.State{Status: Decided, Verdict: "true_positive", By: "ann", Reason: "seen"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("decision %d (-want +got):\n%s", i, diff)
		}
	}
	if c, err := g.index.Case(t.Context(), row.Cases[0]); err != nil || c.Open != 0 {
		t.Errorf("the case has %d open decisions, %v", c.Open, err)
	}
}

// Two desks over one log, the console's and the terminal's: one verdict stands, the same for every reader.
func TestTwoDesks(t *testing.T) {
	g := newGate(t)
	desks := []*Desk{g.desk(t), g.deskOver(t, g.remote(t))}
	for _, id := range g.blocked(t, 8, "r") {
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, verdict := range []string{"true_positive", "benign"} {
			both.Go(func() {
				errs[i] = desks[i].Decide(t.Context(), Actor{User: verdict, Role: Analyst, Via: "cli"}, []string{id}, verdict, "why")
			})
		}
		both.Wait()
		got := g.state(t, id)
		won := slices.Index(errs, nil)
		if won < 0 || errs[1-won] == nil || !errors.Is(errs[1-won], ErrState) {
			t.Fatalf("%v: one of them must succeed", errs)
		}
		if want := []string{"true_positive", "benign"}[won]; got.Verdict != want || got.By != want {
			t.Fatalf("the verdict is %+v, want that of the one that succeeded: %s", got, want)
		}
	}
}

// Exceptions, views and holds as the index gives them back.
func TestRecordsWithTheIndex(t *testing.T) {
	g := newGate(t)
	d := g.desk(t)
	ctx := t.Context()
	g.blocked(t, 3, "ssn-never-leaves")
	ask := audit.Exception{Rule: "ssn-never-leaves", Client: "ehr-sync", Until: time.Now().AddDate(0, 0, 7), Reason: "migration"}
	e, err := d.Request(ctx, ann, ask)
	if err != nil || e.WouldAllow != 3 {
		t.Fatalf("requested %+v, %v", e, err)
	}
	if _, err := d.Resolve(ctx, ann, e.ID, true, "why"); !errors.Is(err, ErrDenied) {
		t.Errorf("an analyst approved: %v", err)
	}
	if e, err = d.Resolve(ctx, lea, e.ID, true, "for the migration"); err != nil || e.State != Approved || e.WouldAllow != 3 {
		t.Fatalf("approved %+v, %v", e, err)
	}
	shown, err := g.index.Exception(ctx, e.ID)
	if diff := cmp.Diff(e, shown); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := d.Revoke(ctx, lars, e.ID, "over"); err != nil {
		t.Error(err)
	}
	if list, err := g.index.Exceptions(ctx, Revoked); err != nil || len(list) != 1 {
		t.Errorf("%d revoked, %v", len(list), err)
	}

	if err := d.SaveView(ctx, ann, audit.View{Name: "mine", Query: "after:-1d decision:block", Shared: true}); err != nil {
		t.Fatal(err)
	}
	views, err := g.index.Views(ctx, "ben")
	if diff := cmp.Diff([]audit.View{{Name: "mine", Query: "decision:block after:-1d", Owner: "ann", Shared: true}}, views); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if err := d.DeleteView(ctx, ann, "mine"); err != nil {
		t.Error(err)
	}
	if views, err := g.index.Views(ctx, "ben"); len(views) != 0 || err != nil {
		t.Errorf("%d views, %v", len(views), err)
	}

	h, err := d.PlaceHold(ctx, aud, audit.Hold{Client: "ehr-sync", Reason: "suit"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ReleaseHold(ctx, aud, h.ID, "settled"); !errors.Is(err, ErrSamePerson) {
		t.Errorf("released by who placed it: %v", err)
	}
	if err := d.ReleaseHold(ctx, ada, h.ID, "settled"); err != nil {
		t.Error(err)
	}
	if err := d.ReleaseHold(ctx, ada, h.ID, "settled"); !errors.Is(err, ErrState) {
		t.Errorf("released twice: %v", err)
	}
}

// The largest verdict there is, and how long it takes.
func TestManyAtOnce(t *testing.T) {
	g := newGate(t)
	d := g.desk(t)
	ids := g.blocked(t, audit.MaxReviewed, "r")
	began := time.Now()
	if err := d.Decide(t.Context(), lea, ids, "benign", strings.Repeat("long ", 199)); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d decisions in %s", len(ids), time.Since(began))
	q, err := query.Parse("status:decided", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if n, more, err := g.index.Count(t.Context(), q, 1000); n != len(ids) || more || err != nil {
		t.Errorf("%d decided, more %v, %v", n, more, err)
	}
	for a, err := range audit.ReadAccess(filepath.Join(g.dir, "access")) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Kind == audit.AccessVerdict && len(a.Review.Decisions) != a.Count {
			t.Errorf("%d decisions on record, count %d", len(a.Review.Decisions), a.Count)
		}
	}
}
