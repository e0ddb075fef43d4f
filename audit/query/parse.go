package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of a query.
const (
	// MaxLength is the length of a query's text, in bytes.
	MaxLength = 4096
	maxTerms  = 64
	maxValues = 64
)

// Error says what is wrong with the text of a query. It quotes no more than a key or a value of that text.
type Error struct {
	// Column is where, in characters from 1.
	Column int
	// What is wrong.
	What string
	// Hint says what would be right; it may be empty.
	Hint string
}

// Error says what is wrong, where, and what would be right.
func (e *Error) Error() string {
	text := fmt.Sprintf("filter, column %d: %s", e.Column, e.What)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Parse reads a query. Relative times such as -7d count from now. The error is an *Error.
func Parse(text string, now time.Time) (Query, error) {
	q, problem := parse(text, now)
	if problem != nil {
		return Query{}, problem
	}
	return q, nil
}

func parse(text string, now time.Time) (Query, *Error) {
	if len(text) > MaxLength {
		return Query{}, &Error{Column: 1, What: fmt.Sprintf("it is longer than %d bytes", MaxLength)}
	}
	if !utf8.ValidString(text) {
		return Query{}, &Error{Column: 1, What: "it is not UTF-8"}
	}
	p := parser{text: []rune(text), now: now}
	if at := slices.IndexFunc(p.text, unprintable); at >= 0 {
		return Query{}, &Error{Column: at + 1, What: "a character that cannot be printed"}
	}
	q := Query{now: now}
	for p.space(); !p.end(); p.space() {
		t, problem := p.term()
		if problem != nil {
			return Query{}, problem
		}
		if q.terms = append(q.terms, t); len(q.terms) > maxTerms {
			return Query{}, p.fail(p.start, fmt.Sprintf("more than %d terms", maxTerms), "")
		}
	}
	q.terms = canonical(q.terms)
	for i := 1; i < len(q.terms); i++ {
		if t := q.terms[i]; t.def.sort == times && t.Key == q.terms[i-1].Key {
			return Query{}, p.fail(p.start, t.Key+" is there twice", "one is enough")
		}
	}
	if from, to := q.Span(); !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return Query{}, p.fail(p.start, "nothing is both after and before that", "after must be the earlier one")
	}
	return q, nil
}

// unprintable reports whether r has no place in a query.
func unprintable(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }

// parser reads one text.
type parser struct {
	text  []rune
	at    int // the next character
	start int // of the term
	now   time.Time
}

func (p *parser) fail(at int, what, hint string) *Error {
	return &Error{Column: at + 1, What: what, Hint: hint}
}

func (p *parser) end() bool { return p.at == len(p.text) }

func (p *parser) space() {
	for !p.end() && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// accept goes over r if it comes next.
func (p *parser) accept(r rune) bool {
	if p.end() || p.text[p.at] != r {
		return false
	}
	p.at++
	return true
}

// term reads [-]key:value[,value…].
func (p *parser) term() (Term, *Error) {
	p.start = p.at
	not := p.accept('-')
	from := p.at
	for !p.end() && p.text[p.at] != ':' && !special(p.text[p.at]) {
		p.at++
	}
	name := string(p.text[from:p.at])
	if !p.accept(':') {
		return Term{}, p.bare(name)
	}
	def := find(name)
	if def == nil {
		return Term{}, p.unknown(from, name)
	}
	var patterns []pattern
	var columns []int
	for {
		columns = append(columns, p.at)
		v, problem := p.value(def)
		if problem != nil {
			return Term{}, problem
		}
		if patterns = append(patterns, v); len(patterns) > maxValues {
			return Term{}, p.fail(p.start, fmt.Sprintf("more than %d values", maxValues), "")
		}
		if !p.accept(',') {
			break
		}
	}
	t, problem := def.term(patterns, not, p.now)
	if problem != nil {
		problem.Column = columns[problem.Column] + 1
	}
	return t, problem
}

// value reads one alternative: pieces that are quoted or not, and stars between them.
func (p *parser) value(def *definition) (pattern, *Error) {
	from := p.at
	pieces := []string{""}
	last := func() *string { return &pieces[len(pieces)-1] }
	for !p.end() && p.text[p.at] != ',' && !unicode.IsSpace(p.text[p.at]) {
		switch r := p.text[p.at]; r {
		case '*':
			p.at++
			pieces = append(pieces, "")
		case '"':
			text, problem := p.quoted()
			if problem != nil {
				return pattern{}, problem
			}
			*last() += text
		default:
			p.at++
			*last() += string(r)
		}
	}
	if p.at == from {
		return pattern{}, p.fail(from, def.Name+": has no value here", "for example "+def.Example)
	}
	return newPattern(pieces...), nil
}

// quoted reads what stands between double quotes.
func (p *parser) quoted() (string, *Error) {
	from := p.at
	p.at++
	var b strings.Builder
	for !p.end() {
		r := p.text[p.at]
		p.at++
		switch {
		case r == '"':
			return b.String(), nil
		case r == '\\' && !p.end() && (p.text[p.at] == '"' || p.text[p.at] == '\\'):
			r = p.text[p.at]
			p.at++
		}
		b.WriteRune(r)
	}
	return "", p.fail(from, "the quote is not closed", `a quote inside of quotes is written \"`)
}

// bare is the error for a word without a key.
func (p *parser) bare(word string) *Error {
	what, hint := "a word without a key", "write key:value, for example client:"+clip(word)
	def := find(word)
	switch {
	case word == "":
		return p.fail(p.start, "a value without a key", "write key:value, for example client:ehr-sync")
	case def != nil:
		return p.fail(p.start, fmt.Sprintf("%s needs a value", def.Name), "for example "+def.Example)
	case len(word) == 26 && strings.Trim(strings.ToUpper(word), "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == "":
		hint = "an ID is written id:" + word
	case relative.MatchString("-" + word):
		hint = "a time is written after:-" + strings.TrimPrefix(word, "-")
	default:
		for i := range definitions {
			if slices.Contains(definitions[i].Values, fold(word)) {
				hint = fmt.Sprintf("write %s:%s", definitions[i].Name, fold(word))
				break
			}
		}
	}
	return p.fail(p.start, what, hint)
}

// others are names of other languages for keys of this one.
var others = map[string]string{
	"type": "detector", "operation": "op", "direction": "dir", "since": "after", "from": "after", "until": "before", "to": "before",
	"fingerprint": "fp", "user": "assignee", "state": "status", "dest": "host", "destination": "host", "digest": "policy",
}

// unknown is the error for a key that there is not.
func (p *parser) unknown(at int, name string) *Error {
	var known []string
	for i := range definitions {
		known = append(known, definitions[i].Name)
	}
	hint := "the keys are " + strings.Join(known, ", ")
	if near := others[fold(name)]; near != "" {
		hint = fmt.Sprintf("write %s:", near)
	} else if near := nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %s:?", near)
	}
	return p.fail(at, fmt.Sprintf("%q is not a key", clip(name)), hint)
}

// clip shortens what is quoted in an error.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// term makes a term of the key. The column of its error is the number of the alternative that is wrong.
func (def *definition) term(patterns []pattern, not bool, now time.Time) (Term, *Error) {
	t := Term{Key: def.Name, Not: not, def: def}
	for i, p := range patterns {
		var problem *Error
		switch def.sort {
		case listed:
			p, problem = def.listed(p)
		case starts:
			p, problem = def.begins(p)
		case ids:
			p, problem = def.id(p)
		case keys:
			p, problem = def.caseKey(p)
		case times:
			if not || len(patterns) > 1 {
				return Term{}, &Error{What: def.Name + " takes one time, and no minus before it", Hint: "for example " + def.Example}
			}
			p, t.at, problem = def.time(p, now)
		}
		if problem != nil {
			problem.Column = i
			return Term{}, problem
		}
		t.patterns = append(t.patterns, p)
	}
	if def.sort == times {
		t.Values, t.patterns = []string{t.patterns[0].text()}, nil
		return t, nil
	}
	slices.SortFunc(t.patterns, func(a, b pattern) int { return strings.Compare(a.text(), b.text()) })
	t.patterns = slices.CompactFunc(t.patterns, func(a, b pattern) bool { return a.text() == b.text() })
	for _, p := range t.patterns {
		t.Values = append(t.Values, p.text())
	}
	return t, nil
}

// listed checks a value of a key with a fixed list.
func (def *definition) listed(p pattern) (pattern, *Error) {
	text, ok := p.literal()
	if ok && (text == "" || slices.Contains(def.Values, fold(text))) {
		return newPattern(fold(text)), nil
	}
	if !ok && slices.ContainsFunc(def.Values, p.match) {
		return p, nil
	}
	hint := "one of " + strings.Join(def.Values, ", ")
	if near := nearest(text, def.Values); ok && near != "" {
		hint = "did you mean " + near + "?"
	}
	return p, &Error{What: fmt.Sprintf("%s is never %q", def.Name, clip(p.text())), Hint: hint}
}

// begins checks the beginning of a fingerprint or digest.
func (def *definition) begins(p pattern) (pattern, *Error) {
	text, _, ok := p.start()
	text = strings.TrimSuffix(text, "…") // as it is shown where it is cut short
	if def.Name == "policy" {
		text = strings.TrimPrefix(fold(text), digestPrefix)
	}
	if ok && text == "" && len(p.pieces) == 1 && p.pieces[0] == "" {
		return p, nil // has none
	}
	if !ok || len(text) < 4 || len(text) > 128 || strings.ContainsFunc(text, func(r rune) bool { return !token(r) }) {
		return p, &Error{What: def.Name + " takes four or more letters and digits with which it begins", Hint: "for example " + def.Example}
	}
	return pattern{pieces: []string{text}, folded: []string{fold(text), ""}}, nil
}

// id checks an ID, or its beginning with a star.
func (def *definition) id(p pattern) (pattern, *Error) {
	text, open, ok := p.start()
	if !ok || text == "" || open && len(text) < 4 || len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return !token(r) }) {
		return p, &Error{What: "that is not an ID", Hint: "write a whole one, or four or more characters and a star: id:01KAX*"}
	}
	return p, nil
}

// caseKey checks the key of a case.
func (def *definition) caseKey(p pattern) (pattern, *Error) {
	text, ok := p.literal()
	if !ok || len(text) != 16 || strings.Trim(fold(text), "0123456789abcdef") != "" {
		return p, &Error{What: "the key of a case has 16 hexadecimal digits", Hint: "for example " + def.Example}
	}
	return newPattern(fold(text)), nil
}

// token reports whether r can be in an ID.
func token(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' || r == '_' || r == '.'
}
