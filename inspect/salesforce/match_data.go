package salesforce

import (
	"net/http"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// data matches what stands behind /services/data.
func (m *matcher) data() *PathError {
	if m.left() == 0 {
		m.set(REST, Describe)
		return nil
	}
	if !m.version("v") {
		return nil
	}
	tooling := m.fixed("tooling")
	s := m.peek()
	switch {
	case s == nil:
		m.set(REST, Describe)
	case m.fixed("sobjects"):
		return m.sobjects()
	case m.fixed("query"), m.fixed("queryAll"):
		return m.query()
	case m.fixed("search"):
		return m.search()
	case m.fixed("parameterizedSearch"):
		return m.parameterized()
	case m.fixed("composite"):
		return m.composite()
	case m.fixed("jobs"):
		m.bulk2()
	case m.fixed("limits"):
		if m.left() == 0 || m.fixed("recordCount") && m.left() == 0 {
			m.set(REST, Describe)
		}
	case m.fixed("recent"):
		if m.left() == 0 {
			m.set(REST, m.byMethod())
			m.body(inspect.Response, content{kind: rows, list: "[]"})
		}
	case tooling && m.fixed("executeAnonymous"): // runs what the client sends
		m.other(None)
	default:
		m.resource()
	}
	return nil
}

// resources are the other resources behind the version, with what a POST to them does.
var resources = map[string]Operation{
	"actions": Mixed, "analytics": Read, "appmenu": Describe, "chatter": Create, "commerce": Mixed, "completions": Describe,
	"connect": Mixed, "consent": Mixed, "dedupe": Read, "domains": Describe, "einstein": Mixed, "event": Describe,
	"eventschema": Describe, "folders": Create, "graphql": Mixed, "jsonxform": Read, "knowledgemanagement": Mixed,
	"licensing": Read, "localizedvalue": Read, "metadata": Mixed, "nouns": Describe, "payments": Mixed, "process": Mixed,
	"quickactions": Create, "runtestsasynchronous": Mixed, "runtestssynchronous": Mixed, "scheduling": Read,
	"smartdatadiscovery": Mixed, "support": Read, "tabs": Describe, "theme": Describe, "ui-api": Mixed, "wave": Read,
}

// resource matches the resources whose bodies are not read yet.
func (m *matcher) resource() {
	name := strings.ToLower(m.peek().value)
	op, ok := resources[name]
	if !ok {
		return
	}
	m.take(segFixed, name)
	switch {
	case m.reads() && op != Describe:
		op = Read
	case m.rt.Method != http.MethodPost:
		op = m.byMethod()
	}
	m.other(op)
}

// other matches what is known and not read: names are kept in the template only up to here.
func (m *matcher) other(op Operation) {
	m.set(Other, op)
	m.rest()
}

// rest takes what is left: Ids and versions, else values.
func (m *matcher) rest() {
	for m.left() > 0 {
		if !m.id() && !m.version("") && !m.version("v") {
			m.take(segValue, "")
		}
	}
}

// body says what the body in one direction holds.
func (m *matcher) body(dir inspect.Direction, c content) { m.rt.x.bodies[dir] = c }

// sobjects matches what stands behind sobjects.
func (m *matcher) sobjects() *PathError {
	m.set(REST, Describe)
	if m.left() == 0 {
		return nil
	}
	object := m.name()
	if object == "" {
		m.rt.API = Unknown
		return nil
	}
	m.rt.Object = object
	switch {
	case m.left() == 0:
		m.object(object)
	case m.fixed("describe"):
		if m.left() == 0 {
			m.rt.x.teach = learnSchema
		}
		m.metadata()
	case m.fixed("updated"), m.fixed("deleted"):
		m.rt.Operation = Read
		m.rest()
	case m.fixed("listviews"), m.fixed("relevantItems"):
		m.rt.Operation = m.byMethod()
		m.rest()
	case m.fixed("quickActions"):
		m.quickAction(object)
	default:
		return m.row(object)
	}
	return nil
}

// metadata takes what stands behind describe: layouts and their names.
func (m *matcher) metadata() {
	for _, name := range [...]string{"layouts", "compactLayouts", "approvalLayouts", "namedLayouts"} {
		if m.fixed(name) {
			break
		}
	}
	m.rest()
}

// object matches sobjects/Contact.
func (m *matcher) object(object string) {
	if m.reads() {
		m.rt.Operation = Read
		m.body(inspect.Response, content{kind: rows, object: object, list: "recentItems"})
		return
	}
	m.rt.Operation = m.byMethod()
	m.body(inspect.Request, content{kind: rows, object: object, fixed: true})
	m.body(inspect.Response, content{kind: outcomes})
}

// quickAction matches sobjects/Case/quickActions/….
func (m *matcher) quickAction(object string) {
	if m.reads() {
		m.metadata()
		return
	}
	m.rt.Operation = m.byMethod()
	if m.name() == "" || m.left() > 0 {
		m.rt.API = Unknown
		return
	}
	m.body(inspect.Request, content{kind: rows, object: object, list: "record", fixed: true})
	m.rt.Request.Records = []string{} // record is one row, not an array
	m.body(inspect.Response, content{kind: outcomes})
}

// row matches what stands behind sobjects/Contact: an Id, or an external id and its value.
func (m *matcher) row(object string) *PathError {
	op := m.byMethod()
	m.rt.Operation = op
	switch s := m.peek(); {
	case m.id():
		if op == Create || op == Upsert {
			m.rt.Operation = Update
		}
	case m.left() == 1:
		m.lone(s)
	default:
		field := m.name()
		if field == "" {
			m.rt.API = Unknown
			return nil
		}
		if !m.reads() && op != Delete {
			m.rt.Operation = Upsert
		}
		kind := segValue
		if m.isReference(m.peek().value) {
			kind = segID
		}
		m.take(kind, field)
	}
	if m.left() > 0 {
		return m.inRow(object)
	}
	return m.single(object)
}

// lone takes a segment behind the object that is neither Id nor has a value behind it: the name of an external id
// whose value is in the body, else a value.
func (m *matcher) lone(s *segment) {
	if strings.EqualFold(s.value, "Id") || isSafeName(s.value) && hasEnding(s.value, "__c") {
		m.take(segFixed, s.value)
		return
	}
	m.take(segValue, "")
}

// single says what the bodies of a request about one row hold.
func (m *matcher) single(object string) *PathError {
	if !m.reads() {
		m.body(inspect.Request, content{kind: rows, object: object, fixed: true})
		m.body(inspect.Response, content{kind: outcomes})
		return nil
	}
	m.body(inspect.Response, content{kind: rows, object: object})
	p, err := m.t.param("fields")
	if p != nil {
		m.rt.Reads = m.fieldReads(object, p.value)
	}
	return err
}

// blobs are the fields whose value is a body of its own, by lower-case name.
var blobs = map[string]string{"versiondata": "VersionData", "body": "Body", "logfile": "LogFile", "binary": "Binary",
	"documentdata": "DocumentData", "textbody": "TextBody"}

// inRow matches what stands behind a row: a blob, or a chain of relationships.
func (m *matcher) inRow(object string) *PathError {
	if name, ok := blobs[strings.ToLower(m.peek().value)]; ok && m.left() == 1 {
		m.take(segFixed, name)
		m.blob(object, name)
		return nil
	}
	switch {
	case m.fixed("richTextImageFields"):
		if field := m.name(); field != "" && m.left() == 1 {
			m.take(segValue, "")
			m.blob(object, field)
			return nil
		}
		m.rt.API = Unknown
		return nil
	case m.fixed("password"), m.fixed("push"):
		m.rest()
		return m.single(object)
	case m.fixed("quickActions"):
		m.quickAction(object)
		return nil
	}
	return m.related(object)
}

func (m *matcher) blob(object, field string) {
	m.rt.Operation = m.byMethod()
	if m.reads() {
		m.rt.Reads = []Ref{{object, field}}
	}
	c := content{kind: rows, object: object, field: []byte(field)}
	if m.reads() {
		m.body(inspect.Response, c)
	} else {
		m.body(inspect.Request, c)
	}
	if strings.EqualFold(object, "EventLogFile") {
		m.rt.ResponseFormat = formatCSV
	}
}

// related matches a chain of relationships behind a row.
func (m *matcher) related(object string) *PathError {
	objects, list := []string{object}, ""
	rel := m.router.relations(m.host)
	for m.left() > 0 {
		if m.id() {
			list = ""
			continue
		}
		name := m.name()
		if name == "" {
			m.rt.API = Unknown
			return nil
		}
		objects = follow(objects, []string{name}, rel)
		list = ""
		if _, many := children[strings.ToLower(name)]; many {
			list = "records"
		}
	}
	m.rt.Object = only(objects)
	if m.rt.Operation == Upsert || m.rt.Operation == Create {
		m.rt.Operation = Update
	}
	err := m.single(m.rt.Object)
	if m.reads() {
		m.rt.x.bodies[inspect.Response].list = list
	}
	return err
}
