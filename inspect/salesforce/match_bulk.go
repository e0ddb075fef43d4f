package salesforce

import (
	"strings"

	"github.com/phigate/phigate/inspect"
)

// Names of formats that the API knows better than the media type.
const (
	formatCSV  = "csv"
	formatJSON = "json"
	formatSOQL = "soql"
)

// bulk2 matches what stands behind jobs.
func (m *matcher) bulk2() {
	m.set(Bulk2, Job)
	kind := ""
	switch {
	case m.fixed("ingest"):
		kind = "ingest"
	case m.fixed("query"):
		kind = "query"
	default:
		m.rt.API = Unknown
		return
	}
	state := content{kind: jobState}
	if m.left() == 0 {
		m.rt.x.teach = learnJob
		m.body(inspect.Request, state)
		m.body(inspect.Response, state)
		return
	}
	id := m.peek().value
	if !m.id() {
		m.rt.API = Unknown
		return
	}
	m.rt.x.job = id
	if m.left() == 0 {
		if m.reads() {
			m.rt.x.teach = learnJob
		}
		m.useJob(m.knownJob())
		m.body(inspect.Request, state)
		m.body(inspect.Response, state)
		return
	}
	info := "/" + strings.Join([]string{"services", "data", m.t.segs[2].value, "jobs", kind, id}, "/")
	m.transfer(info)
	if m.left() > 0 {
		m.rt.API = Unknown
	}
}

// transfer matches the uploads and downloads of a Bulk 2.0 job; info is where the org describes the job.
func (m *matcher) transfer(info string) {
	switch {
	case m.fixed("batches"):
		job := m.job(info)
		m.useJob(job)
		m.rt.Operation = job.does()
		m.rt.Format = formatCSV
		m.body(inspect.Request, content{kind: rows, object: job.Object, fixed: true})
		m.rt.Request.Delimiter = job.Delimiter
	case m.fixed("results"), m.fixed("resultPages"):
		pages := m.t.segs[m.i-1].name == "resultPages"
		job := m.job(info)
		m.useJob(job)
		m.rt.Operation = Read
		m.rt.Reads = job.Reads
		if !pages {
			m.rt.ResponseFormat = formatCSV
			m.body(inspect.Response, content{kind: rows, object: job.Object, plan: job.Plan, fixed: true})
			m.rt.Response.Delimiter = job.Delimiter
		}
	case m.fixed("successfulResults"), m.fixed("failedResults"), m.fixed("unprocessedRecords"):
		job := m.job(info)
		m.useJob(job)
		m.rt.Operation = Read
		m.rt.ResponseFormat = formatCSV
		m.body(inspect.Response, content{kind: rows, object: job.Object, fixed: true})
		m.rt.Response.Delimiter = job.Delimiter
	default:
		m.rt.API = Unknown
	}
}

// useJob takes the object from a job.
func (m *matcher) useJob(j *job) { m.rt.Object = j.Object }

// knownJob returns what is remembered of the request's job; an empty job if nothing is.
func (m *matcher) knownJob() *job {
	if j := m.router.memory.job(m.host, m.rt.x.job); j != nil {
		return j
	}
	return &job{}
}

// job returns the request's job, from memory or else from the org; an empty job if neither knows it.
func (m *matcher) job(info string) *job {
	if j := m.router.memory.job(m.host, m.rt.x.job); j != nil {
		return j
	}
	if m.fetch == nil {
		return &job{}
	}
	b, err := m.fetch(m.ctx, info)
	if err != nil {
		return &job{}
	}
	id, j := m.router.readJob(m.host, b)
	if j == nil || jobKey(m.host, id) != jobKey(m.host, m.rt.x.job) {
		return &job{}
	}
	m.router.memory.keepJob(m.host, id, j)
	return j
}

// bulk1 matches what stands behind async.
func (m *matcher) bulk1() {
	if !m.version("") || !m.fixed("job") {
		return
	}
	m.set(Bulk1, Job)
	m.rt.Dialect = BulkXML
	if strings.Contains(strings.ToLower(m.header.Get("Content-Type")), formatJSON) {
		m.rt.Dialect = BulkJSON
	}
	state := content{kind: jobState}
	m.body(inspect.Request, state)
	m.body(inspect.Response, state)
	m.rt.x.teach = learnJob
	if m.left() == 0 {
		return
	}
	id := m.peek().value
	if !m.id() {
		m.rt.API = Unknown
		return
	}
	m.rt.x.job = id
	if m.left() == 0 {
		m.useJob1(m.knownJob())
		return
	}
	m.rt.x.teach = learnNothing
	if !m.fixed("batch") {
		m.rt.API = Unknown
		return
	}
	m.batch("/" + strings.Join([]string{"services", "async", m.t.segs[2].value, "job", id}, "/"))
	if m.left() > 0 {
		m.rt.API = Unknown
	}
}

// useJob1 takes object and error dialect from a Bulk 1.0 job.
func (m *matcher) useJob1(j *job) {
	m.useJob(j)
	switch {
	case j.Format == formatJSON:
		m.rt.Dialect = BulkJSON
	case j.Format != "":
		m.rt.Dialect = BulkXML
	}
}

// batch matches what stands behind job/{id}/batch.
func (m *matcher) batch(info string) {
	if m.left() == 0 {
		if m.reads() {
			m.useJob1(m.knownJob())
			return
		}
		j := m.job(info)
		m.useJob1(j)
		m.rt.Operation = j.does()
		m.upload(inspect.Request, &m.rt.Format, j)
		return
	}
	if !m.id() {
		m.rt.API = Unknown
		return
	}
	j := m.knownJob()
	switch {
	case m.left() == 0:
	case m.fixed("request"): // the upload comes back
		j = m.job(info)
		m.rt.Operation = Read
		m.upload(inspect.Response, &m.rt.ResponseFormat, j)
	case m.fixed("result"):
		j = m.job(info)
		m.result(j)
	default:
		m.rt.API = Unknown
	}
	m.useJob1(j)
}

// upload says what a batch holds: rows, or the query of a query job.
func (m *matcher) upload(dir inspect.Direction, format *string, j *job) {
	if j.isQuery() {
		*format = formatSOQL
		m.body(dir, content{kind: queryText})
		return
	}
	*format = j.Format
	c := content{kind: rows, object: j.Object, fixed: true}
	c.list = batchLists[j.Format]
	m.body(dir, c)
}

// batchLists, outcomeLists and resultLists are where the rows of a batch, what became of them, and the rows of a query
// lie by the job's format.
var (
	batchLists   = map[string]string{formatJSON: "[]", formatXML: "sObjects.sObject"}
	outcomeLists = map[string]string{formatJSON: "[]", formatXML: "results.result"}
	resultLists  = map[string]string{formatJSON: "[]", formatXML: "queryResult.records"}
)

// result says what batch/{id}/result and what stands behind it hold.
func (m *matcher) result(j *job) {
	m.rt.Operation = Read
	switch {
	case m.left() > 0:
		m.take(segID, "")
		m.rt.ResponseFormat = j.Format
		m.rt.Reads = j.Reads
		c := content{kind: rows, object: j.Object, plan: j.Plan}
		c.list = resultLists[j.Format]
		m.body(inspect.Response, c)
	case j.isQuery(): // the list of result Ids, XML unless the job is JSON
		if j.Format == formatJSON {
			m.rt.ResponseFormat = formatJSON
		}
		m.body(inspect.Response, content{kind: outcomes})
	default:
		m.rt.ResponseFormat = j.Format
		m.body(inspect.Response, content{kind: outcomes, list: outcomeLists[j.Format]})
	}
}

// login matches OAuth and identity: their bodies hold secrets.
func (m *matcher) login() {
	m.set(OAuth, Login)
	m.rt.Dialect = OAuthJSON
	for _, name := range [...]string{"token", "revoke", "introspect", "device", "authorize", "userinfo", "singleaccess"} {
		if m.fixed(name) {
			break
		}
	}
	m.rest()
}

// apex matches Apex REST: what stands behind the first name is the service's own.
func (m *matcher) apex() {
	m.set(ApexREST, m.byMethod())
	m.name()
	m.rest()
}
