package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
)

// written returns the samples in one format.
func written(t *testing.T, f export.Format) string {
	t.Helper()
	var out bytes.Buffer
	w, err := export.New(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples() {
		if err := w.WriteReviewed(&s.d, s.s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, f := range export.Formats() {
		t.Run(string(f), func(t *testing.T) {
			got := written(t, f)
			path := filepath.Join("testdata", "decisions."+string(f))
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("not as in %s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// A record comes out as it went into the log.
func TestJSONLinesAreTheRecords(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(written(t, export.JSONL), "\n"), "\n")
	for i, s := range samples() {
		var got audit.Decision
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.d, got); diff != "" {
			t.Errorf("record %d (-want +got):\n%s", i, diff)
		}
	}
}

// Write is WriteReviewed for a decision that nobody looked at.
func TestWrite(t *testing.T) {
	for _, f := range export.Formats() {
		var plain, reviewed bytes.Buffer
		p, r := must(export.New(&plain, f)), must(export.New(&reviewed, f))
		for _, s := range samples() {
			if err := errors.Join(p.Write(&s.d), r.WriteReviewed(&s.d, export.State{})); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(p.Close(), r.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(reviewed.String(), plain.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
	}
}

func must(w *export.Writer, err error) *export.Writer {
	if err != nil {
		panic(err)
	}
	return w
}

func TestUnknownFormat(t *testing.T) {
	_, err := export.New(new(bytes.Buffer), "xlsx")
	if !errors.Is(err, export.ErrFormat) || !strings.Contains(err.Error(), "jsonl, csv, ocsf, cef") {
		t.Errorf("got %v, want ErrFormat with the formats", err)
	}
}

func TestClosed(t *testing.T) {
	w := must(export.New(new(bytes.Buffer), export.JSONL))
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if err := w.Write(&samples()[0].d); !errors.Is(err, export.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// full is a disk that takes so many bytes.
type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// An export that is not whole says so, at the latest when it is closed, and says so again.
func TestFullDisk(t *testing.T) {
	for _, f := range export.Formats() {
		for _, room := range []int{0, 100 << 10} {
			w := must(export.New(&full{room: room}, f))
			var failed error
			for range 500 {
				if failed = w.Write(&samples()[3].d); failed != nil {
					break
				}
			}
			if err := w.Close(); !errors.Is(err, errFull) {
				t.Errorf("%s, room for %d bytes: Close returned %v after %v", f, room, err, failed)
			}
		}
	}
}

// The writer keeps nothing of a decision that it could show with the next one.
func TestLinesAreIndependent(t *testing.T) {
	for _, f := range export.Formats() {
		all := written(t, f)
		for i, s := range samples() {
			var alone bytes.Buffer
			w := must(export.New(&alone, f))
			if err := errors.Join(w.WriteReviewed(&s.d, s.s), w.Close()); err != nil {
				t.Fatal(err)
			}
			line := alone.String()
			if f == export.CSV {
				_, line, _ = strings.Cut(line, "\n")
			}
			if line == "" || !strings.Contains(all, line) {
				t.Errorf("%s: record %d alone is not as among the others", f, i)
			}
		}
	}
}
