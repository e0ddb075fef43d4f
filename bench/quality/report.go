package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
)

// Thresholds over the generated corpus. Field-typed carriers say what a value is; prose does not.
const (
	fieldRecall, fieldPrecision = 0.97, 0.95
	proseRecall, prosePrecision = 0.85, 0.90
)

// part is the measurement of one set.
type part struct {
	name   string
	texts  int
	took   time.Duration
	levels map[inspect.Likelihood]*scores
}

// report is what was measured.
type report struct {
	options  options
	minimum  inspect.Likelihood
	parts    []part
	examples map[string][]string
}

// total is all parts together at a likelihood.
func (r *report) total(level inspect.Likelihood) *scores {
	all := newScores()
	for _, p := range r.parts {
		s := p.levels[level]
		for _, group := range []struct{ from, to map[string]*tally }{
			{s.Carriers, all.Carriers}, {s.Categories, all.Categories}, {s.Types, all.Types},
		} {
			for name, t := range group.from {
				at(group.to, name).add(t)
			}
		}
	}
	return all
}

// fields is everything that a structure told the type of.
func (s *scores) fields() *tally {
	var t tally
	for name, c := range s.Carriers {
		if name != "prose" {
			t.add(c)
		}
	}
	return &t
}

// verdict is an error if the corpus shows less than the thresholds. A set of somebody else has none.
func (r *report) verdict() error {
	if r.options.input != "" {
		return nil
	}
	s := r.total(r.minimum)
	var problems []error
	check := func(what string, got, want float64) {
		if got < want {
			problems = append(problems, fmt.Errorf("%s is %.4f, below %.2f", what, got, want))
		}
	}
	check("recall over fields", s.fields().recall(), fieldRecall)
	check("precision over fields", s.fields().precision(), fieldPrecision)
	check("recall in prose", at(s.Carriers, "prose").recall(), proseRecall)
	check("precision in prose", at(s.Carriers, "prose").precision(), prosePrecision)
	for c := inspect.Name; c <= inspect.Other; c++ {
		if at(s.Categories, c.String()).Spans == 0 {
			problems = append(problems, fmt.Errorf("no %s in the corpus", c))
		}
	}
	return errors.Join(problems...)
}

// json writes the counts of all parts together.
func (r *report) json(out io.Writer) error {
	parts := map[string]*scores{}
	for _, p := range r.parts {
		parts[p.name] = p.levels[r.minimum]
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Likelihood string             `json:"likelihood"`
		Total      *scores            `json:"total"`
		Parts      map[string]*scores `json:"parts"`
	}{r.minimum.String(), r.total(r.minimum), parts})
}

// markdown is the report for people.
func (r *report) markdown() string {
	var b strings.Builder
	s := r.total(r.minimum)
	texts, took := 0, time.Duration(0)
	for _, p := range r.parts {
		texts += p.texts
		took += p.took
	}
	what := "the corpus of bench/corpus, seed " + fmt.Sprint(r.options.seed)
	if r.options.input != "" {
		what = "a labelled set"
	}
	fmt.Fprintf(&b, `# What the detectors find

Made by `+"`make quality`"+` over %s: %d texts, %.0f a second through `+"`phigate scan --jsonl`"+`. Findings that are at least %s count.
A finding and a label belong together if they overlap by half of the shorter one and the category is the same. F2 weighs
recall twice. Strict: found by the detector that is made for the type. Bytes: the same counted in bytes.

`, what, texts, float64(texts)/took.Seconds(), r.minimum)
	if len(r.parts) > 1 {
		b.WriteString("Detectors are improved while looking at what they miss in the tuning half alone. The held-out half has other names, keys,\n" +
			"formats and phrases, from every list of four or more; both halves have the same authors.\n\n")
	}
	r.carrierTable(&b, s)
	r.categoryTable(&b, s)
	typeTable(&b, s)
	r.levelTable(&b)
	if r.options.examples > 0 {
		for _, name := range slices.Sorted(maps.Keys(r.examples)) {
			fmt.Fprintf(&b, "\n%s\n", name)
			for _, e := range r.examples[name] {
				fmt.Fprintf(&b, "    %s\n", e)
			}
		}
	}
	return b.String()
}

// carrierTable shows what stands in what.
func (r *report) carrierTable(b *strings.Builder, s *scores) {
	b.WriteString("| carrier | labels | recall | precision | F2 | recall, bytes | precision, bytes |")
	rule := "\n|---|---|---|---|---|---|---|"
	if len(r.parts) > 1 {
		for _, p := range r.parts {
			fmt.Fprintf(b, " %s: recall | precision |", p.name)
			rule += "---|---|"
		}
	}
	b.WriteString(rule + "\n")
	row := func(name string, of func(*scores) *tally) {
		t := of(s)
		fmt.Fprintf(b, "| %s | %d | %.3f | %.3f | %.3f | %.3f | %.3f |", name, t.Spans, t.recall(), t.precision(), t.f2(),
			share(t.CoveredBytes, t.LabelledBytes), share(t.RightBytes, t.FindingBytes))
		if len(r.parts) > 1 {
			for _, p := range r.parts {
				t := of(p.levels[r.minimum])
				fmt.Fprintf(b, " %.3f | %.3f |", t.recall(), t.precision())
			}
		}
		b.WriteString("\n")
	}
	names := slices.Sorted(maps.Keys(s.Carriers))
	for _, name := range names {
		row(name, func(s *scores) *tally { return at(s.Carriers, name) })
	}
	if slices.Contains(names, "prose") && len(names) > 1 {
		row("**all fields**", (*scores).fields)
	}
}

// categoryTable shows the categories of the regulation, and those that no set labels as absent.
func (r *report) categoryTable(b *strings.Builder, s *scores) {
	b.WriteString("\n| | category | labels | recall | precision | F2 |\n|---|---|---|---|---|---|\n")
	for c := inspect.Name; c <= inspect.Clinical; c++ {
		t := at(s.Categories, c.String())
		if t.Spans == 0 {
			continue
		}
		letter := ""
		if c.Letter() != 0 {
			letter = "(" + string(c.Letter()) + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %d | %.3f | %.3f | %.3f |\n", letter, c, t.Spans, t.recall(), t.precision(), t.f2())
	}
}

// typeTable shows types of labels and detectors. One without the other has a dash.
func typeTable(b *strings.Builder, s *scores) {
	b.WriteString("\n| type or detector | labels | recall | strict | findings | precision | F2 |\n|---|---|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		t := s.Types[name]
		fmt.Fprintf(b, "| %s | %d | %s | %s | %d | %s | %s |\n", name, t.Spans, dash(t.recall(), t.Spans), dash(share(t.Strict, t.Spans), t.Spans),
			t.Findings, dash(t.precision(), t.Findings), dash(t.f2(), min(t.Spans, t.Findings)))
	}
}

func dash(value float64, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", value)
}

// levelTable shows what another likelihood would give.
func (r *report) levelTable(b *strings.Builder) {
	b.WriteString("\n| at least | recall over fields | precision | recall in prose | precision |\n|---|---|---|---|---|\n")
	for level := inspect.VeryUnlikely; level <= inspect.VeryLikely; level++ {
		s := r.total(level)
		f, p := s.fields(), at(s.Carriers, "prose")
		fmt.Fprintf(b, "| %s | %.3f | %.3f | %.3f | %.3f |\n", level, f.recall(), f.precision(), p.recall(), p.precision())
	}
}

// miss keeps an example of a span that was not found.
func (r *report) miss(t *corpus.Text, s *span) {
	r.example("missed "+carrierOf(t, s.Start)+" "+s.name, t, s.Start, s.End)
}

// error keeps an example of a finding that is wrong.
func (r *report) error(t *corpus.Text, f *finding) {
	r.example("wrong "+carrierOf(t, f.Start)+" "+f.Detector, t, f.Start, f.End)
}

// example keeps the surroundings of a place.
func (r *report) example(name string, t *corpus.Text, start, end int) {
	if r.examples == nil {
		r.examples = map[string][]string{}
	}
	if len(r.examples[name]) < r.options.examples {
		before, after := t.Text[max(0, start-60):start], t.Text[end:min(len(t.Text), end+30)]
		r.examples[name] = append(r.examples[name], fmt.Sprintf("%s %q [%s] %q", t.ID, before, t.Text[start:end], after))
	}
}
