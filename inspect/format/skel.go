package format

import (
	"io"

	"github.com/phigate/phigate/inspect"
)

// SniffLen is how many bytes of a body Choose wants to see, unless the body is shorter.
const SniffLen = 512

// Choose returns the format of a body. name is the format's name if the API knows it, mediaType the Content-Type,
// prefix the first bytes of the body. What is not read is an *inspect.UnreadableError.
func Choose(name, mediaType string, prefix []byte) (*Format, error) {
	return nil, &inspect.UnreadableError{Reason: inspect.ReasonMediaType, Format: "body", Offset: -1}
}

// CodingLimits bound what a compressed body may expand to. The zero value means the defaults.
type CodingLimits struct {
	// Ratio is how many bytes one compressed byte may become, beyond the first MiB. Zero means 200.
	Ratio int64
	// Max is how many bytes a body may become. Zero means 4 GiB.
	Max int64
}

// Decompress returns a reader that undoes the content coding.
func Decompress(coding string, r io.Reader, lim CodingLimits) (io.ReadCloser, error) {
	return nil, &inspect.UnreadableError{Reason: inspect.ReasonCoding, Format: "content-coding", Offset: -1}
}

type closed struct{ name string }

func (c closed) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	return 0, &inspect.UnreadableError{Reason: inspect.ReasonMediaType, Format: c.name, Offset: 0}
}

func sniffJSON(prefix []byte) bool { return false }
func sniffText(prefix []byte) bool { return false }

func newJSON(shape inspect.Shape, lim Limits) inspect.Decoder { return closed{"json"} }
func newCSV(shape inspect.Shape, lim Limits) inspect.Decoder  { return closed{"csv"} }
func newForm(shape inspect.Shape, lim Limits) inspect.Decoder { return closed{"form"} }
func newText(shape inspect.Shape, lim Limits) inspect.Decoder { return closed{"text"} }
