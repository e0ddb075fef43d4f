package salesforce

import (
	"fmt"
	"strings"
)

// SOQL is a parsed query, or one of its sub-selects. It does not change.
type SOQL struct {
	// Object is what stands behind FROM, as spelt: an object, or in a sub-select of the SELECT list a relationship.
	Object string
	// Items are the items of the SELECT list.
	Items []Item
	// Literals are the values that the query compares with, those of its semi-joins and sub-selects included.
	Literals []Literal

	outer   *SOQL             // the query whose SELECT list it stands in; nil otherwise
	aliases map[string]string // lower-case alias -> path behind FROM; empty for the query's own rows
	grouped bool              // the rows are of AggregateResult
}

// Item is an item of a SELECT list. One of Path, Fields, Sub and Branches says what is selected; COUNT() has none.
type Item struct {
	// Path is a field, through relationships as in Account.Name; in a function its first argument that is a field.
	Path string
	// Function is the outermost function in upper case; empty if there is none.
	Function string
	// Alias is the name of the value in the result, if the query gives one.
	Alias string
	// Fields is ALL, STANDARD or CUSTOM for FIELDS(…).
	Fields string
	// Sub is a sub-select.
	Sub *SOQL
	// Branches are the branches of TYPEOF, whose relationship is Path.
	Branches []Branch

	aggregate bool // one of its functions makes one value of many rows
}

// Branch is WHEN Object THEN Paths of a TYPEOF; the ELSE branch has no Object.
type Branch struct {
	Object string
	Paths  []string
}

// Literal is a value in a query.
type Literal struct {
	// Path is the field that it is compared with, as spelt; in a function its first argument that is a field.
	Path string
	// Op is the operator in upper case: =, LIKE, IN, INCLUDES and the like; FIND for the term of a search.
	Op string
	// Start and End are its range in the query, in bytes; the quotes stand outside of it.
	Start, End int
	// Value is what it stands for, its escapes undone.
	Value []byte

	from *SOQL // the query whose FROM the path starts at; nil in a search
}

// SOQLError says where a query cannot be parsed. It holds no part of the query.
type SOQLError struct {
	// Offset is the position in the query, in bytes.
	Offset int
}

// Error describes the problem without any part of the query.
func (e *SOQLError) Error() string { return fmt.Sprintf("parse soql at byte %d", e.Offset) }

// MaxSOQL is the length of the longest query that Salesforce takes, in bytes.
const MaxSOQL = 100_000

// ParseSOQL parses a query. src is not retained. The error is a *SOQLError. What SOQL does not allow in a query sent
// through an API (bind variables, comments) is an error.
func ParseSOQL(src []byte) (*SOQL, error) {
	if len(src) > MaxSOQL {
		return nil, &SOQLError{Offset: MaxSOQL}
	}
	p := &parser{lex: lexer{src: src}}
	p.advance()
	q := p.query(nil)
	p.end()
	if p.err != nil {
		return nil, p.err
	}
	return q, nil
}

// Reads returns the fields that the SELECT lists ask for, with relationships resolved as far as they are the same in
// every org. The object is empty where it is not known.
func (q *SOQL) Reads() []Ref { return q.reads(standardRelations) }

// relations returns the objects that a relationship of an object leads to; none if it is not known, several if it is
// polymorphic.
type relations func(object, relationship string) []string

// objects returns the objects whose rows the query returns.
func (q *SOQL) objects(rel relations) []string {
	if q.outer == nil {
		return []string{q.Object}
	}
	return follow(q.outer.objects(rel), []string{q.Object}, rel)
}

// follow returns the objects that a chain of relationships leads to from any of the given objects.
func follow(objects, chain []string, rel relations) []string {
	for _, name := range chain {
		var next []string
		for _, o := range objects {
			next = append(next, rel(o, name)...)
		}
		objects = next
	}
	return objects
}

// resolve returns the fields that a path can mean: one for each object that its relationships can lead to, and one
// without an object if that is unknown.
func (q *SOQL) resolve(path string, rel relations) []Ref {
	chain, field := q.split(path)
	objects := follow(q.objects(rel), chain, rel)
	if len(objects) == 0 {
		return []Ref{{Field: field}}
	}
	refs := make([]Ref, 0, len(objects))
	for _, o := range objects {
		refs = append(refs, Ref{Object: o, Field: field})
	}
	return refs
}

// split divides a path into relationships and a field, with an alias of the FROM clause, or its object, resolved.
func (q *SOQL) split(path string) (chain []string, field string) {
	chain = strings.Split(path, ".")
	for depth := 0; len(chain) > 1 && depth < 8; depth++ {
		head := strings.ToLower(chain[0])
		if target, ok := q.aliases[head]; ok {
			chain = chain[1:]
			if target == "" {
				break
			}
			chain = append(strings.Split(target, "."), chain...)
			continue
		}
		if q.outer == nil && strings.EqualFold(head, q.Object) {
			chain = chain[1:]
		}
		break
	}
	return chain[:len(chain)-1], chain[len(chain)-1]
}

func (q *SOQL) reads(rel relations) []Ref {
	var refs []Ref
	for i := range q.Items {
		it := &q.Items[i]
		switch {
		case it.Sub != nil:
			refs = append(refs, it.Sub.reads(rel)...)
		case it.Fields != "":
			refs = append(refs, q.resolve("*", rel)...)
		case it.Branches != nil:
			refs = append(refs, q.branchReads(it, rel)...)
		case it.Path == "": // COUNT() tells how many rows there are
			refs = append(refs, q.resolve("Id", rel)...)
		default:
			refs = append(refs, historyReads(q.resolve(it.Path, rel))...)
		}
	}
	return refs
}

func (q *SOQL) branchReads(it *Item, rel relations) []Ref {
	var refs []Ref
	for _, b := range it.Branches {
		for _, path := range b.Paths {
			if b.Object == "" {
				refs = append(refs, q.resolve(it.Path+"."+path, rel)...)
				continue
			}
			chain := strings.Split(path, ".")
			last := len(chain) - 1
			objects := follow([]string{b.Object}, chain[:last], rel)
			if len(objects) == 0 {
				objects = []string{""}
			}
			for _, o := range objects {
				refs = append(refs, Ref{Object: o, Field: chain[last]})
			}
		}
	}
	return refs
}

// historyReads widens the value columns of history objects to all fields: they hold values of any of them.
func historyReads(refs []Ref) []Ref {
	for i, r := range refs {
		if isHistory(r.Object) && isHistoryValue(r.Field) {
			refs[i].Field = "*"
		}
	}
	return refs
}
