package org

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// ingest is the part of a job that uploads.
type ingest struct {
	key       *field // what an upsert finds rows by
	uploading bool
	uploaded  bool
	header    []string
	records   [][]string
	broken    error    // what is wrong with the upload's CSV
	ids       []string // by record; empty where it failed
	created   []bool
	faults    []string // by record; empty where it succeeded
}

var ingestOperations = map[string]bool{"insert": true, "update": true, "upsert": true, "delete": true, "hardDelete": true}

// createIngest answers POST /jobs/ingest. o.mu is held.
func (o *Org) createIngest(c *call) (*answer, *apiError) {
	var in struct {
		Object, Operation, ExternalIDFieldName, ColumnDelimiter, LineEnding, ContentType string
	}
	if err := into(c.body, &in); err != nil {
		return nil, err
	}
	t := o.table(in.Object)
	switch {
	case in.Object == "":
		return nil, fail("INVALIDJOB", "InvalidJob : object must be specified")
	case t == nil:
		return nil, fail("INVALIDJOB", "InvalidJob : Unable to find object: %s", in.Object)
	case !ingestOperations[in.Operation]:
		return nil, fail("INVALIDJOB", "InvalidJob : Operation is not supported")
	case in.ContentType != "" && !strings.EqualFold(in.ContentType, "CSV"):
		return nil, fail("INVALIDJOB", "InvalidJob : contentType must be CSV")
	}
	var key *field
	if in.Operation == "upsert" {
		key = t.object.field(in.ExternalIDFieldName)
		if key == nil || !key.ExternalID && key.Kind != kindID {
			return nil, fail("INVALIDJOB", "InvalidJob : externalIdFieldName is missing or no external id field")
		}
	}
	j, err := o.newJob(c, t, in.Operation, in.ColumnDelimiter, in.LineEnding)
	if err != nil {
		return nil, err
	}
	j.ingest.key = key
	return jsonAnswer(http.StatusOK, j.info(false)), nil
}

// upload answers PUT /jobs/ingest/{id}/batches. The body is read record by record without the org's lock; what it held
// counts only if it was read to its end.
func (o *Org) upload(c *call) *answer {
	j, err := o.beginUpload(c)
	if err != nil {
		return err.answer()
	}
	var in ingest
	var took Intake
	var bad error
	if j.table.object.Prefix == benchPrefix {
		took, bad = drainBench(c.upload)
	} else {
		bad = in.read(c.upload, j.dialect)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	j.ingest.uploading = false
	switch {
	case bad != nil:
		return fail("CLIENTINPUTERROR", "The upload ended before its end").answer()
	case j.state != stateOpen:
		return errJobState("The job is in state " + j.state).answer()
	}
	in.key, in.uploaded = j.ingest.key, true
	j.ingest = in
	if j.table.object.Prefix == benchPrefix {
		o.bench = took
		j.processed = int(took.Rows)
	}
	return &answer{status: http.StatusCreated}
}

// beginUpload finds the job of an upload and reserves it.
func (o *Org) beginUpload(c *call) (*job, *apiError) {
	if c.media != "text/csv" {
		return nil, fail("CLIENTINPUTERROR", "Content-Type must be text/csv")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	j, err := o.job(c)
	switch {
	case err != nil:
		return nil, err
	case j.state != stateOpen:
		return nil, errJobState("The job is in state " + j.state)
	case j.ingest.uploading || j.ingest.uploaded:
		return nil, errJobState("Found multiple contents for job: " + j.id + ", please 'Close' / 'Abort' / 'Delete' the current " +
			"Job then create a new Job and make sure you only do 'PUT' once on a given Job.")
	}
	j.ingest.uploading = true
	return j, nil
}

// read reads an upload. Broken CSV is noted and fails the job when it is processed; the error is the source's.
func (in *ingest) read(r io.Reader, d dialect) error {
	reader := newCSVReader(r, d.comma, d.crlf)
	for {
		record, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errBareQuote), errors.Is(err, errOpenQuote), errors.Is(err, errLineEnding), errors.Is(err, errRecordSize):
			in.broken = err
			_, err = io.Copy(io.Discard, reader.r)
			return err
		case err != nil:
			return err
		case in.header == nil:
			in.header = record
		default:
			in.records = append(in.records, record)
		}
	}
}

// cellColumn is what a column of an upload sets.
type cellColumn struct {
	field *field // of the object, or the reference that a parent's external id sets
	// parent and key are set if the column names a parent by external id.
	parent *table
	key    string
}

// process does a job's work. o.mu is held.
func (o *Org) process(j *job) {
	j.final = stateComplete
	if j.table.object.Prefix == benchPrefix {
		return
	}
	in := &j.ingest
	columns, err := o.header(j)
	if in.broken != nil {
		err = in.broken
	}
	if err != nil {
		j.final, j.message = stateFailed, err.Error()
		return
	}
	for _, record := range in.records {
		id, created, err := o.ingestRecord(j, columns, record)
		fault := ""
		if err != nil {
			fault = err.Code + ":" + err.Message + ":" + strings.Join(err.Fields, ", ") + " --"
			id = ""
			j.fails++
		}
		in.ids, in.created, in.faults = append(in.ids, id), append(in.created, created), append(in.faults, fault)
		j.processed++
	}
}

// header resolves the header of an upload: Field, Parent.Key or Object:Parent.Key.
func (o *Org) header(j *job) ([]cellColumn, error) {
	if j.ingest.header == nil {
		return nil, errors.New("InvalidBatch : the upload is empty")
	}
	var out []cellColumn
	for _, name := range j.ingest.header {
		name = strings.TrimSpace(name)
		path, key, dotted := strings.Cut(name, ".")
		if !dotted {
			f := j.table.object.field(name)
			if f == nil {
				return nil, errors.New("InvalidBatch : Field name not found : " + name)
			}
			out = append(out, cellColumn{field: f})
			continue
		}
		to, relationship, typed := strings.Cut(path, ":")
		if !typed {
			relationship = path
		}
		ref := j.table.object.parent(relationship)
		if ref == nil {
			return nil, errors.New("InvalidBatch : Field name not found : " + name)
		}
		parent := o.table(ref.To)
		if typed {
			parent = o.table(to)
		}
		if parent == nil {
			return nil, errors.New("InvalidBatch : Field name not found : " + name)
		}
		out = append(out, cellColumn{field: ref, parent: parent, key: key})
	}
	return out, nil
}

// ingestRecord does what a job's operation says to one record.
func (o *Org) ingestRecord(j *job, columns []cellColumn, record []string) (string, bool, *apiError) {
	if len(record) != len(columns) {
		return "", false, fail("INVALID_FIELD", "The number of columns in the row is not the one of the header")
	}
	ch := change{}
	id := ""
	for i, col := range columns {
		cell := record[i]
		switch {
		case cell == "":
		case cell == "#N/A":
			ch[col.field.Name] = ""
		case col.parent != nil:
			ref, err := o.parentID(col.parent, col.key, cell)
			if err != nil {
				return "", false, err
			}
			ch[col.field.Name] = ref
		case col.field.Kind == kindID:
			id = cell
		default:
			s, err := col.field.fromText(cell)
			if err != nil {
				return "", false, err
			}
			ch[col.field.Name] = s
		}
	}
	switch j.operation {
	case "insert":
		id, err := o.insert(j.table, ch, j.user)
		return id, true, err
	case "upsert":
		value := ch[j.ingest.key.Name]
		if j.ingest.key.Kind == kindID {
			value = id
		}
		return o.upsertChange(j.table, j.ingest.key, value, ch, j.user)
	}
	full, ok := normalID(id)
	if !ok {
		return "", false, fail("MALFORMED_ID", "malformed id %s", id).on("Id")
	}
	if j.operation == "update" {
		return full, false, o.update(j.table, full, ch, j.user)
	}
	return full, false, o.remove(j.table, full, j.user)
}

// ingestResults renders the records that succeeded, that failed, or that were not processed.
func (j *job) ingestResults(part string) (*answer, *apiError) {
	if !j.done() {
		return nil, errJobState("The job's results are not ready: it is in state " + j.state)
	}
	in := &j.ingest
	var b []byte
	switch part {
	case "successfulresults":
		b = j.dialect.appendRow(b, append([]string{"sf__Id", "sf__Created"}, in.header...)...)
		for i, id := range in.ids {
			if in.faults[i] == "" {
				created := map[bool]string{true: "true", false: "false"}[in.created[i]]
				b = j.dialect.appendRow(b, append([]string{id, created}, in.records[i]...)...)
			}
		}
	case "failedresults":
		b = j.dialect.appendRow(b, append([]string{"sf__Id", "sf__Error"}, in.header...)...)
		for i, fault := range in.faults {
			if fault != "" {
				b = j.dialect.appendRow(b, append([]string{in.ids[i], fault}, in.records[i]...)...)
			}
		}
	default:
		b = j.dialect.appendRow(b, in.header...)
		for _, record := range in.records[len(in.ids):] {
			b = j.dialect.appendRow(b, record...)
		}
	}
	return &answer{status: http.StatusOK, kind: csvType, body: b}, nil
}
