package format

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/phigate/phigate/inspect"
)

// Defaults of [CodingLimits].
const (
	DefaultRatio    = 200
	DefaultExpanded = 4 << 30
)

// ratioFrom is how much a body may expand to before its ratio counts, in bytes.
const ratioFrom = 1 << 20

// CodingLimits bound what a compressed body may expand to. The zero value means the defaults. Whoever raises them gives
// a client more of the gate's time for each byte sent.
type CodingLimits struct {
	// Ratio is how many bytes one compressed byte may become, on average, once the body is over 1 MiB. Zero means 200.
	// DEFLATE reaches 1,032; JSON and CSV of real records 5 to 20.
	Ratio int64
	// Max is how many bytes a body may become. Zero means 4 GiB.
	Max int64
}

// Decompress returns a reader that undoes the content coding (RFC 9110, section 8.4.1): none, identity, gzip, x-gzip, or
// deflate with or without its zlib wrapper; case does not matter. Every other coding, and more than one, is an
// *inspect.UnreadableError (ReasonCoding), and so is, while reading, a body that is not what its coding says, that ends
// too early or goes on behind its end. All members of a gzip body are read. A body that expands beyond lim is one with
// ReasonRatio. An error of r itself is returned as it is. A body without a byte stays one.
//
// Nothing is read from r before the first Read. Close gives memory back; it does not close r.
func Decompress(coding string, r io.Reader, lim CodingLimits) (io.ReadCloser, error) {
	if lim.Ratio == 0 {
		lim.Ratio = DefaultRatio
	}
	if lim.Max == 0 {
		lim.Max = DefaultExpanded
	}
	switch coding = strings.ToLower(strings.TrimSpace(coding)); coding {
	case "", "identity":
		return io.NopCloser(r), nil
	case "gzip", "x-gzip":
		return &inflater{src: counter{r: r}, lim: lim, coding: "gzip"}, nil
	case "deflate":
		return &inflater{src: counter{r: r}, lim: lim, coding: "deflate"}, nil
	}
	return nil, &inspect.UnreadableError{Reason: inspect.ReasonCoding, Format: "content coding", Offset: -1}
}

// The readers are pooled: the tables of one are 40 KB.
var (
	sources = sync.Pool{New: func() any { return bufio.NewReader(nil) }}
	gzips   = sync.Pool{New: func() any { return new(gzip.Reader) }}
	flates  = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

// inflater reads a compressed body. It is not safe for concurrent use.
type inflater struct {
	src    counter
	buf    *bufio.Reader // over src; nil as long as dec is
	dec    io.Reader     // over buf; nil before the first Read and after Close
	pool   *sync.Pool    // where dec came from; nil if from none
	lim    CodingLimits
	coding string
	total  int64 // bytes that were read from dec
	err    error // what every further Read returns
}

// counter counts what is read and remembers a failure, to tell it from broken data.
type counter struct {
	r   io.Reader
	n   int64
	err error // what r failed with; nil at its end
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// Read implements [io.Reader].
func (z *inflater) Read(p []byte) (int, error) {
	if z.err != nil {
		return 0, z.err
	}
	if z.dec == nil {
		if z.err = z.open(); z.err != nil {
			return 0, z.err
		}
	}
	n, err := z.dec.Read(p)
	z.total += int64(n)
	if z.tooLarge() {
		z.err = z.fail(inspect.ReasonRatio)
		return 0, z.err
	}
	if err != nil {
		z.err = z.end(err)
	}
	return n, z.err
}

// tooLarge reports whether the body expanded beyond its limits.
func (z *inflater) tooLarge() bool {
	used := z.src.n - int64(z.buf.Buffered())
	return z.total > z.lim.Max || z.total > ratioFrom && z.total/z.lim.Ratio > used
}

// end says what it means that the decompressor ended with err.
func (z *inflater) end(err error) error {
	if z.src.err != nil {
		return z.src.err
	}
	if !errors.Is(err, io.EOF) {
		return z.fail(inspect.ReasonCoding)
	}
	if _, err := z.buf.ReadByte(); err == nil {
		return z.fail(inspect.ReasonCoding)
	}
	if z.src.err != nil {
		return z.src.err
	}
	return io.EOF
}

// open reads the head of the body and picks the decompressor.
func (z *inflater) open() error {
	z.buf = sources.Get().(*bufio.Reader)
	z.buf.Reset(&z.src)
	head, err := z.buf.Peek(2)
	if z.src.err != nil {
		return z.src.err
	}
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return io.EOF
	}
	switch {
	case z.coding == "gzip":
		gz := gzips.Get().(*gzip.Reader)
		z.dec, z.pool = gz, &gzips
		err = gz.Reset(z.buf)
	case zlibHead(head):
		z.dec, err = zlib.NewReader(z.buf)
	default:
		raw := flates.Get().(io.Reader)
		z.dec, z.pool = raw, &flates
		err = raw.(flate.Resetter).Reset(z.buf, nil)
	}
	if z.src.err != nil {
		return z.src.err
	}
	if err != nil {
		return z.fail(inspect.ReasonCoding)
	}
	return nil
}

// zlibHead reports whether b starts with the head of a zlib stream (RFC 1950, section 2.2). Many senders put raw
// DEFLATE data where RFC 9110 asks for zlib.
func zlibHead(b []byte) bool {
	return len(b) == 2 && b[0]&15 == 8 && b[0]>>4 <= 7 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// fail returns the error that ends the body; its offset is in the expanded body.
func (z *inflater) fail(reason inspect.Reason) error {
	return &inspect.UnreadableError{Reason: reason, Format: z.coding, Offset: z.total}
}

// Close gives the memory back. Read fails after it.
func (z *inflater) Close() error {
	if z.pool != nil {
		z.pool.Put(z.dec)
	}
	if z.buf != nil {
		z.buf.Reset(nil)
		sources.Put(z.buf)
	}
	z.buf, z.dec, z.pool, z.err = nil, nil, nil, errors.New("read of a closed body")
	return nil
}
