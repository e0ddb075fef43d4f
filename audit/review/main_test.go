package review

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is what the guard of the tests finds. It must not get into any file.
const canary = "078-05-1120"

func guard(text string) string {
	if strings.Contains(text, canary) {
		return "us_ssn"
	}
	return ""
}

// People of each role, and a second one where it takes two.
var (
	ann   = Actor{User: "ann", Role: Analyst, Session: "s1", Source: "10.0.0.1", Via: "console"}
	ben   = Actor{User: "ben", Role: Analyst, Session: "s2", Source: "10.0.0.2", Via: "console"}
	lea   = Actor{User: "lea", Role: Lead, Session: "s3", Source: "10.0.0.3", Via: "console"}
	lars  = Actor{User: "lars", Role: Lead, Session: "s4", Source: "local", Via: "cli"}
	paul  = Actor{User: "paul", Role: PolicyAdmin, Via: "console"}
	aud   = Actor{User: "aud", Role: Auditor, Via: "console"}
	ada   = Actor{User: "ada", Role: Auditor, Via: "console"}
	uma   = Actor{User: "uma", Role: UserAdmin, Via: "console"}
	vic   = Actor{User: "vic", Role: Viewer, Via: "console"}
	ghost = Actor{User: "ghost", Role: "boss", Via: "console"}
)

// board projects the access log as the index does, in memory: a record whose move the state does not allow changes
// nothing. It is a sink too, so that what is appended through it is projected at once, unless it is held.
type board struct {
	log *audit.AccessLog
	dir string

	mu         sync.Mutex
	rows       map[string]index.Row
	cases      map[string]index.Case
	views      map[string]audit.View // by owner and name
	exceptions map[string]audit.Exception
	holds      []audit.Hold
	records    []audit.Access
	seen       uint64
	held       bool // records wait in late
	late       []audit.Access
	fails      error               // what Append returns
	would      int                 // what WouldAllow returns
	before     func(*audit.Access) // runs before a record is written: what another process does
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{dir: t.TempDir(), rows: map[string]index.Row{}, cases: map[string]index.Case{}, views: map[string]audit.View{},
		exceptions: map[string]audit.Exception{}}
	log, err := audit.OpenAccess(audit.Config{Dir: b.dir, Node: "gate-1", SegmentBytes: 1 << 20, Wait: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	b.log = log
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// put adds decisions in the state of nobody having touched them.
func (b *board) put(action string, rules []string, ids ...string) {
	for _, id := range ids {
		b.rows[id] = index.Row{ID: id, Kind: "decision", Action: action, Rules: rules, Time: now(), Review: index.State{Status: Open}}
	}
}

func now() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// desk is a Desk over b. Decisions that the rule "two-people" took need a second person.
func (b *board) desk(t *testing.T) *Desk {
	t.Helper()
	d, err := newDesk(Config{Log: b, Guard: guard, Now: now,
		SecondReview: func(rules []string) bool { return slices.Contains(rules, "two-people") }}, b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (b *board) Append(ctx context.Context, a *audit.Access) error {
	if b.fails != nil {
		return b.fails
	}
	if f := b.before; f != nil {
		b.before = nil
		f(a)
	}
	if err := b.log.Append(ctx, a); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records = append(b.records, *a)
	if b.held {
		b.late = append(b.late, *a)
		return nil
	}
	b.project(a)
	return nil
}

func (b *board) project(a *audit.Access) {
	b.seen = max(b.seen, a.Seq)
	r := a.Review
	if a.Outcome != OutcomeOK || r == nil {
		return
	}
	for _, id := range r.Decisions {
		b.move(a, id)
	}
	switch {
	case r.View != nil && r.View.Deleted:
		delete(b.views, r.View.Owner+"\x00"+r.View.Name)
	case r.View != nil:
		b.views[r.View.Owner+"\x00"+r.View.Name] = *r.View
	case r.Exception != nil:
		was, known := b.exceptions[r.Exception.ID]
		if !known || was.State == Requested || was.State == Approved && r.Exception.State == Revoked {
			b.exceptions[r.Exception.ID] = *r.Exception
		}
	case r.Hold != nil:
		b.holds = slices.DeleteFunc(b.holds, func(h audit.Hold) bool { return h.ID == r.Hold.ID })
		b.holds = append(b.holds, *r.Hold)
	}
}

func (b *board) move(a *audit.Access, id string) {
	row, s := b.rows[id], a.Review
	m := map[string]move{"verdict " + Decided: decide, "verdict " + AwaitingSecond: decideOnce, "verdict " + Open: reopen,
		"confirm " + Decided: agree, "confirm " + Open: disagree, "assign " + Assigned: assign, "assign " + Open: unassign}
	which, known := m[string(a.Kind)+" "+s.Status]
	if a.Kind == audit.AccessNote {
		row.Review.Notes++
	}
	if to, ok := which.after(row.Review.Status); known && ok {
		row.Review.Status, row.Review.At = to, a.Time
		switch which {
		case assign, unassign:
			row.Review.Assignee = s.Assignee
		case decide, decideOnce:
			row.Review.Verdict, row.Review.By, row.Review.Reason = s.Verdict, a.Actor, s.Text
		case reopen, disagree:
			row.Review.Verdict, row.Review.By = "", a.Actor
		}
	}
	b.rows[id] = row
}

// release projects what was held.
func (b *board) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.late {
		b.project(&b.late[i])
	}
	b.held, b.late = false, nil
}

func (b *board) WaitAccess(ctx context.Context, seq uint64) error {
	b.mu.Lock()
	seen := b.seen
	b.mu.Unlock()
	if seen < seq {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// Get finds an ID in any letter case, as the index does.
func (b *board) Get(_ context.Context, id string) (index.Row, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, ok := b.rows[id]
	if !ok {
		row, ok = b.rows[strings.ToLower(id)]
	}
	if !ok {
		return row, fmt.Errorf("row: %w", index.ErrNotFound)
	}
	return row, nil
}

// Page is a keyset page by ID, newest first, of the decisions of a case that are open or assigned.
func (b *board) Page(_ context.Context, q query.Query, at index.Cursor, n int) (index.Page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var key string
	for _, term := range q.Terms() {
		if term.Key == "case" {
			key = term.Values[0]
		}
	}
	if from, _ := q.Span(); from.IsZero() || key == "" {
		return index.Page{}, errors.New("a page of a case without a case or without a time bound")
	}
	var page index.Page
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(b.rows))) {
		row := b.rows[id]
		if at != "" && id >= string(at) || !slices.Contains(row.Cases, key) || row.Review.Status != Open && row.Review.Status != Assigned {
			continue
		}
		if len(page.Rows) == n {
			page.Next = index.Cursor(page.Rows[n-1].ID)
			break
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func (b *board) Case(_ context.Context, key string) (index.Case, error) {
	c, ok := b.cases[key]
	if !ok {
		return c, fmt.Errorf("case: %w", index.ErrNotFound)
	}
	return c, nil
}

func (b *board) Views(_ context.Context, user string) ([]audit.View, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var views []audit.View
	for _, v := range b.views {
		if v.Owner == user || v.Shared {
			views = append(views, v)
		}
	}
	return views, nil
}

func (b *board) Exception(_ context.Context, id string) (audit.Exception, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.exceptions[id]
	if !ok {
		return e, fmt.Errorf("exception: %w", index.ErrNotFound)
	}
	return e, nil
}

func (b *board) WouldAllow(_ context.Context, _ audit.Exception, since time.Time) (int, error) {
	if since != now().Add(-ExceptionSample) {
		return 0, errors.New("not counted over 30 days")
	}
	return b.would, nil
}

func (b *board) Accesses(_ context.Context, f index.AccessFilter, _ index.Cursor, _ int) (index.AccessPage, error) {
	var page index.AccessPage
	for a, err := range audit.ReadAccess(b.dir) {
		if err != nil {
			return page, err
		}
		if a.Kind == f.Kind && a.Target == f.Target && a.Outcome == f.Outcome {
			page.Accesses = append([]audit.Access{*a}, page.Accesses...)
		}
	}
	return page, nil
}

func (b *board) Holds(context.Context) ([]audit.Hold, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.holds), nil
}

// last is the last record.
func (b *board) last(t *testing.T) audit.Access {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.records) == 0 {
		t.Fatal("nothing is on record")
	}
	return b.records[len(b.records)-1]
}

func (b *board) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.records)
}

// clean fails if the canary got into a file of the log.
func (b *board) clean(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), canary) {
			t.Errorf("%s holds the canary", filepath.Base(file))
		}
	}
}
