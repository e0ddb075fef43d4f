package salesforce

import (
	"errors"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// query matches what stands behind query and queryAll.
func (m *matcher) query() *PathError {
	m.set(Query, m.byMethod())
	explain, err := m.t.param("explain")
	if err != nil {
		return err
	}
	q, err := m.t.param("q")
	if err != nil {
		return err
	}
	if m.left() > 0 {
		m.cursor()
	}
	m.rest()
	m.body(inspect.Request, content{kind: queryText})
	c := content{kind: rows, list: "records", plan: m.rt.x.bodies[inspect.Response].plan}
	switch {
	case q != nil && explain != nil:
		return &PathError{Reason: PathRepeated}
	case q != nil:
		return m.soql(q, c)
	case explain != nil && !isID(explain.value):
		return m.soql(explain, content{})
	case explain == nil:
		m.body(inspect.Response, c)
	}
	return nil
}

// cursor takes the locator of a further page: the rows mean what the first page's query says.
func (m *matcher) cursor() {
	s := m.peek()
	if !isLocator(s.value) {
		return
	}
	m.take(segLocator, "")
	c := &m.rt.x.bodies[inspect.Response]
	c.plan = m.router.memory.cursor(m.host, s.value)
	if c.plan != nil {
		m.rt.Object = c.plan.object
	}
	m.rt.x.teach = learnCursor
}

// isLocator reports whether s is an Id, perhaps with the position of a row behind it: 01g…-2000.
func isLocator(s string) bool {
	id, row, _ := strings.Cut(s, "-")
	return isID(id) && len(row) <= 8 && strings.Trim(row, "0123456789") == ""
}

// soql reads the query in a parameter; c is what the response holds but for the plan.
func (m *matcher) soql(p *param, c content) *PathError {
	q, err := ParseSOQL([]byte(p.value))
	if err != nil {
		return queryError(err)
	}
	rel := m.router.relations(m.host)
	m.rt.Object = q.Object
	m.rt.Reads = q.reads(rel)
	m.rt.x.soql = q
	c.plan = q.plan(rel)
	m.rt.x.teach = learnCursor
	m.body(inspect.Response, c)
	return nil
}

func queryError(err error) *PathError {
	e := &PathError{Reason: PathQuery}
	var s *SOQLError
	if errors.As(err, &s) {
		e.Offset = s.Offset
	}
	return e
}

// search matches what stands behind search.
func (m *matcher) search() *PathError {
	m.set(Query, Search)
	c := content{kind: rows, list: "searchRecords"}
	if m.left() > 0 {
		switch {
		case m.fixed("suggestions"):
			c.list = "autoSuggestResults"
		case m.fixed("layout"), m.fixed("scopeOrder"), m.fixed("suggestSearchQueries"), m.fixed("suggestTitleMatches"):
			c = content{}
		default:
			m.rt.API = Unknown
			return nil
		}
		m.rest()
		m.body(inspect.Response, c)
		return m.searchReads()
	}
	m.body(inspect.Response, c)
	p, err := m.t.param("q")
	if p == nil || err != nil {
		return err
	}
	s, bad := ParseSOSL([]byte(p.value))
	if bad != nil {
		return queryError(bad)
	}
	m.rt.x.sosl = s
	m.rt.Reads = s.reads(m.router.relations(m.host))
	if len(s.Returning) == 1 {
		m.rt.Object = s.Returning[0].Object
	}
	return nil
}

// parameterized matches parameterizedSearch.
func (m *matcher) parameterized() *PathError {
	if m.left() > 0 {
		return nil
	}
	m.set(Query, Search)
	m.body(inspect.Request, content{kind: selection})
	m.body(inspect.Response, content{kind: rows, list: "searchRecords"})
	return m.searchReads()
}

// searchReads reads the parameters sobject=Contact, fields=Id,Name and Contact.fields=Id,Name.
func (m *matcher) searchReads() *PathError {
	if _, err := m.t.param("fields"); err != nil {
		return err
	}
	for _, p := range m.t.params {
		object, found := strings.CutSuffix(p.name, ".fields")
		switch {
		case found:
			m.rt.Reads = append(m.rt.Reads, m.fieldReads(object, p.value)...)
		case p.name == "fields":
			for _, f := range strings.Split(p.value, ",") {
				m.rt.Reads = append(m.rt.Reads, Ref{Field: strings.TrimSpace(f)})
			}
		}
	}
	return nil
}

// composite matches what stands behind composite.
func (m *matcher) composite() *PathError {
	m.set(Composite, Mixed)
	switch {
	case m.left() == 0:
		m.subrequests("compositeRequest", "compositeResponse")
	case m.fixed("batch"):
		m.subrequests("batchRequests", "results")
	case m.fixed("graph"):
		m.subrequests("graphs[].compositeRequest", "graphs[].graphResponse.compositeResponse")
	case m.fixed("tree"):
		object := m.name()
		m.rt.Operation, m.rt.Object = m.byMethod(), object
		m.body(inspect.Request, content{kind: rows, object: object, list: "records", fixed: true})
		m.body(inspect.Response, content{kind: outcomes, list: "results"})
		if object == "" {
			m.rt.API = Unknown
		}
		return m.endOf()
	case m.fixed("sobjects"):
		return m.collection()
	default:
		m.rt.API = Unknown
	}
	if m.inBody && m.rt.API == Composite {
		return &PathError{Reason: PathNested}
	}
	return m.endOf()
}

// endOf makes a path unknown that goes on where the API's ends.
func (m *matcher) endOf() *PathError {
	if m.left() > 0 {
		m.rt.API = Unknown
	}
	return nil
}

func (m *matcher) subrequests(request, response string) {
	if m.reads() {
		m.rt.Operation = Describe
		return
	}
	m.body(inspect.Request, content{kind: composites, list: request})
	m.body(inspect.Response, content{kind: composites, list: response})
}

// collection matches composite/sobjects: rows of any object, or of one.
func (m *matcher) collection() *PathError {
	m.rt.Operation = m.byMethod()
	if m.left() == 0 {
		m.body(inspect.Request, content{kind: rows, list: "records"})
		m.body(inspect.Response, content{kind: outcomes, list: "[]"})
		return nil
	}
	object := m.name()
	m.rt.Object = object
	switch {
	case object == "":
		m.rt.API = Unknown
	case m.left() == 0: // rows by Id: in the query string, or in the body of a POST
		if m.rt.Method == "POST" {
			m.rt.Operation = Read
		}
		m.body(inspect.Request, content{kind: selection, object: object})
		m.body(inspect.Response, content{kind: rows, object: object, list: "[]"})
		p, err := m.t.param("fields")
		if p != nil {
			m.rt.Reads = m.fieldReads(object, p.value)
		}
		return err
	default:
		if m.name() == "" {
			m.rt.API = Unknown
		}
		m.rt.Operation = Upsert
		m.body(inspect.Request, content{kind: rows, object: object, list: "records", fixed: true})
		m.body(inspect.Response, content{kind: outcomes, list: "[]"})
	}
	return m.endOf()
}
