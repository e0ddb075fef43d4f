package org

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The most subrequests of a request, and nodes of a request of graphs.
const (
	maxSubrequests = 25
	maxNodes       = 500
	maxGraphs      = 75
)

// compositeRoute answers everything below /composite. o.mu is held.
func (o *Org) compositeRoute(c *call) (*answer, *apiError) {
	kind := strings.ToLower(c.at(1))
	if c.inner && kind != "sobjects" && kind != "tree" {
		return nil, fail("INVALID_INPUT", "Composite requests cannot be nested")
	}
	switch {
	case len(c.path) == 1:
		return only(c, o.composite, http.MethodPost)
	case kind == "batch" && len(c.path) == 2:
		return only(c, o.batch, http.MethodPost)
	case kind == "graph" && len(c.path) == 2:
		return only(c, o.graphs, http.MethodPost)
	case kind == "sobjects":
		return o.collections(c)
	case kind == "tree" && len(c.path) == 3:
		return only(c, o.tree, http.MethodPost)
	}
	return nil, errNoResource()
}

// subrequest is a member of compositeRequest or of batchRequests.
type subrequest struct {
	Method      string         `json:"method"`
	URL         string         `json:"url"`
	ReferenceID string         `json:"referenceId"`
	Body        jsontext.Value `json:"body"`
	RichInput   jsontext.Value `json:"richInput"`
}

// composite answers /composite.
func (o *Org) composite(c *call) (*answer, *apiError) {
	var in struct {
		AllOrNone bool         `json:"allOrNone"`
		Requests  []subrequest `json:"compositeRequest"`
	}
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	if len(in.Requests) == 0 || len(in.Requests) > maxSubrequests {
		return nil, fail("LIMIT_EXCEEDED", "A composite request takes 1 to %d subrequests", maxSubrequests)
	}
	if err := checkReferences(in.Requests); err != nil {
		return nil, err
	}
	answers, _ := o.runAll(c, in.Requests, in.AllOrNone)
	b := append([]byte(`{"compositeResponse":`), renderComposite(in.Requests, answers)...)
	return jsonAnswer(http.StatusOK, append(b, '}')), nil
}

// checkReferences checks that each subrequest has a name and no other has the same.
func checkReferences(list []subrequest) *apiError {
	seen := map[string]bool{}
	for _, s := range list {
		if s.ReferenceID == "" || seen[s.ReferenceID] {
			return fail("INVALID_INPUT", "Each subrequest needs a referenceId of its own")
		}
		seen[s.ReferenceID] = true
	}
	return nil
}

// runAll runs subrequests in their order, each with the results of those before it. With allOrNone, what they stored
// is taken back if one fails; ok says that none did.
func (o *Org) runAll(c *call, list []subrequest, allOrNone bool) (answers []*answer, ok bool) {
	ok = true
	failedAt := -1
	o.atomically(func() bool {
		results := map[string]jsontext.Value{}
		for i, s := range list {
			a := o.runOne(c, s, results)
			answers = append(answers, a)
			if a.status >= 300 {
				ok = false
				if allOrNone {
					failedAt = i
					return false
				}
				continue
			}
			results[s.ReferenceID] = a.body
		}
		return true
	})
	if failedAt < 0 {
		return answers, ok
	}
	halted := fail("PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed.")
	for i := range list {
		switch {
		case i >= len(answers):
			answers = append(answers, halted.answer())
		case i != failedAt:
			answers[i] = halted.answer()
		}
	}
	return answers, ok
}

// runOne runs one subrequest of a composite.
func (o *Org) runOne(c *call, s subrequest, results map[string]jsontext.Value) *answer {
	target, err := resolve(s.URL, results, func(v string) string { return v })
	if err != nil {
		return err.answer()
	}
	body, err := resolve(string(s.Body), results, func(v string) string {
		quoted := appendString(nil, v)
		return string(quoted[1 : len(quoted)-1])
	})
	if err != nil {
		return err.answer()
	}
	return o.inner(c, s.Method, target, []byte(body))
}

// inner runs a subrequest as if it had been sent by itself.
func (o *Org) inner(c *call, method, target string, body []byte) *answer {
	u, bad := url.Parse(target)
	if bad != nil || u.IsAbs() || u.Host != "" {
		return fail("INVALID_INPUT", "The subrequest's URL is not relative").answer()
	}
	segments, err := split(u.EscapedPath())
	if err != nil {
		return err.answer()
	}
	if len(segments) > 2 && strings.EqualFold(segments[0], "services") && strings.EqualFold(segments[1], "data") {
		segments = segments[2:]
	}
	if len(segments) == 0 || !isVersion(segments[0]) {
		return errNoResource().answer()
	}
	a, err := o.route(&call{
		method: strings.ToUpper(method), base: "/services/data/" + strings.ToLower(segments[0]), path: segments[1:],
		query: u.Query(), body: body, media: "application/json", user: c.user, host: c.host, inner: true,
	})
	if err != nil {
		return err.answer()
	}
	return a
}

// resolve replaces the references @{name.path} in s by values of earlier results, spelt by quote.
func resolve(s string, results map[string]jsontext.Value, quote func(string) string) (string, *apiError) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "@{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		ref, after, closed := strings.Cut(rest, "}")
		name, path, _ := strings.Cut(ref, ".")
		v := results[name]
		if !closed || v == nil {
			return "", errReference(ref)
		}
		for step := range strings.SplitSeq(path, ".") {
			v = walk(v, step)
		}
		if v.Kind() == '{' || v.Kind() == '[' || v.Kind() == 'n' || len(v) == 0 {
			return "", errReference(ref)
		}
		text := stringOf(v)
		if v.Kind() == 't' || v.Kind() == 'f' {
			text = string(v)
		}
		b.WriteString(quote(text))
		s = after
	}
}

func errReference(ref string) *apiError {
	return fail("PROCESSING_HALTED", "Invalid reference specified. No value for %s found", ref)
}

// walk takes one step of a reference's path: name, name[3] or [3].
func walk(v jsontext.Value, step string) jsontext.Value {
	name, index, indexed := strings.Cut(step, "[")
	if name != "" {
		v = lookupMember(v, name)
	}
	if !indexed || len(v) == 0 {
		return v
	}
	n, bad := strconv.Atoi(strings.TrimSuffix(index, "]"))
	list, err := elements(v)
	if bad != nil || err != nil || n < 0 || n >= len(list) {
		return nil
	}
	return list[n]
}

// renderComposite renders the list of results of subrequests.
func renderComposite(list []subrequest, answers []*answer) []byte {
	b := []byte{'['}
	for i, a := range answers {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"body":`...)
		b = appendBody(b, a)
		b = append(b, `,"httpHeaders":{`...)
		if location := a.header.Get("Location"); location != "" {
			b = append(b, `"Location":`...)
			b = appendString(b, location)
		}
		b = append(b, `},"httpStatusCode":`...)
		b = strconv.AppendInt(b, int64(a.status), 10)
		b = append(b, `,"referenceId":`...)
		b = appendString(b, list[i].ReferenceID)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendBody appends the body of a subrequest's answer; what is no JSON cannot be shown.
func appendBody(dst []byte, a *answer) []byte {
	if a.body == nil || a.kind != jsonType {
		return append(dst, "null"...)
	}
	return append(dst, a.body...)
}

// batch answers /composite/batch.
func (o *Org) batch(c *call) (*answer, *apiError) {
	var in struct {
		HaltOnError bool         `json:"haltOnError"`
		Requests    []subrequest `json:"batchRequests"`
	}
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	if len(in.Requests) == 0 || len(in.Requests) > maxSubrequests {
		return nil, fail("LIMIT_EXCEEDED", "A batch takes 1 to %d subrequests", maxSubrequests)
	}
	failed := false
	b := []byte{'['}
	for i, s := range in.Requests {
		if i > 0 {
			b = append(b, ',')
		}
		a := fail("BATCH_PROCESSING_HALTED", "Batch processing halted per request").with(http.StatusPreconditionFailed).answer()
		if !failed || !in.HaltOnError {
			a = o.inner(c, s.Method, s.URL, s.RichInput)
		}
		failed = failed || a.status >= 300
		b = append(b, `{"statusCode":`...)
		b = strconv.AppendInt(b, int64(a.status), 10)
		b = append(b, `,"result":`...)
		b = append(appendBody(b, a), '}')
	}
	out := strconv.AppendBool([]byte(`{"hasErrors":`), failed)
	out = append(append(out, `,"results":`...), b...)
	return jsonAnswer(http.StatusOK, append(out, `]}`...)), nil
}

// graphs answers /composite/graph: each graph is all or nothing.
func (o *Org) graphs(c *call) (*answer, *apiError) {
	var in struct {
		Graphs []struct {
			GraphID  string       `json:"graphId"`
			Requests []subrequest `json:"compositeRequest"`
		} `json:"graphs"`
	}
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	nodes := 0
	for _, g := range in.Graphs {
		nodes += len(g.Requests)
		if err := checkReferences(g.Requests); err != nil {
			return nil, err
		}
	}
	if nodes > maxNodes || len(in.Graphs) > maxGraphs {
		return nil, fail("LIMIT_EXCEEDED", "A request takes up to %d graphs with %d nodes", maxGraphs, maxNodes)
	}
	b := []byte(`{"graphs":[`)
	for i, g := range in.Graphs {
		if i > 0 {
			b = append(b, ',')
		}
		answers, ok := o.runAll(c, g.Requests, true)
		b = append(b, `{"graphId":`...)
		b = appendString(b, g.GraphID)
		b = append(b, `,"graphResponse":{"compositeResponse":`...)
		b = append(b, renderComposite(g.Requests, answers)...)
		b = append(b, `},"isSuccessful":`...)
		b = append(strconv.AppendBool(b, ok), '}')
	}
	return jsonAnswer(http.StatusOK, append(b, `]}`...)), nil
}
