package salesforce

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/phigate/phigate/inspect"
)

// lesson is what an exchange can teach.
type lesson uint8

const (
	learnNothing lesson = iota
	learnJob            // the description of a bulk job, or a list of them
	learnSchema         // the description of an object
	learnCursor         // a query with further pages
)

// maxLesson is the size of the largest body that is learnt from, in bytes. A description of an object with many fields
// can be as large.
const maxLesson = 4 << 20

// Learns reports whether the exchange may teach something: then the proxy hands bounded copies of both bodies to
// Learn.
func (r *Router) Learns(rt *Route) bool {
	if rt.x == nil {
		return false
	}
	if rt.x.teach == learnCursor {
		p := rt.x.bodies[inspect.Response].plan
		return p != nil && p.matters()
	}
	return rt.x.teach != learnNothing
}

// Learn remembers what an exchange with host taught. The bodies are bounded copies with their content coding undone; a
// response that was cut off teaches nothing. Neither is retained.
func (r *Router) Learn(rt *Route, host string, status int, requestBody, responseBody []byte) {
	if rt.x == nil || status != http.StatusOK && status != http.StatusCreated || len(responseBody) > maxLesson {
		return
	}
	host = hostName(host)
	switch rt.x.teach {
	case learnJob:
		r.learnJobs(rt, host, requestBody, responseBody)
	case learnSchema:
		r.learnSchema(host, responseBody)
	case learnCursor:
		r.learnCursor(rt, host, responseBody)
	}
}

func (r *Router) learnJobs(rt *Route, host string, requestBody, responseBody []byte) {
	if list := gjson.GetBytes(responseBody, "records"); list.IsArray() && gjson.ValidBytes(responseBody) {
		list.ForEach(func(_, item gjson.Result) bool {
			if id, j := r.readJob(host, []byte(item.Raw)); j != nil && r.memory.job(host, id) == nil {
				r.memory.keepJob(host, id, j)
			}
			return true
		})
		return
	}
	id, j := r.readJob(host, responseBody)
	if j == nil || rt.x.job != "" && jobKey(host, id) != jobKey(host, rt.x.job) {
		return
	}
	if j.Plan == nil && rt.x.job == "" && gjson.ValidBytes(requestBody) {
		r.setQuery(host, j, gjson.GetBytes(requestBody, "query").Str)
	}
	if known := r.memory.job(host, id); known != nil && j.Plan == nil {
		j.Plan, j.Reads = known.Plan, known.Reads
	}
	r.memory.keepJob(host, id, j)
}

// jobInfo is the description of a job in the XML of Bulk API 1.0.
type jobInfo struct {
	ID          string `xml:"id"`
	Operation   string `xml:"operation"`
	Object      string `xml:"object"`
	ContentType string `xml:"contentType"`
}

// readJob reads the org's description of a job, JSON or XML. The job is nil if it is none.
func (r *Router) readJob(host string, b []byte) (id string, j *job) {
	var info jobInfo
	j = &job{}
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '<' {
		if xml.Unmarshal(b, &info) != nil {
			return "", nil
		}
	} else {
		if !gjson.ValidBytes(b) {
			return "", nil
		}
		got := gjson.GetManyBytes(b, "id", "operation", "object", "contentType", "columnDelimiter", "query")
		info = jobInfo{got[0].Str, got[1].Str, got[2].Str, got[3].Str}
		j.Delimiter = delimiters[strings.ToUpper(got[4].Str)]
		r.setQuery(host, j, got[5].Str)
	}
	if !isID(info.ID) || info.Object != "" && !isSafeName(info.Object) {
		return "", nil
	}
	j.Operation = info.Operation
	if info.Object != "" {
		j.Object = info.Object
	}
	switch strings.ToUpper(info.ContentType) {
	case "CSV":
		j.Format = formatCSV
	case "JSON":
		j.Format = formatJSON
	case "XML":
		j.Format = formatXML
	}
	return info.ID, j
}

// delimiters are the names of CSV delimiters in Bulk API 2.0.
var delimiters = map[string]byte{"BACKQUOTE": '`', "CARET": '^', "COMMA": ',', "PIPE": '|', "SEMICOLON": ';', "TAB": '\t'}

// setQuery takes object, plan and reads of a query job from its query.
func (r *Router) setQuery(host string, j *job, query string) {
	if query == "" {
		return
	}
	q, err := ParseSOQL([]byte(query))
	if err != nil {
		return
	}
	rel := r.relations(host)
	j.Plan, j.Reads = q.plan(rel), q.reads(rel)
	if j.Object == "" {
		j.Object = q.Object
	}
}

// learnSchema remembers the relationships of an object.
func (r *Router) learnSchema(host string, b []byte) {
	if !gjson.ValidBytes(b) {
		return
	}
	s := &schema{relationships: make(map[string][]string)}
	doc := gjson.ParseBytes(b)
	object := doc.Get("name").Str
	if !isSafeName(object) {
		return
	}
	doc.Get("fields").ForEach(func(_, f gjson.Result) bool {
		name := strings.ToLower(f.Get("relationshipName").Str)
		if name == "" {
			return true
		}
		f.Get("referenceTo").ForEach(func(_, to gjson.Result) bool {
			if isSafeName(to.Str) {
				s.relationships[name] = append(s.relationships[name], strings.Clone(to.Str))
			}
			return true
		})
		return true
	})
	doc.Get("childRelationships").ForEach(func(_, c gjson.Result) bool {
		name, child := strings.ToLower(c.Get("relationshipName").Str), c.Get("childSObject").Str
		if name != "" && isSafeName(child) {
			s.relationships[strings.Clone(name)] = []string{strings.Clone(child)}
		}
		return true
	})
	r.memory.keepSchema(host, strings.Clone(object), s)
}

// learnCursor remembers what the rows on further pages of a query mean.
func (r *Router) learnCursor(rt *Route, host string, b []byte) {
	p := rt.x.bodies[inspect.Response].plan
	if p == nil || !gjson.ValidBytes(b) {
		return
	}
	next := gjson.GetBytes(b, "nextRecordsUrl").Str
	locator := next[strings.LastIndexByte(next, '/')+1:]
	if isLocator(locator) {
		r.memory.keepCursor(host, locator, p)
	}
}
