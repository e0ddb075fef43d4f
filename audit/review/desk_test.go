package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

func TestNew(t *testing.T) {
	b := newBoard(t)
	tests := map[string]Config{
		"no index":  {Log: b, Guard: guard},
		"no log":    {Index: new(index.Index), Guard: guard},
		"no guard":  {Index: new(index.Index), Log: b},
		"long past": {Index: new(index.Index), Log: b, Guard: guard, MaxException: -1},
	}
	for name, cfg := range tests {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: a desk", name)
		}
	}
	if _, err := New(Config{Index: new(index.Index), Log: b, Guard: guard}); err != nil {
		t.Error(err)
	}
}

// everything is each thing that a Desk does, with what it takes.
func everything(d *Desk, id string) map[string]struct {
	need Permission
	do   func(context.Context, Actor) error
} {
	type deed = struct {
		need Permission
		do   func(context.Context, Actor) error
	}
	e := audit.Exception{Rule: "r", Client: "ehr-sync", Until: now().Add(time.Hour), Reason: "migration"}
	return map[string]deed{
		"decide": {DecisionsDecide, func(ctx context.Context, a Actor) error { return d.Decide(ctx, a, []string{id}, "test", "why") }},
		"decide two": {DecisionsBulk, func(ctx context.Context, a Actor) error {
			return d.Decide(ctx, a, []string{id, id + "2"}, "test", "why")
		}},
		"decide case": {CasesDecide, func(ctx context.Context, a Actor) error {
			_, err := d.DecideCase(ctx, a, "c1", "test", "why")
			return err
		}},
		"confirm": {DecisionsDecide, func(ctx context.Context, a Actor) error { return d.Confirm(ctx, a, id, true, "") }},
		"reopen":  {DecisionsDecide, func(ctx context.Context, a Actor) error { return d.Reopen(ctx, a, id, "why") }},
		"take":    {DecisionsDecide, func(ctx context.Context, a Actor) error { return d.Assign(ctx, a, []string{id}, a.User) }},
		"give":    {DecisionsAssign, func(ctx context.Context, a Actor) error { return d.Assign(ctx, a, []string{id}, "zoe") }},
		"note":    {NotesWrite, func(ctx context.Context, a Actor) error { return d.Note(ctx, a, id, "hm") }},
		"request": {ExceptionsRequest, func(ctx context.Context, a Actor) error { _, err := d.Request(ctx, a, e); return err }},
		"preview": {ExceptionsRequest, func(ctx context.Context, a Actor) error { _, err := d.Preview(ctx, a, e); return err }},
		"resolve": {ExceptionsApprove, func(ctx context.Context, a Actor) error { _, err := d.Resolve(ctx, a, "e1", true, "why"); return err }},
		"revoke":  {ExceptionsApprove, func(ctx context.Context, a Actor) error { _, err := d.Revoke(ctx, a, "e1", "why"); return err }},
		"save view": {ViewsSave, func(ctx context.Context, a Actor) error {
			return d.SaveView(ctx, a, audit.View{Name: "v", Query: "decision:block"})
		}},
		"delete view": {ViewsSave, func(ctx context.Context, a Actor) error { return d.DeleteView(ctx, a, "v") }},
		"place hold": {HoldsManage, func(ctx context.Context, a Actor) error {
			_, err := d.PlaceHold(ctx, a, audit.Hold{Reason: "suit"})
			return err
		}},
		"release hold": {HoldsManage, func(ctx context.Context, a Actor) error { return d.ReleaseHold(ctx, a, "h1", "why") }},
		"export":       {ExportRun, func(ctx context.Context, a Actor) error { return d.Looked(ctx, a, audit.AccessExport, "csv", "", 3) }},
		"lookup":       {LookupRun, func(ctx context.Context, a Actor) error { return d.Looked(ctx, a, audit.AccessLookup, "us_ssn", "", 0) }},
	}
}

// Each deed with each role: who may not is refused, and that is on record; who may is not refused for the role.
func TestPermissions(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	for _, role := range append(Roles(), "", "boss") {
		for name, deed := range everything(d, "d1") {
			b.rows["d1"] = index.Row{ID: "d1", Kind: "decision", Action: "block", Review: index.State{Status: Open}}
			b.exceptions["e1"] = audit.Exception{ID: "e1", State: Requested, RequestedBy: "zoe", Until: now().Add(time.Hour)}
			a := Actor{User: "pat", Role: role, Via: "console"}
			before := b.count()
			err := deed.do(t.Context(), a)
			if got, want := errors.Is(err, ErrDenied), !role.May(deed.need); got != want {
				t.Errorf("%q, %s: %v, denied is %v", role, name, err, want)
			}
			if !errors.Is(err, ErrDenied) {
				continue
			}
			r := b.last(t)
			if b.count() != before+1 || r.Outcome != OutcomeDenied || r.Reason != ReasonPermission || r.Actor != "pat" || r.Review != nil {
				t.Errorf("%q, %s: the refusal is not on record: %+v", role, name, r)
			}
		}
	}
}

// Without a name nobody may anything, whatever the role.
func TestNobody(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	for name, deed := range everything(d, "d1") {
		if err := deed.do(t.Context(), Actor{Role: Join(Roles()...), Via: "console"}); !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
		if r := b.last(t); r.Actor != nobody || r.Outcome != OutcomeDenied {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// writing is every text that a person can write, as all writes it.
func writing(d *Desk, all Actor, bad string) map[string]func(context.Context) error {
	ok := audit.Exception{Rule: "r", Client: "c", Until: now().Add(time.Hour), Reason: "why"}
	request := func(change func(*audit.Exception)) func(context.Context) error {
		return func(ctx context.Context) error { e := ok; change(&e); _, err := d.Request(ctx, all, e); return err }
	}
	hold := func(h audit.Hold) func(context.Context) error {
		return func(ctx context.Context) error { _, err := d.PlaceHold(ctx, all, h); return err }
	}
	return map[string]func(context.Context) error{
		"decide":  func(ctx context.Context) error { return d.Decide(ctx, all, []string{"d1"}, "benign", bad) },
		"case":    func(ctx context.Context) error { _, err := d.DecideCase(ctx, all, "c1", "benign", bad); return err },
		"confirm": func(ctx context.Context) error { return d.Confirm(ctx, all, "w1", true, bad) },
		"reopen":  func(ctx context.Context) error { return d.Reopen(ctx, all, "w1", bad) },
		"assign":  func(ctx context.Context) error { return d.Assign(ctx, all, []string{"d1"}, bad) },
		"note":    func(ctx context.Context) error { return d.Note(ctx, all, "d1", "first\n"+bad) },
		"reason":  request(func(e *audit.Exception) { e.Reason = bad }),
		"rule":    request(func(e *audit.Exception) { e.Rule = bad }),
		"client":  request(func(e *audit.Exception) { e.Client = bad }),
		"object":  request(func(e *audit.Exception) { e.Object = bad }),
		"field":   request(func(e *audit.Exception) { e.Field = bad }),
		"resolve": func(ctx context.Context) error { _, err := d.Resolve(ctx, all, "e1", true, bad); return err },
		"revoke":  func(ctx context.Context) error { _, err := d.Revoke(ctx, all, "e1", bad); return err },
		"view name": func(ctx context.Context) error {
			return d.SaveView(ctx, all, audit.View{Name: bad, Query: "decision:block"})
		},
		"view query": func(ctx context.Context) error {
			return d.SaveView(ctx, all, audit.View{Name: "v", Query: `client:"` + bad + `"`})
		},
		"hold reason": hold(audit.Hold{Reason: bad}),
		"hold client": hold(audit.Hold{Reason: "suit", Client: bad}),
		"incident":    hold(audit.Hold{Reason: "suit", Incident: bad}),
		"release":     func(ctx context.Context) error { return d.ReleaseHold(ctx, all, "h1", bad) },
		"search query": func(ctx context.Context) error {
			return d.Looked(ctx, all, audit.AccessSearch, "/queue", `client:"`+bad+`"`, 1)
		},
	}
}

// A text with an identifier goes nowhere, and the error does not quote it.
func TestGuard(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", nil, "d1")
	b.rows["w1"] = index.Row{ID: "w1", Kind: "decision", Action: "block", Review: index.State{Status: AwaitingSecond, By: "zoe"}}
	b.exceptions["e1"] = audit.Exception{ID: "e1", State: Requested, RequestedBy: "zoe", Until: now().Add(time.Hour)}
	b.holds = []audit.Hold{{ID: "h1"}}
	all := Actor{User: "max", Role: Join(Roles()...), Via: "console"}
	for name, do := range writing(d, all, "patient "+canary) {
		t.Run(name, func(t *testing.T) {
			err := do(t.Context())
			var g *GuardError
			if !errors.As(err, &g) || g.Detector != "us_ssn" || !errors.Is(err, ErrReason) {
				t.Fatalf("got %v, want a GuardError of us_ssn", err)
			}
			if strings.Contains(err.Error(), canary) {
				t.Error("the error quotes the text")
			}
			if r := b.last(t); r.Outcome != OutcomeDenied || r.Reason != ReasonGuard || r.Review != nil || r.Query != "" {
				t.Errorf("on record: %+v", r)
			}
		})
	}
	if got := b.rows["d1"].Review; got.Status != Open || got.Notes != 0 {
		t.Errorf("something was changed: %+v", got)
	}
	b.clean(t)
}

// A target is written down only if it is harmless; that it was looked at is on record all the same.
func TestLooked(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	tests := map[string]struct{ target, want string }{
		"decision":   {"01K8ZQ4T8F0000000000000004", "01K8ZQ4T8F0000000000000004"},
		"route":      {"GET /decisions/{id}", "GET /decisions/{id}"},
		"identifier": {"/decisions/" + canary, withheld},
		"long":       {strings.Repeat("x", audit.MaxText+1), withheld},
		"line break": {"a\nb", withheld},
		"not UTF-8":  {"\xff", withheld},
		"empty":      {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := d.Looked(t.Context(), ann, audit.AccessLook, test.target, "", 1); err != nil {
				t.Fatal(err)
			}
			want := audit.Access{Kind: audit.AccessLook, Actor: "ann", Role: "analyst", Session: "s1", Source: "10.0.0.1", Via: "console",
				Target: test.want, Count: 1, Outcome: OutcomeOK}
			if diff := cmp.Diff(want, bare(b.last(t))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := d.Denied(t.Context(), Actor{Via: "console"}, test.target); err != nil {
				t.Fatal(err)
			}
			want = audit.Access{Kind: audit.AccessLook, Actor: nobody, Via: "console", Target: test.want, Outcome: OutcomeDenied, Reason: ReasonPermission}
			if diff := cmp.Diff(want, bare(b.last(t))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if err := d.Looked(t.Context(), ann, audit.AccessSearch, "/queue", "decision:block after:-7d", 50); err != nil {
		t.Error(err)
	} else if r := b.last(t); r.Query != "decision:block after:-7d" || r.Count != 50 {
		t.Errorf("on record: %+v", r)
	}
	for name, err := range map[string]error{
		"not a look": d.Looked(t.Context(), ann, audit.AccessVerdict, "", "", 1),
		"less":       d.Looked(t.Context(), ann, audit.AccessLook, "", "", -1),
		"long query": d.Looked(t.Context(), ann, audit.AccessSearch, "", strings.Repeat("x", audit.MaxNote+1), 1),
	} {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.clean(t)
}

// bare leaves out what the log sets.
func bare(a audit.Access) audit.Access {
	a.V, a.ID, a.Time, a.Node, a.Seq = 0, "", time.Time{}, "", 0
	return a
}

// What cannot be recorded is not done, and not shown.
func TestLogFails(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", nil, "d1")
	b.fails = errors.New("disk full")
	all := Actor{User: "max", Role: Join(Roles()...), Via: "console"}
	for name, err := range map[string]error{
		"decide": d.Decide(t.Context(), all, []string{"d1"}, "benign", "why"),
		"note":   d.Note(t.Context(), all, "d1", "hm"),
		"look":   d.Looked(t.Context(), all, audit.AccessLook, "d1", "", 1),
		"denied": d.Denied(t.Context(), all, "d1"),
	} {
		if !errors.Is(err, b.fails) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.Decide(t.Context(), vic, []string{"d1"}, "benign", "why"); !errors.Is(err, ErrDenied) || !errors.Is(err, b.fails) {
		t.Errorf("a refusal that could not be recorded: %v", err)
	}
	if b.rows["d1"].Review.Status != Open {
		t.Error("the state changed")
	}
}

// When the index does not follow, the change is on record, and the next one waits for it.
func TestIndexBehind(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	d.patience = 20 * time.Millisecond
	b.put("block", nil, "d1", "d2")
	b.held = true
	err := d.Decide(t.Context(), ann, []string{"d1"}, "benign", "why")
	var u *UnseenError
	if !errors.As(err, &u) || u.Seq != 1 || !errors.Is(err, ErrBehind) {
		t.Fatalf("got %v, want an UnseenError for record 1", err)
	}
	before := b.count()
	if err := d.Decide(t.Context(), ann, []string{"d1"}, "test", "why"); !errors.Is(err, ErrBehind) || errors.As(err, &u) && b.count() != before {
		t.Errorf("judged on an old state: %v", err)
	}
	b.release()
	if err := d.Decide(t.Context(), ann, []string{"d1"}, "test", "why"); !errors.Is(err, ErrState) {
		t.Errorf("judged twice: %v", err)
	}
	if err := d.Decide(t.Context(), ann, []string{"d2"}, "test", "why"); err != nil {
		t.Errorf("the turn was not given back: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", nil, "d1")
	if err := d.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := d.Note(ctx, ann, "d1", "hm"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while another change goes on", err)
	}
	d.give()
	if err := d.Note(t.Context(), ann, "d1", "hm"); err != nil {
		t.Error(err)
	}
}

// Of many who judge one decision at once through one desk, exactly one succeeds and the log has one verdict.
func TestOneVerdict(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", nil, "d1")
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			err := d.Decide(t.Context(), Actor{User: fmt.Sprintf("p%d", i), Role: Analyst, Via: "console"}, []string{"d1"}, "benign", "why")
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, ErrState) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || b.count() != 1 {
		t.Errorf("%d succeeded, %d records", won.Load(), b.count())
	}
}

// When another process is first, the second one is told, and the first verdict stands.
func TestAnotherProcessIsFirst(t *testing.T) {
	b := newBoard(t)
	d, other := b.desk(t), b.desk(t)
	b.put("block", nil, "d1", "d2")
	b.before = func(*audit.Access) {
		if err := other.Decide(t.Context(), lars, []string{"d1"}, "true_positive", "seen"); err != nil {
			t.Error(err)
		}
	}
	err := d.Decide(t.Context(), lea, []string{"d2", "d1"}, "benign", "why")
	if !errors.Is(err, ErrState) || !strings.Contains(err.Error(), "d1") {
		t.Errorf("got %v, want ErrState for d1", err)
	}
	if got := b.rows["d1"].Review; got.Verdict != "true_positive" || got.By != "lars" {
		t.Errorf("the second verdict stands: %+v", got)
	}
	b.before = func(*audit.Access) {
		if err := other.Reopen(t.Context(), lars, "d1", "look again"); err != nil {
			t.Error(err)
		}
	}
	if err := d.Reopen(t.Context(), lea, "d1", "look again"); err != nil { // both wanted the same
		t.Error(err)
	}
	if got := slices.Collect(onDisk(b)); len(got) != b.count() {
		t.Errorf("%d records in the log, %d appended", len(got), b.count())
	}
}

// onDisk reads the records out of the files.
func onDisk(b *board) func(func(*audit.Access) bool) {
	return func(yield func(*audit.Access) bool) {
		for a, err := range audit.ReadAccess(b.dir) {
			if err != nil || !yield(a) {
				return
			}
		}
	}
}
