package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

func TestAssign(t *testing.T) {
	tests := map[string]struct {
		actor    Actor
		ids      []string
		to       string
		want     error
		assignee string // of the first one, afterwards
	}{
		"an analyst takes one":            {ann, []string{"open1"}, "ann", nil, "ann"},
		"an analyst gives one to another": {ann, []string{"open1"}, "ben", ErrDenied, ""},
		"an analyst takes another's":      {ann, []string{"zoes"}, "ann", ErrDenied, "zoe"},
		"an analyst gives her own back":   {ann, []string{"anns"}, "", nil, ""},
		"an analyst gives another's back": {ann, []string{"zoes"}, "", ErrDenied, "zoe"},
		"an analyst takes two":            {ann, []string{"open1", "open2"}, "ann", ErrDenied, ""},
		"a lead takes two":                {lea, []string{"open1", "open2"}, "lea", nil, "lea"},
		"a lead gives":                    {lea, []string{"open1", "zoes"}, " ann ", nil, "ann"},
		"a lead gives another's back":     {lea, []string{"zoes"}, "", nil, ""},
		"what nobody has is given back":   {lea, []string{"open1"}, "", ErrState, ""},
		"one is decided":                  {lea, []string{"open1", "decided1"}, "ann", ErrState, ""},
		"one does not exist":              {lea, []string{"open1", "lost"}, "ann", ErrNotFound, ""},
		"to nobody that there is":         {lea, []string{"open1"}, "mallory", ErrInvalid, ""},
		"to a name that cannot be":        {lea, []string{"open1"}, "a\x00b", ErrInvalid, ""},
		"a viewer":                        {vic, []string{"open1"}, "vic", ErrDenied, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			d := b.desk(t)
			d.cfg.Assignable = func(user string) bool { return user != "mallory" }
			b.put("block", nil, "open1", "open2")
			for id, has := range map[string]string{"anns": "ann", "zoes": "zoe"} {
				b.rows[id] = index.Row{ID: id, Kind: "decision", Action: "mask", Review: index.State{Status: Assigned, Assignee: has}}
			}
			b.rows["decided1"] = index.Row{ID: "decided1", Kind: "decision", Action: "mask", Review: index.State{Status: Decided}}
			if err := d.Assign(t.Context(), test.actor, test.ids, test.to); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			got := b.rows[test.ids[0]].Review
			if got.Assignee != test.assignee || (got.Status == Assigned) != (test.assignee != "") {
				t.Errorf("afterwards it is %+v, want it to be %q's", got, test.assignee)
			}
		})
	}
}

func TestNote(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	b.put("block", nil, "d1")
	b.put("allow", nil, "allowed1")
	for name, test := range map[string]struct {
		actor    Actor
		id, text string
		want     error
	}{
		"a note":             {ann, "d1", "asked the team", nil},
		"beside what passed": {lea, "allowed1", "fine", nil},
		"empty":              {ann, "d1", "  ", ErrReason},
		"no such decision":   {ann, "lost", "hm", ErrNotFound},
		"an auditor":         {aud, "d1", "hm", ErrDenied},
	} {
		if err := d.Note(t.Context(), test.actor, test.id, test.text); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if got := b.rows["d1"].Review; got.Notes != 1 || got.Status != Open {
		t.Errorf("%+v", got)
	}
}

// request is an exception that can be had.
func request() audit.Exception {
	return audit.Exception{Rule: "ssn-never-leaves", Client: "ehr-sync", Object: "Case", Until: now().AddDate(0, 0, 30), Reason: "migration"}
}

func TestRequest(t *testing.T) {
	tests := map[string]struct {
		change func(*audit.Exception)
		want   error
	}{
		"whole":               {func(*audit.Exception) {}, nil},
		"90 days":             {func(e *audit.Exception) { e.Until = now().AddDate(0, 0, 90) }, nil},
		"longer":              {func(e *audit.Exception) { e.Until = now().AddDate(0, 0, 90).Add(time.Second) }, ErrInvalid},
		"now":                 {func(e *audit.Exception) { e.Until = now() }, ErrInvalid},
		"over":                {func(e *audit.Exception) { e.Until = now().AddDate(0, 0, -1) }, ErrInvalid},
		"without end":         {func(e *audit.Exception) { e.Until = time.Time{} }, ErrInvalid},
		"far beyond the time": {func(e *audit.Exception) { e.Until = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC) }, ErrInvalid},
		"without rule":        {func(e *audit.Exception) { e.Rule = " " }, ErrInvalid},
		"without scope":       {func(e *audit.Exception) { e.Client, e.Object = "", "" }, ErrInvalid},
		"stars for a scope":   {func(e *audit.Exception) { e.Client, e.Object, e.Field = "", "*", "**" }, ErrInvalid},
		"field alone":         {func(e *audit.Exception) { e.Client, e.Object, e.Field = "", "", "SSN__c" }, nil},
		"without reason":      {func(e *audit.Exception) { e.Reason = "" }, ErrReason},
		"unprintable":         {func(e *audit.Exception) { e.Object = "a\x1bb" }, ErrInvalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			b.would = 17
			d := b.desk(t)
			asked := request()
			test.change(&asked)
			asked.ID, asked.State, asked.RequestedBy, asked.DecidedBy, asked.WouldAllow = "mine", Approved, "zoe", "zoe", 1 // not for the asking
			got, err := d.Request(t.Context(), ann, asked)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			n, previewErr := d.Preview(t.Context(), ann, asked)
			if test.want != ErrReason && !errors.Is(previewErr, test.want) || previewErr == nil && n != 17 {
				t.Errorf("preview: %d, %v", n, previewErr)
			}
			if test.want != nil {
				if len(b.exceptions) > 0 {
					t.Error("it is there all the same")
				}
				return
			}
			want := asked
			want.ID, want.State, want.RequestedBy, want.DecidedBy, want.WouldAllow = got.ID, Requested, "ann", "", 17
			if diff := cmp.Diff(want, got); diff != "" || got.ID == "mine" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, b.exceptions[got.ID]); diff != "" {
				t.Errorf("projected (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	tests := map[string]struct {
		change  func(*audit.Exception)
		actor   Actor
		approve bool
		reason  string
		want    error
		state   string
	}{
		"a lead approves":                 {nil, lea, true, "for the migration", nil, Approved},
		"a policy administrator approves": {nil, paul, true, "why", nil, Approved},
		"a lead rejects":                  {nil, lea, false, "why", nil, Rejected},
		"an analyst":                      {nil, ben, true, "why", ErrDenied, Requested},
		"an auditor":                      {nil, aud, true, "why", ErrDenied, Requested},
		"who asked":                       {func(e *audit.Exception) { e.RequestedBy = "lea" }, lea, true, "why", ErrSamePerson, Requested},
		"who asked rejects":               {func(e *audit.Exception) { e.RequestedBy = "LEA" }, lea, false, "why", ErrSamePerson, Requested},
		"nobody asked":                    {func(e *audit.Exception) { e.RequestedBy = "" }, lea, true, "why", ErrState, Requested},
		"without reason":                  {nil, lea, true, "", ErrReason, Requested},
		"approved":                        {func(e *audit.Exception) { e.State = Approved }, lars, true, "why", ErrState, Approved},
		"rejected":                        {func(e *audit.Exception) { e.State = Rejected }, lars, true, "why", ErrState, Rejected},
		"revoked":                         {func(e *audit.Exception) { e.State = Revoked }, lars, true, "why", ErrState, Revoked},
		"over":                            {func(e *audit.Exception) { e.Until = now() }, lea, true, "why", ErrPast, Requested},
		"over, rejected":                  {func(e *audit.Exception) { e.Until = now() }, lea, false, "why", nil, Rejected},
		"longer than there may be":        {func(e *audit.Exception) { e.Until = now().AddDate(1, 0, 0) }, lea, true, "why", ErrState, Requested},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			b.would = 3
			d := b.desk(t)
			e := request()
			e.ID, e.State, e.RequestedBy, e.WouldAllow = "e1", Requested, "ann", 2
			if test.change != nil {
				test.change(&e)
			}
			b.exceptions["e1"] = e
			got, err := d.Resolve(t.Context(), test.actor, "e1", test.approve, test.reason)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			now := b.exceptions["e1"]
			if now.State != test.state {
				t.Errorf("afterwards it is %s, want %s", now.State, test.state)
			}
			if test.want != nil {
				if b.count() > 0 && b.last(t).Outcome == OutcomeOK {
					t.Errorf("on record all the same: %+v", b.last(t))
				}
				return
			}
			e.State, e.DecidedBy, e.WouldAllow = test.state, test.actor.User, 3
			if diff := cmp.Diff(e, now); diff != "" || got != now {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if r := b.last(t); r.Review.Text != test.reason || r.Target != "e1" || r.Count != 3 {
				t.Errorf("on record: %+v", r)
			}
		})
	}
}

func TestResolveUnknown(t *testing.T) {
	d := newBoard(t).desk(t)
	if _, err := d.Resolve(t.Context(), lea, "lost", true, "why"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an exception that is none: %v", err)
	}
}

func TestRevoke(t *testing.T) {
	tests := map[string]struct {
		state string
		actor Actor
		want  error
	}{
		"a lead ends it":          {Approved, lars, nil},
		"who approved ends it":    {Approved, lea, nil},
		"who asked ends it":       {Approved, ann, nil},
		"who asked takes it back": {Requested, ann, nil},
		"another analyst":         {Approved, ben, ErrDenied},
		"a viewer":                {Approved, vic, ErrDenied},
		"it is over":              {Expired, lars, ErrState},
		"it is rejected":          {Rejected, lars, ErrState},
		"it is revoked":           {Revoked, lars, ErrState},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			d := b.desk(t)
			e := request()
			e.ID, e.State, e.RequestedBy, e.DecidedBy = "e1", test.state, "ann", "lea"
			b.exceptions["e1"] = e
			if _, err := d.Revoke(t.Context(), test.actor, "e1", "no longer needed"); !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if test.want != nil && b.count() > 0 && b.last(t).Outcome == OutcomeOK {
				t.Errorf("on record all the same: %+v", b.last(t))
			}
			if got := b.exceptions["e1"].State; (got == Revoked) != (test.want == nil || test.state == Revoked) {
				t.Errorf("afterwards it is %s", got)
			}
		})
	}
}

// Of two who resolve an exception at once in two processes the first one stands, and the second one is told.
func TestResolveTwice(t *testing.T) {
	b := newBoard(t)
	d, other := b.desk(t), b.desk(t)
	e := request()
	e.ID, e.State, e.RequestedBy = "e1", Requested, "ann"
	b.exceptions["e1"] = e
	b.before = func(*audit.Access) {
		if _, err := other.Resolve(t.Context(), lars, "e1", false, "no"); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Resolve(t.Context(), lea, "e1", true, "yes"); !errors.Is(err, ErrState) {
		t.Errorf("got %v, want ErrState", err)
	}
	if got := b.exceptions["e1"]; got.State != Rejected || got.DecidedBy != "lars" {
		t.Errorf("the second one stands: %+v", got)
	}
}

func TestViews(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	save := func(a Actor, name, text string, shared bool) error {
		return d.SaveView(t.Context(), a, audit.View{Name: name, Query: text, Owner: "zoe", Shared: shared})
	}
	if err := save(ann, " blocked ", "after:-7d   decision:block", true); err != nil {
		t.Fatal(err)
	}
	want := audit.View{Name: "blocked", Query: "decision:block after:-7d", Owner: "ann", Shared: true}
	if diff := cmp.Diff(want, *b.last(t).Review.View); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var problem *query.Error
	if err := save(ann, "bad", "decision:", false); !errors.As(err, &problem) {
		t.Errorf("a query that is none: %v", err)
	}
	for name, err := range map[string]error{
		"no name": save(ann, " ", "decision:block", false), "a search for everything": save(ann, "all", "", false),
		"a long name": save(ann, strings.Repeat("n", audit.MaxText+1), "decision:block", false),
	} {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.DeleteView(t.Context(), ben, "blocked"); !errors.Is(err, ErrNotFound) {
		t.Errorf("ben deleted what is ann's: %v", err)
	}
	if err := save(ben, "blocked", "decision:mask", false); err != nil {
		t.Errorf("ben may use the name too: %v", err)
	}
	for i := range maxViews - 1 {
		if err := save(ann, fmt.Sprint(i), "decision:block", false); err != nil {
			t.Fatal(err)
		}
	}
	if err := save(ann, "one more", "decision:block", false); !errors.Is(err, ErrInvalid) {
		t.Errorf("more than %d: %v", maxViews, err)
	}
	if err := save(ann, "7", "decision:mask", false); err != nil {
		t.Errorf("one in place of another: %v", err)
	}
	if err := d.DeleteView(t.Context(), ann, "blocked"); err != nil {
		t.Fatal(err)
	}
	if _, there := b.views["ann\x00blocked"]; there || b.views["ben\x00blocked"].Name == "" {
		t.Error("the wrong one is gone")
	}
}

func TestHolds(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	h, err := d.PlaceHold(t.Context(), aud, audit.Hold{ID: "mine", From: now().AddDate(-1, 0, 0), To: now(), Client: " ehr-sync ",
		Incident: "INC-7", Reason: "suit", Released: true, PlacedBy: "zoe", ReleasedBy: "zoe"})
	if err != nil {
		t.Fatal(err)
	}
	want := []audit.Hold{{ID: h.ID, From: now().AddDate(-1, 0, 0), To: now(), Client: "ehr-sync", Incident: "INC-7", Reason: "suit", PlacedBy: aud.User}}
	if diff := cmp.Diff(want, b.holds); diff != "" || h.ID == "mine" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, bad := range map[string]audit.Hold{
		"no reason":            {From: now()},
		"ends before it began": {From: now(), To: now().Add(-1), Reason: "suit"},
		"no time":              {From: now(), To: now(), Reason: "suit"},
	} {
		if _, err := d.PlaceHold(t.Context(), aud, bad); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrReason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.ReleaseHold(t.Context(), aud, h.ID, ""); !errors.Is(err, ErrReason) {
		t.Errorf("released without a reason: %v", err)
	}
	if err := d.ReleaseHold(t.Context(), aud, h.ID, "settled"); !errors.Is(err, ErrSamePerson) || b.holds[0].Released {
		t.Errorf("released by who placed it: %v", err)
	}
	if r := b.last(t); r.Outcome != OutcomeDenied || r.Reason != ReasonSamePerson {
		t.Errorf("on record: %+v", r)
	}
	if err := d.ReleaseHold(t.Context(), ada, h.ID, "settled"); err != nil || !b.holds[0].Released || b.holds[0].ReleasedBy != ada.User ||
		b.holds[0].PlacedBy != aud.User {
		t.Errorf("not released: %+v, %v", b.holds[0], err)
	}
	if err := d.ReleaseHold(t.Context(), ada, h.ID, "settled"); !errors.Is(err, ErrState) {
		t.Errorf("released twice: %v", err)
	}
	if err := d.ReleaseHold(t.Context(), ada, "lost", "settled"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a hold that is none: %v", err)
	}
	if r := b.last(t); r.Kind != audit.AccessHold || r.Review.Text != "settled" || !r.Review.Hold.Released {
		t.Errorf("on record: %+v", r)
	}
}

// A hold from before holds named who placed them was placed by the actor of its record.
func TestReleaseOldHold(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	h, err := d.PlaceHold(t.Context(), aud, audit.Hold{Reason: "suit"})
	if err != nil {
		t.Fatal(err)
	}
	b.holds[0].PlacedBy = ""
	if err := d.ReleaseHold(t.Context(), aud, h.ID, "settled"); !errors.Is(err, ErrSamePerson) {
		t.Errorf("released by who placed it: %v", err)
	}
	b.holds = append(b.holds, audit.Hold{ID: "unknown"})
	if err := d.ReleaseHold(t.Context(), aud, "unknown", "settled"); !errors.Is(err, ErrState) {
		t.Errorf("released although nobody is known to have placed it: %v", err)
	}
	if err := d.ReleaseHold(t.Context(), ada, h.ID, "settled"); err != nil {
		t.Error(err)
	}
	if now := b.holds[slices.IndexFunc(b.holds, func(now audit.Hold) bool { return now.ID == h.ID })]; now.ReleasedBy != ada.User || now.PlacedBy != aud.User {
		t.Errorf("afterwards it is %+v", now)
	}
}
