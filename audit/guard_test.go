package audit

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// planted stands for an identifier in a place where none may be.
const planted = "123-45-6789"

// watchful is a guard that finds what is planted, and the alerts that came.
type watchful struct {
	mu     sync.Mutex // guards alerts
	alerts []string
	also   string // another text that it finds
}

func (w *watchful) guard(line []byte) string {
	if bytes.Contains(line, []byte(planted)) || w.also != "" && bytes.Contains(line, []byte(w.also)) {
		return "us_ssn"
	}
	return ""
}

func (w *watchful) alert(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alerts = append(w.alerts, reason)
}

func TestGuard(t *testing.T) {
	policy := sample().Policy
	tests := map[string]struct {
		spoil func(*Decision)
		also  string
		want  Decision
	}{
		"a place of a finding": {
			func(d *Decision) { d.Finding[0].Path = planted }, "",
			Decision{Kind: Whole, Action: "mask", Mode: "enforce", Client: "ehr-sync", Policy: policy, Cover: Full},
		},
		"the client": {
			func(d *Decision) { d.Client = planted }, "",
			Decision{Kind: Whole, Action: "mask", Mode: "enforce", Policy: policy, Cover: Full},
		},
		"the end of a body, and the policy looks like one": {
			func(d *Decision) { d.Kind, d.Of, d.Object = Closing, "01J", planted }, policy.Digest,
			Decision{Kind: Closing, Of: "01J", Action: "mask", Cover: Full},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &watchful{also: test.also}
			l := openLog(t, Config{Guard: w.guard, Alert: w.alert})
			d := sample()
			test.spoil(d)
			if err := l.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			test.want.V, test.want.ID, test.want.Time, test.want.Node, test.want.Seq = 1, d.ID, d.Time, "gate-1", 1
			test.want.Reason = "phi_leak_guard"
			if diff := cmp.Diff([]*Decision{&test.want}, readAll(t, l.cfg.Dir)); diff != "" {
				t.Error(diff)
			}
			if !slices.Equal(w.alerts, []string{"phi_leak_guard"}) || l.Stats().Guarded != 1 {
				t.Errorf("alerts %q, Stats %+v", w.alerts, l.Stats())
			}
			if bytes.Contains(readFile(t, segmentPaths(t, l.cfg.Dir)[0]), []byte(planted)) {
				t.Error("it is in the log")
			}
		})
	}
}

// What stays a hit in every stub is not written, and so nothing is released.
func TestGuardRefuses(t *testing.T) {
	w := new(watchful)
	l := openLog(t, Config{Guard: w.guard, Alert: w.alert})
	d := sample()
	d.ID = planted
	if err := l.Append(t.Context(), d); !errors.Is(err, ErrGuarded) {
		t.Errorf("Append = %v", err)
	}
	if n := verify(t, l.cfg.Dir).Records; n != 0 {
		t.Errorf("%d records", n)
	}
}

func TestGuardAccess(t *testing.T) {
	w := new(watchful)
	l := openAccess(t, Config{Guard: w.guard, Alert: w.alert})
	search := visit()
	search.Query = "client:" + planted
	login := visit()
	login.Kind, login.Actor, login.Outcome = AccessLogin, planted, "failed"
	for _, a := range []*Access{search, login} {
		if err := l.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	verdict := judgement()
	verdict.Review.Text = planted
	if err := l.Append(t.Context(), verdict); !errors.Is(err, ErrGuarded) {
		t.Errorf("a verdict with a hit: %v", err)
	}
	want := []*Access{
		{Kind: AccessSearch, Actor: "ada", Role: "analyst", Session: "5f70bf18", Source: "192.0.2.9", Via: "console", Count: 50, Outcome: "ok"},
		{Kind: AccessLogin, Actor: "-", Role: "analyst", Session: "5f70bf18", Source: "192.0.2.9", Via: "console", Count: 50, Outcome: "failed"},
	}
	for _, a := range want {
		a.Reason = "phi_leak_guard"
	}
	own := cmpopts.IgnoreFields(Access{}, "V", "ID", "Time", "Node", "Seq")
	if diff := cmp.Diff(want, readAccesses(t, l.cfg.Dir), own); diff != "" {
		t.Error(diff)
	}
	if len(w.alerts) != 3 {
		t.Errorf("alerts %q", w.alerts)
	}
}
