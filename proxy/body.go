package proxy

import (
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

// uninspected are the request headers whose values are the gate's, the framing's or a credential: they are neither
// inspected nor logged. Everything else in a header can carry an identifier.
var uninspected = map[string]bool{
	"Accept": true, "Accept-Charset": true, "Accept-Encoding": true, "Authorization": true, "Connection": true,
	"Content-Encoding": true, "Content-Length": true, "Content-Type": true, "Cookie": true, "Date": true, "Expect": true,
	"Host": true, "Proxy-Authorization": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "X-Sfdc-Session": true,
}

// headerRecord fills rec with the values of a request's header.
func headerRecord(rec *inspect.Record, header http.Header) {
	rec.Reset()
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	var raw []byte
	for name, values := range header {
		if uninspected[name] {
			continue
		}
		for _, v := range values {
			rec.Fields = append(rec.Fields, inspect.Field{
				Name: []byte(name), Carrier: inspect.InHeader, Start: len(raw), End: len(raw) + len(v),
			})
			raw = append(raw, v...)
		}
	}
	rec.Raw = raw
	for i := range rec.Fields {
		f := &rec.Fields[i]
		f.Value = raw[f.Start:f.End]
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
