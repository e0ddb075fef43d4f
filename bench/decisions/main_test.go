package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
)

// small is a bench that takes a moment.
func small() *bench {
	return &bench{decisions: 20_000, live: 2000, days: 30, rounds: 1, each: 50 * time.Millisecond, now: time.Now().UTC().Truncate(time.Hour)}
}

// The commits are measured with all that the gate does for a decision: guard, tree, checkpoints, the other log.
func TestCommitIsTheGates(t *testing.T) {
	dir := t.TempDir()
	c, err := small().measureCommit(t.Context(), dir, 4)
	if err != nil {
		t.Fatal(err)
	}
	if c.stats.Signed == 0 || c.stats.Guarded > 0 || c.guarded == 0 || len(c.waits) == 0 {
		t.Errorf("measured %+v, %d guarded", c.stats, c.guarded)
	}
}

// All that the report is made of is measured, and fits together.
func TestReportOfLittle(t *testing.T) {
	b, dir := small(), t.TempDir()
	var r report
	if err := b.build(t.Context(), dir, &r); err != nil {
		t.Fatal(err)
	}
	if r.live.n != b.live || r.live.took <= 0 || len(r.live.shown) == 0 || len(r.live.verdicts) == 0 {
		t.Errorf("live: %+v", r.live)
	}
	if _, err := audit.Verify(filepath.Join(dir, "audit")); err == nil {
		t.Error("the log is still there")
	}
	if err := b.search(t.Context(), dir, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.pages) == 0 || len(r.chartTimes) == 0 {
		t.Errorf("measured %d pages, %d charts", len(r.pages), len(r.chartTimes))
	}
	if err := r.check(b); err != nil {
		t.Error(err)
	}
}
