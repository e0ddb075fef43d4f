package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Filter selects records. A zero field selects all.
type Filter struct {
	Kind         Kind
	Action       string
	Client       string
	Object       string    // of the exchange or of a finding
	Rule         string    // of the exchange or of a finding
	Detector     string    // of a finding
	Since, Until time.Time // Since is included, Until is not
	Limit        int       // the newest so many
}

// slack is how far the times of two segments may contradict their order, because a clock was set.
const slack = 24 * time.Hour

// List is [ListSigned] without a key: it checks no signature.
func List(dir string, f Filter) iter.Seq2[*Decision, error] { return ListSigned(dir, f, nil) }

// ListSigned returns the records of the log in dir that f selects, newest first. It reads the segments themselves, one
// after the other, and stops at the one that is more than a day older than f.Since. After an error the sequence ends.
//
// What it returns was compared with the tree under the log's checkpoint, whose signature v checks, and what no checkpoint
// covers with the chain. The error is a *CorruptError for the first record that is not as it was written, or wraps
// ErrRollback where records are missing at the end; neither that record nor one behind it is returned.
func ListSigned(dir string, f Filter, v note.Verifier) iter.Seq2[*Decision, error] {
	return func(yield func(*Decision, error) bool) {
		listed := 0
		for line, err := range soundLines(dir, v) {
			d := new(Decision)
			switch {
			case err != nil:
			case line.offset == 0:
				var h header
				if h, err = line.header(); err == nil && h.Created.Before(f.Since.Add(-slack)) {
					return
				}
			default:
				err = line.decode(d)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if line.offset == 0 || !f.selects(d) {
				continue
			}
			if listed++; !yield(d, nil) || listed == f.Limit {
				return
			}
		}
	}
}

// soundLines returns the lines of a decision log, headers among them, the last one first, as far as they are as they were
// written.
func soundLines(dir string, v note.Verifier) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		a, err := newAssay(dir, ofDecisions.name, v) // before the lines: then they are at least as many as were signed
		if err != nil {
			yield(nil, err)
			return
		}
		firsts, err := segments(dir)
		if err != nil {
			yield(nil, err)
			return
		}
		a.sound(segmentsBackwards(dir, firsts, 0, len(firsts)))(yield)
	}
}

// Last returns the number of the last record of the log in dir, 0 if it has none. It compares nothing.
func Last(dir string) (uint64, error) {
	for line, err := range linesBackwards(dir) {
		if err != nil {
			return 0, err
		}
		seq, ok := lineSeq(line.text)
		if !ok {
			return 0, line.corrupt()
		}
		return seq, nil
	}
	return 0, nil
}

// Find is [FindSigned] without a key: it checks no signature.
func Find(dir, id string) (*Decision, error) { return FindSigned(dir, id, nil) }

// FindSigned returns the record with the given ID, after it was compared as by [ListSigned]. The error wraps ErrNotFound
// if there is none, and is a *CorruptError if the record, or one of those whose hash is stored together with its own, is
// not as it was written.
func FindSigned(dir, id string, v note.Verifier) (*Decision, error) {
	a, err := newAssay(dir, ofDecisions.name, v)
	if err != nil {
		return nil, err
	}
	line, before, err := find(dir, id)
	if err != nil {
		return nil, err
	}
	if err := a.one(line, before); err != nil {
		return nil, err
	}
	d := new(Decision)
	return d, line.decode(d)
}

// FindAt is [FindSigned] for who knows the record's number, as the index does: it need not look for it. The error wraps
// ErrNotFound if the record of that number has another ID.
func FindAt(dir, id string, seq uint64, v note.Verifier) (*Decision, error) {
	a, err := newAssay(dir, ofDecisions.name, v)
	if err != nil {
		return nil, err
	}
	if seq == 0 || int64(seq) > a.signed.N {
		return FindSigned(dir, id, v) // what no checkpoint covers is compared with the line before it
	}
	c := cursor[rawRecord, *rawRecord]{dir: dir, want: seq}
	defer c.close()
	r, err := c.next()
	switch {
	case errors.Is(err, io.EOF), err == nil && r.seq != seq: // it was pruned
		return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
	case err != nil:
		return nil, a.blame(seq, seq, err)
	}
	line := &placedLine{file: c.file.Name(), text: bytes.Clone(r.line)}
	if err := a.one(line, nil); err != nil {
		return nil, err
	}
	d := new(Decision)
	if err := line.decode(d); err != nil {
		return nil, err
	}
	if d.ID != id {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return d, nil
}

// find returns the line of the record with that ID, the newest if there are several, and the line before it. It looks
// first where the ID says, and then everywhere.
func find(dir, id string) (line, before *placedLine, err error) {
	if !isToken(id) {
		return nil, nil, fmt.Errorf("%w: an ID has 1 to 64 letters, digits, dots, dashes or underscores", ErrNotFound)
	}
	firsts, err := segments(dir)
	if err != nil {
		return nil, nil, err
	}
	from, to, err := near(dir, firsts, id)
	if err != nil {
		return nil, nil, err
	}
	member := []byte(`"id":"` + id + `"`)
	for _, part := range [][2]int{{from, to}, {0, len(firsts)}} {
		for next, err := range segmentsBackwards(dir, firsts, part[0], part[1]) {
			switch {
			case err != nil:
				return nil, nil, err
			case line != nil:
				return line, next, nil
			case next.offset == 0 || !bytes.Contains(next.text, member):
				continue
			}
			var rec brief
			if json.Unmarshal(next.text, &rec) != nil {
				return nil, nil, next.corrupt()
			}
			if rec.ID == id {
				line = next
			}
		}
	}
	return nil, nil, fmt.Errorf("%w: %s", ErrNotFound, id)
}

// selects reports whether f selects d.
func (f *Filter) selects(d *Decision) bool {
	finding := func(match func(*Finding) bool) bool {
		return slices.ContainsFunc(d.Finding, func(found Finding) bool { return match(&found) })
	}
	switch {
	case f.Kind != "" && f.Kind != d.Kind,
		f.Action != "" && f.Action != d.Action,
		f.Client != "" && f.Client != d.Client,
		!f.Since.IsZero() && d.Time.Before(f.Since),
		!f.Until.IsZero() && !d.Time.Before(f.Until):
		return false
	case f.Object != "" && f.Object != d.Object && !finding(func(x *Finding) bool { return x.Object == f.Object }),
		f.Detector != "" && !finding(func(x *Finding) bool { return x.Detector == f.Detector }),
		f.Rule != "" && !slices.Contains(d.Rules, f.Rule) &&
			!finding(func(x *Finding) bool { return slices.Contains(x.Rules, f.Rule) }):
		return false
	}
	return true
}

// placedLine is a line of a segment and where it stands.
type placedLine struct {
	file   string
	offset int64
	text   []byte
}

func (p *placedLine) decode(d *Decision) error {
	if json.Unmarshal(p.text, d) != nil {
		return p.corrupt()
	}
	return nil
}

// header decodes the first line of a segment.
func (p *placedLine) header() (h header, err error) {
	if json.Unmarshal(p.text, &h) != nil {
		err = &CorruptError{File: p.file, Line: 1, What: "not a header"}
	}
	return h, err
}

func (p *placedLine) corrupt() error {
	return &CorruptError{File: p.file, Offset: p.offset, What: "not a record"}
}

// linesBackwards returns the lines of all records, the last one first.
func linesBackwards(dir string) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		firsts, err := segments(dir)
		if err != nil {
			yield(nil, err)
			return
		}
		for line, err := range segmentsBackwards(dir, firsts, 0, len(firsts)) {
			if err == nil && line.offset == 0 {
				continue
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// segmentsBackwards returns the lines of the segments with the places from, included, to to, excluded, the last one
// first. Their headers are among them, at offset 0.
func segmentsBackwards(dir string, firsts []uint64, from, to int) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		cut := int64(-1)
		if from < to && to < len(firsts) {
			cut = limits(dir, firsts[to-1:to+1])[0]
		}
		for _, first := range slices.Backward(firsts[from:to]) {
			h, more, err := segmentBackwards(dir, first, cut, yield)
			if errors.Is(err, fs.ErrNotExist) {
				// It was pruned since it was listed, and so were those before it.
				if left, again := segments(dir); again == nil && len(left) > 0 && left[0] > first {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !more {
				return
			}
			if cut = -1; h.Cut > 0 {
				cut = h.Cut
			}
		}
	}
}

// segmentBackwards yields the lines of one segment, of which the first limit bytes count, or all if limit is negative.
// It returns the header, and whether yield wants more.
func segmentBackwards(dir string, first uint64, limit int64, yield func(*placedLine, error) bool) (h header, more bool, err error) {
	f, err := openSegment(dir, first)
	if err != nil {
		return h, false, err
	}
	defer f.Close()
	if limit < 0 {
		if limit, err = f.Size(); err != nil {
			return h, false, fmt.Errorf("read audit log: %w", err)
		}
	}
	b, err := newBackwards(f, limit)
	for err == nil {
		line := &placedLine{file: f.Name()}
		line.text, line.offset, err = b.next()
		if err == nil && line.offset == 0 {
			if h, err = line.header(); err != nil {
				return h, false, err
			}
		}
		if err == nil && !yield(line, nil) {
			return h, false, nil
		}
	}
	if !errors.Is(err, io.EOF) {
		return h, false, fmt.Errorf("read audit log: %w", err)
	}
	return h, true, nil
}
