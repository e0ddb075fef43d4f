// Package query is the language in which decisions are searched for, the same in the terminal and in the console:
//
//	decision:block detector:us_ssn client:ehr-* object:Contact after:-7d
//
// A term is key:value. Several terms must all hold; key:a,b holds for a or b, and -key:v for what key:v does not hold
// for. A * stands for any characters, also for none. "Double quotes" take what is between them as it is, with its
// spaces, commas and stars; \" and \\ stand for a quote and a backslash there. key:"" asks for decisions that have no
// such thing. Letter case does not matter. [Keys] lists what can be asked for.
package query

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/phigate/phigate/audit"
)

// Query is a parsed filter. The zero Query has no terms and matches every decision. A Query is not changed after it
// was made, and is safe for concurrent use.
type Query struct {
	terms []Term    // in canonical order
	now   time.Time // what relative times count from
}

// Term is one key:value of a query.
type Term struct {
	// Key is the name of one of Keys.
	Key string
	// Values are the alternatives, spelled as in a query.
	Values []string
	// Not says that none of Values may hold.
	Not bool

	def      *definition
	patterns []pattern // compiled Values
	at       time.Time // of after and before
}

// Matches reports whether one of the term's alternatives fits a value of its key, whatever Not says. The terms of
// after and before fit nothing.
func (t Term) Matches(value string) bool {
	value = fold(value)
	if t.Key == "policy" {
		value = strings.TrimPrefix(value, digestPrefix)
	}
	return slices.ContainsFunc(t.patterns, func(p pattern) bool { return p.match(value) })
}

// Literals returns the alternatives of a term that have no wildcard, as the values that they fit.
func (t Term) Literals() []string {
	var list []string
	for _, p := range t.patterns {
		if text, ok := p.literal(); ok && len(p.folded) == 1 {
			list = append(list, text)
		}
	}
	return list
}

// digestPrefix stands before the digits of a policy's digest, and need not be typed.
const digestPrefix = "sha256:"

// Range is an alternative of a term of fp, id or case: a value that begins with Start, or is Start, in lower case.
type Range struct {
	Start string
	Exact bool
}

// Ranges returns the alternatives of a term of fp, id or case, and nil for other terms.
func (t Term) Ranges() []Range {
	if t.def == nil || t.def.sort != ids && t.def.sort != keys && t.Key != "fp" {
		return nil
	}
	list := make([]Range, len(t.patterns))
	for i, p := range t.patterns {
		list[i] = Range{Start: p.folded[0], Exact: len(p.folded) == 1}
	}
	return list
}

// text is the term as it stands in a query.
func (t Term) text() string {
	not := ""
	if t.Not {
		not = "-"
	}
	return not + t.Key + ":" + strings.Join(t.Values, ",")
}

// String returns the canonical text of q, which Parse reads as the same query. Relative times stay relative.
func (q Query) String() string {
	texts := make([]string, len(q.terms))
	for i, t := range q.terms {
		texts[i] = t.text()
	}
	return strings.Join(texts, " ")
}

// With returns q with the term key:value in place of q's terms of that key, or, for -key, in place of those that
// exclude. value is taken as it is, without wildcards and alternatives; of fp and policy it may be the beginning. A key
// that is not known, or a value that the key cannot have, leaves q as it is.
func (q Query) With(key, value string) Query {
	name, not := strings.CutPrefix(key, "-")
	def := find(name)
	if def == nil || !utf8.ValidString(value) || strings.ContainsFunc(value, unprintable) {
		return q
	}
	t, problem := def.term([]pattern{newPattern(value)}, not, q.now)
	if problem != nil {
		return q
	}
	terms := slices.DeleteFunc(slices.Clone(q.terms), func(o Term) bool { return o.def == def && o.Not == not })
	return Query{terms: canonical(append(terms, t)), now: q.now}
}

// Without returns q without the terms of the key, including and excluding ones; -key takes out only the excluding ones.
func (q Query) Without(key string) Query {
	name, not := strings.CutPrefix(key, "-")
	def := find(name)
	terms := slices.DeleteFunc(slices.Clone(q.terms), func(o Term) bool { return o.def == def && (o.Not || !not) })
	return Query{terms: terms, now: q.now}
}

// Terms returns the terms of q in canonical order.
func (q Query) Terms() []Term {
	list := slices.Clone(q.terms)
	for i := range list {
		list[i].Values = slices.Clone(list[i].Values)
	}
	return list
}

// Span returns the bounds of time: from is included, to is not. Each is zero if the query does not have it.
func (q Query) Span() (from, to time.Time) {
	for _, t := range q.terms {
		switch t.Key {
		case "after":
			from = t.at
		case "before":
			to = t.at
		}
	}
	return from, to
}

// Match reports whether d is what q asks for, as far as d itself can tell: a term of status, verdict, assignee or case
// is taken to hold.
func (q Query) Match(d *audit.Decision) bool {
	from, to := q.Span()
	if !from.IsZero() && d.Time.Before(from) || !to.IsZero() && !d.Time.Before(to) {
		return false
	}
	var room [16]string
	for _, t := range q.terms {
		values := AppendValues(room[:0], t.Key, d)
		if len(values) > 0 && slices.ContainsFunc(values, t.Matches) == t.Not {
			return false
		}
	}
	return true
}

// NeedsIndex reports whether q asks for what became of a decision after it was taken (status, verdict, assignee, case),
// which only the index knows.
func (q Query) NeedsIndex() bool {
	return slices.ContainsFunc(q.terms, func(t Term) bool { return t.def.values == nil && t.def.sort != times })
}

// canonical brings terms into the order of the table of keys and takes out what is there twice.
func canonical(terms []Term) []Term {
	place := func(t Term) int {
		return slices.IndexFunc(definitions[:], func(d definition) bool { return d.Name == t.Key })
	}
	slices.SortFunc(terms, func(a, b Term) int {
		if order := place(a) - place(b); order != 0 {
			return order
		}
		switch {
		case a.Not == b.Not:
			return strings.Compare(a.text(), b.text())
		case a.Not:
			return 1
		}
		return -1
	})
	return slices.CompactFunc(terms, func(a, b Term) bool { return a.text() == b.text() })
}
