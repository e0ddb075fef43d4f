package main

import (
	"slices"

	"github.com/phigate/phigate/bench/corpus"
	"github.com/phigate/phigate/inspect"
)

// A finding and a span belong together if they overlap by at least half of the shorter of the two and the category is
// the same. So a name that is found in two parts is found, and a finding that takes the title with the name is right. A
// span is found if one finding belongs to it; a finding is right if it belongs to one span. What is generous in this is
// shown by the count of bytes: of those that were labelled, how many are inside of right findings, and the other way.

// finding is one finding as `phigate scan --jsonl` prints it.
type finding struct {
	Detector   string `json:"detector"`
	Category   string `json:"category"`
	Likelihood string `json:"likelihood"`
	Field      string `json:"field"`
	Start      int    `json:"start"`
	End        int    `json:"end"`
}

// tally counts what belongs together.
type tally struct {
	Spans         int `json:"spans"`
	Found         int `json:"found"`
	Strict        int `json:"found_by_own_detector"`
	Findings      int `json:"findings"`
	Right         int `json:"right"`
	LabelledBytes int `json:"labelled_bytes"`
	CoveredBytes  int `json:"covered_bytes"`
	FindingBytes  int `json:"finding_bytes"`
	RightBytes    int `json:"right_bytes"`
}

// recall is the share of spans that were found; 1 if there are none.
func (t *tally) recall() float64 { return share(t.Found, t.Spans) }

// precision is the share of findings that are right; 1 if there are none.
func (t *tally) precision() float64 { return share(t.Right, t.Findings) }

// f2 weighs recall twice as much as precision.
func (t *tally) f2() float64 {
	p, r := t.precision(), t.recall()
	if p+r == 0 {
		return 0
	}
	return 5 * p * r / (4*p + r)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (t *tally) add(o *tally) {
	t.Spans += o.Spans
	t.Found += o.Found
	t.Strict += o.Strict
	t.Findings += o.Findings
	t.Right += o.Right
	t.LabelledBytes += o.LabelledBytes
	t.CoveredBytes += o.CoveredBytes
	t.FindingBytes += o.FindingBytes
	t.RightBytes += o.RightBytes
}

// scores is what was counted, by the name of a group.
type scores struct {
	Carriers   map[string]*tally `json:"carriers"`
	Categories map[string]*tally `json:"categories"`
	Types      map[string]*tally `json:"types"` // spans by their type, findings by their detector
}

func newScores() *scores {
	return &scores{map[string]*tally{}, map[string]*tally{}, map[string]*tally{}}
}

func at(m map[string]*tally, name string) *tally {
	if m[name] == nil {
		m[name] = &tally{}
	}
	return m[name]
}

// span is a labelled place, understood.
type span struct {
	corpus.Span
	label
}

// belongs reports whether f and s overlap by at least half of the shorter one.
func belongs(f *finding, s *span) bool {
	overlap := min(f.End, s.End) - max(f.Start, s.Start)
	return overlap > 0 && 2*overlap >= min(f.End-f.Start, s.End-s.Start)
}

// scorer compares findings with labels.
type scorer struct {
	labels labels
	// scored are the categories that the set labels at all. Findings of others are not held against the detectors.
	scored map[inspect.Category]bool
	// missed and wrong, if not nil, are told of every span that was not found and every finding that is wrong.
	missed func(*corpus.Text, *span)
	wrong  func(*corpus.Text, *finding)
}

// text adds the comparison of one text to each of the scores.
func (c *scorer) text(text *corpus.Text, spans []span, findings []finding, into *scores) {
	for i := range spans {
		s := &spans[i]
		if s.optional {
			continue
		}
		t := tally{Spans: 1, LabelledBytes: s.End - s.Start}
		right := func(f finding) bool { return f.Category == s.category.String() && belongs(&f, s) }
		if slices.ContainsFunc(findings, right) {
			t.Found, t.CoveredBytes = 1, covered(s.Start, s.End, findings, right)
		} else if c.missed != nil {
			c.missed(text, s)
		}
		if slices.ContainsFunc(findings, func(f finding) bool { return right(f) && slices.Contains(s.detectors, f.Detector) }) {
			t.Strict = 1
		}
		into.count(&t, carrierOf(text, s.Start), s.category.String(), s.name)
	}
	for i := range findings {
		f := &findings[i]
		category, _ := inspect.ParseCategory(f.Category)
		if !c.scored[category] {
			continue
		}
		t := tally{Findings: 1, FindingBytes: f.End - f.Start}
		optional := false
		for k := range spans {
			s := &spans[k]
			switch {
			case !belongs(f, s):
			case s.optional:
				optional = true
			case s.category == category:
				t.Right = 1
				t.RightBytes += min(f.End, s.End) - max(f.Start, s.Start)
			}
		}
		if t.Right == 0 {
			if optional {
				continue
			}
			if c.wrong != nil {
				c.wrong(text, f)
			}
		}
		into.count(&t, carrierOf(text, f.Start), f.Category, f.Detector)
	}
}

// count adds t to its three groups.
func (s *scores) count(t *tally, carrier, category, name string) {
	at(s.Carriers, carrier).add(t)
	at(s.Categories, category).add(t)
	at(s.Types, name).add(t)
}

// covered returns how many of the bytes [start, end) are inside of the findings that are right.
func covered(start, end int, findings []finding, right func(finding) bool) int {
	n := 0
	for b := start; b < end; b++ {
		if slices.ContainsFunc(findings, func(f finding) bool { return f.Start <= b && b < f.End && right(f) }) {
			n++
		}
	}
	return n
}

// carrierOf is the carrier of a place: free text inside of a field is prose, whatever stands around it.
func carrierOf(text *corpus.Text, at int) string {
	for _, n := range text.Notes {
		if n.Start <= at && at < n.End {
			return "prose"
		}
	}
	if text.Carrier == "" {
		return "text"
	}
	return text.Carrier
}
