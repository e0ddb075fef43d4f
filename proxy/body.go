package proxy

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// sniffLength is how much of a body is looked at to tell its format, in bytes.
const sniffLength = 512

// chooser is a decoder that becomes the right one once enough of the body is there to tell its format. How the bytes
// arrived does not matter to its choice.
type chooser struct {
	choose func(prefix []byte) (inspect.Decoder, error)
	chosen inspect.Decoder
}

// Decode implements inspect.Decoder.
func (c *chooser) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if c.chosen == nil {
		if len(buf) < sniffLength && !eof || len(buf) == 0 {
			return 0, nil
		}
		chosen, err := c.choose(buf[:min(len(buf), sniffLength)])
		if err != nil {
			return 0, err
		}
		c.chosen = chosen
	}
	return c.chosen.Decode(buf, eof, rec)
}

// unreadable is the decoder of a body that cannot be read at all.
type unreadable struct{ err error }

// Decode implements inspect.Decoder.
func (u unreadable) Decode(buf []byte, _ bool, _ *inspect.Record) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	return 0, u.err
}

// framing are the request headers that the gate checks or writes anew itself: they carry nothing to the upstream that a
// client chose.
var framing = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Encoding": true, "Content-Length": true, "Expect": true, "Host": true,
	"Proxy-Authorization": true, "Te": true, "Trailer": true, "Transfer-Encoding": true,
}

// dated are the headers that hold a time of HTTP's own (RFC 9110, section 5.6.7) and nothing else.
var dated = map[string]bool{"Date": true, "If-Modified-Since": true, "If-Unmodified-Since": true}

// headerRecord fills rec with what a request's header says: its values, and its names, because both can carry an
// identifier to the upstream. Credentials are inspected too; like every value they are in no log.
func headerRecord(rec *inspect.Record, header http.Header) {
	rec.Reset()
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	add := func(carrier inspect.Carrier, name, value string) {
		start := len(rec.Raw)
		rec.Raw = append(rec.Raw, value...)
		rec.Fields = append(rec.Fields, inspect.Field{Name: []byte(name), Carrier: carrier, Start: start, End: len(rec.Raw)})
	}
	for name, values := range header {
		if framing[name] {
			continue
		}
		if strings.ContainsAny(name, "0123456789") {
			add(inspect.InName, "", name)
		}
		for _, v := range values {
			if _, err := http.ParseTime(v); err != nil || !dated[name] {
				add(inspect.InHeader, name, v)
			}
		}
	}
	for i := range rec.Fields { // the bytes stay where they are only now
		f := &rec.Fields[i]
		f.Value = rec.Raw[f.Start:f.End]
	}
}

// joined returns all values of a header as one list.
func joined(header http.Header, name string) string { return strings.Join(header.Values(name), ",") }

// readableCodings is the Accept-Encoding for the upstream: gzip for a job that takes any coding, because that is what
// the gate reads everywhere, and no coding for a job that takes none.
func readableCodings(header http.Header) string {
	accepted := joined(header, "Accept-Encoding")
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "*"} {
		if strings.Contains(accepted, coding) {
			return "gzip"
		}
	}
	return "identity"
}

// responseBody is the body of a response that can have one; nil otherwise.
func responseBody(req *http.Request, resp *http.Response) io.Reader {
	if req.Method == http.MethodHead || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified {
		return nil
	}
	return resp.Body
}

// closeBoth is a judged body that closes its source too.
type closeBoth struct {
	io.ReadCloser
	source io.Closer
}

func (c closeBoth) Close() error {
	err := c.ReadCloser.Close()
	if e := c.source.Close(); e != nil {
		err = e
	}
	return err
}

// discard gives up a response that the job will not see.
func discard(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
}

// maxDrain is how much of a refused request is read so that its connection can be used again, in bytes. It is what
// net/http itself reads.
const maxDrain = 256 << 10

// drained reads what is left of a refused HTTP/1 request and reports whether that was all of it. Where it was not, the
// answer must say that the connection ends: the next request could not be told from the rest of this one. A client that
// waits for 100 (Continue) is not asked for its body.
func drained(req *http.Request) bool {
	if req.ProtoMajor != 1 || req.Body == nil || req.Body == http.NoBody {
		return true
	}
	if b, ok := req.Body.(*requestBody); ok && b.waits && !b.armed {
		return false
	}
	_, err := io.CopyN(io.Discard, req.Body, maxDrain)
	return errors.Is(err, io.EOF)
}
