package salesforce

import (
	"bytes"
	"strings"
)

// maxNesting bounds sub-selects and parentheses, so that no query can exhaust the stack.
const maxNesting = 64

// parser is a recursive-descent parser with one token of look-ahead. Its first error sticks: it makes every further
// token the end, so that all loops end.
type parser struct {
	lex   lexer
	tok   token
	depth int
	err   error

	aggregate bool // an aggregate function was seen in the item
}

func (p *parser) advance() {
	if p.err != nil {
		return
	}
	tok, err := p.lex.next()
	if err != nil {
		p.err = err
		tok = token{kind: tokEnd}
	}
	p.tok = tok
}

func (p *parser) fail() {
	if p.err == nil {
		p.err = &SOQLError{Offset: p.tok.start}
	}
	p.tok = token{kind: tokEnd}
}

func (p *parser) text() []byte { return p.lex.src[p.tok.start:p.tok.end] }

// is reports whether the token is the given punctuation.
func (p *parser) is(s string) bool { return p.tok.kind == tokPunct && string(p.text()) == s }

// isWord reports whether the token is the given keyword, in upper case.
func (p *parser) isWord(w string) bool { return p.tok.kind == tokName && foldEqual(p.text(), w) }

func (p *parser) accept(s string) bool {
	if !p.is(s) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) acceptWord(w string) bool {
	if !p.isWord(w) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(s string) {
	if !p.accept(s) {
		p.fail()
	}
}

func (p *parser) expectWord(w string) {
	if !p.acceptWord(w) {
		p.fail()
	}
}

func (p *parser) end() {
	if p.tok.kind != tokEnd {
		p.fail()
	}
}

// enter counts a level of nesting; leave ends it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail()
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) name() string {
	if p.tok.kind != tokName {
		p.fail()
		return ""
	}
	s := string(p.text())
	p.advance()
	return s
}

// path parses names joined by dots.
func (p *parser) path() string {
	s := p.name()
	for p.accept(".") {
		s += "." + p.name()
		if len(s) > 1024 {
			p.fail()
		}
	}
	return s
}

// query parses SELECT … up to what cannot belong to it. outer is the query whose SELECT list it stands in.
func (p *parser) query(outer *SOQL) *SOQL {
	p.enter()
	defer p.leave()
	q := &SOQL{outer: outer}
	p.expectWord("SELECT")
	q.Items = append(q.Items, p.item(q))
	for p.accept(",") {
		q.Items = append(q.Items, p.item(q))
	}
	p.from(q)
	if p.acceptWord("USING") {
		p.name() // SCOPE or LISTVIEW
		p.accept("=")
		p.name()
	}
	if p.acceptWord("WHERE") {
		p.condition(q)
	}
	p.with(q)
	if p.acceptWord("GROUP") {
		p.expectWord("BY")
		q.grouped = true
		p.list(func() { p.operand() })
	}
	if p.acceptWord("HAVING") {
		p.condition(q)
	}
	if p.acceptWord("ORDER") {
		p.expectWord("BY")
		p.list(p.ordering)
	}
	p.tail()
	for i := range q.Items {
		if it := &q.Items[i]; it.Sub != nil {
			q.Literals = append(q.Literals, it.Sub.Literals...)
		} else if it.aggregate && it.Path != "" {
			q.grouped = true
		}
	}
	return q
}

// aggregates are the functions whose presence makes the rows AggregateResult.
var aggregates = map[string]bool{"COUNT": true, "COUNT_DISTINCT": true, "SUM": true, "AVG": true, "MIN": true,
	"MAX": true, "GROUPING": true}

func (p *parser) list(each func()) {
	each()
	for p.accept(",") {
		each()
	}
}

// item parses an item of a SELECT list.
func (p *parser) item(q *SOQL) Item {
	if p.accept("(") {
		sub := p.query(q)
		p.expect(")")
		return Item{Sub: sub}
	}
	word := p.path()
	switch {
	case foldEqual([]byte(word), "TYPEOF") && p.tok.kind == tokName:
		return p.typeOf()
	case p.is("("):
		it := Item{Function: strings.ToUpper(word)}
		if it.Function == "FIELDS" {
			it.Fields = p.fields()
			return it
		}
		p.aggregate = aggregates[it.Function]
		it.Path = p.arguments()
		it.aggregate = p.aggregate
		it.Alias = p.alias()
		return it
	}
	return Item{Path: word, Alias: p.alias()}
}

func (p *parser) fields() string {
	p.expect("(")
	which := strings.ToUpper(p.name())
	if which != "ALL" && which != "STANDARD" && which != "CUSTOM" {
		p.fail()
	}
	p.expect(")")
	return which
}

// alias parses a name that is no keyword.
func (p *parser) alias() string {
	if p.tok.kind != tokName || clauseWords[strings.ToUpper(string(p.text()))] {
		return ""
	}
	return p.name()
}

// clauseWords cannot be aliases: a clause begins with each of them.
var clauseWords = map[string]bool{"FROM": true, "USING": true, "WHERE": true, "WITH": true, "GROUP": true, "HAVING": true,
	"ORDER": true, "LIMIT": true, "OFFSET": true, "FOR": true, "UPDATE": true, "ALL": true, "AS": true}

func (p *parser) typeOf() Item {
	it := Item{Path: p.path(), Branches: []Branch{}}
	for p.acceptWord("WHEN") {
		b := Branch{Object: p.name()}
		p.expectWord("THEN")
		p.list(func() { b.Paths = append(b.Paths, p.path()) })
		it.Branches = append(it.Branches, b)
	}
	if p.acceptWord("ELSE") {
		var b Branch
		p.list(func() { b.Paths = append(b.Paths, p.path()) })
		it.Branches = append(it.Branches, b)
	}
	p.expectWord("END")
	return it
}

// arguments parses the arguments of a function and returns the first one that is a field. Literals among them
// (DISTANCE, GEOLOCATION) are places and units.
func (p *parser) arguments() (path string) {
	p.enter()
	defer p.leave()
	p.expect("(")
	if p.accept(")") {
		return ""
	}
	p.list(func() {
		switch p.tok.kind {
		case tokName:
			if arg := p.operand(); path == "" {
				path = arg
			}
		case tokString, tokNumber, tokRef:
			p.advance()
		default:
			p.fail()
		}
	})
	p.expect(")")
	return path
}

// operand parses a field or a function and returns the field.
func (p *parser) operand() string {
	word := p.path()
	if p.is("(") {
		p.aggregate = p.aggregate || aggregates[strings.ToUpper(word)]
		return p.arguments()
	}
	return word
}

func (p *parser) from(q *SOQL) {
	p.expectWord("FROM")
	first := true
	p.list(func() {
		path := p.path()
		p.acceptWord("AS")
		alias := p.alias()
		if first {
			q.Object, path = path, ""
		}
		if alias != "" {
			if q.aliases == nil {
				q.aliases = make(map[string]string)
			}
			q.aliases[strings.ToLower(alias)] = path
		}
		first = false
	})
	if strings.Contains(q.Object, ".") {
		p.fail()
	}
}

func (p *parser) ordering() {
	p.operand()
	if !p.acceptWord("ASC") {
		p.acceptWord("DESC")
	}
	if p.acceptWord("NULLS") && !p.acceptWord("FIRST") {
		p.expectWord("LAST")
	}
}

// tail parses what stands behind ORDER BY.
func (p *parser) tail() {
	if p.acceptWord("LIMIT") {
		p.count()
	}
	if p.acceptWord("OFFSET") {
		p.count()
	}
	for p.acceptWord("FOR") {
		p.list(func() { p.name() }) // VIEW, REFERENCE, UPDATE
	}
	if p.acceptWord("UPDATE") {
		p.list(func() { p.name() }) // TRACKING, VIEWSTAT
	}
	if p.acceptWord("ALL") {
		p.expectWord("ROWS")
	}
}

// count parses a number of rows. It is short: it cannot carry an identifier.
func (p *parser) count() {
	if p.tok.kind != tokRef && (p.tok.kind != tokNumber || len(bytes.Trim(p.text(), "0123456789")) > 0 || len(p.text()) > 6) {
		p.fail()
	}
	p.advance()
}

// foldEqual reports whether b is the ASCII word, which is in upper case.
func foldEqual(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
