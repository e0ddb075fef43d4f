package index

import (
	"context"
	"slices"
	"testing"
	"time"
)

// Whoever waits for a verdict is not kept waiting for the next look at the log, also where nothing rings but the wait, and
// also for a verdict on a decision that has just been taken. Where a bell rings, decisions are shown at once too.
func TestRunIsTold(t *testing.T) {
	const looks = 200 * time.Millisecond // of who is told nothing
	for name, told := range map[string]bool{"bells": true, "none": false} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			l := openLogs(t, cfg)
			l.write(t, 1, 5)
			if told {
				cfg.DecisionBell, cfg.AccessBell = l.decisions.Bell(), l.access.Bell()
			}
			x := openIndex(t, cfg)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			ended := make(chan error, 1)
			go func() { ended <- x.Run(ctx) }()
			if err := x.WaitAccess(ctx, l.judge(t, "benign", l.reviewable()[0])); err != nil {
				t.Fatal(err)
			}
			var shown, judged []time.Duration
			for range 7 {
				time.Sleep(30 * time.Millisecond)
				l.write(t, 2, 1)
				began, last := time.Now(), l.list[len(l.list)-1]
				for told && x.Position().Decisions < last.Seq && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				shown = append(shown, time.Since(began))
				began = time.Now()
				if err := x.WaitAccess(ctx, l.judge(t, "benign", last.ID)); err != nil {
					t.Fatal(err)
				}
				judged = append(judged, time.Since(began))
				if row, err := x.Get(ctx, last.ID); err != nil || needsReview(row.Kind, row.Action) && row.Review.Verdict != "benign" {
					t.Errorf("it is shown as %+v, %v", row, err)
				}
			}
			for what, took := range map[string][]time.Duration{"decisions": shown, "verdicts": judged} {
				slices.Sort(took)
				if took[len(took)/2] > looks/2 { // who is not told takes nearly all of it
					t.Errorf("%s took %s", what, took)
				}
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
