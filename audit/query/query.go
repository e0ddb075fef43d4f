// Package query is the language in which decisions are searched for, the same in the terminal and in the console:
//
//	decision:block detector:us_ssn client:ehr-* object:Contact after:-7d
//
// A term is key:value. Several terms must all hold; key:a,b holds for a or b, and -key:v for what key:v does not hold
// for. A * stands for any characters, and "double quotes" take a value as it is, with its spaces, commas and stars.
// Letter case does not matter. [Keys] lists what can be asked for.
package query

import (
	"time"

	"github.com/phigate/phigate/audit"
)

// Query is a parsed filter. The zero Query has no terms and matches every decision. A Query is not changed after it
// was made, and is safe for concurrent use.
type Query struct {
	terms []term
}

// Term is one key:value of a query.
type Term struct {
	// Key is the name of one of Keys.
	Key string
	// Values are the alternatives, spelled so that they can stand in a query.
	Values []string
	// Not says that none of Values may hold.
	Not bool
}

// term is a Term with what is needed to match it.
type term struct {
	Term
}

// Key is something that can be asked for.
type Key struct {
	Name, Example, Doc string
	// Values are all there are, for keys that have a fixed list.
	Values []string
}

// Error says what is wrong with the text of a query. It quotes no more than a key or a value of that text.
type Error struct {
	// Column is where, in characters from 1.
	Column     int
	What, Hint string
}

// Error says what is wrong, where, and what would be right.
func (e *Error) Error() string { return e.What }

// Parse reads a query. Relative times such as -7d count from now. The error is an *Error.
func Parse(text string, now time.Time) (Query, error) {
	return Query{}, &Error{Column: 1, What: "no key is known"}
}

// String returns the canonical text of q, which Parse reads as the same query. Relative times stay relative.
func (q Query) String() string { return "" }

// With returns q with the term key:value in place of q's terms of that key; -key replaces the excluding ones. value is
// taken as it is, without wildcards and alternatives. A key that is not known, or a value that the key cannot have,
// leaves q as it is.
func (q Query) With(key, value string) Query { return q }

// Without returns q without the terms of the key, including and excluding ones.
func (q Query) Without(key string) Query { return q }

// Terms returns the terms of q in canonical order.
func (q Query) Terms() []Term { return nil }

// Span returns the bounds of time: from is included, to is not. Each is zero if the query does not have it.
func (q Query) Span() (from, to time.Time) { return time.Time{}, time.Time{} }

// Match reports whether d is what q asks for, as far as d itself can tell: the terms for which NeedsIndex exists are
// not looked at.
func (q Query) Match(d *audit.Decision) bool { return false }

// NeedsIndex reports whether q asks for what became of a decision after it was taken (status, verdict, assignee, case),
// which only the index knows.
func (q Query) NeedsIndex() bool { return true }

// Keys returns what can be asked for, in canonical order.
func Keys() []Key { return nil }
