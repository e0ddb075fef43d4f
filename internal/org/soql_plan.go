package org

import (
	"strconv"
	"strings"
)

// plan is a query whose names are resolved against the schema. o.mu is held while one is made or run.
type plan struct {
	q     *soql
	table *table
	items []projection
	where predicate // nil admits every row
	order []sortKey
	// groups are the columns of GROUP BY. aggregate says that the answer is groups and not rows; countOnly that it is
	// COUNT() alone.
	groups               []column
	aggregate, countOnly bool
}

// column is a field of a row or of one of its parents.
type column struct {
	parents []*field // the references that lead to the parent, outermost first
	object  *object  // what the field belongs to
	field   *field
}

// projection is an item of a SELECT list as it appears in a record.
type projection struct {
	key      string
	column   column // of fields and of arguments of functions
	function string // of aggregates
	// parent is the reference of a parent record that nested shows.
	parent *field
	nested []projection
	child  *plan
	rel    child
}

// sortKey is an item of ORDER BY.
type sortKey struct {
	column          column
	down, nullsLast bool
}

var aggregates = map[string]bool{"COUNT": true, "COUNT_DISTINCT": true, "MIN": true, "MAX": true, "SUM": true, "AVG": true}

// plan resolves a query.
func (o *Org) plan(q *soql) (*plan, *apiError) {
	t := o.table(q.object)
	if t == nil {
		return nil, fail("INVALID_TYPE", "sObject type '%s' is not supported. If you are attempting to use a custom object, "+
			"be sure to append the '__c' after the entity name.", q.object)
	}
	return o.planOn(q, t)
}

// planOn resolves a query whose FROM is known.
func (o *Org) planOn(q *soql, t *table) (*plan, *apiError) {
	p := &plan{q: q, table: t}
	for _, name := range q.groupBy {
		col, err := o.column(p, name)
		if err != nil {
			return nil, err
		}
		p.groups = append(p.groups, col)
	}
	p.aggregate = len(p.groups) > 0
	for _, it := range q.items {
		p.aggregate = p.aggregate || aggregates[it.function]
	}
	p.countOnly = len(q.items) == 1 && q.items[0].function == "COUNT" && q.items[0].path == ""
	if err := o.project(p); err != nil {
		return nil, err
	}
	var err *apiError
	if q.where != nil {
		if p.where, err = o.predicate(p, q.where); err != nil {
			return nil, err
		}
	}
	for _, ord := range q.orderBy {
		col, err := o.column(p, ord.path)
		if err != nil {
			return nil, err
		}
		p.order = append(p.order, sortKey{col, ord.down, ord.nullsLast})
	}
	return p, nil
}

// project resolves the SELECT list.
func (o *Org) project(p *plan) *apiError {
	if p.countOnly {
		return nil
	}
	expr := 0
	for _, it := range p.q.items {
		switch {
		case it.child != nil:
			if err := o.projectChild(p, it.child); err != nil {
				return err
			}
		case it.function == "FIELDS":
			if err := p.projectGroup(it.path); err != nil {
				return err
			}
		case p.aggregate:
			if err := o.projectAggregate(p, it, &expr); err != nil {
				return err
			}
		default:
			if err := o.projectField(p, it); err != nil {
				return err
			}
		}
	}
	return nil
}

// projectField adds a field, below its parents if it has any.
func (o *Org) projectField(p *plan, it selectItem) *apiError {
	switch it.function {
	case "", "TOLABEL", "FORMAT", "CONVERTCURRENCY":
	default:
		return malformed("unexpected token: '%s'", it.function)
	}
	col, err := o.column(p, it.path)
	if err != nil {
		return err
	}
	if it.alias != "" && it.function == "" {
		return malformed("only aggregate expressions use field aliasing")
	}
	list := &p.items
	for _, ref := range col.parents {
		list = nest(list, ref)
	}
	key := col.field.Name
	if it.alias != "" {
		key = it.alias
	}
	for _, other := range *list {
		if other.key == key {
			return malformed("duplicate field selected: %s", key)
		}
	}
	*list = append(*list, projection{key: key, column: column{object: col.object, field: col.field}})
	return nil
}

// nest returns the list of what a parent record shows, which it adds if it is new.
func nest(list *[]projection, ref *field) *[]projection {
	for i := range *list {
		if (*list)[i].parent == ref {
			return &(*list)[i].nested
		}
	}
	*list = append(*list, projection{key: ref.Relationship, parent: ref})
	return &(*list)[len(*list)-1].nested
}

// projectChild adds a child query.
func (o *Org) projectChild(p *plan, q *soql) *apiError {
	rel, ok := p.table.object.child(q.object)
	if !ok {
		return fail("INVALID_TYPE", "Didn't understand relationship '%s' in FROM part of query call.", q.object)
	}
	sub, err := o.planOn(q, o.table(rel.Object))
	if err != nil {
		return err
	}
	if sub.aggregate {
		return malformed("Aggregate functions are not supported in child queries")
	}
	p.items = append(p.items, projection{key: rel.Name, child: sub, rel: rel})
	return nil
}

// projectGroup adds the fields of FIELDS(ALL), FIELDS(STANDARD) and FIELDS(CUSTOM).
func (p *plan) projectGroup(group string) *apiError {
	group = strings.ToUpper(group)
	switch {
	case group != "ALL" && group != "STANDARD" && group != "CUSTOM":
		return malformed("unexpected token: '%s'", group)
	case group != "STANDARD" && (p.q.limit < 0 || p.q.limit > 200):
		return malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
	}
	for _, f := range p.table.object.Fields {
		if group == "ALL" || f.custom() == (group == "CUSTOM") {
			p.items = append(p.items, projection{key: f.Name, column: column{object: p.table.object, field: f}})
		}
	}
	return nil
}

// projectAggregate adds an item of a query that answers groups. expr counts the items without a name.
func (o *Org) projectAggregate(p *plan, it selectItem, expr *int) *apiError {
	pr := projection{key: it.alias, function: it.function}
	if it.path != "" || it.function != "COUNT" {
		col, err := o.column(p, it.path)
		if err != nil {
			return err
		}
		pr.column = col
		if it.function == "" && pr.key == "" {
			pr.key = col.field.Name
		}
	}
	switch {
	case it.function == "" && !grouped(p.groups, pr.column):
		return malformed("Field must be grouped or aggregated: %s", it.path)
	case it.function != "" && !aggregates[it.function]:
		return malformed("unexpected token: '%s'", it.function)
	}
	if pr.key == "" {
		pr.key = "expr" + strconv.Itoa(*expr)
		*expr++
	}
	p.items = append(p.items, pr)
	return nil
}

func grouped(groups []column, c column) bool {
	for _, g := range groups {
		if g.name() == c.name() {
			return true
		}
	}
	return false
}

// column resolves a path of names.
func (o *Org) column(p *plan, path string) (column, *apiError) {
	steps := strings.Split(path, ".")
	if len(steps) > 1 && (strings.EqualFold(steps[0], p.q.alias) || strings.EqualFold(steps[0], p.table.object.Name)) &&
		p.table.object.parent(steps[0]) == nil {
		steps = steps[1:]
	}
	c := column{object: p.table.object}
	for i, step := range steps {
		if i == len(steps)-1 {
			if c.field = c.object.field(step); c.field != nil {
				return c, nil
			}
			break
		}
		ref := c.object.parent(step)
		if ref == nil {
			return c, fail("INVALID_FIELD", "Didn't understand relationship '%s' in field path. If you are attempting to use "+
				"a custom relationship, be sure to append the '__r' after the custom relationship name.", step)
		}
		c.parents = append(c.parents, ref)
		c.object = o.table(ref.To).object
	}
	return c, fail("INVALID_FIELD", "No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure "+
		"to append the '__c' after the custom field name.", path, c.object.Name)
}

// name returns the column's path as the schema spells it.
func (c column) name() string {
	var b strings.Builder
	for _, ref := range c.parents {
		b.WriteString(ref.Relationship)
		b.WriteByte('.')
	}
	return b.String() + c.field.Name
}

// value reads a column of a row; absent and null are the empty string.
func (o *Org) value(r Row, c column) string {
	for _, ref := range c.parents {
		if r = o.parentRow(r, ref); r == nil {
			return ""
		}
	}
	return r[c.field.Name]
}

// parentRow returns the row that a reference points to; nil if there is none.
func (o *Org) parentRow(r Row, ref *field) Row {
	if t := o.tableOf(r[ref.Name]); t != nil && r[ref.Name] != "" {
		return t.find(r[ref.Name])
	}
	return nil
}
