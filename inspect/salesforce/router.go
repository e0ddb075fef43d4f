package salesforce

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/phigate/phigate/inspect"
)

// Config says how much a Router remembers. Zero values mean the defaults.
type Config struct {
	// Jobs is the number of bulk jobs remembered, and of query cursors. Default 100,000.
	Jobs int
	// Schemas is the number of objects whose description is remembered. Default 2,000.
	Schemas int
	// Now tells the time; what is remembered expires by it. Default time.Now.
	Now func() time.Time
}

// Router tells what requests mean, and remembers what later requests depend on: bulk jobs, query cursors and the
// relationships of objects. It is safe for concurrent use.
type Router struct {
	memory *memory
}

// New returns a Router that remembers nothing yet.
func New(cfg Config) *Router { return &Router{memory: newMemory(cfg)} }

// Fetch asks the org for something with the job's own credentials; path is in origin-form. It returns the body of a
// 200 response, bounded by the caller, and an error for every other answer.
type Fetch func(ctx context.Context, path string) ([]byte, error)

// Route tells what req means. For a bulk job that the Router does not know it asks fetch for the job's description;
// if that fails, or fetch is nil, the object is unknown. The error is a *PathError: the target can be read in more
// than one way, or holds a query that does not parse, and the request must be refused.
func (r *Router) Route(ctx context.Context, req *http.Request, fetch Fetch) (*Route, error) {
	raw := req.URL.EscapedPath()
	if req.URL.Opaque != "" {
		return nil, &PathError{Reason: PathSyntax}
	}
	if req.URL.RawQuery != "" {
		raw += "?" + req.URL.RawQuery
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	m := &matcher{router: r, host: hostName(host), ctx: ctx, fetch: fetch, header: req.Header}
	rt, err := m.route(req.Method, raw, req.Header.Values("X-Http-Method-Override"))
	if err != nil {
		return nil, err
	}
	return rt, nil
}

// hostName returns the host of an authority in lower case.
func hostName(authority string) string {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		authority = host
	}
	return strings.ToLower(strings.TrimSuffix(authority, "."))
}

// matcher finds out what one request means.
type matcher struct {
	router *Router
	host   string
	ctx    context.Context
	fetch  Fetch
	header http.Header
	inBody bool // it is a subrequest

	t  *target
	rt *Route
	i  int // the next segment
}

func (m *matcher) route(method, raw string, override []string) (*Route, *PathError) {
	t, err := parseTarget(raw, m.inBody)
	if err != nil {
		return nil, err
	}
	m.t = t
	m.rt = &Route{API: Unknown, Operation: None, x: &exchange{router: m.router, host: m.host, target: t}}
	m.rt.Method, err = effectiveMethod(method, t, override)
	if err != nil {
		return nil, err
	}
	if err := m.match(); err != nil {
		return nil, err
	}
	if m.rt.API == Unknown {
		m.unknown()
	}
	m.finish()
	return m.rt, nil
}

// effectiveMethod returns the method after overrides. One that the org may not follow is refused: on another method
// than POST, spelt differently, two that disagree, to one that reads by a header.
func effectiveMethod(method string, t *target, override []string) (string, *PathError) {
	p, err := t.param("_HttpMethod")
	if err != nil {
		return "", &PathError{Reason: PathOverride}
	}
	to := ""
	if p != nil {
		to = p.value
	}
	for _, h := range override {
		if to != "" && to != h || h == http.MethodGet || h == http.MethodHead {
			return "", &PathError{Reason: PathOverride}
		}
		to = h
	}
	if p == nil && len(override) == 0 {
		return method, nil
	}
	if method == to {
		return method, nil
	}
	switch to {
	case http.MethodGet, http.MethodPatch, http.MethodPut, http.MethodDelete:
		if method == http.MethodPost && len(t.segs) > 1 && strings.EqualFold(t.segs[0].value, "services") &&
			(strings.EqualFold(t.segs[1].value, "data") || strings.EqualFold(t.segs[1].value, "apexrest")) {
			return to, nil
		}
	}
	return "", &PathError{Reason: PathOverride}
}

// match finds the API by the first segments.
func (m *matcher) match() *PathError {
	switch {
	case m.fixed("services"):
		switch {
		case m.fixed("data"):
			return m.data()
		case m.fixed("async"):
			m.bulk1()
		case m.fixed("Soap"):
			m.soap()
		case m.fixed("oauth2"):
			m.login()
		case m.fixed("apexrest"):
			m.apex()
		}
	case m.fixed("cometd"):
		m.other(Read)
	case m.fixed("id"):
		m.login()
	}
	return nil
}

// peek returns the next segment, nil behind the last.
func (m *matcher) peek() *segment {
	if m.i >= len(m.t.segs) {
		return nil
	}
	return &m.t.segs[m.i]
}

// left returns the number of segments that were not yet taken.
func (m *matcher) left() int { return len(m.t.segs) - m.i }

// fixed takes the next segment if it is part of the API; name is how the API spells it.
func (m *matcher) fixed(name string) bool {
	s := m.peek()
	if s == nil || !strings.EqualFold(s.value, name) {
		return false
	}
	m.take(segFixed, name)
	return true
}

// take takes the next segment.
func (m *matcher) take(kind segmentKind, name string) *segment {
	s := m.peek()
	s.kind, s.name = kind, name
	m.i++
	return s
}

// name takes the next segment if it looks like an API name, and returns it; else "".
func (m *matcher) name() string {
	s := m.peek()
	if s == nil || !isSafeName(s.value) {
		return ""
	}
	m.take(segFixed, s.value)
	return s.value
}

// id takes the next segment if it is an Id, or a reference to one in a subrequest.
func (m *matcher) id() bool {
	s := m.peek()
	if s == nil || !isRowID(s.value) && !m.isReference(s.value) {
		return false
	}
	m.take(segID, "")
	return true
}

func (m *matcher) isReference(s string) bool {
	return m.inBody && len(s) > 0 && referenceLen([]byte(s)) == len(s)
}

// version takes a segment such as v60.0, or 60.0 with an empty prefix.
func (m *matcher) version(prefix string) bool {
	s := m.peek()
	if s == nil || len(s.value) < len(prefix) || !strings.EqualFold(s.value[:len(prefix)], prefix) {
		return false
	}
	major, minor, found := strings.Cut(s.value[len(prefix):], ".")
	if !found || len(major) == 0 || len(major) > 3 || len(minor) != 1 || strings.Trim(major+minor, "0123456789") != "" {
		return false
	}
	m.take(segVersion, "")
	return true
}

// set says what the request is.
func (m *matcher) set(api API, op Operation) { m.rt.API, m.rt.Operation = api, op }

// unknown undoes what was matched.
func (m *matcher) unknown() {
	m.rt.Object, m.rt.Reads = "", nil
	m.rt.x.bodies = [2]content{}
	m.rt.Operation = None
	if m.reads() {
		m.rt.Operation = Read
	}
}

// reads reports whether the method changes nothing.
func (m *matcher) reads() bool {
	return m.rt.Method == http.MethodGet || m.rt.Method == http.MethodHead || m.rt.Method == http.MethodOptions
}

// byMethod returns the operation that a method usually stands for.
func (m *matcher) byMethod() Operation {
	switch m.rt.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return Read
	case http.MethodPost:
		return Create
	case http.MethodPatch:
		return Update
	case http.MethodPut:
		return Upsert
	case http.MethodDelete:
		return Delete
	}
	return None
}

// finish fills what follows from the rest.
func (m *matcher) finish() {
	rt := m.rt
	rt.Template = m.t.template()
	for dir, shape := range [...]*inspect.Shape{&rt.Request, &rt.Response} {
		c := &rt.x.bodies[dir]
		shape.Object = c.object
		if c.list != "" && shape.Records == nil {
			shape.Records = []string{c.list}
		}
	}
	if rt.Dialect == JSONArray && m.wantsXML() {
		rt.Dialect = XMLErrors
	}
}

// wantsXML reports whether errors are expected as XML.
func (m *matcher) wantsXML() bool {
	if m.t.suffix != "" {
		return m.t.suffix == ".xml"
	}
	accept := strings.ToLower(m.header.Get("Accept"))
	return strings.Contains(accept, "application/xml") && !strings.Contains(accept, "application/json")
}

// relations resolves relationships by what the org's descriptions said, else by what is the same in every org.
func (r *Router) relations(host string) relations {
	return func(object, relationship string) []string {
		if targets, ok := r.memory.relation(host, object, relationship); ok {
			return targets
		}
		return standardRelations(object, relationship)
	}
}

// fieldReads returns what a comma-separated list of fields of an object reads.
func (m *matcher) fieldReads(object, list string) []Ref {
	var refs []Ref
	q := &SOQL{Object: object}
	for f := range strings.SplitSeq(list, ",") {
		if f = strings.TrimSpace(f); f != "" {
			refs = append(refs, q.resolve(f, m.router.relations(m.host))...)
		}
	}
	return refs
}
