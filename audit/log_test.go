package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAppend(t *testing.T) {
	l := openLog(t, Config{})
	d := sample()
	before := time.Now().Add(-time.Millisecond)
	if err := l.Append(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if d.V != 1 || d.Seq != 1 || d.Node != "gate-1" || len(d.ID) != 26 || d.Time.Before(before) || d.Time.Location() != time.UTC {
		t.Errorf("completed to V=%d Seq=%d Node=%s ID=%s Time=%s", d.V, d.Seq, d.Node, d.ID, d.Time)
	}
	own := sample()
	own.ID, own.Time = "exchange-7", time.Date(2026, 11, 23, 10, 0, 0, 123456789, time.FixedZone("", 3600))
	if err := l.Append(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC); own.ID != "exchange-7" || !own.Time.Equal(want) {
		t.Errorf("ID and time became %s and %s", own.ID, own.Time)
	}
	if diff := cmp.Diff([]*Decision{d, own}, readAll(t, l.cfg.Dir)); diff != "" {
		t.Errorf("what was written is not what is read (-written +read):\n%s", diff)
	}
	s := l.Stats()
	if s.Appended != 2 || s.Batches != 2 || s.Bytes < 800 || s.LastSync <= 0 || s.Syncing < s.LastSync || s.Free <= 0 {
		t.Errorf("Stats() = %+v", s)
	}
	if err := l.Err(); err != nil {
		t.Errorf("Err() = %v", err)
	}
}

func TestAppendConcurrently(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 64 << 10})
	const writers, each = 64, 25
	var wg sync.WaitGroup
	acked := make([][]string, writers)
	for i := range writers {
		wg.Go(func() {
			for range each {
				d := sample()
				if err := l.Append(t.Context(), d); err != nil {
					t.Error(err)
					return
				}
				acked[i] = append(acked[i], d.ID)
			}
		})
	}
	wg.Wait()
	report := verify(t, l.cfg.Dir)
	if report.Records != writers*each || report.Segments < 10 || report.Seq != writers*each {
		t.Errorf("Verify = %+v", report)
	}
	at := make(map[string]int)
	for i, d := range readAll(t, l.cfg.Dir) {
		at[d.ID] = i + 1
	}
	for _, list := range acked {
		last := 0
		for _, id := range list {
			if at[id] <= last {
				t.Fatalf("record %s stands at %d, after one at %d", id, at[id], last)
			}
			last = at[id]
		}
	}
	if s := l.Stats(); s.Batches == s.Appended {
		t.Error("no two records shared a sync")
	}
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i, node := range []string{"a", "a", "b", "b", "a"} {
		l, err := Open(Config{Dir: dir, Node: node, SegmentBytes: 2 << 10, Wait: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, ids(write(t, l, i))...)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, ids(readAll(t, dir))); diff != "" {
		t.Error(diff)
	}
	if report := verify(t, dir); report.Records != len(want) {
		t.Errorf("Verify = %+v", report)
	}
}

func TestOpenPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "log")
	openLog(t, Config{Dir: dir})
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "lock"): 0o600, segmentPaths(t, dir)[0]: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := map[string]struct {
		cfg  Config
		want string
	}{
		"no folder":      {Config{}, "folder has no name"},
		"node":           {Config{Dir: "x", Node: "a b"}, "letters, digits"},
		"tiny segments":  {Config{Dir: "x", Node: "a", SegmentBytes: 1}, "1 KiB"},
		"negative queue": {Config{Dir: "x", Node: "a", Queue: -1}, "negative"},
		"not a folder":   {Config{Dir: "/dev/null", Node: "a"}, "not a directory"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Open = %v, want %q", err, test.want)
			}
		})
	}
}

// A log without its goroutine stands for a disk that does not answer.
func stalled(t *testing.T, cfg Config) *Log {
	t.Helper()
	cfg.Dir, cfg.Node = t.TempDir(), "gate-1"
	if cfg.Wait == 0 {
		cfg.Wait = time.Minute
	}
	l, _, err := open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.release(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestAppendBusy(t *testing.T) {
	l := stalled(t, Config{Queue: 1, Wait: 30 * time.Millisecond})
	began := time.Now()
	if err := l.Append(t.Context(), sample()); !errors.Is(err, ErrBusy) {
		t.Errorf("waited: %v", err)
	}
	if waited := time.Since(began); waited < 30*time.Millisecond {
		t.Errorf("gave up after %s", waited)
	}
	if err := l.Append(t.Context(), sample()); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "1 records") {
		t.Errorf("full queue: %v", err)
	}
	// Nobody waits for what stands in the queue, so it is not written.
	if batch := l.collect(<-l.queue); len(batch) != 0 {
		t.Errorf("%d abandoned records would be written", len(batch))
	}
}

func TestAppendCancelled(t *testing.T) {
	l := stalled(t, Config{})
	cause := errors.New("client has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(10*time.Millisecond, func() { cancel(cause) })
	for range 2 {
		if err := l.Append(ctx, sample()); !errors.Is(err, cause) {
			t.Errorf("Append = %v", err)
		}
	}
	if n := len(l.queue); n != 1 {
		t.Errorf("%d records queued, want only the one from before the end", n)
	}
}

func TestClose(t *testing.T) {
	l := openLog(t, Config{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	acked := 0
	for range 32 {
		wg.Go(func() {
			for {
				err := l.Append(t.Context(), sample())
				if err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				acked++
				mu.Unlock()
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if got := verify(t, l.cfg.Dir).Records; got != acked || acked == 0 {
		t.Errorf("%d records in the log, %d acknowledged", got, acked)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
	if err := l.Err(); !errors.Is(err, ErrClosed) {
		t.Errorf("Err() = %v", err)
	}
	openLog(t, Config{Dir: l.cfg.Dir}) // the lock is free
}

func TestValidate(t *testing.T) {
	long := strings.Repeat("x", MaxText+1)
	tests := map[string]struct {
		spoil func(*Decision)
		want  string
	}{
		"line break":       {func(d *Decision) { d.HTTP.Route = "/a\r\n{\"action\":\"allow\"}" }, "http.route is not printable"},
		"escape":           {func(d *Decision) { d.Client = "\x1b[2J" }, "client is not printable"},
		"line separator":   {func(d *Decision) { d.Object = "a\u2028b" }, "object is not printable"},
		"right to left":    {func(d *Decision) { d.Reason = "a\u202eb" }, "reason is not printable"},
		"not UTF-8":        {func(d *Decision) { d.Dest.Host = "a\xff" }, "dest.host is not UTF-8"},
		"long":             {func(d *Decision) { d.Finding[0].Path = long }, "findings[].path is longer than 256 bytes"},
		"long in a list":   {func(d *Decision) { d.Finding[0].Rules = []string{"a", long} }, "findings[].rules is longer"},
		"kind":             {func(d *Decision) { d.Kind = "x" }, "kind is none"},
		"no kind":          {func(d *Decision) { d.Kind = "" }, "kind is none"},
		"coverage":         {func(d *Decision) { d.Cover = "x" }, "coverage is none"},
		"no action":        {func(d *Decision) { d.Action = "" }, "action is empty"},
		"ID":               {func(d *Decision) { d.ID = `a","x":"` }, "id is not"},
		"closing of what":  {func(d *Decision) { d.Kind = Closing }, "of is not"},
		"time":             {func(d *Decision) { d.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "time is not"},
		"rules":            {func(d *Decision) { d.Rules = make([]string, MaxRules+1) }, "rules has more than 64"},
		"findings":         {func(d *Decision) { d.Finding = make([]Finding, MaxFindings+1) }, "findings has more than 128"},
		"fingerprints":     {func(d *Decision) { d.Finding[0].Fingerprints = make([]string, 9) }, "fingerprints has more than 8"},
		"too much overall": {func(d *Decision) { d.Finding = wide() }, "longer than 65535 bytes"},
	}
	l := openLog(t, Config{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := sample()
			test.spoil(d)
			err := l.Append(t.Context(), d)
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Append = %v, want %q", err, test.want)
			}
			if strings.Contains(fmt.Sprint(err), "xxxxx") {
				t.Errorf("the error quotes a value: %v", err)
			}
		})
	}
	if n := verify(t, l.cfg.Dir).Records; n != 0 {
		t.Errorf("%d records were written", n)
	}
	d := sample()
	d.Client, d.Kind, d.Action, d.Cover = "Prüfung <größer> & \"klein\"", Admin, "", ""
	if err := l.Append(t.Context(), d); err != nil {
		t.Errorf("printable text: %v", err)
	}
}

// wide returns findings that are within the limits one by one.
func wide() []Finding {
	list := make([]Finding, MaxFindings)
	for i := range list {
		list[i].Object, list[i].Path = strings.Repeat("o", MaxText), strings.Repeat("p", MaxText)
	}
	return list
}

// The largest decision that is taken must be one that every reader takes.
func TestLongestLine(t *testing.T) {
	l := openLog(t, Config{})
	d := sample()
	d.Finding = wide()
	for l.Append(t.Context(), d) != nil {
		d.Finding = d.Finding[1:]
	}
	for pad := MaxText; pad > 0; {
		longer := *d
		longer.ID, longer.Client = "", strings.Repeat("c", pad)
		if err := l.Append(t.Context(), &longer); err == nil {
			break
		}
		pad--
	}
	n := verify(t, l.cfg.Dir).Records
	if got := len(readAll(t, l.cfg.Dir)); got != n || n != 2 {
		t.Errorf("Read returns %d records, Verify counts %d", got, n)
	}
	if _, err := Find(l.cfg.Dir, d.ID); err != nil {
		t.Error(err)
	}
}

// An entry that the writer has taken when the log ends gets the writer's answer and not ErrClosed.
func TestCloseAnswersTaken(t *testing.T) {
	l := stalled(t, Config{})
	answer := make(chan error)
	go func() { answer <- l.Append(t.Context(), sample()) }()
	e := <-l.queue
	if !e.take() {
		t.Fatal("nobody waits for the entry")
	}
	close(l.done)
	time.Sleep(20 * time.Millisecond) // Append sees the end first
	e.done <- nil
	if err := <-answer; err != nil {
		t.Errorf("Append of a record that is durable = %v", err)
	}
}
