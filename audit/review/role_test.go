package review

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The matrix as a table for the documentation.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	b.WriteString("| permission |")
	for _, r := range Roles() {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Roles())) + "\n")
	for _, p := range Permissions() {
		fmt.Fprintf(&b, "| `%s` |", p)
		for _, r := range Roles() {
			fmt.Fprintf(&b, " %s |", map[bool]string{true: "yes", false: ""}[r.May(p)])
		}
		b.WriteByte('\n')
	}
	got := strings.ReplaceAll(b.String(), "  |", " |")
	const path = "testdata/roles.md"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-want +got):\n%s", path, diff)
	}
}

// What the matrix must never say, whatever else changes in it.
func TestSeparationOfDuties(t *testing.T) {
	changes := []Permission{DecisionsDecide, DecisionsBulk, DecisionsAssign, NotesWrite, CasesDecide, ViewsSave, ExceptionsRequest,
		ExceptionsApprove, UsersManage}
	for _, p := range Permissions() {
		if UserAdmin.May(p) && p != UsersManage {
			t.Errorf("who manages people may %s", p)
		}
		if Viewer.May(p) && !strings.HasSuffix(string(p), ".view") {
			t.Errorf("a viewer may %s", p)
		}
		if Analyst.May(p) && !Lead.May(p) {
			t.Errorf("an analyst may %s, a lead may not", p)
		}
		if strings.HasSuffix(string(p), ".view") && !Auditor.May(p) {
			t.Errorf("an auditor may not see %s", p)
		}
	}
	for _, p := range changes {
		if Auditor.May(p) {
			t.Errorf("an auditor may %s", p)
		}
	}
	for _, r := range Roles() {
		if r != UserAdmin && r.May(UsersManage) || r != Auditor && r.May(AccessView) {
			t.Errorf("%s may manage people or read the access log", r)
		}
	}
	if Viewer.May(FingerprintsView) || PolicyAdmin.May(FingerprintsView) || PolicyAdmin.May(DecisionsDecide) {
		t.Error("fingerprints and verdicts are for who works through the queue")
	}
}

func TestDeniedByDefault(t *testing.T) {
	for _, r := range []Role{"", "boss", "Lead", "lead ", " lead", "viewer;lead", ",", "lead.", "decisions.view"} {
		for _, p := range Permissions() {
			if r.May(p) {
				t.Errorf("%q may %s", r, p)
			}
		}
	}
	for _, r := range append(Roles(), Join(Roles()...)) {
		for _, p := range []Permission{"", "decisions", "decisions.*", "*", "decisions.delete", "Decisions.View"} {
			if r.May(p) {
				t.Errorf("%q may %q", r, p)
			}
		}
	}
	if seen := slices.Sorted(slices.Values(Permissions())); len(slices.Compact(seen)) != len(Permissions()) {
		t.Error("a permission is in the matrix twice")
	}
}

// Joined roles may what any of them may, and nothing else.
func TestJoin(t *testing.T) {
	for _, a := range Roles() {
		for _, b := range Roles() {
			for _, p := range Permissions() {
				if got, want := Join(a, b).May(p), a.May(p) || b.May(p); got != want {
					t.Errorf("%q may %s: %v, want %v", Join(a, b), p, got, want)
				}
			}
		}
	}
	if got := Join(UserAdmin, "boss", Viewer, UserAdmin, "lead,viewer"); got != "viewer,lead,user_admin" {
		t.Errorf("joined %q", got)
	}
}

func TestParseRole(t *testing.T) {
	tests := map[string]struct {
		want Role
		ok   bool
	}{
		"lead":                {Lead, true},
		" user_admin , lead ": {"lead,user_admin", true},
		"lead,lead":           {Lead, true},
		"":                    {"", false},
		"boss":                {"", false},
		"lead,":               {"", false},
		"Lead":                {"", false},
	}
	for text, test := range tests {
		t.Run(text, func(t *testing.T) {
			got, err := ParseRole(text)
			if got != test.want || (err == nil) != test.ok {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	got := map[string]string{}
	for _, v := range Verdicts() {
		got[v.Key] = fmt.Sprintf("%s %d", v.Name, v.ID)
		if named, ok := VerdictNamed(v.Name); !ok || named != v {
			t.Errorf("%s is not found by its name", v.Name)
		}
	}
	want := map[string]string{"t": "true_positive 2", "f": "false_positive 1", "b": "benign 5", "d": "disregard 3", "e": "test 6",
		"i": "insufficient_data 7", "u": "duplicate 10"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := VerdictNamed("suspicious"); ok {
		t.Error("there is a verdict that nobody is offered")
	}
}

// Every move from every state.
func TestTransitions(t *testing.T) {
	states := []string{"", Open, Assigned, AwaitingSecond, Decided, "lost"}
	want := map[string][]string{
		"decide":     {Decided, Decided, Decided, "", "", ""},
		"decideOnce": {AwaitingSecond, AwaitingSecond, AwaitingSecond, "", "", ""},
		"agree":      {"", "", "", Decided, "", ""},
		"disagree":   {"", "", "", Open, "", ""},
		"assign":     {Assigned, Assigned, Assigned, "", "", ""},
		"unassign":   {"", "", Open, "", "", ""},
		"reopen":     {"", "", "", Open, Open, ""},
	}
	for name, m := range map[string]move{"decide": decide, "decideOnce": decideOnce, "agree": agree, "disagree": disagree,
		"assign": assign, "unassign": unassign, "reopen": reopen} {
		var got []string
		for _, s := range states {
			to, _ := m.after(s)
			got = append(got, to)
		}
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s from %q (-want +got):\n%s", name, states, diff)
		}
	}
}
