package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/internal/leakguard"
)

// What the gate decides is on the lists of the console at once: the index is told by the log, and need not wait until it looks.
func TestDecisionsAreListedAtOnce(t *testing.T) {
	const poll = 200 * time.Millisecond // of an index that nobody tells
	cfg, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data, cfg.Node = t.TempDir(), "gate-1"
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := openEvidence(cfg, leakguard.New(scanner), func([]string) bool { return false }, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	ended := make(chan error, 1)
	go func() { ended <- e.index.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	q, err := query.Parse("decision:block", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for range 9 {
		time.Sleep(60 * time.Millisecond) // longer than who follows a log rests after a ring
		d := &audit.Decision{Kind: audit.Whole, Action: "block", Reason: "policy", Mode: "enforce", Cover: audit.Full, Client: "ehr-sync"}
		if err := e.decisions.Append(ctx, d); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for {
			page, err := e.index.Page(ctx, q, "", 1)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(page.Rows, func(r index.Row) bool { return r.ID == d.ID }) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	if took[len(took)/2] > poll/2 {
		t.Errorf("decisions were listed after %s", took)
	}
}
