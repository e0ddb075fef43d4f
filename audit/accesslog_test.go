package audit

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// visit is an access as the console makes them.
func visit() *Access {
	return &Access{Kind: AccessSearch, Actor: "ada", Role: "analyst", Session: "5f70bf18", Source: "192.0.2.9", Via: "console",
		Query: "decision:block after:-7d", Count: 50, Outcome: "ok"}
}

// judgement is an access that changes something.
func judgement() *Access {
	a := visit()
	a.Kind, a.Query, a.Target = AccessVerdict, "", "01K"
	a.Review = &Review{Decisions: []string{"01K", "01L"}, Case: "c-1", Status: "decided", Verdict: "false_positive", Text: "line one\nline two",
		View:      &View{Name: "mine", Query: "decision:block", Owner: "ada", Shared: true},
		Exception: &Exception{ID: "e-1", Rule: "ssn", Until: base, State: "requested", RequestedBy: "ada", WouldAllow: 3},
		Hold:      &Hold{ID: "h-1", From: base, Client: "ehr-sync", Reason: "lawsuit", Released: true}}
	return a
}

func openAccess(t testing.TB, cfg Config) *AccessLog {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	cfg.Node, cfg.Wait = "gate-1", 20*time.Second
	l, err := OpenAccess(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func readAccesses(t testing.TB, dir string) []*Access {
	t.Helper()
	var list []*Access
	for a, err := range ReadAccess(dir) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

func TestAccessAppend(t *testing.T) {
	l := openAccess(t, Config{SegmentBytes: 1 << 10})
	var want []*Access
	for range 5 {
		for _, a := range []*Access{visit(), judgement()} {
			a.ID, a.Time = "mine", base // which the log decides
			if err := l.Append(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			want = append(want, a)
		}
	}
	if a := want[9]; a.V != 1 || a.Seq != 10 || a.Node != "gate-1" || len(a.ID) != 26 || time.Since(a.Time) > time.Hour {
		t.Errorf("completed to %+v", a)
	}
	if diff := cmp.Diff(want, readAccesses(t, l.cfg.Dir)); diff != "" {
		t.Errorf("what was written is not what is read (-written +read):\n%s", diff)
	}
	if r := verify(t, l.cfg.Dir); r.Records != 10 || r.Segments < 3 {
		t.Errorf("Verify = %+v", r)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []*Access
	for a, err := range FollowAccess(ctx, l.cfg.Dir, 7) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, a); len(got) == 4 {
			cancel()
		}
	}
	if diff := cmp.Diff(want[6:], got); diff != "" {
		t.Errorf("followed: %s", diff)
	}
	for from, first := range map[uint64]int{0: 0, 1: 0, 4: 3, 10: 9, 11: 10, 99: 10} {
		got = nil
		for a, err := range ReadAccessFrom(l.cfg.Dir, from) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, a)
		}
		if diff := cmp.Diff(append([]*Access(nil), want[first:]...), got); diff != "" {
			t.Errorf("read from %d: %s", from, diff)
		}
	}
}

// A folder of accesses is not one of decisions.
func TestAccessOfOtherKind(t *testing.T) {
	l := openAccess(t, Config{})
	dir := l.cfg.Dir
	if err := l.Append(t.Context(), visit()); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	if _, err := Open(Config{Dir: dir, Node: "gate-1"}); !errors.As(err, &corrupt) {
		t.Errorf("Open of an access log = %v", err)
	}
	decisions := openLog(t, Config{})
	dir = decisions.cfg.Dir
	if err := decisions.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAccess(Config{Dir: dir, Node: "gate-1"}); !errors.As(err, &corrupt) {
		t.Errorf("OpenAccess of a decision log = %v", err)
	}
}

func TestAccessValidate(t *testing.T) {
	long := strings.Repeat("x", MaxNote+1)
	tests := map[string]struct {
		spoil func(*Access)
		want  string
	}{
		"kind":           {func(a *Access) { a.Kind = "x" }, "kind is none"},
		"via":            {func(a *Access) { a.Via = "x" }, "via is none"},
		"outcome":        {func(a *Access) { a.Outcome = "" }, "outcome is none"},
		"no actor":       {func(a *Access) { a.Actor = "" }, "actor is empty"},
		"line break":     {func(a *Access) { a.Actor = "a\nb" }, "actor is not printable"},
		"long query":     {func(a *Access) { a.Query = long }, "query is longer than 1000 bytes"},
		"query in lines": {func(a *Access) { a.Query = "a\nb" }, "query is not printable"},
		"long note":      {func(a *Access) { a.Review.Text = long }, "review.text is longer than 1000 bytes"},
		"escape in note": {func(a *Access) { a.Review.Text = "\x1b[2J" }, "review.text is not printable"},
		"decisions":      {func(a *Access) { a.Review.Decisions = make([]string, MaxReviewed+1) }, "review.decisions has more than 256"},
		"decision":       {func(a *Access) { a.Review.Decisions = []string{`"`} }, "review.decisions is not"},
		"exception":      {func(a *Access) { a.Review.Exception.Until = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "until is not in this era"},
		"hold":           {func(a *Access) { a.Review.Hold.Client = "\x00" }, "hold.client is not printable"},
		"view":           {func(a *Access) { a.Review.View.Name = long }, "view.name is longer"},
		"proof":          {func(a *Access) { a.Proof = "x" }, "does not belong to this kind"},
		"mark":           {func(a *Access) { a.Mark = new(Mark) }, "does not belong to this kind"},
	}
	l := openAccess(t, Config{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := judgement()
			test.spoil(a)
			if err := l.Append(t.Context(), a); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Append = %v, want %q", err, test.want)
			}
		})
	}
	if n := verify(t, l.cfg.Dir).Records; n != 0 {
		t.Errorf("%d records were written", n)
	}
}

// servedRemote returns a connection to a log that is served.
func servedRemote(t *testing.T, log *AccessLog) *Remote {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- ServeRemote(ctx, l, log) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	r, err := DialRemote(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestRemote(t *testing.T) {
	log := openAccess(t, Config{})
	r := servedRemote(t, log)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				a := judgement()
				if err := r.Append(t.Context(), a); err != nil {
					t.Error(err)
				} else if a.Seq == 0 || a.ID == "" || a.Via != "cli" || a.Source != "local" {
					t.Errorf("completed to %+v", a)
				}
			}
		})
	}
	wg.Wait()
	last := judgement()
	if err := r.Append(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	list := readAccesses(t, log.cfg.Dir)
	if len(list) != 21 {
		t.Fatalf("%d records", len(list))
	}
	if diff := cmp.Diff(last, list[20]); diff != "" {
		t.Error(diff)
	}
}

func TestRemoteRefuses(t *testing.T) {
	log := openAccess(t, Config{Guard: func(line []byte) string {
		if strings.Contains(string(line), "line two") {
			return "test"
		}
		return ""
	}})
	r := servedRemote(t, log)
	tests := map[string]struct {
		access Access
		want   error
	}{
		"kind":    {Access{Kind: "x"}, ErrInvalid},
		"serve":   {Access{Kind: AccessServe, Actor: "x", Outcome: "ok"}, ErrInvalid},
		"proof":   {Access{Kind: AccessCheckpoint, Actor: "x", Outcome: "ok", Proof: "x"}, ErrInvalid},
		"guarded": {*judgement(), ErrGuarded},
	}
	for name, test := range tests {
		if err := r.Append(t.Context(), &test.access); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Append(t.Context(), visit()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	if err := r.Append(ctx, visit()); !errors.Is(err, gone) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := DialRemote(filepath.Join(t.TempDir(), "x")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no socket: %v", err)
	}
}
