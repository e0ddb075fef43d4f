package org

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// predicate reports whether a row fulfils a WHERE clause.
type predicate func(Row) bool

// predicate compiles a condition.
func (o *Org) predicate(p *plan, c *condition) (predicate, *apiError) {
	if c.kids == nil {
		return o.comparison(p, c)
	}
	left, err := o.predicate(p, c.kids[0])
	if err != nil {
		return nil, err
	}
	if c.op == "not" {
		return func(r Row) bool { return !left(r) }, nil
	}
	right, err := o.predicate(p, c.kids[1])
	if err != nil {
		return nil, err
	}
	if c.op == "and" {
		return func(r Row) bool { return left(r) && right(r) }, nil
	}
	return func(r Row) bool { return left(r) || right(r) }, nil
}

// comparison compiles a comparison of a field with literals or with a child query.
func (o *Org) comparison(p *plan, c *condition) (predicate, *apiError) {
	col, err := o.column(p, c.path)
	if err != nil {
		return nil, err
	}
	switch {
	case c.within != nil:
		return o.semiJoin(col, c)
	case c.op == "like":
		return o.like(col, c)
	case col.field.compound() || col.field.Kind == kindBase64 || textual(col.field) && col.field.Length > 4000:
		return nil, fail("INVALID_FIELD", "field '%s' can not be filtered in a query call", c.path)
	}
	var tests []func(string) bool
	op := c.op
	if op == "in" || op == "not in" {
		op = "="
	}
	for _, v := range c.values {
		test, err := o.literal(col.field, op, v)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	negate := c.op == "not in"
	return func(r Row) bool {
		s := o.value(r, col)
		for _, test := range tests {
			if test(s) {
				return !negate
			}
		}
		return negate
	}, nil
}

// semiJoin compiles IN (SELECT …): the child query runs at once.
func (o *Org) semiJoin(col column, c *condition) (predicate, *apiError) {
	sub, err := o.plan(c.within)
	if err != nil {
		return nil, err
	}
	if len(sub.items) != 1 || sub.items[0].column.field == nil || sub.aggregate {
		return nil, malformed("The inner select must have one field")
	}
	set := map[string]bool{}
	rows := o.run(sub)
	for i := range rows.n {
		if v := o.value(rows.at(i), sub.items[0].column); v != "" {
			set[v] = true
		}
	}
	negate := c.op == "not in"
	return func(r Row) bool { return set[o.value(r, col)] != negate }, nil
}

// like compiles LIKE: % is any text, _ one character, case does not matter.
func (o *Org) like(col column, c *condition) (predicate, *apiError) {
	if c.values[0].kind != tokenString || !textual(col.field) {
		return nil, fail("INVALID_FIELD", "invalid operator on %s field", col.field.Kind)
	}
	pattern := strings.ToLower(c.values[0].text)
	return func(r Row) bool {
		s := o.value(r, col)
		return s != "" && wild(pattern, strings.ToLower(s))
	}, nil
}

// wild matches a LIKE pattern. It remembers the last % only, which is enough and keeps it linear times that.
func wild(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		r, width := utf8.DecodeRuneInString(s[i:])
		var want rune
		var step int
		if p < len(pattern) {
			want, step = utf8.DecodeRuneInString(pattern[p:])
		}
		switch {
		case step > 0 && want == '%':
			star, mark = p, i
			p++
		case step > 0 && (want == '_' || want == r || want == literalPercent && r == '%' || want == literalUnderscore && r == '_'):
			p += step
			i += width
		case star >= 0:
			_, width = utf8.DecodeRuneInString(s[mark:])
			mark += width
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "%") == ""
}

// textual reports whether a field's literals are quoted strings.
func textual(f *field) bool {
	switch f.Kind {
	case kindBoolean, kindDouble, kindInt, kindDate, kindDateTime:
		return false
	}
	return true
}

// literal compiles a comparison with one literal. The result gets a value's text, empty for null.
func (o *Org) literal(f *field, op string, v soqlToken) (func(string) bool, *apiError) {
	if v.is("null") {
		return nullTest(f, op)
	}
	if textual(f) != (v.kind == tokenString) {
		quotes := "and should not be enclosed in quotes"
		if textual(f) {
			quotes = "and should be enclosed in quotes"
		}
		return nil, fail("INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s %s", f.Name, f.Kind, quotes)
	}
	switch f.Kind {
	case kindBoolean:
		if !v.is("true") && !v.is("false") {
			return nil, errLiteral(f)
		}
		want := strings.ToLower(v.text)
		return order(op, func(s string) int { return cmp.Compare(s, want) }, false)
	case kindDouble, kindInt:
		want, bad := strconv.ParseFloat(v.text, 64)
		if bad != nil {
			return nil, errLiteral(f)
		}
		return order(op, func(s string) int {
			n, _ := strconv.ParseFloat(s, 64) // stored numbers are numbers
			return cmp.Compare(n, want)
		}, true)
	case kindDate, kindDateTime:
		return o.dateTest(f, op, v)
	}
	want := plain(v.text)
	if f.Kind == kindID || f.Kind == kindReference {
		id, ok := normalID(want)
		if !ok && want != "" {
			return nil, fail("INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: %s", want)
		}
		return order(op, func(s string) int { return cmp.Compare(s, id) }, false)
	}
	want = strings.ToLower(want)
	// The empty string is null, and null is unequal to everything but null.
	return order(op, func(s string) int { return cmp.Compare(strings.ToLower(s), want) }, false)
}

func errLiteral(f *field) *apiError {
	return fail("INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s", f.Name, f.Kind)
}

func nullTest(f *field, op string) (func(string) bool, *apiError) {
	switch op {
	case "=":
		return func(s string) bool { return s == "" }, nil
	case "!=":
		return func(s string) bool { return s != "" }, nil
	}
	return nil, fail("INVALID_FIELD", "invalid operator on null for field '%s'", f.Name)
}

// order makes a test of a three-way comparison. Null is neither above nor below anything. With strict set it is unequal
// to everything too; otherwise the empty string is compared like any other, and equals null.
func order(op string, compare func(string) int, strict bool) (func(string) bool, *apiError) {
	var test func(int) bool
	switch op {
	case "=":
		return func(s string) bool { return !(strict && s == "") && compare(s) == 0 }, nil
	case "!=":
		return func(s string) bool { return strict && s == "" || compare(s) != 0 }, nil
	case "<":
		test = func(c int) bool { return c < 0 }
	case ">":
		test = func(c int) bool { return c > 0 }
	case "<=":
		test = func(c int) bool { return c <= 0 }
	default:
		test = func(c int) bool { return c >= 0 }
	}
	return func(s string) bool { return s != "" && test(compare(s)) }, nil
}

// dateTest compares with a date, a moment or a date literal, all of which are spans of time: a value is below a span if
// it is before its beginning, and above if it is not before its end.
func (o *Org) dateTest(f *field, op string, v soqlToken) (func(string) bool, *apiError) {
	from, to, ok := o.span(v)
	isDate := v.kind == tokenName || len(v.text) == len(dateLayout)
	if !ok || f.Kind == kindDate && !isDate || f.Kind == kindDateTime && v.kind == tokenNumber && isDate {
		return nil, errLiteral(f)
	}
	return order(op, func(s string) int {
		t, _ := moment(s) // stored dates are dates
		switch {
		case t.Before(from):
			return -1
		case t.Before(to):
			return 0
		}
		return 1
	}, true)
}

// span returns the time that a literal covers, its end excluded.
func (o *Org) span(v soqlToken) (from, to time.Time, ok bool) {
	if v.kind == tokenNumber {
		from, ok = moment(v.text)
		if len(v.text) == len(dateLayout) {
			return from, from.AddDate(0, 0, 1), ok
		}
		return from, from.Add(time.Millisecond), ok
	}
	name, count, _ := strings.Cut(strings.ToUpper(v.text), ":")
	n, err := strconv.Atoi(count)
	if (err != nil || n < 1) == strings.Contains(name, "_N_") {
		return from, to, false
	}
	today := o.cfg.Now().UTC().Truncate(24 * time.Hour)
	month := today.AddDate(0, 0, 1-today.Day())
	year := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	switch name {
	case "TODAY":
		return today, today.AddDate(0, 0, 1), true
	case "YESTERDAY":
		return today.AddDate(0, 0, -1), today, true
	case "TOMORROW":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 2), true
	case "THIS_MONTH":
		return month, month.AddDate(0, 1, 0), true
	case "LAST_MONTH":
		return month.AddDate(0, -1, 0), month, true
	case "THIS_YEAR":
		return year, year.AddDate(1, 0, 0), true
	case "LAST_YEAR":
		return year.AddDate(-1, 0, 0), year, true
	case "LAST_N_DAYS":
		return today.AddDate(0, 0, -n), today.AddDate(0, 0, 1), true
	case "NEXT_N_DAYS":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, n+1), true
	}
	return from, to, false
}
