package org

import (
	"strconv"
	"strings"
)

// soql is a parsed query. Names are as they were written.
type soql struct {
	items   []selectItem
	object  string
	alias   string
	where   *condition
	groupBy []string
	orderBy []ordering
	limit   int // -1 without one
	offset  int
	allRows bool
}

// selectItem is an item of a SELECT list: a path, a function of a path (empty for COUNT()), or a child query.
type selectItem struct {
	path, function, alias string
	child                 *soql
}

// ordering is an item of ORDER BY.
type ordering struct {
	path      string
	down      bool
	nullsLast bool
}

// condition is a node of a WHERE tree: and, or, not, or a comparison.
type condition struct {
	op   string // "and", "or", "not", or a comparison in lower case
	kids []*condition

	path   string
	values []soqlToken
	within *soql // the right side of a semi-join
}

// parser reads tokens. Its first error stops it.
type parser struct {
	tokens []soqlToken
	pos    int
	depth  int
	err    *apiError
}

// maxNesting bounds parentheses and child queries.
const maxNesting = 50

// parseSOQL parses a query.
func parseSOQL(src string) (*soql, *apiError) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	q := p.query()
	if p.err == nil && p.peek().kind != tokenEnd {
		p.unexpected()
	}
	return q, p.err
}

func (p *parser) peek() soqlToken { return p.tokens[p.pos] }

func (p *parser) next() soqlToken {
	t := p.tokens[p.pos]
	if p.err == nil && t.kind != tokenEnd {
		p.pos++
	}
	return t
}

func (p *parser) unexpected() {
	if p.err == nil {
		p.err = malformed("unexpected token: '%s'", p.peek().text)
		p.pos = len(p.tokens) - 1
	}
}

// accept takes the words if they come next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if p.pos+i >= len(p.tokens) || !p.tokens[p.pos+i].is(w) {
			return false
		}
	}
	p.pos += len(words)
	return true
}

func (p *parser) acceptSymbol(s string) bool {
	if p.peek().symbol(s) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(s string) {
	if !p.acceptSymbol(s) {
		p.unexpected()
	}
}

func (p *parser) name() string {
	if p.peek().kind != tokenName {
		p.unexpected()
		return ""
	}
	return p.next().text
}

func (p *parser) integer() int {
	n, err := strconv.Atoi(p.peek().text)
	if p.peek().kind != tokenNumber || err != nil || n < 0 {
		p.unexpected()
		return 0
	}
	p.next()
	return n
}

func (p *parser) query() *soql {
	q := &soql{limit: -1}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		p.unexpected()
		return q
	}
	if !p.accept("SELECT") {
		p.unexpected()
	}
	for p.err == nil {
		q.items = append(q.items, p.item())
		if !p.acceptSymbol(",") {
			break
		}
	}
	if !p.accept("FROM") {
		p.unexpected()
	}
	q.object = p.name()
	p.accept("AS")
	if t := p.peek(); t.kind == tokenName && !clause(t) {
		q.alias = p.name()
	}
	p.tail(q)
	return q
}

// clause reports whether a word begins a clause, and so is no alias.
func clause(t soqlToken) bool {
	for _, w := range []string{"USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "FROM"} {
		if t.is(w) {
			return true
		}
	}
	return false
}

// tail reads what follows FROM.
func (p *parser) tail(q *soql) {
	if p.accept("USING", "SCOPE") {
		p.name()
	}
	if p.accept("WHERE") {
		q.where = p.either()
	}
	if p.accept("WITH") {
		p.name() // SECURITY_ENFORCED and the modes: the org's one profile sees everything
	}
	if p.accept("GROUP", "BY") {
		q.groupBy = append(q.groupBy, p.name())
		for p.acceptSymbol(",") {
			q.groupBy = append(q.groupBy, p.name())
		}
	}
	if p.accept("ORDER", "BY") {
		q.orderBy = append(q.orderBy, p.ordering())
		for p.acceptSymbol(",") {
			q.orderBy = append(q.orderBy, p.ordering())
		}
	}
	if p.accept("LIMIT") {
		q.limit = p.integer()
	}
	if p.accept("OFFSET") {
		q.offset = p.integer()
	}
	if p.accept("FOR") {
		p.name() // VIEW, REFERENCE or UPDATE
	}
	q.allRows = p.accept("ALL", "ROWS")
}

func (p *parser) ordering() ordering {
	o := ordering{path: p.name()}
	o.down = p.accept("DESC")
	if !o.down {
		p.accept("ASC")
	}
	if !p.accept("NULLS", "FIRST") {
		o.nullsLast = p.accept("NULLS", "LAST")
	}
	return o
}

func (p *parser) item() selectItem {
	if p.acceptSymbol("(") {
		q := p.query()
		p.expect(")")
		return selectItem{child: q}
	}
	it := selectItem{path: p.name()}
	if p.acceptSymbol("(") {
		it.function, it.path = strings.ToUpper(it.path), ""
		if p.peek().kind == tokenName {
			it.path = p.name()
		}
		p.expect(")")
	}
	if t := p.peek(); t.kind == tokenName && !clause(t) {
		it.alias = p.name()
	}
	return it
}

// either reads conditions joined by OR.
func (p *parser) either() *condition {
	c := p.both()
	for p.accept("OR") {
		c = &condition{op: "or", kids: []*condition{c, p.both()}}
	}
	return c
}

func (p *parser) both() *condition {
	c := p.single()
	for p.accept("AND") {
		c = &condition{op: "and", kids: []*condition{c, p.single()}}
	}
	return c
}

func (p *parser) single() *condition {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		p.unexpected()
	}
	if p.err != nil {
		return nil
	}
	if p.accept("NOT") {
		return &condition{op: "not", kids: []*condition{p.single()}}
	}
	if p.acceptSymbol("(") {
		c := p.either()
		p.expect(")")
		return c
	}
	return p.comparison()
}

func (p *parser) comparison() *condition {
	c := &condition{path: p.name()}
	switch t := p.peek(); {
	case p.accept("NOT", "IN"):
		c.op = "not in"
	case p.accept("IN"):
		c.op = "in"
	case p.accept("LIKE"):
		c.op = "like"
	case t.symbol("="), t.symbol("!="), t.symbol("<"), t.symbol(">"), t.symbol("<="), t.symbol(">="):
		c.op = p.next().text
	case t.symbol("<>"):
		p.next()
		c.op = "!="
	default:
		p.unexpected()
		return c
	}
	if !strings.HasSuffix(c.op, "in") {
		c.values = []soqlToken{p.value()}
		return c
	}
	p.expect("(")
	if p.peek().is("SELECT") {
		c.within = p.query()
	} else {
		c.values = append(c.values, p.value())
		for p.acceptSymbol(",") {
			c.values = append(c.values, p.value())
		}
	}
	p.expect(")")
	return c
}

func (p *parser) value() soqlToken {
	t := p.peek()
	if t.kind != tokenName && t.kind != tokenString && t.kind != tokenNumber {
		p.unexpected()
	}
	return p.next()
}
