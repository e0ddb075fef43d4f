package salesforce

import (
	"strings"
)

// condition parses predicates joined by AND and OR. Their precedence does not matter here.
func (p *parser) condition(q *SOQL) {
	p.enter()
	defer p.leave()
	p.predicate(q)
	for p.acceptWord("AND") || p.acceptWord("OR") {
		p.predicate(q)
	}
}

func (p *parser) predicate(q *SOQL) {
	for p.acceptWord("NOT") {
	}
	if p.accept("(") {
		p.condition(q)
		p.expect(")")
		return
	}
	path := p.operand()
	op := p.operator()
	if op == "IN" || op == "NOT IN" || op == "INCLUDES" || op == "EXCLUDES" {
		p.values(q, path, op)
		return
	}
	p.value(q, path, op)
}

func (p *parser) operator() string {
	if p.tok.kind == tokPunct {
		op := string(p.text())
		if strings.IndexByte("=<>!", op[0]) < 0 {
			p.fail()
			return ""
		}
		p.advance()
		return op
	}
	op := strings.ToUpper(p.name())
	switch op {
	case "LIKE", "IN", "INCLUDES", "EXCLUDES":
		return op
	case "NOT":
		p.expectWord("IN")
		return "NOT IN"
	}
	p.fail()
	return ""
}

// values parses a list in parentheses, or a semi-join.
func (p *parser) values(q *SOQL, path, op string) {
	if p.tok.kind == tokRef {
		p.advance()
		return
	}
	p.expect("(")
	if p.isWord("SELECT") {
		sub := p.query(nil)
		q.Literals = append(q.Literals, sub.Literals...)
	} else {
		p.list(func() { p.value(q, path, op) })
	}
	p.expect(")")
}

// value parses what a field is compared with, and keeps it if it can be a value of a row.
func (p *parser) value(q *SOQL, path, op string) {
	lit := Literal{Path: path, Op: op, Start: p.tok.start, End: p.tok.end, from: q}
	switch p.tok.kind {
	case tokString:
		lit.Start++
		lit.End--
		raw := p.lex.src[lit.Start:lit.End]
		if n := referenceLen(raw); n == 0 || n != len(raw) {
			lit.Value = unquote(nil, raw)
			q.Literals = append(q.Literals, lit)
		}
	case tokNumber:
		lit.Value = append(lit.Value, p.text()...)
		q.Literals = append(q.Literals, lit)
	case tokRef:
	case tokName:
		p.word(q, lit)
	default:
		p.fail()
	}
	p.advance()
}

// word takes TRUE, FALSE, NULL, a date literal such as TODAY or LAST_N_DAYS:7, or an amount such as USD500.
func (p *parser) word(q *SOQL, lit Literal) {
	word := strings.ToUpper(string(p.text()))
	counted, known := dateWords[word]
	switch {
	case known && counted:
		p.advance()
		if !p.is(":") {
			p.fail()
			return
		}
		p.advance()
		if p.tok.kind != tokNumber || p.tok.end-p.tok.start > 4 {
			p.fail()
		}
	case known, word == "TRUE", word == "FALSE", word == "NULL":
	case isAmount(word):
		lit.Value = append(lit.Value, p.text()...)
		q.Literals = append(q.Literals, lit)
	default:
		p.fail()
	}
}

// isAmount reports whether word is an ISO currency code with digits behind it.
func isAmount(word string) bool {
	if len(word) < 4 {
		return false
	}
	for i := range len(word) {
		if i < 3 && !isLetter(word[i]) || i >= 3 && !isDigit(word[i]) {
			return false
		}
	}
	return true
}

// dateWords are the date literals; true for those that take a number.
var dateWords = dateLiterals()

func dateLiterals() map[string]bool {
	words := map[string]bool{"YESTERDAY": false, "TODAY": false, "TOMORROW": false, "LAST_90_DAYS": false,
		"NEXT_90_DAYS": false, "N_DAYS_AGO": true, "LAST_N_DAYS": true, "NEXT_N_DAYS": true}
	for _, unit := range []string{"WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"} {
		for _, when := range []string{"THIS_", "LAST_", "NEXT_"} {
			words[when+unit] = false
		}
		words["LAST_N_"+unit+"S"] = true
		words["NEXT_N_"+unit+"S"] = true
		words["N_"+unit+"S_AGO"] = true
	}
	return words
}

// with parses the WITH clauses.
func (p *parser) with(q *SOQL) {
	for p.acceptWord("WITH") {
		switch {
		case p.acceptWord("SECURITY_ENFORCED"), p.acceptWord("USER_MODE"), p.acceptWord("SYSTEM_MODE"):
		case p.acceptWord("DATA"):
			p.expectWord("CATEGORY")
			p.categories()
		case p.isWord("RECORDVISIBILITYCONTEXT"):
			p.advance()
			p.expect("(")
			p.list(func() { p.predicate(q) })
			p.expect(")")
		default:
			p.condition(q)
		}
	}
}

// categories parses Group__c ABOVE name__c AND Other__c AT (a__c, b__c).
func (p *parser) categories() {
	for {
		p.name()
		p.name() // AT, ABOVE, BELOW, ABOVE_OR_BELOW
		if p.accept("(") {
			p.list(func() { p.name() })
			p.expect(")")
		} else {
			p.name()
		}
		if !p.acceptWord("AND") {
			return
		}
	}
}
