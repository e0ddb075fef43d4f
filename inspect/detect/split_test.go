package detect_test

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/inspect/format"
)

// spotted is a finding in a body: the place of its record and the finding.
type spotted struct {
	Record  int64
	Finding inspect.Finding
}

// TestFindingsDoNotDependOnReads is the law that findings do not depend on how the bytes were split into reads: a body of
// each carrier is read in two parts with the split at every place, and byte by byte, as the gate reads it.
func TestFindingsDoNotDependOnReads(t *testing.T) {
	s, err := detect.New(detect.Config{Now: func() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range corpus.Generate(7, corpus.All, 1) {
		t.Run(text.Carrier, func(t *testing.T) {
			body := []byte(text.Text)
			want := findingsOf(t, s, text.MediaType, body, bytes.NewReader(body))
			if len(want) == 0 {
				t.Fatal("nothing is found in the whole body")
			}
			check := func(how string, at int, r io.Reader) {
				if got := findingsOf(t, s, text.MediaType, body, r); !slices.Equal(want, got) {
					t.Fatalf("%s at %d (-whole +split):\n%s", how, at, cmp.Diff(want, got))
				}
			}
			check("byte by byte", 0, iotest.OneByteReader(bytes.NewReader(body)))
			check("with the end in the last read", 0, iotest.DataErrReader(bytes.NewReader(body)))
			for at := range len(body) + 1 {
				check("split", at, io.MultiReader(bytes.NewReader(body[:at]), bytes.NewReader(body[at:])))
			}
		})
	}
}

// findingsOf returns what s finds in a body that is read from r.
func findingsOf(t *testing.T, s *detect.Scanner, mediaType string, body []byte, r io.Reader) []spotted {
	t.Helper()
	f, err := format.Choose("", mediaType, body[:min(len(body), format.SniffLen)])
	if err != nil {
		t.Fatal(err)
	}
	var shape inspect.Shape
	if f.Name == "json" {
		shape.Records = []string{"records"}
	}
	var all []spotted
	var found []inspect.Finding
	b := inspect.NewBody(inspect.BodyConfig{
		Source:  r,
		Decoder: f.New(shape, format.Limits{}),
		Judge: func(rec *inspect.Record) ([]inspect.Edit, error) {
			found = s.Inspect(rec, found[:0])
			for _, f := range found {
				all = append(all, spotted{rec.Offset, f})
			}
			return nil, nil
		},
	})
	defer b.Close()
	out, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(out, body) {
		t.Fatalf("the body does not come through whole: %v", err)
	}
	return all
}
