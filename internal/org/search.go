package org

import (
	"net/http"
	"strings"
)

// returning is an object of a search and the fields that it shows.
type returning struct {
	object string
	fields []string
}

// searchRoute answers /search and /parameterizedSearch. o.mu is held.
func (o *Org) searchRoute(c *call) (*answer, *apiError) {
	if len(c.path) != 1 {
		return nil, errNoResource()
	}
	if strings.EqualFold(c.path[0], "search") {
		return only(c, func(c *call) (*answer, *apiError) {
			term, list, err := parseSOSL(c.query.Get("q"))
			if err != nil {
				return nil, err
			}
			return o.search(c, term, list)
		}, http.MethodGet)
	}
	return only(c, o.parameterizedSearch, http.MethodGet, http.MethodPost)
}

// parseSOSL reads FIND {term} [IN … FIELDS] RETURNING Object(fields), ….
func parseSOSL(src string) (string, []returning, *apiError) {
	open, end := strings.IndexByte(src, '{'), strings.IndexByte(src, '}')
	if open < 0 || end < open || !strings.EqualFold(strings.TrimSpace(src[:open]), "FIND") {
		return "", nil, malformed("FIND {term} expected")
	}
	term := src[open+1 : end]
	tokens, err := lex(src[end+1:])
	if err != nil {
		return "", nil, err
	}
	p := &parser{tokens: tokens}
	if p.accept("IN") {
		p.name() // ALL, NAME, EMAIL, PHONE or SIDEBAR: all fields are searched
		p.accept("FIELDS")
	}
	if !p.accept("RETURNING") {
		p.unexpected()
	}
	var list []returning
	for p.err == nil {
		r := returning{object: p.name()}
		if p.acceptSymbol("(") {
			r.fields = append(r.fields, p.name())
			for p.acceptSymbol(",") {
				r.fields = append(r.fields, p.name())
			}
			p.expect(")")
		}
		list = append(list, r)
		if !p.acceptSymbol(",") {
			break
		}
	}
	if p.err == nil && p.peek().kind != tokenEnd {
		p.unexpected()
	}
	return term, list, p.err
}

// parameterizedSearch answers a search whose parts come as JSON or as parameters.
func (o *Org) parameterizedSearch(c *call) (*answer, *apiError) {
	var in struct {
		Q        string   `json:"q"`
		Fields   []string `json:"fields"`
		SObjects []struct {
			Name   string   `json:"name"`
			Fields []string `json:"fields"`
		} `json:"sobjects"`
	}
	if c.method == http.MethodPost {
		if err := into(c.body, &in); err != nil {
			return nil, err
		}
	} else {
		in.Q = c.query.Get("q")
	}
	var list []returning
	for _, s := range in.SObjects {
		list = append(list, returning{s.Name, append(s.Fields, in.Fields...)})
	}
	if name := c.query.Get("sobject"); name != "" {
		list = append(list, returning{object: name, fields: c.query["fields"]})
	}
	return o.search(c, in.Q, list)
}

// search answers the rows that have a term in one of their fields.
func (o *Org) search(c *call, term string, list []returning) (*answer, *apiError) {
	term = strings.ToLower(strings.Trim(term, `*"' `))
	if len(term) < 2 {
		return nil, fail("INVALID_SEARCH", "search term must be longer than one character: %s", term)
	}
	b := []byte(`{"searchRecords":[`)
	first := true
	for _, ret := range list {
		t := o.table(ret.object)
		if t == nil {
			return nil, fail("INVALID_TYPE", "sObject type '%s' is not supported.", ret.object)
		}
		if ret.fields == nil {
			ret.fields = []string{"Id"}
		}
		var fields []*field
		for _, name := range ret.fields {
			f := t.object.field(name)
			if f == nil {
				return nil, errNoColumn(name, t.object)
			}
			fields = append(fields, f)
		}
		for _, r := range t.rows {
			if r.deleted() || !t.mentions(r, term) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = appendRecord(b, t.object, r, fields, c.base)
		}
	}
	return jsonAnswer(http.StatusOK, append(b, `]}`...)), nil
}

// mentions reports whether a row has a term in a field that people write.
func (t *table) mentions(r Row, term string) bool {
	for _, f := range t.object.Fields {
		if textual(f) && f.Kind != kindID && f.Kind != kindReference && f.Kind != kindBase64 &&
			strings.Contains(strings.ToLower(r[f.Name]), term) {
			return true
		}
	}
	return false
}
