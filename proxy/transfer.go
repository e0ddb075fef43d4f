package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// transfer is one direction of an exchange: the judge of its records, and the account of what was found.
//
// It is used by one goroutine at a time. Until the body is released that is the exchange's own; afterwards it is
// whoever reads the body, under pull.
type transfer struct {
	x    *exchange
	dir  inspect.Direction
	id   string // of the decision; of the opening record if there are two
	plan *policy.Plan

	body     *inspect.Body
	coding   string // the Content-Encoding that was undone; empty if there was none
	length   int64  // of the body as announced, in bytes; -1 if unknown
	whole    bool   // the body was decided before any of it was released
	coverage audit.Coverage

	findings []inspect.Finding // of the record being judged
	verdict  policy.Verdict    // on the record being judged
	tally    tally
	action   policy.Action // the strictest that was applied so far
	reason   Reason        // why the transfer was refused, or could not be read; empty so far
	status   int           // of the upstream's response
	spki     string        // of the upstream's leaf

	opened bool       // the opening record is written, the closing one is not
	ended  bool       // the last record is written
	freed  bool       // the body is closed
	pull   sync.Mutex // held while the body is read

	late   atomic.Pointer[faultError] // what ended the body after its first byte was released
	closed atomic.Bool                // nobody will read on
}

// admit judges what stands outside of the body: what the client may do at all, what the request asks to read, the
// URL and the header.
func (t *transfer) admit(req *http.Request) error {
	if err := t.admitReads(); err != nil {
		return err
	}
	var rec inspect.Record
	t.x.route.Target(&rec, req.URL.RequestURI())
	if _, err := t.judge(&rec); err != nil {
		return err
	}
	headerRecord(&rec, req.Header)
	_, err := t.judge(&rec)
	return err
}

// admitReads judges what the client may do, and the fields that the request asks for so far.
func (t *transfer) admitReads() error {
	t.plan.Admit(t.x.reads(), &t.verdict)
	return t.enter(&inspect.Record{}, nil)
}

// open prepares the body to be read: its content coding undone, its format chosen once its first bytes are there.
// length is the announced one, -1 if unknown.
func (t *transfer) open(header http.Header, body io.Reader, length int64) {
	t.length = length
	if body == nil || body == http.NoBody || length == 0 {
		return
	}
	t.coverage = audit.Full
	in := &t.x.p.cfg.Inspection
	shape, format := t.x.route.Request, t.x.route.Format
	if t.dir == inspect.Response {
		shape, format = t.x.route.Response, t.x.route.ResponseFormat
		if t.status >= 300 { // an error has the format that its header says
			format = ""
		}
	}
	mediaType := joined(header, "Content-Type")
	decoder := inspect.Decoder(&chooser{choose: func(prefix []byte) (inspect.Decoder, error) {
		return in.Decoder(format, mediaType, prefix, shape)
	}})
	if coding := joined(header, "Content-Encoding"); coding != "" {
		if plain, err := in.Decompress(coding, body); err == nil {
			body, t.coding = plain, coding
		} else {
			decoder = unreadable{err}
		}
	}
	t.body = inspect.NewBody(inspect.BodyConfig{
		Source: body, Decoder: decoder, Judge: t.judgeTyped, Unreadable: t.unreadable,
		Window: in.Window, MaxRecord: in.MaxRecord,
	})
}

// hold reads and judges the body as far as the hold window. Nothing is released.
func (t *transfer) hold() (err error) {
	t.whole = true
	if t.body != nil {
		t.whole, err = t.body.Hold()
	}
	return t.classify(err)
}

// judgeTyped judges a record of the body, once the route has said which objects its values belong to.
func (t *transfer) judgeTyped(rec *inspect.Record) ([]inspect.Edit, error) {
	asked := len(t.x.route.Reads)
	t.x.route.Type(t.dir, rec)
	if err := t.x.route.Err(); err != nil {
		return nil, fault(ReasonPath, err)
	}
	if t.dir == inspect.Request && len(t.x.route.Reads) > asked { // a query or a subrequest in the body reads too
		if err := t.admitReads(); err != nil {
			return nil, err
		}
	}
	return t.judge(rec)
}

// judge finds what is in a record and asks the policy about it.
func (t *transfer) judge(rec *inspect.Record) ([]inspect.Edit, error) {
	t.findings = t.x.p.cfg.Inspection.Inspect(rec, t.findings[:0])
	t.plan.Judge(rec, t.findings, &t.verdict)
	return t.verdict.Edits, t.enter(rec, t.findings)
}

// enter puts the verdict on the account. Its error refuses the transfer.
func (t *transfer) enter(rec *inspect.Record, findings []inspect.Finding) error {
	t.tally.add(&t.x.p.cfg, rec, findings, t.verdict.Hits)
	t.action = policy.Stricter(t.action, t.verdict.Action)
	if t.verdict.Action == policy.Block {
		return fault(ReasonPolicy, inspect.ErrBlocked)
	}
	return nil
}

// unreadable asks the policy about a body that cannot be read further.
func (t *transfer) unreadable(err error) error {
	t.reason = unreadableReason(err)
	t.tally.rule("unreadable")
	action := t.plan.Unreadable()
	if action < policy.Alert { // what cannot be read cannot be edited either
		return fault(t.reason, err)
	}
	t.action = policy.Stricter(t.action, action)
	t.coverage = audit.Partial
	if t.body.Totals().Records == 0 {
		t.coverage = audit.Opaque
	}
	return nil
}

// classify turns an error of the body into a fault: the policy's, the reader's, or that of who sent it.
func (t *transfer) classify(err error) error {
	var f *faultError
	switch {
	case err == nil || errors.As(err, &f):
		return err
	case errors.Is(err, inspect.ErrUnreadable):
		return fault(unreadableReason(err), err)
	case t.dir == inspect.Request:
		return fault(classify(err), err)
	default:
		return fault(ReasonUpstreamBody, err)
	}
}

// refused notes why the transfer goes no further.
func (t *transfer) refused(f *faultError) { t.action, t.reason = policy.Block, f.reason }

// record makes the decision durable: the only one of a transfer that was decided whole or refused before its first
// byte, else the opening one of a larger body, and at last the closing one with its totals.
//
// It does not end with the request's context: a job that leaves must not leave without a decision. The log bounds the
// wait.
func (t *transfer) record() error {
	if t.ended {
		return nil
	}
	d := t.decision()
	switch {
	case t.opened:
		d.Kind, d.Of, d.ID = audit.Closing, t.id, audit.NewID(time.Now())
	case t.whole, t.action == policy.Block:
		d.Kind = audit.Whole
	default:
		d.Kind = audit.Opening
	}
	t.opened = d.Kind == audit.Opening
	t.ended = !t.opened
	return t.x.p.append(context.WithoutCancel(t.x.req.Context()), d)
}

// decision is the record of the transfer so far.
func (t *transfer) decision() *audit.Decision {
	x := t.x
	d := x.p.decision(x.peer, x.policy)
	d.ID, d.Dir, d.Action, d.Reason = t.id, t.dir.String(), t.action.String(), string(t.reason)
	if d.Reason == "" {
		d.Reason = string(t.tally.reason())
	}
	d.API, d.Op, d.Object = string(x.route.API), string(x.route.Operation), safe(x.route.Object)
	d.HTTP = audit.HTTP{Method: x.route.Method, Route: x.route.Template, Status: t.status}
	d.TLS.Upstream = t.spki
	d.Rules, d.Except, d.Finding = t.tally.rules, t.tally.exceptions(x.policy), t.tally.findings()
	d.Cover, d.Micros = t.coverage, time.Since(x.began).Microseconds()
	if t.body != nil {
		totals := t.body.Totals()
		d.Bytes, d.Records = totals.Bytes, totals.Records
	}
	return d
}

// answered notes what the upstream answered.
func (t *transfer) answered(resp *http.Response) {
	t.status = resp.StatusCode
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		t.spki = certs.SPKI(resp.TLS.PeerCertificates[0])
	}
}

// release hands out the judged body with its length, and puts the header in agreement with it. The length is known
// where it is certain: of a body that was decided whole, and where no action of the plan can change it.
func (t *transfer) release(header http.Header) (io.ReadCloser, int64) {
	if t.body == nil {
		return http.NoBody, 0
	}
	length := int64(-1)
	switch {
	case t.whole:
		length = int64(t.body.Held())
	case t.coding == "" && t.plan.PreservesLength():
		length = t.length
	}
	header.Del("Content-Length")
	if length >= 0 {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	if t.coding != "" {
		header.Del("Content-Encoding")
	}
	if !t.whole || t.body.Totals().Edited {
		for _, name := range []string{"Content-Md5", "Digest", "Content-Digest", "Repr-Digest"} {
			header.Del(name)
		}
	}
	return t, length
}

// lesson returns a copy of a body that was decided whole and is small, for the router to learn from.
func (t *transfer) lesson() []byte {
	if t.body == nil || !t.whole || t.body.Held() > lessonSize {
		return nil
	}
	return bytes.Clone(t.body.Peek())
}

// Read releases judged bytes. A body that is refused here never ends in io.EOF, so that its receiver cannot take it
// for complete.
func (t *transfer) Read(p []byte) (int, error) {
	t.pull.Lock()
	defer t.pull.Unlock()
	if t.freed {
		return 0, errClosed
	}
	n, err := t.body.Read(p)
	if err != nil {
		err = t.end(err)
	}
	if t.closed.Load() {
		t.finish()
	}
	return n, err
}

// Close ends the transfer. It may be called while another goroutine is in Read, which then ends it.
func (t *transfer) Close() error {
	t.closed.Store(true)
	if t.pull.TryLock() {
		defer t.pull.Unlock()
		t.finish()
	}
	return nil
}

// end notes how the body ended and closes its account. It returns what the receiver is told.
func (t *transfer) end(err error) error {
	if errors.Is(err, io.EOF) {
		t.close()
		return io.EOF
	}
	f := asFault(t.classify(err))
	t.refused(f)
	t.close()
	t.late.Store(f) // last: whoever sees it may use t
	return f
}

// close writes the closing record of a transfer that had an opening one. The bytes have left: an error can only be
// reported.
func (t *transfer) close() {
	if t.opened {
		_ = t.record() // append has logged it, and refuses what follows
	}
}

// finish ends a transfer that nobody reads any more.
func (t *transfer) finish() {
	if t.opened {
		t.reason = ReasonClosed
		t.close()
	}
	t.free()
}

// free gives the body's buffers back.
func (t *transfer) free() {
	if t.body != nil && !t.freed {
		t.freed = true
		t.body.Close()
	}
}

// failure is what ended the body after its first byte was released; nil if nothing did so far.
func (t *transfer) failure() error {
	if f := t.late.Load(); f != nil {
		return f
	}
	return nil
}

var errClosed = errors.New("read of a closed body")
