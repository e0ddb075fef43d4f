package index

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

// logs are a decision log and an access log of which an index is made.
type logs struct {
	decisions *audit.Log
	access    *audit.AccessLog
	list      []*audit.Decision
}

func openLogs(t testing.TB, cfg Config) *logs {
	t.Helper()
	l := new(logs)
	var err error
	if l.decisions, err = audit.Open(audit.Config{Dir: cfg.Decisions, Node: "gate-1", SegmentBytes: 1 << 20, Wait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if l.access, err = audit.OpenAccess(audit.Config{Dir: cfg.Access, Node: "gate-1", SegmentBytes: 1 << 20, Wait: time.Minute, Now: func() time.Time { return now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.decisions.Close(), l.access.Close()); err != nil {
			t.Error(err)
		}
	})
	return l
}

// write puts n decisions of the last days into the log.
func (l *logs) write(t testing.TB, seed uint64, n int) {
	t.Helper()
	for _, d := range someDecisions(rand.New(rand.NewPCG(seed, 1)), n, now.AddDate(0, 0, -25+int(seed)), time.Hour) {
		d.Seq = 0
		if err := l.decisions.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		l.list = append(l.list, d)
	}
}

// judge puts a verdict on a decision into the log, and returns its number.
func (l *logs) judge(t testing.TB, verdict string, ids ...string) uint64 {
	t.Helper()
	a := audit.Access{Kind: audit.AccessVerdict, Actor: "ann", Via: "console", Outcome: "ok", Target: ids[0],
		Review: &audit.Review{Decisions: ids, Status: StatusDecided, Verdict: verdict, Text: "as it is"}}
	if err := l.access.Append(t.Context(), &a); err != nil {
		t.Fatal(err)
	}
	return a.Seq
}

// reviewable returns the IDs of decisions that people are to look at.
func (l *logs) reviewable() (ids []string) {
	for _, d := range l.list {
		if needsReview(string(d.Kind), d.Action) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// everything is the query for all that the tests write.
func everything(t testing.TB) query.Query { return parsed(t, "after:2026-01-01") }

// contents are all decisions, cases and accesses of an index.
type contents struct {
	Rows     []Row
	Cases    []Case
	Accesses []audit.Access
	Sums     []Series
	Flows    []Flow
}

func contentsOf(t testing.TB, x *Index) (c contents) {
	t.Helper()
	page, err := x.Page(t.Context(), everything(t), "", maxPage)
	cases, err2 := x.Cases(t.Context(), everything(t), "", maxPage)
	accesses, err3 := x.Accesses(t.Context(), AccessFilter{}, "", maxPage)
	sums, err4 := x.Series(t.Context(), now.AddDate(0, -2, 0), now.AddDate(0, 1, 0), "rule", 50)
	flows, err5 := x.Flows(t.Context(), now.AddDate(0, -2, 0), now.AddDate(0, 1, 0))
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if len(page.Rows) == 0 || page.Next != "" || cases.Next != "" {
		t.Fatalf("%d rows, %d cases", len(page.Rows), len(cases.Cases))
	}
	return contents{page.Rows, cases.Cases, accesses.Accesses, sums, flows}
}

func catchUp(t testing.TB, x *Index) {
	t.Helper()
	if err := x.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// fresh returns what an index holds that is made of the same logs from the beginning.
func fresh(t testing.TB, cfg Config) contents {
	t.Helper()
	cfg.Dir = filepath.Join(t.TempDir(), "fresh")
	x := openIndex(t, cfg)
	catchUp(t, x)
	return contentsOf(t, x)
}

// Run shows what is appended, and a verdict as soon as WaitAccess returns, also beside another process that only reads.
func TestRun(t *testing.T) {
	cfg := config(t)
	l := openLogs(t, cfg)
	l.write(t, 1, 150)
	x := openIndex(t, cfg)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- x.Run(ctx) }()
	l.write(t, 2, 50)
	ids := l.reviewable()
	last := ids[len(ids)-1]
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := x.WaitAccess(wait, l.judge(t, "benign", last, ids[0], "unknown")); err != nil {
		t.Fatal(err)
	}
	row, err := x.Get(t.Context(), strings.ToLower(last))
	if err != nil || row.Review.Verdict != "benign" || row.Review.By != "ann" || row.Review.Status != StatusDecided || row.ID != last {
		t.Errorf("%+v, %v", row, err)
	}
	if p := x.Position(); p.Decisions < 200 || p.Access < 1 || p.Lag != 0 {
		t.Errorf("position %+v", p)
	}
	if _, err := Open(cfg); !errors.Is(err, ErrLocked) {
		t.Errorf("a second writer: %v", err)
	}
	if err := Rebuild(ctx, cfg, func(uint64, uint64) {}); !errors.Is(err, ErrLocked) {
		t.Errorf("rebuilt beside a writer: %v", err)
	}
	beside := cfg
	beside.ReadOnly = true
	reader := openIndex(t, beside)
	if diff := cmp.Diff(contentsOf(t, x), contentsOf(t, reader)); diff != "" {
		t.Error(diff)
	}
	if err := reader.WaitAccess(wait, l.judge(t, "test", ids[1])); err != nil {
		t.Error(err)
	}
	if err := reader.Run(ctx); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader runs: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := x.WaitAccess(short, 1000); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waited for what never comes: %v", err)
	}
	if diff := cmp.Diff(fresh(t, cfg), contentsOf(t, x)); diff != "" {
		t.Error(diff)
	}
}

// However a batch is cut short, each record counts once.
func TestExactlyOnce(t *testing.T) {
	cfg := config(t)
	l := openLogs(t, cfg)
	r := rand.New(rand.NewPCG(3, 3))
	for round := range 12 {
		l.write(t, uint64(2*round+1), 40)
		ids := l.reviewable()
		for range 5 {
			l.judge(t, "benign", ids[r.IntN(len(ids))], ids[r.IntN(len(ids))])
		}
		x, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if round%3 > 0 {
			cutShort(t, x, round%3 == 2)
		} else {
			catchUp(t, x)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	x := openIndex(t, cfg)
	catchUp(t, x)
	if diff := cmp.Diff(fresh(t, cfg), contentsOf(t, x)); diff != "" {
		t.Error(diff)
	}
}

// cutShort projects what is new into the months, and ends before the file of what people did is written.
func cutShort(t *testing.T, x *Index, withAccesses bool) {
	t.Helper()
	p, err := x.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.more = func(context.Context) error { return nil }
	if withAccesses {
		if err := p.catchDecisions(t.Context(), func(uint64) {}); err != nil {
			t.Fatal(err)
		}
	}
	// From here on every commit of that file fails.
	if err := p.desk.db.Close(); err != nil {
		t.Fatal(err)
	}
	var failed error
	if withAccesses {
		var batch []*audit.Access
		for a, err := range audit.ReadAccess(x.cfg.Access) {
			if err != nil {
				t.Fatal(err)
			}
			if a.Seq >= p.access {
				batch = append(batch, a)
			}
		}
		failed = p.accesses(t.Context(), batch)
	} else {
		var batch []*audit.Decision
		for d, err := range audit.Read(x.cfg.Decisions) {
			if err != nil {
				t.Fatal(err)
			}
			if d.Seq > p.seq {
				batch = append(batch, d)
			}
		}
		p.desk.tx = nil
		for _, d := range batch {
			w, err := p.writer(t.Context(), monthOf(micros(d.Time)))
			if err == nil {
				_, err = w.add(t.Context(), d)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		failed = p.commit(t.Context())
	}
	if failed == nil {
		t.Fatal("it was not cut short")
	}
	if err := x.give(p); err != nil {
		t.Fatal(err)
	}
}

// What is missing or damaged is put aside and built again, and somebody is told.
func TestDamage(t *testing.T) {
	overwrite := func(t *testing.T, path string, from int64) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			_, err = f.WriteAt([]byte(strings.Repeat("not a page ", 2000)), from)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		harm  func(t *testing.T, cfg Config)
		told  int
		aside int
	}{
		"nothing":             {func(*testing.T, Config) {}, 0, 0},
		"a month is gone":     {func(t *testing.T, c Config) { remove(t, monthFile(c.Dir, "2026-11")) }, 0, 0},
		"the desk is gone":    {func(t *testing.T, c Config) { remove(t, filepath.Join(c.Dir, deskName)) }, 0, 0},
		"a month is no file":  {func(t *testing.T, c Config) { overwrite(t, monthFile(c.Dir, "2026-11"), 0) }, 1, 1},
		"the desk is no file": {func(t *testing.T, c Config) { overwrite(t, filepath.Join(c.Dir, deskName), 0) }, 1, 1},
		"a search finds it": {func(t *testing.T, c Config) {
			overwrite(t, monthFile(c.Dir, "2026-11"), 8192)
			c.ReadOnly = true
			x := openIndex(t, c)
			if _, err := x.Page(t.Context(), everything(t), "", 50); err == nil {
				t.Error("a damaged file is searched")
			}
		}, 2, 1},
		"another log": {func(t *testing.T, c Config) {
			if err := os.RemoveAll(c.Decisions); err != nil {
				t.Fatal(err)
			}
			openLogs(t, Config{Decisions: c.Decisions, Access: t.TempDir()}).write(t, 3, 120)
		}, 1, 0},
		"a shorter log": {func(t *testing.T, c Config) {
			if err := os.RemoveAll(c.Decisions); err != nil {
				t.Fatal(err)
			}
			openLogs(t, Config{Decisions: c.Decisions, Access: t.TempDir()}).write(t, 3, 20)
		}, 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			told := 0
			cfg.Damaged = func(string, error) { told++ }
			l := openLogs(t, cfg)
			l.write(t, 1, 100)
			l.judge(t, "test", l.reviewable()[0])
			x, err := Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			catchUp(t, x)
			if err := errors.Join(x.Close(), l.decisions.Close(), l.access.Close()); err != nil {
				t.Fatal(err)
			}
			tt.harm(t, cfg)
			x = openIndex(t, cfg)
			catchUp(t, x)
			if diff := cmp.Diff(fresh(t, cfg), contentsOf(t, x)); diff != "" {
				t.Error(diff)
			}
			aside, err := filepath.Glob(filepath.Join(cfg.Dir, "*.db.*"+markSuffix))
			if err != nil || len(aside) != tt.aside || told != tt.told {
				t.Errorf("put aside %d, told %d times", len(aside), told)
			}
		})
	}
}

// An index can be made anew, and is the same.
func TestRebuild(t *testing.T) {
	cfg := config(t)
	l := openLogs(t, cfg)
	l.write(t, 1, 120)
	l.judge(t, "test", l.reviewable()[:3]...)
	x, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, x)
	want := contentsOf(t, x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	var reached string
	if err := Rebuild(t.Context(), cfg, func(done, total uint64) { reached = fmt.Sprintf("%d/%d", done, total) }); err != nil {
		t.Fatal(err)
	}
	if reached == "" {
		t.Error("nobody is told how far it is")
	}
	x = openIndex(t, cfg)
	if diff := cmp.Diff(want, contentsOf(t, x)); diff != "" {
		t.Error(diff)
	}
	catchUp(t, x)
	if diff := cmp.Diff(want, contentsOf(t, x)); diff != "" {
		t.Error(diff)
	}
	files, err := filepath.Glob(filepath.Join(cfg.Dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm()&0o077 != 0 || info.IsDir() {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

func TestConfig(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no folder":        {Decisions: "a", Access: "b"},
		"no logs":          {Dir: t.TempDir()},
		"negative timeout": {Dir: t.TempDir(), Decisions: "a", Access: "b", Timeout: -1},
		"nothing to read":  {Dir: t.TempDir(), ReadOnly: true},
	} {
		if x, err := Open(cfg); err == nil {
			t.Errorf("%s: opened %v", name, x)
		}
	}
	x := openIndex(t, config(t))
	if err := errors.Join(x.Close(), x.Close()); err != nil {
		t.Error(err)
	}
	if err := x.CatchUp(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("caught up after Close: %v", err)
	}
}
