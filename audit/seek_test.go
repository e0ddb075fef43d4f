package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Where a reader begins in a segment, it begins at a line that is not behind the record it wants, and not far before.
func TestSeekRecord(t *testing.T) {
	var text []byte
	starts := []int{}
	link := newLinker()
	header := fileLines(fixedLog(t))[0]
	text = append(text, header...)
	d := sample()
	d.V, d.ID, d.Node, d.Time = Version, "01K", "gate-1", base
	for seq := range uint64(1000) {
		d.Finding = wide()[:seq*seq%60]
		e, err := newEntry(d)
		if err != nil {
			t.Fatal(err)
		}
		starts = append(starts, len(text))
		text, _ = link.seal(e.appendBody(text, seq+1), len(text), chain{})
	}
	dir := t.TempDir()
	plain := filepath.Join(dir, segmentName(1))
	writeFile(t, plain, text)
	var sealed bytes.Buffer
	if err := sealTo(&sealed, bytes.NewReader(text), int64(len(text)), func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"plain", "sealed"} {
		if kind == "sealed" {
			writeFile(t, filepath.Join(dir, sealedName(1)), sealed.Bytes())
			if err := os.Remove(plain); err != nil {
				t.Fatal(err)
			}
		}
		f, err := openSegment(dir, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		t.Run(kind, rapid.MakeCheck(func(rt *rapid.T) {
			want := rapid.Uint64Range(0, 1050).Draw(rt, "want")
			at, err := seekRecord(f, want)
			if err != nil {
				rt.Fatal(err)
			}
			place := len(text)
			if want <= 1000 {
				place = starts[max(want, 1)-1]
			}
			if at > int64(place) || int64(place)-at > 200<<10 {
				rt.Fatalf("record %d is at %d, and the reading begins at %d", want, place, at)
			}
			if at > 0 && text[at-1] != '\n' {
				rt.Fatalf("%d is not where a line begins", at)
			}
		}))
	}
	// The header of a sealed segment costs one small frame.
	s, err := openSealed(filepath.Join(dir, sealedName(1)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.plain[1] != int64(len(header)) {
		t.Errorf("the first frame has %d bytes, the header %d", s.plain[1], len(header))
	}
	if h, err := readHeader(dir, 1); err != nil || h.Log != "01K" {
		t.Errorf("readHeader = %+v, %v", h, err)
	}
}

// A search by halves that meets anything ends, and begins at a line.
func FuzzSeekRecord(f *testing.F) {
	f.Add(fixedLog(f), uint64(2))
	f.Add(bytes.Repeat([]byte(`{"seq":7,`+"\n"), 20000), uint64(7))
	f.Add(bytes.Repeat([]byte("x"), 300<<10), uint64(1))
	f.Fuzz(func(t *testing.T, text []byte, want uint64) {
		path := filepath.Join(t.TempDir(), "x")
		writeFile(t, path, text)
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		at, err := seekRecord(plainSegment{file}, want)
		if err != nil || at > 0 && text[at-1] != '\n' {
			t.Fatalf("seekRecord = %d, %v", at, err)
		}
	})
}

func TestIDTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 123e6, time.UTC)
	if got, ok := idTime(NewID(now)); !ok || !got.Equal(now) {
		t.Errorf("idTime = %s, %t", got, ok)
	}
	for _, id := range []string{"", "exchange-7", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0ILOU000000000000000000000"} {
		if got, ok := idTime(id); ok {
			t.Errorf("idTime(%s) = %s", id, got)
		}
	}
}

// A record is found wherever it is, and when its ID tells its time, without reading what is far from it.
func TestFindNear(t *testing.T) {
	now := base
	l := openLog(t, Config{SegmentBytes: 1 << 10, Now: func() time.Time { return now }})
	var all []*Decision
	for range 12 {
		all = append(all, write(t, l, 1)...)
		now = now.Add(40 * time.Minute)
	}
	late := sample()
	late.ID = NewID(base)
	if err := l.Append(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	foreign := sample()
	foreign.ID = "exchange-7"
	if err := l.Append(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	for _, d := range append(all, late, foreign) {
		if got, err := Find(l.cfg.Dir, d.ID); err != nil || got.Seq != d.Seq {
			t.Errorf("Find(%s) = %+v, %v", d.ID, got, err)
		}
	}
	spoilt := segmentPaths(t, l.cfg.Dir)[1]
	content := readFile(t, spoilt)
	lines := fileLines(content)
	writeFile(t, spoilt, append(bytes.Clone(lines[0]), "spoilt\n"...))
	if _, err := Find(l.cfg.Dir, all[9].ID); err != nil {
		t.Errorf("what is far from it was read: %v", err)
	}
	if _, err := Find(l.cfg.Dir, NewID(base.Add(time.Minute))); err == nil || !errors.Is(err, ErrNotFound) {
		t.Errorf("Find of nothing = %v", err)
	}
	writeFile(t, spoilt, content)
}
