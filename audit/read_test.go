package audit

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadWhileWriting(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 8 << 10})
	stop := keepWriting(t, l)
	defer stop()
	for last := 0; last < 500; {
		n := 0
		for d, err := range Read(l.cfg.Dir) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; d.Seq != uint64(n) {
				t.Fatalf("record %d at place %d", d.Seq, n)
			}
		}
		if n < last {
			t.Errorf("%d records after %d", n, last)
		}
		last = n
	}
}

func TestReadStops(t *testing.T) {
	l := openLog(t, Config{})
	write(t, l, 5)
	n := 0
	for range Read(l.cfg.Dir) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d records", n)
	}
}

func TestReadCorrupt(t *testing.T) {
	tests := map[string]struct {
		spoil func(f folder, names []string)
		good  int // records before the error
	}{
		"not JSON":         {func(f folder, names []string) { f[names[1]][bytes.IndexByte(f[names[1]], '\n')+1] = 'x' }, 3},
		"missing line":     {func(f folder, names []string) { f.dropLine(names[1], 2) }, 4},
		"missing segment":  {func(f folder, names []string) { delete(f, names[1]) }, 3},
		"missing end":      {func(f folder, names []string) { f.dropLine(names[1], 3) }, 5},
		"torn in between":  {func(f folder, names []string) { f[names[1]] = f[names[1]][:len(f[names[1]])-9] }, 5},
		"endless line":     {func(f folder, names []string) { f[names[1]] = append(f[names[1]], bytes.Repeat([]byte("x"), 1<<18)...) }, 6},
		"strange name":     {func(f folder, names []string) { f["seg-0.log"] = nil }, 0},
		"torn garbage":     {func(f folder, names []string) { f[names[1]] = append(f[names[1]], "x"...) }, 6},
		"empty in between": {func(f folder, names []string) { f[names[1]] = nil }, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			log := fourSegments(t)
			test.spoil(log, log.names())
			dir := filepath.Join(t.TempDir(), "log")
			if err := log.store(dir); err != nil {
				t.Fatal(err)
			}
			good := 0
			var last error
			for _, err := range Read(dir) {
				if last = err; err == nil {
					good++
				}
			}
			var corrupt *CorruptError
			if !errors.As(last, &corrupt) {
				t.Fatalf("Read ends with %v after %d records", last, good)
			}
			if good != test.good {
				t.Errorf("%d records before %v, want %d", good, corrupt, test.good)
			}
		})
	}
}

func (f folder) dropLine(name string, i int) {
	lines := fileLines(f[name])
	f[name] = bytes.Join(slices.Delete(lines, i, i+1), nil)
}

func TestReadMissing(t *testing.T) {
	for _, err := range Read(filepath.Join(t.TempDir(), "x")) {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Read = %v", err)
		}
	}
}

func TestFollow(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 4 << 10})
	write(t, l, 7)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	follow := Follow(ctx, l.cfg.Dir) // from here on, not from where it is read
	var want []string
	appended := make(chan struct{})
	go func() {
		defer close(appended)
		for range 20 {
			d := sample()
			if err := l.Append(ctx, d); err != nil {
				t.Error(err)
			}
			want = append(want, d.ID)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var got []string
	for d, err := range follow {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, d.ID); len(got) == 20 {
			cancel() // the loop ends by itself
		}
	}
	<-appended
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFollowFrom(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 4 << 10})
	all := ids(write(t, l, 30))
	for _, from := range []uint64{0, 1, 2, 7, 29, 30} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var got []string
		want := all[max(from, 1)-1:]
		for d, err := range FollowFrom(ctx, l.cfg.Dir, from) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, d.ID); len(got) == len(want) {
				cancel()
			}
		}
		cancel()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %d: %s", from, diff)
		}
	}
}

func TestFollowMissing(t *testing.T) {
	ended := 0
	for _, err := range Follow(t.Context(), filepath.Join(t.TempDir(), "x")) {
		if ended++; !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Follow = %v", err)
		}
	}
	if ended != 1 {
		t.Errorf("%d errors", ended)
	}
}

// A log that has no segment yet is waited for.
func TestFollowBeforeFirst(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	follow := Follow(ctx, dir)
	go func() {
		time.Sleep(50 * time.Millisecond)
		l, err := Open(Config{Dir: dir, Node: "gate-1", Wait: time.Minute})
		if err != nil {
			t.Error(err)
			return
		}
		if err := l.Append(ctx, sample()); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := 0
	for _, err := range follow {
		if err != nil {
			t.Fatal(err)
		}
		n++
		cancel()
	}
	if n != 1 {
		t.Errorf("%d records", n)
	}
}
