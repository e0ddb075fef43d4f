package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// The lines of docs/detectors.md between which the table is put.
const (
	documentBegin = "<!-- made by make quality -->\n"
	documentEnd   = "<!-- end of what make quality made -->\n"
)

// writeDocument puts the table with the numbers of s into the file at path, in place of the one that is there.
func writeDocument(path string, s *scores) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, _, after, ok := cutDocument(old)
	if !ok {
		return fmt.Errorf("%s has no lines %q and %q", path, documentBegin, documentEnd)
	}
	text := string(before) + documentBegin + documentTable(s) + documentEnd + string(after)
	return os.WriteFile(path, []byte(text), 0o644)
}

// cutDocument divides a document at its marks.
func cutDocument(text []byte) (before, table, after []byte, ok bool) {
	before, rest, ok := bytes.Cut(text, []byte(documentBegin))
	if !ok {
		return nil, nil, nil, false
	}
	table, after, ok = bytes.Cut(rest, []byte(documentEnd))
	return before, table, after, ok
}

// documentTable is how each identifier is found, and how well: what quality.md has of its category, and below it of the
// labels and findings of each detector.
func documentTable(s *scores) string {
	var b strings.Builder
	for _, id := range identifiers {
		letter := ""
		if id.category.Letter() != 0 {
			letter = "(" + string(id.category.Letter()) + ") "
		}
		t := at(s.Categories, id.category.String())
		fmt.Fprintf(&b, "\n### %s%s\n\n`category: %s` – labels %d, recall %s, precision %s\n\n", letter, id.title, id.category, t.Spans, dash(t.recall(), t.Spans), dash(t.precision(), t.Findings))
		b.WriteString("| detector | a name or place decides | otherwise: grammar | validity | words that tell | known gaps | labels | recall | precision |\n|---|---|---|---|---|---|---|---|---|\n")
		for _, d := range id.detectors {
			t := at(s.Types, d.name)
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %d | %s | %s |\n", d.name, d.places, d.grammar, d.validity, d.words, d.gaps,
				t.Spans, dash(t.recall(), t.Spans), dash(t.precision(), t.Findings))
		}
	}
	b.WriteString("\n")
	return b.String()
}
