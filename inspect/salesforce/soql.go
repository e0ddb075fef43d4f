package salesforce

import "fmt"

// SOQL is a parsed query.
type SOQL struct {
	// Object is the object of the FROM clause as spelt.
	Object string
}

// SOQLError says where a query cannot be parsed. It holds no part of the query.
type SOQLError struct {
	// Offset is the position in the query, in bytes.
	Offset int
}

// Error describes the problem without any part of the query.
func (e *SOQLError) Error() string { return fmt.Sprintf("parse soql at byte %d", e.Offset) }

// ParseSOQL parses a query. src is not retained. The error is a *SOQLError.
func ParseSOQL(src []byte) (*SOQL, error) { return nil, &SOQLError{} }

// Reads returns the fields that the SELECT lists ask for.
func (q *SOQL) Reads() []Ref { return nil }
