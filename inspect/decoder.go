package inspect

import (
	"errors"
	"fmt"
)

// Decoder divides a body into records. There is one for each body; it is not safe for concurrent use.
type Decoder interface {
	// Decode looks for the next record at the start of buf, which holds the bytes of the body that were not yet
	// consumed. It fills rec and returns how many bytes of buf the record takes. If buf holds no whole record it
	// returns 0: the caller calls again with the same bytes and more behind them, and the decoder goes on where it
	// stopped rather than at the start. eof says that nothing comes behind buf; then Decode consumes all of buf in one
	// or more calls, and 0 with an empty buf is the end.
	//
	// Records and their fields do not depend on how the body was cut into calls. rec.Raw is buf[:n]; the caller
	// sets rec.Offset. An error wraps ErrUnreadable.
	Decode(buf []byte, eof bool, rec *Record) (n int, err error)
}

// Shape says where the records of a body lie. It comes from what the request means, not from the body.
type Shape struct {
	// Object is the API name of the sObject whose rows the body holds, as far as the request tells.
	Object string
	// Records are the paths of the JSON arrays whose elements are records, such as "records" or
	// "graphs[].compositeRequest"; "[]" is an array at the top. Without any the document is one record.
	Records []string
	// Delimiter separates the cells of a CSV row; 0 means a comma.
	Delimiter byte
}

// ErrUnreadable is wrapped by the error of a body that cannot be read with certainty. What cannot be read is not
// released unless the policy says otherwise.
var ErrUnreadable = errors.New("unreadable")

// ErrBlocked is wrapped by the error of a body that the policy refuses.
var ErrBlocked = errors.New("blocked by policy")

// UnreadableError says why a body cannot be read. It never holds a byte of the body.
type UnreadableError struct {
	// Reason is a code from a fixed list, such as "syntax" or "duplicate_name".
	Reason Reason
	// Format is the name of the format, such as "json".
	Format string
	// Offset is the position in the decoded body, in bytes; -1 if there is none.
	Offset int64
}

// Reason is why a body is unreadable; its text may be logged and used as a metric label.
type Reason string

// The reasons for which a body is unreadable.
const (
	ReasonSyntax        Reason = "syntax"            // not well-formed
	ReasonDuplicateName Reason = "duplicate_name"    // two members of one object share a name
	ReasonEncoding      Reason = "encoding"          // not UTF-8, or with a byte order mark where there may be none
	ReasonTrailing      Reason = "trailing_data"     // something behind the end of the document
	ReasonDepth         Reason = "depth"             // nested too deeply
	ReasonRecordSize    Reason = "record_too_large"  // a record over the limit
	ReasonMediaType     Reason = "media_type"        // a format that is not read
	ReasonCoding        Reason = "content_coding"    // a content coding that is not read, or a broken one
	ReasonRatio         Reason = "compression_ratio" // expands more than allowed
	ReasonTruncated     Reason = "truncated"         // ends too early
	ReasonDetector      Reason = "detector_failed"   // a detector panicked
)

// Error describes the problem without any byte of the body.
func (e *UnreadableError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %s: %v", e.Format, e.Reason, ErrUnreadable)
	}
	return fmt.Sprintf("%s: %s at byte %d: %v", e.Format, e.Reason, e.Offset, ErrUnreadable)
}

// Unwrap makes errors.Is(e, ErrUnreadable) true.
func (e *UnreadableError) Unwrap() error { return ErrUnreadable }
