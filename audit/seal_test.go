package audit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sealNow(t testing.TB, dir string) SealReport {
	t.Helper()
	report, err := Seal(dir, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// What is sealed is read, listed, found, verified and proven as before, and the log goes on.
func TestSeal(t *testing.T) {
	p := newProven(t, 300)
	before := readAll(t, p.cfg.Dir)
	plain := len(segmentPaths(t, p.cfg.Dir))
	report := sealNow(t, p.cfg.Dir)
	if left := len(segmentPaths(t, p.cfg.Dir)); left != 1 || report.Segments != plain-1 || report.After*3 > report.Before {
		t.Errorf("%d of %d segments are left, %+v", left, plain, report)
	}
	if again := sealNow(t, p.cfg.Dir); again != (SealReport{}) {
		t.Errorf("sealed twice: %+v", again)
	}
	p.write(t, 30)
	after := readAll(t, p.cfg.Dir)
	if diff := cmp.Diff(before, after[:300]); diff != "" {
		t.Error(diff)
	}
	if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Signed != 330 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	at := len(after)
	for d, err := range List(p.cfg.Dir, Filter{}) {
		if at--; err != nil || d.Seq != after[at].Seq {
			t.Fatalf("listed %+v, %v", d, err)
		}
	}
	for _, d := range []*Decision{after[0], after[100], after[329]} {
		if got, err := Find(p.cfg.Dir, d.ID); err != nil || got.Seq != d.Seq {
			t.Errorf("Find = %+v, %v", got, err)
		}
		proof, err := Prove(p.cfg.Dir, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := VerifyProof(proof, p.cfg.Key.Verifier()); err != nil || got.Seq != d.Seq {
			t.Errorf("VerifyProof = %+v, %v", got, err)
		}
	}
}

func TestSealBefore(t *testing.T) {
	now := base
	p := newProven(t)
	p.cfg.Now = func() time.Time { return now }
	for range 4 {
		p.write(t, 60)
		now = now.Add(time.Hour)
	}
	all := len(segmentPaths(t, p.cfg.Dir))
	report, err := Seal(p.cfg.Dir, base.Add(90*time.Minute))
	if err != nil || report.Segments == 0 || report.Segments > all/2 {
		t.Errorf("%+v of %d, %v", report, all, err)
	}
}

// A log seals by itself, and a reader that follows it does not notice.
func TestSealBehind(t *testing.T) {
	l := openLog(t, Config{SegmentBytes: 1 << 20, Key: testKey(t)})
	follow := FollowFrom(t.Context(), l.cfg.Dir, 1)
	stop := keepWriting(t, l)
	next := uint64(1)
	for d, err := range follow {
		if err != nil {
			t.Fatal(err)
		}
		if d.Seq != next {
			t.Fatalf("record %d, want %d", d.Seq, next)
		}
		if next++; next%500 == 0 && len(sealedPaths(t, l.cfg.Dir)) >= 2 {
			break
		}
	}
	stop()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(l.cfg.Dir, sealTemp)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if r := verify(t, l.cfg.Dir); r.Records != int(l.Stats().Appended) {
		t.Errorf("Verify = %+v", r)
	}
}

func sealedPaths(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "seg-*.log.zst"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// A crash may leave both, or a part of one.
func TestSealInterrupted(t *testing.T) {
	p := newProven(t, 100)
	first := segmentPaths(t, p.cfg.Dir)[0]
	content := readFile(t, first)
	sealNow(t, p.cfg.Dir)
	writeFile(t, first, content)
	writeFile(t, filepath.Join(p.cfg.Dir, "seal-1.tmp"), []byte("x"))
	if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Records != 100 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	p.write(t, 1)
	if _, err := os.Stat(filepath.Join(p.cfg.Dir, "seal-1.tmp")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left: %v", err)
	}
	if report := sealNow(t, p.cfg.Dir); report.Segments == 0 || len(segmentPaths(t, p.cfg.Dir)) != 1 {
		t.Errorf("sealed again: %+v", report)
	}
	// A pause that ends it leaves nothing.
	p.write(t, 100)
	var report SealReport
	path := segmentPaths(t, p.cfg.Dir)[0]
	gone := errors.New("gone")
	seqs, err := segments(p.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	plain := seqs[len(sealedPaths(t, p.cfg.Dir))]
	if err := report.seal(p.cfg.Dir, plain, -1, 0, func() error { return gone }); !errors.Is(err, gone) {
		t.Errorf("seal = %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(p.cfg.Dir, sealTemp)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// What stands behind a cut, because it came back after a failed sync, is neither sealed nor proven.
func TestSealCut(t *testing.T) {
	now := base
	l := unsteady(t, Config{Key: testKey(t), Now: func() time.Time { return now }}, "...F")
	written := write(t, l, 3)
	old := segmentPaths(t, l.cfg.Dir)[0]
	whole := readFile(t, old)
	late := sample()
	late.ID = NewID(now)
	now = now.Add(2 * time.Hour)
	if err := l.Append(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	written = append(written, late)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines := fileLines(whole)
	ghost := bytes.ReplaceAll(lines[len(lines)-1], []byte(written[2].ID), []byte(written[3].ID))
	writeFile(t, old, append(whole, ghost...))
	if _, err := Prove(l.cfg.Dir, written[3].ID); err != nil {
		t.Error(err)
	}
	report := sealNow(t, l.cfg.Dir)
	if report.Before != int64(len(whole)) {
		t.Errorf("%d bytes were sealed, and %d count", report.Before, len(whole))
	}
	verify(t, l.cfg.Dir)
	if diff := cmp.Diff(written, readAll(t, l.cfg.Dir)); diff != "" {
		t.Error(diff)
	}
}

// Any bit of a sealed segment that is another is found.
func TestVerifyFindsSealedTampering(t *testing.T) {
	p := newProven(t, 200)
	sealNow(t, p.cfg.Dir)
	path := sealedPaths(t, p.cfg.Dir)[0]
	content := readFile(t, path)
	for name, spoil := range map[string]func(rt *rapid.T, b []byte) []byte{
		"flip a bit": func(rt *rapid.T, b []byte) []byte {
			b[drawAt(rt, b)] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
			return b
		},
		"truncate": func(rt *rapid.T, b []byte) []byte { return b[:drawAt(rt, b)] },
		"append": func(rt *rapid.T, b []byte) []byte {
			return append(b, rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(rt, "more")...)
		},
		"remove": func(rt *rapid.T, b []byte) []byte {
			at := drawAt(rt, b)
			return slices.Delete(b, at, rapid.IntRange(at+1, len(b)).Draw(rt, "to"))
		},
	} {
		t.Run(name, rapid.MakeCheck(func(rt *rapid.T) {
			writeFile(t, path, spoil(rt, bytes.Clone(content)))
			var corrupt *CorruptError
			if _, err := Verify(p.cfg.Dir); !errors.As(err, &corrupt) {
				rt.Fatalf("Verify = %v", err)
			}
		}))
	}
}

// A sealed segment reads as what it was made of, wherever it is read, and any zstd can undo it.
func TestSealedReadAt(t *testing.T) {
	for _, size := range []int{0, 1, sealChunk - 1, sealChunk, sealChunk + 1, 3*sealChunk + 17} {
		plain := make([]byte, size)
		for i := range len(plain) / 97 {
			plain[97*i+rand.IntN(97)] = byte(rand.IntN(256))
		}
		path := filepath.Join(t.TempDir(), "sealed.zst")
		var file bytes.Buffer
		if err := sealTo(&file, bytes.NewReader(plain), int64(size), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, file.Bytes())
		s, err := openSealed(path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.check(); err != nil {
			t.Error(err)
		}
		if got, err := io.ReadAll(io.NewSectionReader(s, 0, int64(size)+1)); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d are read, %v", size, len(got), err)
		}
		for range 20 {
			off, n := rand.IntN(size+1), rand.IntN(sealChunk)
			p := make([]byte, n)
			got, err := s.ReadAt(p, int64(off))
			want := plain[off:min(size, off+n)]
			if !bytes.Equal(p[:got], want) || (got < n) != errors.Is(err, io.EOF) {
				t.Fatalf("ReadAt(%d, %d) of %d = %d, %v", n, off, size, got, err)
			}
		}
		if zstd, err := exec.LookPath("zstd"); err == nil {
			if out, err := exec.Command(zstd, "-dc", path).Output(); err != nil || !bytes.Equal(out, plain) {
				t.Errorf("zstd -d gives %d bytes, %v", len(out), err)
			}
		}
	}
}

// A file that is taken for a sealed segment is read without trouble, whatever it holds.
func FuzzOpenSealed(f *testing.F) {
	var file bytes.Buffer
	if err := sealTo(&file, strings.NewReader("abc\n"), 4, func() error { return nil }); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:20])
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "x")
		writeFile(t, path, content)
		s, err := openSealed(path)
		if err != nil {
			return
		}
		defer s.Close()
		size, err := s.Size()
		if err != nil || size > int64(len(content))*sealChunk {
			t.Fatalf("Size = %d, %v", size, err)
		}
		_, err = io.Copy(io.Discard, io.NewSectionReader(s, 0, min(size, 8*sealChunk)))
		if s.check() == nil && err != nil && bytes.Equal(content, file.Bytes()) {
			t.Fatal(err)
		}
	})
}
