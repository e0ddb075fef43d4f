package index

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

// acts makes accesses, numbered and a minute apart.
type acts struct{ list []*audit.Access }

func (s *acts) add(kind audit.AccessKind, actor string, r audit.Review) *audit.Access {
	seq := uint64(len(s.list) + 1)
	at := now.Add(time.Duration(seq) * time.Minute)
	a := &audit.Access{V: 1, ID: audit.NewID(at), Time: at, Seq: seq, Kind: kind, Actor: actor, Outcome: "ok", Via: "console", Review: &r}
	s.list = append(s.list, a)
	return a
}

func verdict(status, name string, ids ...string) audit.Review {
	return audit.Review{Decisions: ids, Status: status, Verdict: name, Text: "because"}
}

func TestMoves(t *testing.T) {
	type step struct {
		kind   audit.AccessKind
		actor  string
		review audit.Review
	}
	const d = "d"
	decide, once := verdict(StatusDecided, "benign", d), verdict(StatusAwaiting, "benign", d)
	reopen := audit.Review{Decisions: []string{d}, Status: StatusOpen, Text: "again"}
	agree := audit.Review{Decisions: []string{d}, Status: StatusDecided, Verdict: "benign", Text: "yes"}
	toAnn := audit.Review{Decisions: []string{d}, Status: StatusAssigned, Assignee: "ann"}
	back := audit.Review{Decisions: []string{d}, Status: StatusOpen}
	tests := map[string]struct {
		steps []step
		want  State // without At
	}{
		"untouched":            {nil, State{Status: StatusOpen}},
		"verdict":              {[]step{{audit.AccessVerdict, "ann", decide}}, State{Status: StatusDecided, Verdict: "benign", By: "ann", Reason: "because"}},
		"the first one stands": {[]step{{audit.AccessVerdict, "ann", decide}, {audit.AccessVerdict, "ben", verdict(StatusDecided, "test", d)}}, State{Status: StatusDecided, Verdict: "benign", By: "ann", Reason: "because"}},
		"assigned":             {[]step{{audit.AccessAssign, "lea", toAnn}}, State{Status: StatusAssigned, Assignee: "ann"}},
		"given back":           {[]step{{audit.AccessAssign, "lea", toAnn}, {audit.AccessAssign, "lea", back}}, State{Status: StatusOpen}},
		"given back twice":     {[]step{{audit.AccessAssign, "lea", back}}, State{Status: StatusOpen}},
		"assigned too late":    {[]step{{audit.AccessVerdict, "ann", decide}, {audit.AccessAssign, "lea", toAnn}}, State{Status: StatusDecided, Verdict: "benign", By: "ann", Reason: "because"}},
		"keeps the assignee":   {[]step{{audit.AccessAssign, "lea", toAnn}, {audit.AccessVerdict, "ann", decide}}, State{Status: StatusDecided, Verdict: "benign", By: "ann", Assignee: "ann", Reason: "because"}},
		"awaits a second":      {[]step{{audit.AccessVerdict, "ann", once}}, State{Status: StatusAwaiting, Verdict: "benign", By: "ann", Reason: "because"}},
		"agreed":               {[]step{{audit.AccessVerdict, "ann", once}, {audit.AccessConfirm, "ben", agree}}, State{Status: StatusDecided, Verdict: "benign", By: "ann", Reason: "because"}},
		"agreed with himself":  {[]step{{audit.AccessVerdict, "ann", once}, {audit.AccessConfirm, "Ann", agree}}, State{Status: StatusAwaiting, Verdict: "benign", By: "ann", Reason: "because"}},
		"disagreed":            {[]step{{audit.AccessVerdict, "ann", once}, {audit.AccessConfirm, "ben", reopen}}, State{Status: StatusOpen, By: "ben", Reason: "again"}},
		"nothing to agree to":  {[]step{{audit.AccessConfirm, "ben", agree}}, State{Status: StatusOpen}},
		"again":                {[]step{{audit.AccessVerdict, "ann", decide}, {audit.AccessVerdict, "ben", reopen}}, State{Status: StatusOpen, By: "ben", Reason: "again"}},
		"notes":                {[]step{{audit.AccessNote, "ann", audit.Review{Decisions: []string{d}, Text: "x"}}, {audit.AccessNote, "ben", audit.Review{Decisions: []string{d}, Text: "y"}}}, State{Status: StatusOpen, Notes: 2}},
		"a kind of its own":    {[]step{{audit.AccessLook, "ann", decide}}, State{Status: StatusOpen}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := openIndex(t, config(t))
			f := audit.Finding{Detector: "us_ssn", Category: "ssn", Rules: []string{"r"}, Fingerprints: []string{"FP"}, Count: 1, Action: "mask"}
			one := &audit.Decision{ID: d, Seq: 1, Time: now, Kind: audit.Whole, Action: "mask", Client: "c", Finding: []audit.Finding{f}}
			var s acts
			for _, step := range tt.steps {
				s.add(step.kind, step.actor, step.review)
			}
			project(t, x, []*audit.Decision{one}, s.list)
			row, err := x.Get(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			got := row.Review
			got.At = time.Time{}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			c, err := x.Case(t.Context(), CaseKey("c", "r", "FP"))
			if err != nil {
				t.Fatal(err)
			}
			c.State.At = time.Time{}
			if diff := cmp.Diff(tt.want, c.State); diff != "" || (c.Open == 0) != (tt.want.Status == StatusDecided) {
				t.Errorf("case, %d open: %s", c.Open, diff)
			}
			history, err := x.History(t.Context(), d)
			if err != nil || len(history) != len(tt.steps) && name != "a kind of its own" {
				t.Errorf("history of %d, %v", len(history), err)
			}
			for i, h := range history {
				if diff := cmp.Diff(*s.list[i], h); diff != "" {
					t.Error(diff)
				}
			}
			if n, _, err := x.Count(t.Context(), parsed(t, "id:d status:"+tt.want.Status), 9); err != nil || n != 1 {
				t.Errorf("found %d by its status, %v", n, err)
			}
		})
	}
}

// What was let through takes notes, and nothing else.
func TestAllowedIsNotReviewed(t *testing.T) {
	x := openIndex(t, config(t))
	var s acts
	s.add(audit.AccessVerdict, "ann", verdict(StatusDecided, "benign", "d"))
	s.add(audit.AccessNote, "ann", audit.Review{Decisions: []string{"d"}, Text: "x"})
	project(t, x, []*audit.Decision{{ID: "d", Seq: 1, Time: now, Kind: audit.Whole, Action: "allow"}}, s.list)
	if row, err := x.Get(t.Context(), "d"); err != nil || row.Review != (State{Notes: 1}) {
		t.Errorf("%+v, %v", row.Review, err)
	}
}

func TestExceptions(t *testing.T) {
	x := openIndex(t, config(t))
	var s acts
	step := func(actor, outcome string, e audit.Exception) {
		s.add(audit.AccessException, actor, audit.Review{Exception: &e}).Outcome = outcome
	}
	asked := audit.Exception{Rule: "r", Client: "c", Until: now.Add(time.Hour), State: "requested", RequestedBy: "ann"}
	with := func(id, state, by string) audit.Exception {
		e := asked
		e.ID, e.State, e.DecidedBy = id, state, by
		return e
	}
	step("ann", "ok", with("approved", "requested", ""))
	wider := with("approved", "approved", "lea")
	wider.Client = ""
	step("lea", "ok", wider)
	step("ann", "ok", with("own", "requested", ""))
	step("ANN", "ok", with("own", "approved", "ANN"))
	step("ann", "ok", with("rejected", "requested", ""))
	step("lea", "ok", with("rejected", "rejected", "lea"))
	step("lars", "ok", with("rejected", "approved", "lars"))
	step("ann", "ok", with("revoked", "requested", ""))
	step("lea", "ok", with("revoked", "approved", "lea"))
	step("ann", "ok", with("revoked", "revoked", "ann"))
	step("lea", "ok", with("revoked", "approved", "lea"))
	step("ann", "denied", with("denied", "requested", ""))
	step("lea", "ok", with("from nowhere", "approved", "lea"))
	over := with("over", "requested", "")
	over.Until = now
	step("ann", "ok", over)
	over.State, over.DecidedBy = "approved", "lea"
	step("lea", "ok", over)
	project(t, x, nil, s.list)

	list, err := x.Exceptions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.ID+" "+e.State+" "+e.DecidedBy)
	}
	want := []string{"over expired lea", "revoked revoked ann", "rejected rejected lea", "own requested ", "approved approved lea"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	e, err := x.Exception(t.Context(), "approved")
	if diff := cmp.Diff(with("approved", "approved", "lea"), e); diff != "" || err != nil {
		t.Errorf("what was approved is not what was requested: %v %s", err, diff)
	}
	if list, err := x.Exceptions(t.Context(), "approved"); err != nil || len(list) != 1 {
		t.Errorf("%d approved, %v", len(list), err)
	}
	if _, err := x.Exception(t.Context(), "denied"); !errors.Is(err, ErrNotFound) {
		t.Errorf("one that was denied: %v", err)
	}
}

func TestViewsAndHolds(t *testing.T) {
	x := openIndex(t, config(t))
	var s acts
	view := func(v audit.View) { s.add(audit.AccessView, v.Owner, audit.Review{View: &v}) }
	view(audit.View{Name: "b", Query: "client:b", Owner: "ann"})
	view(audit.View{Name: "a", Query: "client:a", Owner: "ann", Shared: true})
	view(audit.View{Name: "b", Query: "client:bb", Owner: "ann"})
	view(audit.View{Name: "c", Query: "client:c", Owner: "ben"})
	view(audit.View{Name: "gone", Query: "client:d", Owner: "ann"})
	view(audit.View{Name: "gone", Owner: "ann", Deleted: true})
	hold := func(h audit.Hold) { s.add(audit.AccessHold, "aud", audit.Review{Hold: &h}) }
	hold(audit.Hold{ID: "1", From: now, Reason: "suit"})
	hold(audit.Hold{ID: "2", Client: "c"})
	hold(audit.Hold{ID: "1", From: now, Reason: "suit", Released: true})
	project(t, x, nil, s.list)
	views, err := x.Views(t.Context(), "ann")
	if diff := cmp.Diff([]audit.View{{Name: "a", Query: "client:a", Owner: "ann", Shared: true}, {Name: "b", Query: "client:bb", Owner: "ann"}}, views); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	views, err = x.Views(t.Context(), "ben")
	if diff := cmp.Diff([]audit.View{{Name: "c", Query: "client:c", Owner: "ben"}, {Name: "a", Query: "client:a", Owner: "ann", Shared: true}}, views); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	holds, err := x.Holds(t.Context())
	if diff := cmp.Diff([]audit.Hold{{ID: "2", Client: "c"}, {ID: "1", From: now, Reason: "suit", Released: true}}, holds); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestAccesses(t *testing.T) {
	x := openIndex(t, config(t))
	var s acts
	for i := range 50 {
		a := s.add([]audit.AccessKind{audit.AccessLook, audit.AccessSearch}[i%2], []string{"ann", "ben", "-"}[i%3], audit.Review{})
		if a.Review = nil; i%5 == 0 {
			a.Outcome = "denied"
		}
		a.Target = fmt.Sprint("t", i%7)
	}
	project(t, x, nil, s.list)
	for name, f := range map[string]AccessFilter{
		"all": {}, "actor": {Actor: "ann"}, "kind": {Kind: audit.AccessSearch}, "target": {Target: "t3"}, "outcome": {Outcome: "denied"},
		"some": {Actor: "ben", Kind: audit.AccessLook, Outcome: "ok"}, "time": {From: now.Add(5 * time.Minute), To: now.Add(30 * time.Minute)}, "none": {Actor: "eve"},
	} {
		t.Run(name, func(t *testing.T) {
			var want, got []uint64
			for _, a := range slices.Backward(s.list) {
				if (f.Actor == "" || f.Actor == a.Actor) && (f.Kind == "" || f.Kind == a.Kind) && (f.Target == "" || f.Target == a.Target) &&
					(f.Outcome == "" || f.Outcome == a.Outcome) && (f.From.IsZero() || !a.Time.Before(f.From)) && (f.To.IsZero() || a.Time.Before(f.To)) {
					want = append(want, a.Seq)
				}
			}
			var at Cursor
			for range 60 {
				page, err := x.Accesses(t.Context(), f, at, 4)
				if err != nil {
					t.Fatal(err)
				}
				if at != "" {
					back, err := x.Accesses(t.Context(), f, page.Previous, 4)
					if err != nil || len(back.Accesses) != 4 || back.Accesses[3].Seq != got[len(got)-1] {
						t.Fatalf("the way back leads elsewhere: %v", err)
					}
				}
				for _, a := range page.Accesses {
					got = append(got, a.Seq)
				}
				if at = page.Next; at == "" {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	page, err := x.Accesses(t.Context(), AccessFilter{}, "", 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]Cursor{"of another list": page.Next, "made up": "AAAA", "not one": "?"} {
		if _, err := x.Accesses(t.Context(), AccessFilter{Actor: "ann"}, at, 4); !errors.Is(err, ErrCursor) {
			t.Errorf("a cursor %s: %v", name, err)
		}
	}
}

func TestWouldAllow(t *testing.T) {
	found := func(action, object, field string, rules ...string) audit.Finding {
		return audit.Finding{Detector: "us_ssn", Object: object, Field: field, Action: action, Rules: rules, Count: 1}
	}
	one := func(rules []string, findings ...audit.Finding) *audit.Decision {
		return &audit.Decision{Kind: audit.Whole, Action: "block", Reason: "policy", Client: "ehr", Object: "Contact", Rules: rules, Finding: findings}
	}
	unreadable := one([]string{"r"}, found("block", "Contact", "SSN__c", "r"))
	unreadable.Reason = "unreadable_syntax"
	tests := map[string]struct {
		d    *audit.Decision
		e    audit.Exception
		want int
	}{
		"the rule alone":             {one([]string{"r"}, found("block", "Contact", "SSN__c", "r")), audit.Exception{Rule: "r"}, 1},
		"in scope":                   {one([]string{"r"}, found("block", "Contact", "SSN__c", "r")), audit.Exception{Rule: "r", Client: "EHR", Object: "contact", Field: "ssn__c"}, 1},
		"another client":             {one([]string{"r"}, found("block", "Contact", "SSN__c", "r")), audit.Exception{Rule: "r", Client: "lab"}, 0},
		"another object":             {one([]string{"r"}, found("block", "Contact", "SSN__c", "r")), audit.Exception{Rule: "r", Object: "Case"}, 0},
		"one of two in scope":        {one([]string{"r"}, found("block", "Contact", "SSN__c", "r"), found("block", "Contact", "Other__c", "r")), audit.Exception{Rule: "r", Field: "SSN__c"}, 0},
		"another rule too":           {one([]string{"r", "s"}, found("block", "Contact", "SSN__c", "r", "s")), audit.Exception{Rule: "r"}, 0},
		"another rule elsewhere":     {one([]string{"r", "s"}, found("block", "Contact", "SSN__c", "r"), found("mask", "Contact", "Phone", "s")), audit.Exception{Rule: "r"}, 1},
		"another rule for a record":  {one([]string{"r", "s"}, found("block", "Contact", "SSN__c", "r")), audit.Exception{Rule: "r"}, 0},
		"a rule for a record":        {one([]string{"r"}), audit.Exception{Rule: "r"}, 1},
		"a rule for a record, field": {one([]string{"r"}), audit.Exception{Rule: "r", Field: "SSN__c"}, 0},
		"not the policy":             {unreadable, audit.Exception{Rule: "r"}, 0},
		"the object of the exchange": {one([]string{"r"}, found("block", "", "SSN__c", "r")), audit.Exception{Rule: "r", Object: "Contact"}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := openIndex(t, config(t))
			tt.d.ID, tt.d.Seq, tt.d.Time = "d", 1, now.Add(-time.Hour)
			project(t, x, []*audit.Decision{tt.d}, nil)
			n, err := x.WouldAllow(t.Context(), tt.e, now.AddDate(0, 0, -30))
			if err != nil || n != tt.want {
				t.Errorf("%d, %v", n, err)
			}
			if n, err := x.WouldAllow(t.Context(), tt.e, now); err != nil || n != 0 {
				t.Errorf("%d since now, %v", n, err)
			}
		})
	}
}
