package proxy

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// copyBuffers hold what moves from the upstream to a client. One is taken only while a body moves.
var copyBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// responseWriter gives a response to the client as it arrives: it flushes after each read if the length is unknown,
// and moves the deadline with each write, so that a client that stops reading does not hold an exchange for ever.
type responseWriter struct {
	http.ResponseWriter
	rc      *http.ResponseController
	idle    time.Duration
	live    bool  // the length is unknown: what came may be all that comes for long
	now     bool  // the header too is waited for (gRPC, server-sent events)
	started bool  // the status was written
	failed  error // what ended the response's body, other than its end
	armed   time.Time
}

func newResponseWriter(w http.ResponseWriter, idle time.Duration) *responseWriter {
	return &responseWriter{ResponseWriter: w, rc: http.NewResponseController(w), idle: idle}
}

// expect tells w about the response that it is going to carry. A body that is known to be empty must not be flushed:
// a gRPC response that consists of trailers alone would no longer be one.
func (w *responseWriter) expect(resp *http.Response) {
	if len(resp.Trailer) > 0 { // HTTP/1 carries trailers only behind chunks
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
	}
	w.live = resp.ContentLength < 0
	ct := resp.Header.Get("Content-Type")
	w.now = w.live && (isGRPC(resp.Header) || strings.HasPrefix(ct, "text/event-stream"))
	resp.Body = &answerBody{ReadCloser: resp.Body, failed: &w.failed}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader writes the status and, for a stream, sends it at once.
func (w *responseWriter) WriteHeader(status int) {
	w.started = true
	w.arm()
	w.ResponseWriter.WriteHeader(status)
	if w.now {
		_ = w.rc.Flush()
	}
}

// Write writes a part of the body.
func (w *responseWriter) Write(p []byte) (int, error) {
	w.started = true
	w.arm()
	return w.ResponseWriter.Write(p)
}

// FlushError sends what was written.
func (w *responseWriter) FlushError() error {
	w.started = true
	w.arm()
	return w.rc.Flush()
}

// Flush is FlushError for those who ask for an http.Flusher.
func (w *responseWriter) Flush() { _ = w.FlushError() }

// ReadFrom copies a body with a pooled buffer.
func (w *responseWriter) ReadFrom(src io.Reader) (n int64, err error) {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	for {
		k, rerr := src.Read(*buf)
		if k > 0 {
			if _, err := w.Write((*buf)[:k]); err != nil {
				return n, err
			}
			n += int64(k)
		}
		if errors.Is(rerr, io.EOF) {
			return n, nil
		}
		if rerr != nil {
			return n, rerr
		}
		if w.live {
			if err := w.FlushError(); err != nil {
				return n, err
			}
		}
	}
}

// arm moves the deadline, at most once a second: it costs more than a small write.
func (w *responseWriter) arm() {
	if now := time.Now(); now.Sub(w.armed) >= min(time.Second, w.idle/4) {
		w.armed = now
		_ = w.rc.SetWriteDeadline(now.Add(w.idle))
	}
}

// answerBody remembers what ended a response's body. goproxy ignores it, so that a response that broke off would
// look complete to the client.
type answerBody struct {
	io.ReadCloser
	failed *error
}

// Read reads from the upstream's answer.
func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		*b.failed = err
	}
	return n, err
}

// minProgress is how many bytes of a request's body must arrive within Limits.Idle. A client that sends a byte now and
// then does not hold an exchange for ever.
const minProgress = 1 << 10

// requestBody moves the deadline as the body arrives, and tells a client's failure from an upstream's.
type requestBody struct {
	io.ReadCloser
	rc    *http.ResponseController
	idle  time.Duration
	got   int // bytes since the deadline was moved
	armed bool
	done  bool
	waits bool // the client sends the body only after 100 (Continue), which the first Read asks for
}

// Read reads from the client. Its error, other than io.EOF, is a *clientError.
func (b *requestBody) Read(p []byte) (int, error) {
	if !b.armed || b.got >= minProgress {
		b.armed, b.got = true, 0
		_ = b.rc.SetReadDeadline(time.Now().Add(b.idle))
	}
	n, err := b.ReadCloser.Read(p)
	b.got += n
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		if !b.done {
			// net/http goes on reading to notice a client that leaves; that must not end a slow exchange.
			b.done = true
			_ = b.rc.SetReadDeadline(time.Time{})
		}
		return n, io.EOF
	}
	return n, &clientError{err}
}
