package detect

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// testNow is the time that the tests run at.
func testNow() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }

func newScanner(t testing.TB, disabled ...string) *Scanner {
	t.Helper()
	s, err := New(Config{Now: testNow, Disabled: disabled})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cell is one field of a record of a test. A name with a slash stands in a container: "address/city".
type cell struct {
	name, value string
	kind        inspect.Kind
}

// row builds a record of the object with the cells as strings; its names and values come in turns.
func row(object string, namesAndValues ...string) *inspect.Record {
	var cells []cell
	for i := 0; i < len(namesAndValues); i += 2 {
		cells = append(cells, cell{name: namesAndValues[i], value: namesAndValues[i+1]})
	}
	return record(object, cells...)
}

func record(object string, cells ...cell) *inspect.Record {
	r := &inspect.Record{Nodes: []inspect.Node{{Parent: -1, Object: object}}}
	for _, c := range cells {
		node := 0
		parents := strings.Split(c.name, "/")
		for _, key := range parents[:len(parents)-1] {
			r.Nodes = append(r.Nodes, inspect.Node{Parent: node, Key: []byte(key), Array: key == ""})
			node = len(r.Nodes) - 1
		}
		start := len(r.Raw)
		r.Raw = append(r.Raw, c.value...)
		r.Fields = append(r.Fields, inspect.Field{Object: object, Name: []byte(parents[len(parents)-1]), Node: node, Kind: c.kind,
			Start: start, End: len(r.Raw)})
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		f.Value = r.Raw[f.Start:f.End:f.End]
	}
	return r
}

// found is a finding as the tables of tests spell it.
type found struct {
	Detector, Text string
	Likelihood     inspect.Likelihood
}

// findings returns what s finds in r, with the bytes that each finding stands for.
func findings(s *Scanner, r *inspect.Record) []found {
	var out []found
	for _, f := range s.Inspect(r, nil) {
		out = append(out, found{f.Detector, string(r.Fields[f.Field].Value[f.Start:f.End]), f.Likelihood})
	}
	return out
}

// example is a value and what one detector finds in it.
type example struct {
	object, key, value string // the key is Description unless said otherwise
	want               string // the text found; empty if nothing is
	likelihood         inspect.Likelihood
}

// checkExamples compares what the named detector finds in each example.
func checkExamples(t *testing.T, detector string, tests map[string]example) {
	t.Helper()
	s := newScanner(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key := tt.key
			if key == "" {
				key = "Description"
			}
			var got []found
			for _, f := range findings(s, row(tt.object, key, tt.value)) {
				if f.Detector == detector {
					got = append(got, f)
				}
			}
			var want []found
			if tt.want != "" {
				want = []found{{detector, tt.want, tt.likelihood}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings in %q (-want +got):\n%s", tt.value, diff)
			}
		})
	}
}
