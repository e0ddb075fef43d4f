package org

import (
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// queryResult is the part of a job that queries.
type queryResult struct {
	columns []column
	// cells are the values of all rows, taken when the job was made; nil if the rows are generated.
	cells [][]string
	rows  int
}

// createQuery answers POST /jobs/query. o.mu is held.
func (o *Org) createQuery(c *call) (*answer, *apiError) {
	var in struct{ Operation, Query, ContentType, ColumnDelimiter, LineEnding string }
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	if in.Operation != "query" && in.Operation != "queryAll" {
		return nil, fail("INVALIDJOB", "InvalidJob : Operation is not supported")
	}
	p, err := o.prepare(in.Query, in.Operation == "queryAll")
	if err != nil {
		return nil, err
	}
	if p.aggregate || p.q.offset > 0 {
		return nil, fail("API_ERROR", "Aggregate functions, GROUP BY and OFFSET are not supported in bulk queries")
	}
	columns, err := flatten(nil, p.items)
	if err != nil {
		return nil, err
	}
	j, err := o.newJob(c, p.table, in.Operation, in.ColumnDelimiter, in.LineEnding)
	if err != nil {
		return nil, err
	}
	j.query, j.state, j.final = true, stateUploadComplete, stateComplete
	rows := o.run(p)
	j.processed = rows.n
	j.result = queryResult{columns: columns, rows: rows.n}
	if p.table.object.Prefix != benchPrefix || p.where != nil || p.order != nil {
		j.result.cells = make([][]string, rows.n)
		for i := range rows.n {
			r := rows.at(i)
			for _, col := range columns {
				j.result.cells[i] = append(j.result.cells[i], o.value(r, col))
			}
		}
	}
	return jsonAnswer(http.StatusOK, j.info(false)), nil
}

// flatten lists the columns of a SELECT list; what has no cell of its own is refused.
func flatten(parents []*field, items []projection) ([]column, *apiError) {
	var out []column
	for _, it := range items {
		switch {
		case it.child != nil:
			return nil, fail("API_ERROR", "Nested queries are not supported in bulk queries")
		case it.parent != nil:
			nested, err := flatten(append(parents[:len(parents):len(parents)], it.parent), it.nested)
			if err != nil {
				return nil, err
			}
			out = append(out, nested...)
		case it.column.field.compound() || it.column.field.Kind == kindBase64:
			return nil, fail("API_ERROR", "Selecting compound data is not supported in bulk queries")
		default:
			out = append(out, column{parents, it.column.object, it.column.field})
		}
	}
	return out, nil
}

// queryResults answers a page of a query job's result. o.mu is held; the rows are written without it.
func (o *Org) queryResults(c *call, j *job) (*answer, *apiError) {
	if j.state != stateComplete {
		return nil, errJobState("The job's results are not ready: it is in state " + j.state)
	}
	start, limit := 0, o.cfg.BulkPage
	if locator := c.query.Get("locator"); locator != "" && locator != "null" {
		text, bad := base64.RawURLEncoding.DecodeString(locator)
		n, wrong := strconv.Atoi(string(text))
		if bad != nil || wrong != nil || n < 0 || n > j.result.rows {
			return nil, fail("INVALID_LOCATOR", "The locator is not valid")
		}
		start = n
	}
	if s := c.query.Get("maxRecords"); s != "" {
		n, bad := strconv.Atoi(s)
		if bad != nil || n < 1 {
			return nil, fail("INVALID_QUERY_PARAMETER", "maxRecords must be a positive number")
		}
		limit = n
	}
	end := min(start+limit, j.result.rows)
	next := "null"
	if end < j.result.rows {
		next = base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, int64(end), 10))
	}
	a := &answer{status: http.StatusOK, kind: csvType, stream: func(w io.Writer) error {
		return j.result.write(w, j.dialect, start, end)
	}}
	return a.set("Sforce-Locator", next).set("Sforce-NumberOfRecords", strconv.Itoa(end-start)), nil
}

// write writes the header and the rows from start to end. The result does not change after the job was made.
func (q *queryResult) write(w io.Writer, d dialect, start, end int) error {
	var names []string
	for _, col := range q.columns {
		names = append(names, col.name())
	}
	const chunk = 64 << 10
	b := d.appendRow(make([]byte, 0, chunk+4096), names...)
	for i := start; i < end; i++ {
		if q.cells != nil {
			b = d.appendRow(b, q.cells[i]...)
		} else {
			b = q.appendGenerated(b, d, i)
		}
		if len(b) >= chunk {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

// appendGenerated appends a row of BenchRow__c without making a Row of it. Its values hold no quotes.
func (q *queryResult) appendGenerated(b []byte, d dialect, i int) []byte {
	for n, col := range q.columns {
		if n > 0 {
			b = append(b, d.comma)
		}
		b = append(b, '"')
		if len(col.parents) == 0 {
			b = appendBench(b, i, col.field.Name)
		}
		b = append(b, '"')
	}
	return d.appendEnd(b)
}

// asyncRefusal answers the Bulk API 1.0, which this org does not have, in that API's own dialect.
func asyncRefusal(r *http.Request) *answer {
	const code, message = "FeatureNotEnabled", "Async API not enabled"
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		return jsonAnswer(http.StatusBadRequest, []byte(`{"exceptionCode":"`+code+`","exceptionMessage":"`+message+`"}`))
	}
	return &answer{status: http.StatusBadRequest, kind: "application/xml", body: []byte(`<?xml version="1.0" encoding="UTF-8"?>` +
		`<error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>` + code + `</exceptionCode>` +
		`<exceptionMessage>` + message + `</exceptionMessage></error>`)}
}
