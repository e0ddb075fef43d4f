package audit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commitNow commits a record in a log without a goroutine and returns the answer.
func commitNow(t *testing.T, l *Log, d *Decision) error {
	t.Helper()
	if err := l.refuses(mayUseReserve(d.Kind)); err != nil {
		return err
	}
	e, err := l.prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	l.commit([]*entry{e})
	return <-e.done
}

func ofKind(k Kind) *Decision {
	d := sample()
	d.Kind = k
	if k == Closing {
		d.Of = "01K"
	}
	return d
}

func reasons(list []*Decision) []string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = d.Reason
	}
	return names
}

// While there is no space, decisions are refused and the ends of what is under way are kept.
func TestHaltAndResume(t *testing.T) {
	tests := map[string]struct{ block, unblock func(t *testing.T, l *Log) }{
		"too little is free": {
			func(t *testing.T, l *Log) { l.cfg.MinFree = 1 << 60 },
			func(t *testing.T, l *Log) { l.cfg.MinFree = 1 },
		},
		"no new segment": {
			func(t *testing.T, l *Log) {
				if err := os.Mkdir(filepath.Join(l.cfg.Dir, freshName), 0o700); err != nil {
					t.Fatal(err)
				}
				l.w.limit = l.w.size
			},
			func(t *testing.T, l *Log) {
				if err := os.Remove(filepath.Join(l.cfg.Dir, freshName)); err != nil {
					t.Fatal(err)
				}
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := stalled(t, Config{})
			if err := commitNow(t, l, sample()); err != nil {
				t.Fatal(err)
			}
			test.block(t, l)
			for range 3 {
				l.watch()
				if err := commitNow(t, l, sample()); !errors.Is(err, ErrFailed) || !errors.Is(l.Err(), ErrFailed) {
					t.Fatalf("commit = %v, Err() = %v", err, l.Err())
				}
			}
			for _, k := range []Kind{Closing, Admin} {
				if err := commitNow(t, l, ofKind(k)); err != nil {
					t.Errorf("%s record: %v", k, err)
				}
			}
			test.unblock(t, l)
			l.watch()
			if err := l.Err(); err != nil {
				t.Fatalf("Err() = %v", err)
			}
			if err := commitNow(t, l, sample()); err != nil {
				t.Fatal(err)
			}
			want := []string{"rule", "audit.halt", "rule", "rule", "audit.resume", "rule"}
			if diff := cmp.Diff(want, reasons(readAll(t, l.cfg.Dir))); diff != "" {
				t.Error(diff)
			}
			verify(t, l.cfg.Dir)
		})
	}
}

// A batch may hold decisions that were queued before the log refused.
func TestHaltInBatch(t *testing.T) {
	l := stalled(t, Config{})
	l.w.limit = l.w.size
	if err := os.Mkdir(filepath.Join(l.cfg.Dir, freshName), 0o700); err != nil {
		t.Fatal(err)
	}
	var batch []*entry
	for _, k := range []Kind{Whole, Closing, Opening, Connect, Admin} {
		e, err := l.prepare(ofKind(k))
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, e)
	}
	entries := append([]*entry(nil), batch...)
	l.commit(batch)
	for i, want := range []bool{false, true, false, false, true} {
		if err := <-entries[i].done; (err == nil) != want {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

func TestReserveEnds(t *testing.T) {
	l := stalled(t, Config{Reserve: -1})
	l.cfg.MinFree = 1 << 60
	l.watch()
	l.w.limit = l.w.size - margin/2 + 500
	if err := commitNow(t, l, ofKind(Closing)); err != nil {
		t.Errorf("within the reserve: %v", err)
	}
	if err := commitNow(t, l, ofKind(Closing)); !errors.Is(err, ErrFailed) {
		t.Errorf("beyond the reserve: %v", err)
	}
}

// The reserve is there from the start, is the segment's while there is no space, and comes back before decisions do.
func TestReserve(t *testing.T) {
	const size = 3 << 20
	l := stalled(t, Config{Reserve: size})
	path := filepath.Join(l.cfg.Dir, reserveName)
	if got := blocks(t, path); got < size {
		t.Errorf("the reserve has %d bytes", got)
	}
	segment := segmentPaths(t, l.cfg.Dir)[0]
	before := blocks(t, segment)
	l.cfg.MinFree = 1 << 60
	l.watch()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the reserve is not spent: %v", err)
	}
	if got := blocks(t, segment) - before; got < size {
		t.Errorf("the segment got %d bytes of it", got)
	}
	l.w.limit = l.w.size - margin/2 - 100
	l.w.extra = size
	if err := commitNow(t, l, ofKind(Closing)); err != nil {
		t.Errorf("within the reserve: %v", err)
	}
	l.w.limit -= size
	if err := commitNow(t, l, ofKind(Closing)); !errors.Is(err, ErrFailed) {
		t.Errorf("beyond the reserve: %v", err)
	}
	l.w.limit, l.cfg.MinFree = 64<<20, 1
	if err := os.Mkdir(path, 0o700); err != nil { // stands for a disk that does not grant it
		t.Fatal(err)
	}
	l.watch()
	if err := l.Err(); !errors.Is(err, ErrFailed) {
		t.Errorf("without the reserve: Err() = %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	l.watch()
	if err := l.Err(); err != nil {
		t.Errorf("Err() = %v", err)
	}
	if got := blocks(t, path); got < size {
		t.Errorf("the reserve has %d bytes again", got)
	}
	none := stalled(t, Config{Reserve: -1})
	if _, err := os.Stat(filepath.Join(none.cfg.Dir, reserveName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a reserve that was not asked for: %v", err)
	}
}

// A segment has its blocks before it has its records, and gives back what it does not need.
func TestAllocation(t *testing.T) {
	l := stalled(t, Config{SegmentBytes: 8 << 20})
	path := segmentPaths(t, l.cfg.Dir)[0]
	if got := blocks(t, path); got < 8<<20 {
		t.Errorf("%d bytes are allocated for a segment of 8 MiB", got)
	}
	for range 2 {
		if err := commitNow(t, l, sample()); err != nil {
			t.Fatal(err)
		}
		l.w.limit = l.w.size
	}
	if got := blocks(t, path); got > 64<<10 {
		t.Errorf("%d bytes stay allocated for a segment that ended early", got)
	}
}

// blocks returns how many bytes of the disk a file has.
func blocks(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Blocks * 512 // stat(2)
}

// A batch is as large as maxBatch says, whatever the queue holds.
func TestCollect(t *testing.T) {
	l := stalled(t, Config{})
	for range 85 {
		d := sample()
		d.Finding = wide()[:100]
		e, err := l.prepare(d)
		if err != nil {
			t.Fatal(err)
		}
		l.queue <- e
	}
	size := 0
	for _, e := range l.collect(<-l.queue) {
		size += len(e.body)
	}
	if size < maxBatch/2 || size > maxBatch+MaxLine {
		t.Errorf("a batch of %d bytes", size)
	}
	l.drain()
	if n := len(l.queue); n != 0 {
		t.Errorf("%d records are left", n)
	}
	verify(t, l.cfg.Dir)
}

// A batch is never longer than what recovery cuts off, however many digits its numbers have.
func TestBatchBytes(t *testing.T) {
	l := stalled(t, Config{Queue: 1 << 14})
	l.w.tip.seq = 1 << 63
	small := &Decision{Kind: Admin, ID: "1", Time: base}
	long := sample()
	for range 85 {
		f := long.Finding[0]
		f.Path, f.Field = strings.Repeat("p", MaxText), strings.Repeat("f", MaxText)
		long.Finding = append(long.Finding, f)
	}
	first, err := l.prepare(small)
	if err != nil {
		t.Fatal(err)
	}
	each := len(first.body) + chainLen
	for size := each; size+each < maxBatch; size += each {
		e, err := l.prepare(small)
		if err != nil {
			t.Fatal(err)
		}
		l.queue <- e
	}
	e, err := l.prepare(long)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		l.queue <- e
	}
	if err := l.w.append(l.collect(first)); err != nil {
		t.Fatal(err)
	}
	if l.w.written > maxBatch+MaxLine+1 {
		t.Errorf("a batch of %d bytes", l.w.written)
	}
	if l.w.written < maxBatch/2 {
		t.Errorf("a batch of %d bytes shows nothing", l.w.written)
	}
}
