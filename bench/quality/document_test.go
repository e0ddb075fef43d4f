package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
)

// document is where the page is.
const document = "../../docs/detectors.md"

// TestDescribed holds the descriptions to the categories and detectors that there are.
func TestDescribed(t *testing.T) {
	seen := map[string]inspect.Category{}
	for i, id := range identifiers {
		if id.category != inspect.Category(i) {
			t.Errorf("%s stands in place %d", id.category, i)
		}
		for _, d := range id.detectors {
			if _, twice := seen[d.name]; twice {
				t.Errorf("%s is described twice", d.name)
			}
			seen[d.name] = id.category
			for _, text := range []string{d.places, d.grammar, d.validity, d.words, d.gaps} {
				if text == "" {
					t.Errorf("%s: a column is empty", d.name)
				}
			}
		}
	}
	if len(identifiers) != int(inspect.Clinical)+1 {
		t.Errorf("%d categories are described, there are %d", len(identifiers), inspect.Clinical+1)
	}
	for _, d := range detect.Detectors() {
		if c, ok := seen[d.Name]; !ok || c != d.Category {
			t.Errorf("%s of %s is described under %s: %v", d.Name, d.Category, c, ok)
		}
		delete(seen, d.Name)
	}
	for name := range seen {
		t.Errorf("there is no detector %s", name)
	}
}

// TestDocument holds the page to the descriptions: all but the numbers is what the command would write.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _, ok := cutDocument(text)
	if !ok {
		t.Fatal("no marks")
	}
	number := regexp.MustCompile(`(labels|recall|precision) [0-9.–]+|\| [0-9]+ \| [0-9.–]+ \| [0-9.–]+ \|\n`)
	plain := func(s string) string { return number.ReplaceAllString(s, "N\n") }
	if diff := cmp.Diff(plain(documentTable(newScores())), plain(string(table))); diff != "" {
		t.Errorf("docs/detectors.md is old: make quality (-want +got)\n%s", diff)
	}
}

func TestWriteDocument(t *testing.T) {
	s := newScores()
	*at(s.Types, "us_ssn") = tally{Spans: 8, Found: 6, Findings: 4, Right: 3}
	*at(s.Categories, "ssn") = tally{Spans: 8, Found: 4, Findings: 2, Right: 2}
	path := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before\n" + documentBegin + "old\n" + documentEnd + "after\n")
	for range 2 { // what it wrote it can write again
		if err := writeDocument(path, s); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("before\n"+documentBegin+documentTable(s)+documentEnd+"after\n", string(got)); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"`category: ssn` – labels 8, recall 0.500, precision 1.000", "| 8 | 0.750 | 0.750 |", "| 0 | – | – |"} {
		if !regexp.MustCompile(regexp.QuoteMeta(want)).Match(got) {
			t.Errorf("no %q", want)
		}
	}
	write("nothing")
	if err := writeDocument(path, s); err == nil {
		t.Error("a page without marks was written")
	}
	if err := writeDocument(path+"x", s); err == nil {
		t.Error("a page that is not there was written")
	}
}
