package index

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

// harm writes over a page of a file in the middle, behind the back of whoever has it open.
func harm(t *testing.T, path string, from int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_, err = f.WriteAt([]byte(strings.Repeat("not a page ", 2000)), from)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// running starts Run, and stops it at the end of the test.
func running(t *testing.T, x *Index) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// comes waits until holds does.
func comes(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not come about", what)
		}
	}
}

// What a search finds damaged while the gate runs is built again while it runs.
func TestDamageIsMendedMeanwhile(t *testing.T) {
	tests := map[string]struct {
		file func(c Config) string
		look func(t *testing.T, x *Index) error
	}{
		"a month": {
			func(c Config) string { return monthFile(c.Dir, "2026-11") },
			func(t *testing.T, x *Index) error {
				_, err := x.Page(t.Context(), everything(t), "", 50)
				return err
			},
		},
		"the desk": {
			func(c Config) string { return filepath.Join(c.Dir, deskName) },
			func(t *testing.T, x *Index) error {
				_, err := x.Cases(t.Context(), everything(t), "", 50)
				return err
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			var told atomic.Int64
			cfg.Damaged = func(string, error) { told.Add(1) }
			l := openLogs(t, cfg)
			l.write(t, 1, 100)
			l.judge(t, "test", l.reviewable()[0])
			x, err := Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			catchUp(t, x)
			want := contentsOf(t, x)
			if err := x.Close(); err != nil { // which leaves all in the file itself
				t.Fatal(err)
			}
			x = openIndex(t, cfg)
			running(t, x)
			harm(t, test.file(cfg), 8192)
			if err := test.look(t, x); !damaged(err) {
				t.Fatalf("a damaged file is searched: %v", err)
			}
			comes(t, "what it was", func() bool {
				page, err := x.Page(t.Context(), everything(t), "", 500)
				_, err2 := x.Cases(t.Context(), everything(t), "", 500)
				_, err3 := x.Accesses(t.Context(), AccessFilter{}, "", 500)
				return errors.Join(err, err2, err3) == nil && len(page.Rows) == len(want.Rows) && cmp.Diff(want, contentsOf(t, x)) == ""
			})
			if aside, err := filepath.Glob(test.file(cfg) + ".*" + markSuffix); err != nil || len(aside) != 1 || told.Load() < 2 {
				t.Errorf("put aside %q, told %d times", aside, told.Load())
			}
			// It goes on from there.
			l.write(t, 5, 10)
			if err := x.WaitAccess(t.Context(), l.judge(t, "test", l.list[len(l.list)-1].ID)); err != nil {
				t.Fatal(err)
			}
			catchUpOf := fresh(t, cfg)
			comes(t, "what came later", func() bool { return cmp.Diff(catchUpOf, contentsOf(t, x)) == "" })
		})
	}
}

// A month is searched while it is made, and one that a crash left unfinished is no damage.
func TestUnbornMonth(t *testing.T) {
	tests := map[string]func(t *testing.T, path string) error{
		"no bytes": func(_ *testing.T, path string) error { return os.WriteFile(path, nil, 0o600) },
		"no records": func(t *testing.T, path string) error {
			db, err := openFile(t.Context(), path, monthSchema, making, 64)
			if err != nil {
				return err
			}
			return db.Close()
		},
	}
	for name, unborn := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config(t) // which says so if somebody takes it for damage
			l := openLogs(t, cfg)
			l.write(t, 1, 100)
			x := openIndex(t, cfg)
			catchUp(t, x)
			want := contentsOf(t, x)
			if err := unborn(t, monthFile(cfg.Dir, "2026-12")); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, contentsOf(t, x)); diff != "" {
				t.Error(diff)
			}
			if _, err := x.Get(t.Context(), "01J"); !errors.Is(err, ErrNotFound) {
				t.Errorf("Get = %v", err)
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			l.write(t, 40, 20) // in December
			x = openIndex(t, cfg)
			catchUp(t, x)
			if diff := cmp.Diff(fresh(t, cfg), contentsOf(t, x)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was pruned from the log leaves the index, by the month, with its cases; and so it stays.
func TestPrunedLeaves(t *testing.T) {
	cfg := config(t)
	x := openIndex(t, cfg)
	month := func(day int, from uint64, n int) (list []*audit.Decision) {
		for i := range n {
			at := time.Date(2026, 9, day, 1, 0, i, 0, time.UTC)
			list = append(list, &audit.Decision{V: 1, ID: audit.NewID(at), Time: at, Node: "gate-1", Seq: from + uint64(i), Kind: audit.Whole, Action: "block",
				Reason: "policy", Mode: "enforce", Client: "ehr-sync", Finding: []audit.Finding{{Detector: "us_ssn", Category: "ssn", Count: 1, Action: "block",
					Rules: []string{"ssn"}, Fingerprints: []string{[]string{"AAAA", "BBBB"}[i%2] + at.Format("01")}}}})
		}
		return list
	}
	september, october, november := month(1, 1, 20), month(31, 21, 20), month(63, 41, 20)
	accesses := []*audit.Access{
		{ID: audit.NewID(now), Time: now, Seq: 1, Kind: audit.AccessLook, Actor: "ann", Outcome: "ok", Target: september[0].ID},
		{ID: audit.NewID(now), Time: now, Seq: 2, Kind: audit.AccessNote, Actor: "ann", Outcome: "ok", Review: &audit.Review{Decisions: []string{november[0].ID}}},
	}
	project(t, x, append(append(september, october...), november...), accesses)
	pruned := func(seq, minimum uint64) []*audit.Decision {
		return []*audit.Decision{{V: 1, ID: audit.NewID(now), Time: now, Node: "gate-1", Seq: seq, Kind: audit.Admin, Action: "allow", Reason: "audit.pruned",
			Mark: &audit.Mark{Minimum: minimum}}}
	}
	holds := func(when string, wantMonths, wantRows, wantCases int) {
		t.Helper()
		there, err := months(cfg.Dir)
		if err != nil || len(there) != wantMonths {
			t.Errorf("%s: months %q, %v", when, there, err)
		}
		c := contentsOf(t, x)
		if len(c.Rows) != wantRows || len(c.Cases) != wantCases {
			t.Errorf("%s: %d decisions, %d cases; want %d, %d", when, len(c.Rows), len(c.Cases), wantRows, wantCases)
		}
	}
	holds("before", 3, 60, 6)
	project(t, x, pruned(61, 20), nil) // not all of September
	holds("a part", 3, 61, 6)
	project(t, x, pruned(62, 21), nil)
	holds("September", 2, 42, 4)
	if _, err := x.Get(t.Context(), september[0].ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("a pruned decision: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = openIndex(t, cfg)
	holds("opened again", 2, 42, 4)
	project(t, x, nil, []*audit.Access{{ID: audit.NewID(now), Time: now, Seq: 3, Kind: audit.AccessServe, Actor: "-", Outcome: "ok", Mark: &audit.Mark{Minimum: 3}}})
	if c := contentsOf(t, x); len(c.Accesses) != 1 || len(c.Rows) != 42 {
		t.Errorf("%d accesses are left", len(c.Accesses))
	}
	if h, err := x.History(t.Context(), november[0].ID); err != nil || len(h) != 0 {
		t.Errorf("history %+v, %v", h, err)
	}
}
