package org

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

const (
	jsonType = "application/json;charset=UTF-8"
	csvType  = "text/csv;charset=UTF-8"
	xmlType  = "text/xml;charset=UTF-8"
)

// answer is what a request gets. A nil body and no stream is an answer without a body.
type answer struct {
	status int
	kind   string // media type
	header http.Header
	body   []byte
	// stream writes the body instead. It runs without the org's lock.
	stream func(w io.Writer) error
}

func jsonAnswer(status int, body []byte) *answer {
	return &answer{status: status, kind: jsonType, body: body}
}

func noContent() *answer { return &answer{status: http.StatusNoContent} }

func (e *apiError) answer() *answer { return jsonAnswer(e.Status, e.body()) }

// set adds a header.
func (a *answer) set(name, value string) *answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

// write sends an answer, compressed if the client takes gzip. A stream that fails tears the connection, so that the
// client cannot take its beginning for all of it.
func (o *Org) write(w http.ResponseWriter, r *http.Request, a *answer) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if a.body == nil && a.stream == nil {
		w.WriteHeader(a.status)
		return
	}
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	var out io.Writer = w
	closer := func() error { return nil }
	if !o.cfg.Plain && takesGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		// The level is in range, which is the only error.
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		out, closer = z, z.Close
	}
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return
	}
	var err error
	if a.stream != nil {
		err = a.stream(out)
	} else {
		_, err = out.Write(a.body)
	}
	if err == nil {
		err = closer()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// takesGzip reports whether an Accept-Encoding admits gzip (RFC 9110, section 12.5.3).
func takesGzip(values []string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") {
				q := strings.ReplaceAll(strings.ToLower(params), " ", "")
				return strings.Trim(strings.TrimPrefix(q, "q="), "0.") != "" || !strings.HasPrefix(q, "q=")
			}
		}
	}
	return false
}
