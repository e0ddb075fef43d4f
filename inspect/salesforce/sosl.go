package salesforce

import (
	"bytes"
)

// SOSL is a parsed search.
type SOSL struct {
	// Returning are the objects of the RETURNING clause with their fields; Object and Items only.
	Returning []*SOQL
	// Literals are the search term, whose Op is FIND, and the values of the WHERE clauses.
	Literals []Literal
}

// ParseSOSL parses a search. src is not retained. The error is a *SOQLError.
func ParseSOSL(src []byte) (*SOSL, error) {
	if len(src) > MaxSOQL {
		return nil, &SOQLError{Offset: MaxSOQL}
	}
	p := &parser{lex: lexer{src: src}}
	p.advance()
	s := &SOSL{}
	s.term(p)
	p.advance()
	if p.acceptWord("IN") {
		p.name() // ALL, NAME, EMAIL, PHONE, SIDEBAR
		p.expectWord("FIELDS")
	}
	if p.acceptWord("RETURNING") {
		p.list(func() { s.returning(p) })
	}
	s.with(p)
	p.tail()
	p.end()
	if p.err != nil {
		return nil, p.err
	}
	return s, nil
}

// Reads returns the fields that the RETURNING clause asks for.
func (s *SOSL) Reads() []Ref { return s.reads(standardRelations) }

func (s *SOSL) reads(rel relations) []Ref {
	var refs []Ref
	for _, q := range s.Returning {
		refs = append(refs, q.reads(rel)...)
	}
	return refs
}

// term takes FIND {…} or FIND '…'. The lexer has just read FIND.
func (s *SOSL) term(p *parser) {
	if !p.isWord("FIND") {
		p.fail()
		return
	}
	p.lex.skip(isSpace)
	start := p.lex.pos + 1
	src := p.lex.src
	var end byte
	switch {
	case start > len(src):
	case src[start-1] == '{':
		end = '}'
	case src[start-1] == '\'':
		end = '\''
	}
	for i := start; end != 0 && i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case end:
			p.lex.pos = i + 1
			raw := src[start:i]
			if n := referenceLen(raw); n == 0 || n != len(raw) {
				s.Literals = append(s.Literals, Literal{Op: "FIND", Start: start, End: i, Value: unescapeTerm(raw)})
			}
			return
		}
	}
	p.fail()
}

// unescapeTerm undoes the backslashes of a search term, each of which stands before a reserved character.
func unescapeTerm(raw []byte) []byte {
	value := bytes.Clone(raw)
	n := 0
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		value[n] = value[i]
		n++
	}
	return value[:n]
}

// returning parses Object(fields USING … WHERE … ORDER BY … LIMIT … OFFSET …).
func (s *SOSL) returning(p *parser) {
	q := &SOQL{Object: p.name()}
	s.Returning = append(s.Returning, q)
	if !p.accept("(") {
		q.Items = []Item{{Path: "Id"}}
		return
	}
	p.list(func() { q.Items = append(q.Items, p.item(q)) })
	if p.acceptWord("USING") {
		p.name()
		p.expect("=")
		p.name()
	}
	if p.acceptWord("WHERE") {
		p.condition(q)
	}
	if p.acceptWord("ORDER") {
		p.expectWord("BY")
		p.list(p.ordering)
	}
	p.tail()
	p.expect(")")
	s.Literals = append(s.Literals, q.Literals...)
}

// with parses the WITH clauses of a search.
func (s *SOSL) with(p *parser) {
	for p.acceptWord("WITH") {
		if p.acceptWord("DATA") {
			p.expectWord("CATEGORY")
			p.categories()
			continue
		}
		name := p.name()
		switch {
		case p.is("="), p.isWord("IN"), p.isWord("LIKE"):
			q := &SOQL{}
			op := p.operator()
			if op == "IN" {
				p.values(q, name, op)
			} else {
				p.value(q, name, op)
			}
			s.Literals = append(s.Literals, q.Literals...)
		case p.is("("):
			s.snippet(p)
		}
	}
}

// snippet parses (target_length = 120).
func (s *SOSL) snippet(p *parser) {
	p.expect("(")
	p.name()
	p.expect("=")
	p.count()
	p.expect(")")
}
