package org

import (
	"net/http"
	"strconv"
	"strings"
)

// The states of a job.
const (
	stateOpen           = "Open"
	stateUploadComplete = "UploadComplete"
	stateInProgress     = "InProgress"
	stateComplete       = "JobComplete"
	stateFailed         = "Failed"
	stateAborted        = "Aborted"
)

// job is a job of the Bulk API 2.0, of either kind.
type job struct {
	id, operation, state string
	query                bool // a query job; an ingest job otherwise
	table                *table
	created, user        string
	version              string // such as 60.0
	delimiter, ending    string // as the client spelt them, or the defaults
	dialect              dialect
	// final is the state that the work led to. The work is done when the upload is complete; clients that poll see
	// the states one after the other.
	final            string
	message          string
	processed, fails int

	ingest ingest
	result queryResult
}

// jobsRoute answers everything below /jobs, uploads excepted. o.mu is held.
func (o *Org) jobsRoute(c *call) (*answer, *apiError) {
	kind := strings.ToLower(c.at(1))
	if kind != "ingest" && kind != "query" || len(c.path) > 4 {
		return nil, errNoResource()
	}
	if len(c.path) == 2 {
		switch {
		case c.method == http.MethodGet:
			return o.listJobs(c, kind == "query"), nil
		case c.method == http.MethodPost && kind == "ingest":
			return o.createIngest(c)
		case c.method == http.MethodPost:
			return o.createQuery(c)
		}
		return nil, errMethod(c.method, "GET,POST")
	}
	j, err := o.job(c)
	if err != nil {
		return nil, err
	}
	if len(c.path) == 3 {
		return o.jobResource(c, j)
	}
	part := strings.ToLower(c.path[3])
	switch {
	case j.query && part == "results":
		return only(c, func(c *call) (*answer, *apiError) { return o.queryResults(c, j) }, http.MethodGet)
	case !j.query && part == "batches":
		return nil, errMethod(c.method, "PUT")
	case !j.query && (part == "successfulresults" || part == "failedresults" || part == "unprocessedrecords"):
		return only(c, func(*call) (*answer, *apiError) { return j.ingestResults(part) }, http.MethodGet)
	}
	return nil, errNoResource()
}

// job finds the job that a path names.
func (o *Org) job(c *call) (*job, *apiError) {
	id, ok := normalID(c.at(2))
	j := o.jobs[id]
	if !ok || j == nil || j.query != strings.EqualFold(c.at(1), "query") {
		return nil, errNoResource()
	}
	return j, nil
}

// newJob makes a job and registers it.
func (o *Org) newJob(c *call, t *table, operation, delimiter, ending string) (*job, *apiError) {
	comma, ok := delimiters[strings.ToUpper(delimiter)]
	if !ok {
		return nil, fail("INVALIDJOB", "columnDelimiter is invalid")
	}
	if ending != "" && ending != "LF" && ending != "CRLF" {
		return nil, fail("INVALIDJOB", "lineEnding is invalid")
	}
	j := &job{
		id: o.nextID("750"), operation: operation, state: stateOpen, table: t, created: o.stamp(), user: c.user,
		version:   strings.TrimPrefix(c.base, "/services/data/v"),
		delimiter: strings.ToUpper(delimiter), ending: ending, dialect: dialect{comma, ending == "CRLF"},
	}
	if j.delimiter == "" {
		j.delimiter = "COMMA"
	}
	if j.ending == "" {
		j.ending = "LF"
	}
	o.jobs[j.id] = j
	return j, nil
}

// jobResource answers info, change of state and deletion.
func (o *Org) jobResource(c *call, j *job) (*answer, *apiError) {
	switch c.method {
	case http.MethodGet, http.MethodHead:
		j.advance()
		return jsonAnswer(http.StatusOK, j.info(true)), nil
	case http.MethodPatch:
		var in struct{ State string }
		if err := into(c.body, &in); err != nil {
			return nil, err
		}
		switch {
		case in.State == stateAborted && (j.state == stateOpen || j.query && j.state != stateComplete && j.state != stateAborted):
			j.state, j.final = stateAborted, stateAborted
		case in.State == stateUploadComplete && j.state == stateOpen && !j.query:
			if j.ingest.uploading {
				return nil, errJobState("The job's data is being uploaded")
			}
			j.state = stateUploadComplete
			o.process(j)
		case in.State != stateAborted && in.State != stateUploadComplete:
			return nil, errJobState("Job state can only be changed to Aborted or UploadComplete")
		default:
			return nil, errJobState("Aborting or closing a job that is in state " + j.state + " is not allowed")
		}
		return jsonAnswer(http.StatusOK, j.info(false)), nil
	case http.MethodDelete:
		if j.state == stateOpen || j.state == stateInProgress {
			return nil, errJobState("Deleting a job that is in state " + j.state + " is not allowed")
		}
		delete(o.jobs, j.id)
		return noContent(), nil
	}
	return nil, errMethod(c.method, "HEAD,GET,PATCH,DELETE")
}

func errJobState(message string) *apiError { return fail("INVALIDJOBSTATE", "%s", message) }

// advance moves a job that is worked on one state further, as a client that polls sees it.
func (j *job) advance() {
	switch j.state {
	case stateUploadComplete:
		j.state = stateInProgress
	case stateInProgress:
		j.state = j.final
	}
}

// done reports whether results can be read.
func (j *job) done() bool {
	return j.state == stateComplete || j.state == stateFailed || j.state == stateAborted
}

// info renders a job; full adds what only a request for its state tells.
func (j *job) info(full bool) []byte {
	b := []byte{'{'}
	add := func(name, value string) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = appendString(b, value)
	}
	add("id", j.id)
	add("operation", j.operation)
	add("object", j.table.object.Name)
	add("createdById", j.user)
	add("createdDate", j.created)
	add("systemModstamp", j.created)
	add("state", j.state)
	if f := j.ingest.key; f != nil {
		add("externalIdFieldName", f.Name)
	}
	add("concurrencyMode", "Parallel")
	add("contentType", "CSV")
	b = append(append(b, `,"apiVersion":`...), j.version...)
	if !j.query {
		add("contentUrl", "services/data/v"+j.version+"/jobs/ingest/"+j.id+"/batches")
	}
	add("lineEnding", j.ending)
	add("columnDelimiter", j.delimiter)
	if !full {
		return append(b, '}')
	}
	add("jobType", map[bool]string{true: "V2Query", false: "V2Ingest"}[j.query])
	if j.message != "" && j.done() {
		add("errorMessage", j.message)
	}
	processed, fails := j.processed, j.fails
	if !j.done() {
		processed, fails = 0, 0
	}
	b = append(b, `,"numberRecordsProcessed":`...)
	b = strconv.AppendInt(b, int64(processed), 10)
	if !j.query {
		b = append(b, `,"numberRecordsFailed":`...)
		b = strconv.AppendInt(b, int64(fails), 10)
		b = append(b, `,"apiActiveProcessingTime":1,"apexProcessingTime":0`...)
	}
	return append(b, `,"retries":0,"totalProcessingTime":1}`...)
}

// listJobs answers the list of jobs of a kind.
func (o *Org) listJobs(_ *call, query bool) *answer {
	b := []byte(`{"done":true,"nextRecordsUrl":null,"records":[`)
	first := true
	for n := int64(1); n <= o.serial["750"]; n++ {
		j := o.jobs[makeID("750", n)]
		if j == nil || j.query != query {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, j.info(false)...)
	}
	return jsonAnswer(http.StatusOK, append(b, `]}`...))
}
