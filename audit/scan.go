package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// scan reads one segment and checks that each line follows on the one before it.
type scan struct {
	file   segmentFile
	lines  *lines
	link   *linker
	header header
	tip    tip    // of what was read
	size   int64  // of what was read and holds
	line   int    // the line that is read now
	torn   bool   // the last line read had no newline; it can be read again
	text   []byte // the last line read, valid until the next one
}

// brief is what a scan looks at in a record.
type brief struct {
	V    int       `json:"v"`
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	Node string    `json:"node"`
	Seq  uint64    `json:"seq"`
	Kind Kind      `json:"kind"`
	Of   string    `json:"of"`
	Mark *Mark     `json:"mark"`
}

// openScan opens the segment whose first record is number first, and checks its header. A limit that is not negative
// says how many bytes of the segment count.
func openScan(dir string, first uint64, limit int64) (*scan, error) {
	f, err := openSegment(dir, first)
	if err != nil {
		return nil, err
	}
	s := &scan{file: f, lines: newLines(f, limit), link: newLinker(), line: 1}
	if err := s.readHeader(first); err != nil {
		_ = f.Close() // it was only read
		return nil, err
	}
	return s, nil
}

func (s *scan) readHeader(first uint64) error {
	line, err := s.lines.next()
	if errors.Is(err, io.EOF) || errors.Is(err, errTorn) {
		return s.corrupt("no header")
	} else if err != nil {
		return s.failure(err)
	}
	head, _, ok := splitChain(line)
	if !ok || json.Unmarshal(append(bytes.Clone(head), '}'), &s.header) != nil {
		return s.corrupt("not a header")
	}
	h := &s.header
	c, ok := s.link.check(line, h.Previous)
	switch {
	case !ok:
		return s.corrupt("header is not as it was written")
	case h.V != Version:
		return s.corrupt(fmt.Sprintf("version %d of the format is not known", h.V))
	case h.Kind != "" && h.Kind != ofAccesses.kind:
		return s.corrupt("records of this kind are not known")
	case h.First != first:
		return s.corrupt("header does not belong to a segment of this name")
	}
	s.tip = tip{seq: first - 1, chain: c}
	s.size = s.lines.off
	return nil
}

// next returns what a scan looks at in the next record. At the end the error is io.EOF, or a *CorruptError.
func (s *scan) next(rec *brief) error {
	line, err := s.lines.next()
	if errors.Is(err, io.EOF) {
		return err
	}
	s.line++
	s.torn = errors.Is(err, errTorn)
	if err != nil {
		return s.failure(err)
	}
	c, ok := s.link.check(line, s.tip.chain)
	if !ok {
		return s.corrupt("line is not as it was written, or not in its place")
	}
	*rec = brief{}
	if json.Unmarshal(line, rec) != nil {
		return s.corrupt("not a record")
	}
	switch {
	case rec.V != Version:
		return s.corrupt(fmt.Sprintf("version %d of the format is not known", rec.V))
	case rec.Seq != s.tip.seq+1:
		return s.corrupt(fmt.Sprintf("record has number %d", rec.Seq))
	case rec.Node != s.header.Node:
		return s.corrupt("record is of another node than its segment")
	}
	s.tip, s.text = tip{seq: rec.Seq, chain: c}, line
	s.size = s.lines.off
	return nil
}

// failure turns an error of reading lines into a *CorruptError if the line is at fault.
func (s *scan) failure(err error) error {
	switch {
	case errors.Is(err, errTorn), errors.Is(err, errLong):
		return s.corrupt(err.Error())
	default:
		return fmt.Errorf("read audit log: %w", err)
	}
}

func (s *scan) corrupt(what string) *CorruptError {
	e := &CorruptError{File: s.file.Name(), Line: s.line, Offset: s.size, What: what}
	if s.line > 1 {
		e.Seq = s.tip.seq + 1
	}
	return e
}

func (s *scan) close() {
	_ = s.file.Close() // it was only read
}

// follows says what is wrong with a segment that should come after before; nil if nothing is. A nil before means that
// it is the first one there, which need not be the first of the log.
func (s *scan) follows(before *scan) *CorruptError {
	h := &s.header
	if before == nil {
		if h.First > 1 && h.Segment > 1 {
			return nil
		}
		if h.Segment != 1 || h.First != 1 || h.Previous != genesis(h.Kind, h.Node, h.Log) {
			return s.atHeader("not the first segment of a log: what stood before it is missing")
		}
		return nil
	}
	switch {
	case h.Log != before.header.Log || h.Kind != before.header.Kind:
		return s.atHeader("segment of another log")
	case h.Segment != before.header.Segment+1:
		return s.atHeader(fmt.Sprintf("segment %d follows on segment %d", h.Segment, before.header.Segment))
	case h.First != before.tip.seq+1:
		return s.atHeader(fmt.Sprintf("begins at record %d, but the segment before ends at record %d", h.First, before.tip.seq))
	case h.Previous != before.tip.chain:
		return s.atHeader("does not follow on the segment before it")
	}
	return nil
}

func (s *scan) atHeader(what string) *CorruptError {
	return &CorruptError{File: s.file.Name(), Line: 1, What: what}
}
