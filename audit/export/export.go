// Package export writes decisions in the formats that other systems read: JSON lines, CSV, OCSF and CEF. What a decision
// may carry is settled by the log's record; an export adds nothing to it, and has no place for a value of a body either.
package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
)

// Format names a format.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // the log's own records, one a line
	CSV   Format = "csv"   // RFC 4180 with a header, one row for a decision
	OCSF  Format = "ocsf"  // events of OCSF 1.8.0, one JSON object a line
	CEF   Format = "cef"   // ArcSight's Common Event Format, version 0, one event a line
)

// Formats returns all formats.
func Formats() []Format { return []Format{JSONL, CSV, OCSF, CEF} }

// State is what people made of a decision so far. The zero State says that nobody looked at it.
type State struct {
	Status   string    // open, assigned, awaiting_second or decided
	Verdict  string    // such as false_positive
	By       string    // who gave the verdict
	Assignee string    // who is to look at it
	At       time.Time // when the state began
}

// ErrFormat says that there is no such format.
var ErrFormat = errors.New("no such format")

// ErrClosed says that the export was ended.
var ErrClosed = errors.New("the export has ended")

// Writer writes decisions in one format. It is not safe for concurrent use.
type Writer struct {
	out    *bufio.Writer
	encode func(line []byte, d *audit.Decision, s State) ([]byte, error) // appends the lines of d
	line   []byte
	closed bool
}

// New begins an export in format f to w. The error wraps ErrFormat. Close must be called for the last lines to be
// written; w is not closed.
func New(w io.Writer, f Format) (*Writer, error) {
	encoders := map[Format]func([]byte, *audit.Decision, State) ([]byte, error){
		JSONL: appendRecord, CSV: appendRow, OCSF: appendOCSF, CEF: appendCEF,
	}
	encode := encoders[f]
	if encode == nil {
		return nil, fmt.Errorf("export: %w as %q; the formats are %s", ErrFormat, string(f), formatNames())
	}
	e := &Writer{out: bufio.NewWriterSize(w, 64<<10), encode: encode}
	if f == CSV {
		e.line = appendHeader(e.line)
		if _, err := e.out.Write(e.line); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	}
	return e, nil
}

func formatNames() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// Write writes d, of which nobody made anything yet. d is not retained.
func (e *Writer) Write(d *audit.Decision) error { return e.WriteReviewed(d, State{}) }

// WriteReviewed writes d and what people made of it: more columns in CSV, one more event in OCSF, a label in CEF. JSON
// lines are the log's own records and have no place for it.
func (e *Writer) WriteReviewed(d *audit.Decision, s State) error {
	if e.closed {
		return ErrClosed
	}
	line, err := e.encode(e.line[:0], d, s)
	if err != nil {
		return fmt.Errorf("export decision %d: %w", d.Seq, err)
	}
	e.line = line
	if _, err := e.out.Write(line); err != nil { // and again at the next one, and at Close
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// Close writes what is buffered. Writes that come later fail with ErrClosed; a second Close does nothing. An export is
// whole only if Close returned nil.
func (e *Writer) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	if err := e.out.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
