package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/edm"
	"github.com/phigate/phigate/policy"
)

// recordOf is a record of one field.
func recordOf(value string) *inspect.Record {
	return &inspect.Record{
		Raw: []byte(value), Nodes: []inspect.Node{{Parent: -1}},
		Fields: []inspect.Field{{Name: []byte("F"), End: len(value), Value: []byte(value)}},
	}
}

func parsePolicy(t *testing.T, detector string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("f", []byte("version: 1\n"+detector), vocabulary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An exchange keeps its policy, and with it the detectors that the policy defines, for as long as it lasts.
func TestDetectorsOfAPolicyInUse(t *testing.T) {
	d := new(definitions)
	if found := d.inspect(recordOf("AC1 BD1"), nil); len(found) > 0 {
		t.Error("found something before there is a policy")
	}
	first := parsePolicy(t, "detectors: [{name: first, pattern: 'AC\\d'}]")
	d.enact(first)
	names := func() string {
		var names []string
		for _, f := range d.inspect(recordOf("AC1 BD1"), nil) {
			names = append(names, f.Detector)
		}
		return strings.Join(names, " ")
	}
	second := parsePolicy(t, "detectors: [{name: second, pattern: 'BD\\d'}]")
	d.enact(second)
	if got := names(); got != "second first" {
		t.Errorf("found by %q while the first policy is in use", got)
	}
	d.enact(parsePolicy(t, "mode: monitor\ndetectors: [{name: second, pattern: 'BD\\d'}]"))
	if got := names(); got != "second first" {
		t.Errorf("found by %q: what two policies define alike is asked once", got)
	}
	runtime.KeepAlive(first)
	runtime.KeepAlive(second)
	for range 10 {
		runtime.GC()
	}
	if got := names(); strings.Contains(got, "first") {
		t.Errorf("found by %q when no exchange has the first policy any more", got)
	}
}

// Values are spelt alike in the table and in traffic.
func TestSpellCell(t *testing.T) {
	tests := map[string]struct {
		kind edm.Kind
		of   []string
		want string
	}{
		"digits": {edm.Digits, []string{"536904399", "536-90-4399", " 536 90 4399 ", "５３６-90-4399"}, "536904399"},
		"alnum":  {edm.Alnum, []string{"AC00123", "ac-00123", " AC 00123"}, "AC00123"},
		"name":   {edm.Name, []string{"Müller-Lüdenscheid", "MULLER LUDENSCHEID", " muller  ludenscheid "}, "muller ludenscheid"},
		"date":   {edm.Date, []string{"1970-01-02", "01/02/1970", "January 2, 1970", "1970-01-02T00:00:00.000Z", "19700102"}, "1970-01-02"},
	}
	for name, tt := range tests {
		for _, value := range tt.of {
			if got := string(spellCell(tt.kind, nil, []byte(value))); got != tt.want {
				t.Errorf("%s: %q is spelt %q, want %q", name, value, got, tt.want)
			}
		}
	}
	for value, want := range map[string]string{"01/02/1970": "1970-01-02", "ac-00123": "AC00123", "Tran": "TRAN"} {
		if got := string(spellFinding("edm_patients:2", []byte("x"), []byte(value))); got != "x"+want {
			t.Errorf("the finding %q is spelt %q, want %q", value, got, "x"+want)
		}
	}
	if got := string(spellFinding("us_ssn", nil, []byte("536-90-4399"))); got != "536904399" {
		t.Errorf("a finding of another detector is spelt %q", got)
	}
}

// Package policy knows the names of an index's detectors without importing inspect/edm.
func TestNamesOfAnIndex(t *testing.T) {
	src := []byte("version: 1\nrules:\n  - {name: r, when: {edm: {index: patients}}, then: alert}\n")
	p, err := policy.Parse("f", src, vocabulary(map[string]int{"patients": edm.MaxColumns}))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= edm.MaxColumns; n++ {
		var v policy.Verdict
		found := []inspect.Finding{{Detector: edm.DetectorName("patients", n), Likelihood: inspect.Likely, End: 1}}
		p.Plan(policy.Subject{}).Judge(recordOf("x"), found, &v)
		if len(v.Hits) != 1 {
			t.Errorf("%s: %d hits", found[0].Detector, len(v.Hits))
		}
	}
}

// buildIndex makes an index of record numbers.
func buildIndex(t *testing.T, path string, key []byte, columns string, numbers ...string) {
	t.Helper()
	parsed, err := edm.ParseColumns(columns)
	if err != nil {
		t.Fatal(err)
	}
	_, err = edm.Build(context.Background(), edm.BuildConfig{Path: path, Key: key, Columns: parsed, Normalise: spellCell, Now: time.Now()},
		func(yield func([][]byte, error) bool) {
			for _, n := range numbers {
				row := make([][]byte, len(parsed))
				row[0] = []byte(n)
				if !yield(row, nil) {
					return
				}
			}
		})
	if err != nil {
		t.Fatal(err)
	}
}

// A file that takes the place of an index is in use at once; one that is wrong changes nothing.
func TestReplacedIndex(t *testing.T) {
	dir := t.TempDir()
	keyFile, path := filepath.Join(dir, "key"), filepath.Join(dir, "patients.edm")
	if _, err := edm.MakeKey(keyFile); err != nil {
		t.Fatal(err)
	}
	key, err := edm.OpenKey(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	buildIndex(t, path, key, "mrn", "A0000001")
	var log bytes.Buffer
	files, err := openIndexes([]edmConfig{{Name: "patients", File: path, Key: keyFile}}, zerolog.New(&log))
	if err != nil {
		t.Fatal(err)
	}
	loaded := make(chan struct{}, 8)
	files.loaded = func() { loaded <- struct{}{} }
	m := files.matchers()[0]
	knows := func(number string) bool { return len(m.Inspect(recordOf(number), nil, 0)) > 0 }
	if !knows("A0000001") || knows("A0000002") {
		t.Fatal("the index does not know its number")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- files.watch(ctx) }()
	buildIndex(t, path+".new", key, "mrn", "A0000002")
	for replaced := false; !replaced; { // the watcher may not be ready yet
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		select {
		case <-loaded:
			replaced = true
		case <-time.After(5 * time.Second):
			buildIndex(t, path+".new", key, "mrn", "A0000002")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if knows("A0000001") || !knows("A0000002") {
		t.Error("the old index is in use")
	}
	for name, spoil := range map[string]func(){
		"other columns": func() { buildIndex(t, path, key, "mrn,ssn", "A0000003") },
		"another key":   func() { buildIndex(t, path, bytes.Repeat([]byte("k"), 32), "mrn", "A0000003") },
		"no index":      func() { buildIndex(t, path, key, "mrn"); os.Remove(path); os.WriteFile(path, []byte("text"), 0o600) },
		"gone":          func() { os.Remove(path) },
	} {
		spoil()
		files.reload()
		if !knows("A0000002") || knows("A0000003") {
			t.Errorf("%s: the index was replaced", name)
		}
	}
	if n := strings.Count(log.String(), "the one before stays in use"); n < 2 {
		t.Errorf("%d rejections are logged: %s", n, log.String())
	}
}

// FuzzTableRows compares the values with those of encoding/csv alone.
func FuzzTableRows(f *testing.F) {
	f.Add("mrn,x\nA1,2\n")
	f.Add("\xef\xbb\xbfMRN,x\n\"A,1\",2\n")
	f.Fuzz(func(t *testing.T, src string) {
		var got []string
		var failed bool
		for row, err := range tableRows(strings.NewReader(src), []edm.Column{{Name: "mrn", Kind: edm.Alnum}}) {
			if err != nil {
				failed = true
				break
			}
			got = append(got, string(row[0]))
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(src, "\xef\xbb\xbf")))
		rows, err := r.ReadAll()
		if (err != nil || len(rows) == 0) != failed {
			if err == nil && len(rows) > 0 && !strings.EqualFold(strings.TrimSpace(rows[0][0]), "mrn") {
				return // no such column
			}
			if !failed {
				t.Fatalf("read where encoding/csv fails: %v", err)
			}
			return
		}
		if failed {
			return
		}
		var want []string
		for _, row := range rows[1:] {
			for i, name := range rows[0] {
				if strings.EqualFold(strings.TrimSpace(name), "mrn") {
					want = append(want, row[i])
					break
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestProgress(t *testing.T) {
	var out strings.Builder
	p := progress(&out)
	p(1, 0, 0)
	if out.Len() > 0 {
		t.Errorf("a short build says %q", out.String())
	}
}

func BenchmarkSpellCell(b *testing.B) {
	for kind, value := range map[edm.Kind]string{edm.Digits: "536-90-4399", edm.Alnum: "A0012345", edm.Name: "Tran", edm.Date: "1970-01-02"} {
		b.Run(kind.String(), func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			value := []byte(value)
			for b.Loop() {
				dst = spellCell(kind, dst[:0], value)
			}
		})
	}
}
