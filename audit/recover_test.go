package audit

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// reopen opens the log in dir, appends a record, closes it again, and returns all records.
func reopen(t testing.TB, dir string) []*Decision {
	t.Helper()
	l, err := Open(Config{Dir: dir, Node: "gate-1", SegmentBytes: 2500, Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	write(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	verify(t, dir)
	return readAll(t, dir)
}

// Wherever the last write ended, all lines that are whole stay, and the log goes on.
func TestTornLine(t *testing.T) {
	log := fourSegments(t)
	names := log.names()
	last := names[len(names)-1]
	content := log[last]
	header := bytes.IndexByte(content, '\n') + 1
	dir := filepath.Join(t.TempDir(), "log")
	if err := log.store(dir); err != nil {
		t.Fatal(err)
	}
	all := ids(readAll(t, dir))
	rapid.Check(t, func(rt *rapid.T) {
		end := rapid.IntRange(header, len(content)).Draw(rt, "end")
		log[last] = content[:end]
		if err := log.store(dir); err != nil {
			rt.Fatal(err)
		}
		whole := bytes.LastIndexByte(content[:end], '\n') + 1
		lost := bytes.Count(content[whole:], []byte("\n"))
		records := reopen(t, dir)
		want := all[:len(all)-lost]
		if diff := cmp.Diff(want, ids(records[:len(want)])); diff != "" {
			rt.Fatal(diff)
		}
		notes := records[len(want) : len(records)-1]
		if end == whole {
			if len(notes) != 0 {
				rt.Fatalf("nothing was torn, and %d notes were written", len(notes))
			}
		} else if len(notes) != 1 || notes[0].Kind != Admin || notes[0].Reason != "audit.torn" || notes[0].Bytes != int64(end-whole) {
			rt.Fatalf("%d bytes were torn off, noted as %+v", end-whole, notes)
		}
	})
}

// After a power failure, pages of a batch may be missing before others that are there.
func TestTornPages(t *testing.T) {
	log := fourSegments(t)
	names := log.names()
	last := names[len(names)-1]
	content := bytes.Clone(log[last])
	lines := fileLines(content)
	first := len(lines[0]) + len(lines[1])
	clear(content[first+100 : first+300])
	log[last] = content
	dir := filepath.Join(t.TempDir(), "log")
	if err := log.store(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(dir); err == nil {
		t.Error("Verify finds nothing before the repair")
	}
	records := reopen(t, dir)
	note := records[len(records)-2]
	if note.Reason != "audit.torn" || note.Bytes != int64(len(content)-first) {
		t.Errorf("noted as %+v", note)
	}
}

// What no crash explains is not repaired, and not touched.
func TestOpenCorrupt(t *testing.T) {
	tests := map[string]func(f folder, names []string){
		"changed record":           func(f folder, names []string) { f[names[3]][len(f[names[3]])-200] ^= 1 },
		"changed header":           func(f folder, names []string) { f[names[3]][20] ^= 1 },
		"no header":                func(f folder, names []string) { f[names[3]] = []byte{} },
		"torn header":              func(f folder, names []string) { f[names[3]] = f[names[3]][:50] },
		"end of segment before":    func(f folder, names []string) { f[names[2]] = f[names[2]][:len(f[names[2]])-10] },
		"line of segment before":   func(f folder, names []string) { f[names[2]] = bytes.Join(fileLines(f[names[2]])[:2], nil) },
		"header of the one before": func(f folder, names []string) { f[names[2]][20] ^= 1 },
		"missing segment":          func(f folder, names []string) { delete(f, names[2]) },
		"only the last":            func(f folder, names []string) { delete(f, names[0]); delete(f, names[1]); delete(f, names[2]) },
		"strange name":             func(f folder, names []string) { f["seg-x.log"] = f[names[0]] },
		"zeros after a change": func(f folder, names []string) {
			f[names[3]][400] ^= 1
			f[names[3]] = append(f[names[3]], make([]byte, 100)...)
		},
		"more zeros than a batch": func(f folder, names []string) { f[names[3]] = append(f[names[3]], make([]byte, margin)...) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			log := fourSegments(t)
			spoil(log, log.names())
			dir := filepath.Join(t.TempDir(), "log")
			if err := log.store(dir); err != nil {
				t.Fatal(err)
			}
			var corrupt *CorruptError
			if _, err := Open(Config{Dir: dir, Node: "gate-1"}); !errors.As(err, &corrupt) {
				t.Fatalf("Open = %v", err)
			}
			if !maps.EqualFunc(log, load(t, dir), bytes.Equal) { // of which there are too many for cmp
				t.Error("Open changed the log")
			}
		})
	}
}

// A crash may come while a segment is being made, before it has its name.
func TestLeftover(t *testing.T) {
	log := fourSegments(t)
	dir := filepath.Join(t.TempDir(), "log")
	if err := log.store(dir); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, freshName), []byte(`{"v":1,"log":`))
	reopen(t, dir)
	if _, err := os.Stat(filepath.Join(dir, freshName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the leftover: %v", err)
	}
}

// unsteady returns a log whose syncs fail where the pattern has an F, each letter standing for one sync after Open.
func unsteady(t *testing.T, cfg Config, pattern string) *Log {
	t.Helper()
	cfg.Dir, cfg.Node, cfg.Wait = t.TempDir(), "gate-1", time.Minute
	l, _, err := open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(map[*os.File]bool)
	l.w.sync = func(f *os.File) error {
		if failed[f] {
			t.Errorf("%s is synced again after a failure", f.Name())
		}
		if pattern == "" {
			return datasync(f)
		}
		failed[f] = pattern[0] == 'F'
		pattern = pattern[1:]
		if failed[f] {
			return errors.New("input/output error")
		}
		return datasync(f)
	}
	go l.run()
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSyncFails(t *testing.T) {
	tests := map[string]struct {
		before   int    // records that go well
		pattern  string // of the syncs that come after the first of those
		segments int
	}{
		"in the middle":             {3, "...F", 2},
		"first record of a segment": {0, "F", 1},
		"twice apart":               {3, "...F..F", 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := unsteady(t, Config{}, test.pattern)
			written := append(write(t, l, test.before), write(t, l, 5)...)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			dir := l.cfg.Dir
			if report := verify(t, dir); report.Records != len(written) || report.Segments != test.segments {
				t.Errorf("Verify = %+v", report)
			}
			if diff := cmp.Diff(written, readAll(t, dir)); diff != "" {
				t.Error(diff)
			}
			if records := reopen(t, dir); len(records) != len(written)+1 {
				t.Errorf("%d records after it was opened again", len(records))
			}
		})
	}
}

// What stands behind the place where a sync failed may come back with the next power failure, whole or spoilt.
func TestSyncFailsAndTailReturns(t *testing.T) {
	tails := map[string]func(end []byte) []byte{
		"whole":   func(end []byte) []byte { return end },
		"torn":    func(end []byte) []byte { return end[:len(end)/2] },
		"zeros":   func(end []byte) []byte { return make([]byte, len(end)) },
		"garbage": func(end []byte) []byte { return bytes.Repeat([]byte("x\n"), 50) },
		"long":    func(end []byte) []byte { return bytes.Repeat([]byte("x"), 3*MaxLine) },
	}
	for name, tail := range tails {
		t.Run(name, func(t *testing.T) {
			l := unsteady(t, Config{}, "...F")
			written := write(t, l, 3)
			old := segmentPaths(t, l.cfg.Dir)[0]
			whole := readFile(t, old)
			written = append(written, write(t, l, 2)...)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if got := readFile(t, old); !bytes.Equal(got, whole) {
				t.Errorf("the old segment has %d bytes, %d before the failure", len(got), len(whole))
			}
			lines := fileLines(whole)
			writeFile(t, old, append(whole, tail(lines[len(lines)-1])...))
			dir := l.cfg.Dir
			if report := verify(t, dir); report.Records != len(written) {
				t.Errorf("Verify = %+v", report)
			}
			if diff := cmp.Diff(written, readAll(t, dir)); diff != "" {
				t.Errorf("Read: %s", diff)
			}
			var listed []*Decision
			for d, err := range List(dir, Filter{}) {
				if err != nil {
					t.Fatal(err)
				}
				listed = append([]*Decision{d}, listed...)
			}
			if diff := cmp.Diff(written, listed); diff != "" {
				t.Errorf("List: %s", diff)
			}
			reopen(t, dir)
		})
	}
}

func TestSyncFailsForGood(t *testing.T) {
	for name, pattern := range map[string]string{
		"the new segment's header": "..FF",
		"the batch again":          "..F.F",
	} {
		t.Run(name, func(t *testing.T) {
			l := unsteady(t, Config{}, pattern)
			written := write(t, l, 2)
			for range 2 {
				if err := l.Append(t.Context(), sample()); !errors.Is(err, ErrFailed) {
					t.Fatalf("Append = %v", err)
				}
			}
			admin := sample()
			admin.Kind = Admin
			if err := l.Append(t.Context(), admin); !errors.Is(err, ErrFailed) {
				t.Errorf("Append of an admin record = %v", err)
			}
			if err := l.Err(); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "for good") {
				t.Errorf("Err() = %v", err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			// A restart reads what the disk has, and goes on.
			records := reopen(t, l.cfg.Dir)
			if diff := cmp.Diff(written, records[:2]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
