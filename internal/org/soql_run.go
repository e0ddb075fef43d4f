package org

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// rowset is the rows that a query found. It holds no lock: rows do not change.
type rowset struct {
	n  int
	at func(int) Row
}

// scan yields the rows of a table that a plan may see.
func (o *Org) scan(p *plan) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		if p.table.object.Prefix == benchPrefix {
			for i := range o.cfg.BenchRows {
				if !yield(benchRow(i)) {
					return
				}
			}
			return
		}
		for _, r := range p.table.rows {
			if (p.q.allRows || !r.deleted()) && !yield(r) {
				return
			}
		}
	}
}

// run finds the rows of a plan that does not aggregate, after ORDER BY, OFFSET and LIMIT. o.mu is held.
func (o *Org) run(p *plan) rowset {
	if p.table.object.Prefix == benchPrefix && p.where == nil && p.order == nil {
		skip := min(p.q.offset, o.cfg.BenchRows)
		n := o.cfg.BenchRows - skip
		if p.q.limit >= 0 {
			n = min(n, p.q.limit)
		}
		return rowset{n, func(i int) Row { return benchRow(skip + i) }}
	}
	return o.cut(p, o.filter(p, o.scan(p)))
}

// filter returns the rows that fulfil the WHERE clause; no more than LIMIT asks for if the order does not matter.
func (o *Org) filter(p *plan, rows iter.Seq[Row]) []Row {
	var out []Row
	enough := -1
	if p.q.limit >= 0 && p.order == nil && !p.aggregate {
		enough = p.q.offset + p.q.limit
	}
	for r := range rows {
		if len(out) == enough {
			break
		}
		if p.where == nil || p.where(r) {
			out = append(out, r)
		}
	}
	return out
}

// cut sorts rows and takes those that OFFSET and LIMIT leave.
func (o *Org) cut(p *plan, rows []Row) rowset {
	if p.order != nil {
		slices.SortStableFunc(rows, func(a, b Row) int { return o.compareRows(p, a, b) })
	}
	rows = rows[min(p.q.offset, len(rows)):]
	if p.q.limit >= 0 {
		rows = rows[:min(p.q.limit, len(rows))]
	}
	return rowset{len(rows), func(i int) Row { return rows[i] }}
}

func (o *Org) compareRows(p *plan, a, b Row) int {
	for _, key := range p.order {
		x, y := o.value(a, key.column), o.value(b, key.column)
		var c int
		switch {
		case x == y:
			continue
		case x == "" || y == "":
			// Nulls come first whatever the direction, unless the query says otherwise.
			c = 1
			if (x == "") != key.nullsLast {
				c = -1
			}
			return c
		default:
			c = compareValues(key.column.field, x, y)
		}
		if key.down {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// compareValues compares two values of a field that are not null.
func compareValues(f *field, x, y string) int {
	switch f.Kind {
	case kindDouble, kindInt:
		// Stored numbers are numbers.
		m, _ := strconv.ParseFloat(x, 64)
		n, _ := strconv.ParseFloat(y, 64)
		return cmp.Compare(m, n)
	case kindDate, kindDateTime, kindID, kindReference:
		return cmp.Compare(x, y)
	}
	return cmp.Compare(strings.ToLower(x), strings.ToLower(y))
}

// record appends the JSON of a row as a query shows it.
func (o *Org) record(dst []byte, p *plan, r Row, base string) []byte {
	return o.projected(dst, p.table.object, p.items, r, base)
}

func (o *Org) projected(dst []byte, obj *object, items []projection, r Row, base string) []byte {
	dst = appendAttributes(append(dst, '{'), obj, r, base)
	for _, it := range items {
		dst = append(dst, ',')
		dst = appendString(dst, it.key)
		dst = append(dst, ':')
		switch {
		case it.child != nil:
			dst = o.nested(dst, it, r, base)
		case it.parent != nil:
			if up := o.parentRow(r, it.parent); up != nil {
				// The object of the row that is there, which a polymorphic reference decides.
				dst = o.projected(dst, o.tableOf(up["Id"]).object, it.nested, up, base)
			} else {
				dst = append(dst, "null"...)
			}
		default:
			dst = it.column.field.appendValue(dst, obj, r, base)
		}
	}
	return append(dst, '}')
}

// nested appends the result of a child query for a row; null if it is empty.
func (o *Org) nested(dst []byte, it projection, r Row, base string) []byte {
	p := it.child
	mine := func(yield func(Row) bool) {
		for c := range o.scan(p) {
			if c[it.rel.Field] == r["Id"] && !yield(c) {
				return
			}
		}
	}
	rows := o.cut(p, o.filter(p, mine))
	if rows.n == 0 {
		return append(dst, "null"...)
	}
	records := make([][]byte, rows.n)
	for i := range records {
		records[i] = o.record(nil, p, rows.at(i), base)
	}
	return appendPage(dst, rows.n, "", records)
}

// appendPage appends a page of a query's result. next is the URL of the next page, empty on the last one.
func appendPage(dst []byte, total int, next string, records [][]byte) []byte {
	dst = append(dst, `{"totalSize":`...)
	dst = strconv.AppendInt(dst, int64(total), 10)
	dst = append(dst, `,"done":`...)
	dst = strconv.AppendBool(dst, next == "")
	if next != "" {
		dst = append(dst, `,"nextRecordsUrl":`...)
		dst = appendString(dst, next)
	}
	dst = append(dst, `,"records":[`...)
	for i, r := range records {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r...)
	}
	return append(dst, `]}`...)
}

// groupRows collects the rows of an aggregate query by the columns of GROUP BY, groups in the order of their keys.
func (o *Org) groupRows(p *plan) [][]Row {
	groups := map[string][]Row{}
	var keys []string
	for r := range o.scan(p) {
		if p.where != nil && !p.where(r) {
			continue
		}
		var key strings.Builder
		for _, g := range p.groups {
			key.WriteString(o.value(r, g))
			key.WriteByte(0)
		}
		k := key.String()
		if _, ok := groups[k]; !ok {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], r)
	}
	slices.Sort(keys)
	out := make([][]Row, 0, len(keys))
	for _, k := range keys {
		out = append(out, groups[k])
	}
	if out == nil || len(out) == 0 && len(p.groups) == 0 {
		out = [][]Row{nil}
	}
	if len(p.groups) > 0 && p.order != nil {
		slices.SortStableFunc(out, func(a, b []Row) int { return o.compareRows(p, a[0], b[0]) })
	}
	out = out[min(p.q.offset, len(out)):]
	if p.q.limit >= 0 {
		out = out[:min(p.q.limit, len(out))]
	}
	return out
}

// aggregateRecords renders the groups of an aggregate query.
func (o *Org) aggregateRecords(p *plan) [][]byte {
	records := [][]byte{}
	for _, rows := range o.groupRows(p) {
		b := []byte(`{"attributes":{"type":"AggregateResult"}`)
		for _, it := range p.items {
			b = append(b, ',')
			b = appendString(b, it.key)
			b = append(b, ':')
			b = o.aggregate(b, it, rows)
		}
		records = append(records, append(b, '}'))
	}
	return records
}

// aggregate appends the value of an item for a group.
func (o *Org) aggregate(dst []byte, it projection, rows []Row) []byte {
	if it.function == "COUNT" && it.column.field == nil {
		return strconv.AppendInt(dst, int64(len(rows)), 10)
	}
	var values []string
	for _, r := range rows {
		if v := o.value(r, it.column); v != "" {
			values = append(values, v)
		}
	}
	f := it.column.field
	switch it.function {
	case "COUNT":
		return strconv.AppendInt(dst, int64(len(values)), 10)
	case "COUNT_DISTINCT":
		slices.Sort(values)
		return strconv.AppendInt(dst, int64(len(slices.Compact(values))), 10)
	}
	if len(values) == 0 {
		return append(dst, "null"...)
	}
	show := Row{f.Name: values[0]}
	switch it.function {
	case "MIN":
		show[f.Name] = slices.MinFunc(values, func(x, y string) int { return compareValues(f, x, y) })
	case "MAX":
		show[f.Name] = slices.MaxFunc(values, func(x, y string) int { return compareValues(f, x, y) })
	case "SUM", "AVG":
		sum := 0.0
		for _, v := range values {
			n, _ := strconv.ParseFloat(v, 64) // stored numbers are numbers; the sum of others is zero
			sum += n
		}
		if it.function == "AVG" {
			sum /= float64(len(values))
		}
		return append(dst, double(sum)...)
	}
	return f.appendValue(dst, it.column.object, show, "")
}
