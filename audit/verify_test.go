package audit

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// folder is a log as bytes: the contents of its segments by name.
type folder map[string][]byte

func load(t testing.TB, dir string) folder {
	t.Helper()
	f := make(folder)
	for _, path := range segmentPaths(t, dir) {
		f[filepath.Base(path)] = readFile(t, path)
	}
	return f
}

// store replaces what is in dir by f.
func (f folder) store(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for name, content := range f {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (f folder) names() []string { return slices.Sorted(maps.Keys(f)) }

// beginningOf reports whether f is g with whole lines missing at its end: what Verify cannot see.
func (f folder) beginningOf(g folder) bool {
	all := g.names()
	names := f.names()
	if len(names) == 0 || len(names) > len(all) {
		return false
	}
	for i, name := range names {
		content := f[name]
		switch {
		case name != all[i]:
			return false
		case i < len(names)-1 && !bytes.Equal(content, g[name]):
			return false
		case !bytes.HasPrefix(g[name], content) || !bytes.HasSuffix(content, []byte("\n")):
			return false
		}
	}
	return true
}

// fourSegments returns a log of four segments with three records or so in each.
func fourSegments(t testing.TB) folder {
	t.Helper()
	dir := t.TempDir()
	l, err := Open(Config{Dir: dir, Node: "gate-1", SegmentBytes: 2500, Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for len(segmentPaths(t, dir)) < 4 {
		write(t, l, 1)
	}
	write(t, l, 2)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return load(t, dir)
}

func TestVerifyFindsEveryByte(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	log := fourSegments(t)
	names := log.names()[:2]
	if err := (folder{names[0]: log[names[0]], names[1]: log[names[1]]}).store(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		start := int64(0)
		for i, c := range log[name] {
			put(t, f, i, c^1<<(i%8))
			_, err := Verify(dir)
			put(t, f, i, c)
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) {
				t.Fatalf("%s: bit %d of byte %d changed: %v", name, i%8, i, err)
			}
			if corrupt.File != path || corrupt.Offset != start {
				t.Fatalf("%s: byte %d changed, in the line at %d: found at %v", name, i, start, err)
			}
			if c == '\n' {
				start = int64(i) + 1
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	verify(t, dir) // all is back in its place
}

func put(t testing.TB, f *os.File, at int, c byte) {
	t.Helper()
	if _, err := f.WriteAt([]byte{c}, int64(at)); err != nil {
		t.Fatal(err)
	}
}

// tampering is what somebody may do to a log.
var tampering = map[string]func(t *rapid.T, f folder){
	"flip a bit": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		f[name][drawAt(t, f[name])] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	},
	"remove bytes": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		at := drawAt(t, f[name])
		f[name] = slices.Delete(f[name], at, rapid.IntRange(at+1, len(f[name])).Draw(t, "to"))
	},
	"insert bytes": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		text := rapid.SampledFrom([]string{" ", "\n", "\x00", "{}\n", `{"v":1}` + "\n"}).Draw(t, "text")
		f[name] = slices.Insert(f[name], rapid.IntRange(0, len(f[name])).Draw(t, "at"), []byte(text)...)
	},
	"truncate": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		f[name] = f[name][:drawAt(t, f[name])]
	},
	"remove a line": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		lines := fileLines(f[name])
		i := drawLine(t, lines)
		f[name] = bytes.Join(slices.Delete(lines, i, i+1), nil)
	},
	"swap lines": func(t *rapid.T, f folder) {
		a, b := drawName(t, f), drawName(t, f)
		i, j := drawLine(t, fileLines(f[a])), drawLine(t, fileLines(f[b]))
		one, two := bytes.Clone(fileLines(f[a])[i]), bytes.Clone(fileLines(f[b])[j])
		f.replaceLine(a, i, two)
		f.replaceLine(b, j, one)
	},
	"repeat a line": func(t *rapid.T, f folder) {
		a, b := drawName(t, f), drawName(t, f)
		line := fileLines(f[a])[drawLine(t, fileLines(f[a]))]
		lines := fileLines(f[b])
		f[b] = bytes.Join(slices.Insert(lines, rapid.IntRange(0, len(lines)).Draw(t, "before"), line), nil)
	},
	"remove a segment": func(t *rapid.T, f folder) { delete(f, drawName(t, f)) },
	"swap segments": func(t *rapid.T, f folder) {
		a, b := drawName(t, f), drawName(t, f)
		f[a], f[b] = f[b], f[a]
	},
	"copy a segment": func(t *rapid.T, f folder) {
		f[segmentName(rapid.Uint64Range(0, 30).Draw(t, "first"))] = bytes.Clone(f[drawName(t, f)])
	},
	"rename a segment": func(t *rapid.T, f folder) {
		name := drawName(t, f)
		to := rapid.SampledFrom([]string{"seg-.log", "seg-1.log", "seg-000000000000000A.log", segmentName(5), segmentName(99)}).Draw(t, "to")
		f[to], f[name] = f[name], nil
		delete(f, name)
	},
	"empty a segment": func(t *rapid.T, f folder) { f[drawName(t, f)] = nil },
}

func drawName(t *rapid.T, f folder) string { return rapid.SampledFrom(f.names()).Draw(t, "segment") }

func drawAt(t *rapid.T, b []byte) int { return rapid.IntRange(0, len(b)-1).Draw(t, "at") }

func drawLine(t *rapid.T, lines [][]byte) int { return rapid.IntRange(0, len(lines)-1).Draw(t, "line") }

func (f folder) replaceLine(name string, i int, line []byte) {
	lines := fileLines(f[name])
	lines[i] = line
	f[name] = bytes.Join(lines, nil)
}

func TestVerifyFindsTampering(t *testing.T) {
	log := fourSegments(t)
	dir := filepath.Join(t.TempDir(), "log")
	for name, tamper := range tampering {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			f := make(folder)
			for name, content := range log {
				f[name] = bytes.Clone(content)
			}
			tamper(t, f)
			if err := f.store(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Verify(dir)
			if f.beginningOf(log) { // which only a kept head shows
				if err != nil {
					t.Fatalf("whole lines are missing at the end: %v", err)
				}
				return
			}
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) {
				t.Fatalf("Verify = %v", err)
			}
			if !strings.HasPrefix(corrupt.File, dir) || corrupt.What == "" {
				t.Fatalf("found nowhere: %+v", corrupt)
			}
		}))
	}
}

// What is cut off at the end is not seen by Verify, but its report tells it from the whole log.
func TestVerifyHead(t *testing.T) {
	log := fourSegments(t)
	dir := filepath.Join(t.TempDir(), "log")
	if err := log.store(dir); err != nil {
		t.Fatal(err)
	}
	whole := verify(t, dir)
	if whole.Segments != 4 || whole.Records != int(whole.Seq) || !whole.First.Before(whole.Last) {
		t.Errorf("Verify = %+v", whole)
	}
	names := log.names()
	last := names[len(names)-1]
	lines := fileLines(log[last])
	if want := string(lines[len(lines)-1]); !strings.Contains(want, `"chain":"`+whole.Head+`"}`) {
		t.Errorf("Head = %s, and the last line is %s", whole.Head, want)
	}
	seen := map[string]bool{whole.Head: true}
	for n := len(lines) - 1; n > 0; n-- {
		log[last] = bytes.Join(lines[:n], nil)
		if err := log.store(dir); err != nil {
			t.Fatal(err)
		}
		if head := verify(t, dir).Head; seen[head] {
			t.Errorf("with %d lines the head is one that was before", n)
		} else {
			seen[head] = true
		}
	}
}

func TestVerifyUnclosed(t *testing.T) {
	l := openLog(t, Config{})
	for i := range 5 {
		opening := sample()
		opening.Kind = Opening
		if err := l.Append(t.Context(), opening); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			continue
		}
		closing := sample()
		closing.Kind, closing.Of = Closing, opening.ID
		if err := l.Append(t.Context(), closing); err != nil {
			t.Fatal(err)
		}
	}
	if got := verify(t, l.cfg.Dir).Unclosed; got != 3 {
		t.Errorf("Unclosed = %d, want 3", got)
	}
}

// A log may be verified at any moment of its life.
func TestVerifyWhileWriting(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 8 << 10})
	stop := keepWriting(t, l)
	defer stop()
	for last := 0; last < 500; {
		report := verify(t, l.cfg.Dir)
		if report.Records < last {
			t.Errorf("%d records after %d", report.Records, last)
		}
		last = report.Records
	}
}

func TestVerifyNothing(t *testing.T) {
	for name, dir := range map[string]string{"empty": t.TempDir(), "missing": filepath.Join(t.TempDir(), "x")} {
		if report, err := Verify(dir); err == nil {
			t.Errorf("%s folder: %+v", name, report)
		}
	}
}

func TestCorruptError(t *testing.T) {
	tests := map[string]struct {
		err  CorruptError
		want string
	}{
		"file":   {CorruptError{File: "f", What: "w"}, "f: w"},
		"offset": {CorruptError{File: "f", Offset: 9, What: "w"}, "f: w (byte 9)"},
		"header": {CorruptError{File: "f", Line: 1, What: "w"}, "f:1: w"},
		"record": {CorruptError{File: "f", Line: 3, Offset: 9, Seq: 7, What: "w"}, "f:3: w (byte 9, record 7)"},
	}
	for name, test := range tests {
		if got := fmt.Sprint(&test.err); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A segment that was rewritten with a chain that fits in itself does not fit the segment behind it.
func TestVerifyFindsResealedSegment(t *testing.T) {
	log := fourSegments(t)
	names := log.names()
	for i, name := range names[:3] {
		f := maps.Clone(log)
		f[name] = resealed(log[name], `"action":"mask"`, `"action":"pass"`)
		dir := filepath.Join(t.TempDir(), "log")
		if err := f.store(dir); err != nil {
			t.Fatal(err)
		}
		_, err := Verify(dir)
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) || corrupt.File != filepath.Join(dir, names[i+1]) || corrupt.Line != 1 {
			t.Errorf("%s rewritten: %v", name, err)
		}
		if i < 2 {
			continue // Open looks no further back than one segment
		}
		if _, err := Open(Config{Dir: dir, Node: "gate-1"}); !errors.As(err, &corrupt) {
			t.Errorf("Open after the segment before the last was rewritten: %v", err)
		}
	}
}
