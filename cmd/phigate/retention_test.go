package main

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

func TestHoldsIn(t *testing.T) {
	dir := t.TempDir()
	log, err := audit.OpenAccess(audit.Config{Dir: dir, Node: "gate-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*audit.Access{
		{Kind: audit.AccessHold, Outcome: "ok", Review: &audit.Review{Hold: &audit.Hold{ID: "H1", Client: "ehr-sync"}}},
		{Kind: audit.AccessHold, Outcome: "ok", Review: &audit.Review{Hold: &audit.Hold{ID: "H2", Incident: "INC-7"}}},
		{Kind: audit.AccessHold, Outcome: "denied", Review: &audit.Review{Hold: &audit.Hold{ID: "H3"}}},
		{Kind: audit.AccessHold, Outcome: "denied", Review: &audit.Review{Hold: &audit.Hold{ID: "H1", Released: true}}},
		{Kind: audit.AccessHold, Outcome: "ok", Review: &audit.Review{Hold: &audit.Hold{ID: "H2", Released: true}}},
		{Kind: audit.AccessLook, Outcome: "ok", Target: "holds"},
	} {
		a.Actor, a.Via = "bert", "console"
		if err := log.Append(context.Background(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := holdsIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]audit.Hold{{ID: "H1", Client: "ehr-sync"}}, got); diff != "" {
		t.Errorf("holds in force (-want +got):\n%s", diff)
	}
	if _, err := holdsIn(dir + "/none"); err == nil {
		t.Error("a log that cannot be read has no holds, and something would be removed")
	}
}
