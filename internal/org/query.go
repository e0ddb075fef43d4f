package org

import (
	"net/http"
	"strconv"
	"strings"
)

// cursor is a query whose pages are being read.
type cursor struct {
	plan *plan
	rows rowset
}

// queryRoute answers /query, /queryAll and the pages below them. o.mu is held.
func (o *Org) queryRoute(c *call) (*answer, *apiError) {
	switch {
	case len(c.path) == 1 && c.query.Has("q"):
		return only(c, o.query, http.MethodGet)
	case len(c.path) == 1:
		return nil, malformed("A query string has to be specified")
	case len(c.path) == 2:
		return only(c, o.queryMore, http.MethodGet)
	}
	return nil, errNoResource()
}

// query answers the first page of a query.
func (o *Org) query(c *call) (*answer, *apiError) {
	p, err := o.prepare(c.query.Get("q"), strings.EqualFold(c.path[0], "queryAll"))
	if err != nil {
		return nil, err
	}
	if p.countOnly {
		n := 0
		for r := range o.scan(p) {
			if p.where == nil || p.where(r) {
				n++
			}
		}
		return jsonAnswer(http.StatusOK, appendPage(nil, n, "", nil)), nil
	}
	if p.aggregate {
		records := o.aggregateRecords(p)
		return jsonAnswer(http.StatusOK, appendPage(nil, len(records), "", records)), nil
	}
	cur := &cursor{plan: p, rows: o.run(p)}
	id := ""
	if cur.rows.n > o.cfg.Page {
		id = o.nextID("01g")
		o.cursors[id] = cur
	}
	return o.page(c, id, cur, 0), nil
}

// prepare parses and resolves a query.
func (o *Org) prepare(src string, all bool) (*plan, *apiError) {
	q, err := parseSOQL(src)
	if err != nil {
		return nil, err
	}
	q.allRows = q.allRows || all
	return o.plan(q)
}

// queryMore answers a further page: the path holds the cursor's Id and the number of the first record.
func (o *Org) queryMore(c *call) (*answer, *apiError) {
	id, from, ok := strings.Cut(c.path[1], "-")
	start, bad := strconv.Atoi(from)
	cur := o.cursors[id]
	if !ok || bad != nil || cur == nil || start < 0 || start >= cur.rows.n {
		return nil, fail("INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	return o.page(c, id, cur, start), nil
}

// page renders the records from start on.
func (o *Org) page(c *call, id string, cur *cursor, start int) *answer {
	end := min(start+o.cfg.Page, cur.rows.n)
	next := ""
	if end < cur.rows.n {
		next = c.base + "/query/" + id + "-" + strconv.Itoa(end)
	}
	records := make([][]byte, 0, end-start)
	for i := start; i < end; i++ {
		records = append(records, o.record(nil, cur.plan, cur.rows.at(i), c.base))
	}
	return jsonAnswer(http.StatusOK, appendPage(nil, cur.rows.n, next, records))
}
