package inspect

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Defaults of [BodyConfig].
const (
	DefaultWindow    = 1 << 20
	DefaultMaxRecord = 8 << 20
)

// BodyConfig says how a body is read and judged.
type BodyConfig struct {
	// Source is the body with its content coding undone. Body does not close it.
	Source io.Reader
	// Decoder divides the body into records.
	Decoder Decoder
	// Judge decides about one record. The edits it returns are sorted and are used before the next call. An error
	// refuses the record and the body; it wraps ErrBlocked if the policy did so.
	Judge func(*Record) ([]Edit, error)
	// Unreadable is asked when the body cannot be read further. If it returns nil, the rest of the body passes
	// uninspected; else the body fails with that error. A nil Unreadable fails with the error itself.
	Unreadable func(error) error
	// Window is how much of the body is decided before any of it is released, in bytes. Zero means 1 MiB.
	Window int
	// MaxRecord is the largest record that is read, in bytes. Zero means 8 MiB.
	MaxRecord int
}

// Body is a body being judged while it is read: an io.Reader over the bytes that may leave. Its reader pulls it; it
// has no goroutine of its own and holds at most Window + 2·MaxRecord bytes. It is not safe for concurrent use.
type Body struct {
	cfg     BodyConfig
	rec     Record
	in      []byte // bytes read and not yet judged are in[start:]
	start   int
	out     []byte // bytes judged and not yet released are out[sent:]
	sent    int
	offset  int64 // position of in[start] in the body
	written int64 // bytes that entered out
	records int64
	edited  bool
	raw     bool  // the rest passes uninspected
	srcErr  error // what ended Source, io.EOF included
	err     error // what Read returns once out is empty
}

// bufferSize is the size of a pooled read buffer, in bytes. Records that fit it cost no allocation.
const bufferSize = 64 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, bufferSize); return &b }}

// NewBody returns a Body that has read nothing yet.
func NewBody(cfg BodyConfig) *Body {
	if cfg.Window == 0 {
		cfg.Window = DefaultWindow
	}
	if cfg.MaxRecord == 0 {
		cfg.MaxRecord = DefaultMaxRecord
	}
	return &Body{cfg: cfg, in: *buffers.Get().(*[]byte), out: *buffers.Get().(*[]byte)}
}

// Hold reads and judges until the body ends or Window bytes wait to be released, and releases nothing. It reports
// whether the body ended, that is, whether it was decided whole. Its error is the judge's or the source's.
func (b *Body) Hold() (whole bool, err error) {
	for b.err == nil && b.Held() < b.cfg.Window {
		if !b.next() {
			b.fill()
		}
	}
	if b.err == nil || errors.Is(b.err, io.EOF) {
		return b.err != nil, nil
	}
	return false, b.err
}

// Read returns bytes that were judged. After the last of them it returns io.EOF, or the error that ended the body:
// then the receiver must not be told that the body is complete. It waits for the source only when nothing else is
// left to release.
func (b *Body) Read(p []byte) (int, error) {
	if b.sent == len(b.out) {
		b.out, b.sent = b.out[:0], 0
	}
	for b.err == nil && b.Held() < min(len(p), bufferSize) {
		if b.next() {
			continue
		}
		if b.Held() > 0 {
			break
		}
		b.fill()
	}
	if b.Held() == 0 && b.err != nil {
		return 0, b.err
	}
	n := copy(p, b.out[b.sent:])
	b.sent += n
	return n, nil
}

// Held returns the number of bytes that were judged and wait to be released.
func (b *Body) Held() int { return len(b.out) - b.sent }

// Peek returns the bytes that were judged and wait to be released. They are valid until the next call.
func (b *Body) Peek() []byte { return b.out[b.sent:] }

// Totals says what went through a Body so far.
type Totals struct {
	// Bytes is what was judged and let through, in bytes.
	Bytes int64
	// Records is the number of records judged, framing not counted.
	Records int64
	// Edited says that at least one byte was changed.
	Edited bool
}

// Totals returns what went through so far.
func (b *Body) Totals() Totals { return Totals{Bytes: b.written, Records: b.records, Edited: b.edited} }

// Close gives the buffers back. The Body must not be used after it, and no Record it handed out either.
func (b *Body) Close() error {
	if b.in == nil {
		return nil
	}
	for _, buf := range [][]byte{b.in, b.out} {
		if cap(buf) <= 16*bufferSize {
			buf = buf[:0]
			buffers.Put(&buf)
		}
	}
	b.in, b.out, b.start, b.sent = nil, nil, 0, 0
	b.err = errors.New("read of a closed body")
	return nil
}

// next judges the next record that the buffer holds whole. It reports false if there is none: then the source must be
// read, or the body has ended.
func (b *Body) next() bool {
	if b.raw {
		return b.pass()
	}
	n, err := b.cfg.Decoder.Decode(b.in[b.start:], b.srcErr != nil, &b.rec)
	switch {
	case err != nil:
		b.unreadable(err)
	case n > 0:
		b.judge(n)
	case b.srcErr != nil:
		b.end()
	case len(b.in)-b.start > b.cfg.MaxRecord:
		b.unreadable(&UnreadableError{Reason: ReasonRecordSize, Format: "body", Offset: b.offset})
	default:
		return false
	}
	return true
}

// pass releases what the buffer holds without looking at it.
func (b *Body) pass() bool {
	if b.start == len(b.in) {
		if b.srcErr != nil {
			b.err = b.srcErr
		}
		return b.err != nil
	}
	b.release(b.in[b.start:], nil)
	return true
}

// end ends the body with its source. Bytes that are left behind the last record make it unreadable.
func (b *Body) end() {
	if b.start < len(b.in) {
		b.unreadable(&UnreadableError{Reason: ReasonTruncated, Format: "body", Offset: b.offset})
		return
	}
	b.err = b.srcErr
}

// fill reads once from the source, behind the bytes that wait.
func (b *Body) fill() {
	if b.start > 0 && len(b.in) == cap(b.in) || b.start == len(b.in) {
		b.in = b.in[:copy(b.in, b.in[b.start:])]
		b.start = 0
	}
	if len(b.in) == cap(b.in) {
		grown := make([]byte, len(b.in), 2*cap(b.in))
		copy(grown, b.in)
		b.in = grown
	}
	n, err := b.cfg.Source.Read(b.in[len(b.in):cap(b.in)])
	b.in = b.in[:len(b.in)+n]
	b.srcErr = err
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err // what was read before a failure is not complete: it is not judged
	}
}

func (b *Body) unreadable(err error) {
	if b.cfg.Unreadable != nil {
		err = b.cfg.Unreadable(err)
	}
	b.err, b.raw = err, err == nil
}

// judge decides about the record in the next n bytes and releases it or ends the body.
func (b *Body) judge(n int) {
	b.rec.Offset = b.offset
	if b.rec.Role == Data {
		b.records++
	}
	edits, err := b.ask()
	if errors.Is(err, ErrUnreadable) {
		b.unreadable(err)
		return
	}
	if err != nil {
		b.err = err
		return
	}
	b.release(b.rec.Raw[:n], edits)
}

// ask calls the judge. A panic in a detector is an unreadable record, not the end of the process.
func (b *Body) ask() (edits []Edit, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("judge: %w", &UnreadableError{Reason: ReasonDetector, Format: "body", Offset: b.offset})
		}
	}()
	return b.cfg.Judge(&b.rec)
}

func (b *Body) release(raw []byte, edits []Edit) {
	before := len(b.out)
	b.out = Splice(b.out, raw, edits)
	b.edited = b.edited || len(edits) > 0
	b.written += int64(len(b.out) - before)
	b.start += len(raw)
	b.offset += int64(len(raw))
}
