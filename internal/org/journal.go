package org

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"slices"
	"sync"
)

// Request is what the org received of one request, as it was on the wire: no coding is undone.
type Request struct {
	Method string
	// Target is the request target as it was sent, with its query; Path is its path as it was sent.
	Target, Path string
	Host         string
	Proto        string
	Header       http.Header
	// Bytes counts the body. If Config.Record is set, Body is its beginning and SHA256 the digest of all of it.
	Body   []byte
	Bytes  int64
	SHA256 [sha256.Size]byte
	// Complete says that the body ended as its framing says it ends. It is false while the request is read.
	Complete bool
	// Status is the status of the answer; zero while there is none.
	Status int
}

// maxEntries is how many requests the journal holds; older ones are only counted.
const maxEntries = 10_000

// Received returns copies of the newest 10,000 requests received since New or Reset, in the order they came.
func (o *Org) Received() []Request { return o.log.requests() }

// CallCount returns how many requests were received since New or Reset.
func (o *Org) CallCount() int {
	o.log.mu.Lock()
	defer o.log.mu.Unlock()
	return o.log.calls
}

// journal keeps what was received. It has its own lock, because bodies are read without the org's.
type journal struct {
	keep  bool
	limit int

	mu      sync.Mutex // guards what follows and what the entries hold
	calls   int
	entries []*entry
}

// entry is a request that is being received; it reads for the handler and notes what it read.
type entry struct {
	journal *journal
	body    io.ReadCloser
	digest  hash.Hash
	req     Request
}

// open notes r and puts itself between r's body and its reader.
func (j *journal) open(r *http.Request) *entry {
	e := &entry{journal: j, body: r.Body, digest: sha256.New(), req: Request{
		Method: r.Method, Target: r.RequestURI, Path: r.URL.EscapedPath(), Host: r.Host, Proto: r.Proto,
		Header: r.Header.Clone(),
	}}
	j.mu.Lock()
	j.calls++
	if len(j.entries) == maxEntries {
		j.entries = j.entries[1:]
	}
	j.entries = append(j.entries, e)
	j.mu.Unlock()
	r.Body = e
	return e
}

// Read reads the body and notes what came.
func (e *entry) Read(p []byte) (int, error) {
	n, err := e.body.Read(p)
	e.journal.mu.Lock()
	defer e.journal.mu.Unlock()
	e.req.Bytes += int64(n)
	e.req.Complete = e.req.Complete || err == io.EOF
	if e.journal.keep {
		e.keep(p[:n], err == io.EOF)
	}
	return n, err
}

// keep notes a part of the body; the journal is locked.
func (e *entry) keep(p []byte, last bool) {
	e.digest.Write(p)
	if room := e.journal.limit - len(e.req.Body); room > 0 {
		e.req.Body = append(e.req.Body, p[:min(len(p), room)]...)
	}
	if last {
		e.digest.Sum(e.req.SHA256[:0])
	}
}

// Close does nothing: the body is drained by finish, so that Complete says what the client did.
func (e *entry) Close() error { return nil }

// finish reads what the handler left and notes the status of the answer.
func (e *entry) finish(status int) {
	// The error is in Complete.
	_, _ = io.Copy(io.Discard, e)
	e.body.Close()
	e.journal.mu.Lock()
	e.req.Status = status
	e.journal.mu.Unlock()
}

func (j *journal) requests() []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]Request, len(j.entries))
	for i, e := range j.entries {
		out[i] = e.req
		out[i].Header = e.req.Header.Clone()
		out[i].Body = bytes.Clone(e.req.Body)
	}
	return slices.Clip(out)
}

func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls, j.entries = 0, nil
}
